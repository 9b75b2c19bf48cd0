import { Group, Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useLingui } from '@lingui/react/macro';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { listCases } from '../../../../shared/api/cases.ts';
import { listCustomers } from '../../../../shared/api/customers.ts';
import { listVoicemails, updateVoicemail, type Voicemail } from '../../../../shared/api/voicemail.ts';
import { call } from '../../lib/api.ts';
import { useSession } from '../../lib/session.ts';
import { peopleOptions, usePeople } from '../../records/people.ts';
import { useSave } from '../../records/use-save.ts';

/** Who looks after a message, of which customer it is and to which case it belongs. */
export function VoicemailLinks({ message }: { message: Voicemail }) {
  const { t } = useLingui();
  const { can } = useSession();
  const people = peopleOptions(usePeople('active'));
  const save = useSave({
    run: (body: { assigneeId?: string | null; customerId?: string | null; caseId?: string | null }) => call(updateVoicemail, { params: { id: message.id }, body }),
    refresh: [listVoicemails.id],
    done: t`Saved`,
  });
  const assignee = message.assigneeId === null || people.some(({ value }) => value === message.assigneeId) ? people : [{ value: message.assigneeId, label: message.assigneeName }, ...people];
  return (
    <Group gap="sm" align="flex-end">
      <Select label={t`Assigned to`} placeholder={t`Nobody`} searchable clearable w={220} data={assignee} value={message.assigneeId} disabled={save.isPending} onChange={(assigneeId) => save.mutate({ assigneeId })} />
      {can('customer.read') && <CustomerSelect message={message} disabled={save.isPending} onChoose={(customerId) => save.mutate({ customerId })} />}
      {can('case.read') && message.customerId !== null && <CaseSelect customerId={message.customerId} message={message} disabled={save.isPending} onChoose={(caseId) => save.mutate({ caseId })} />}
    </Group>
  );
}

interface ChoiceProps {
  message: Voicemail;
  disabled: boolean;
  onChoose: (id: string | null) => void;
}

function CustomerSelect({ message, disabled, onChoose }: ChoiceProps) {
  const { t } = useLingui();
  const [typed, setTyped] = useState('');
  const [settled] = useDebouncedValue(typed.trim(), 250);
  const found = useQuery({
    queryKey: [listCustomers.id, 'voicemail', settled],
    queryFn: ({ signal }) => call(listCustomers, { query: { q: settled, limit: 8 } }, signal),
    enabled: settled !== '' && settled !== message.customerName,
    placeholderData: keepPreviousData,
  });
  const options = (found.data?.items ?? []).map((customer) => ({ value: customer.id, label: [`${customer.familyName} ${customer.givenName}`.trim(), customer.phones[0] ?? ''].join(' ').trim() }));
  const known = message.customerId === null ? [] : [{ value: message.customerId, label: message.customerName }];
  const data = [...known, ...options.filter(({ value }) => value !== message.customerId)];
  return (
    <Select
      label={t`Customer`}
      placeholder={t`Name, kana, number`}
      searchable
      clearable={message.customerId !== null}
      w={240}
      data={data}
      // What the server found fits already, by kana or number too.
      filter={({ options: all }) => all}
      onSearchChange={setTyped}
      nothingFoundMessage={settled === '' ? t`Type a name or number` : t`No customer matches.`}
      value={message.customerId}
      disabled={disabled}
      onChange={onChoose}
    />
  );
}

function CaseSelect({ customerId, message, disabled, onChoose }: ChoiceProps & { customerId: string }) {
  const { t } = useLingui();
  const cases = useQuery({ queryKey: [listCases.id, customerId], queryFn: ({ signal }) => call(listCases, { query: { customerId, limit: 100 } }, signal) });
  const data = (cases.data?.items ?? []).map((item) => ({ value: item.id, label: `#${item.number} ${item.subject}` }));
  return <Select label={t`Case`} placeholder={t`None`} searchable clearable w={260} data={data} nothingFoundMessage={t`This customer has no case`} value={message.caseId} disabled={disabled} onChange={onChoose} />;
}
