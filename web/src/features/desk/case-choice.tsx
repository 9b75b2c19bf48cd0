import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { createCase, listCases } from '../../../../shared/api/cases.ts';
import { call } from '../../lib/api.ts';
import { useSession } from '../../lib/session.ts';
import { useSave } from '../../records/use-save.ts';
import { useCustomerCases } from './api/use-customer-cases.ts';

interface Props {
  customerId: string;
  caseId: string | null;
  onChoose: (caseId: string | null) => void;
}

/** The case that the call is about: one of the customer's open ones, or a new one made in a line. */
export function CaseChoice({ customerId, caseId, onChoose }: Props) {
  const { t } = useLingui();
  const { can } = useSession();
  const cases = useCustomerCases(customerId);
  const [subject, setSubject] = useState<string | null>(null);
  const create = useSave({
    run: () => call(createCase, { body: { customerId, subject: (subject ?? '').trim() } }),
    refresh: [listCases.id],
    done: t`The case is opened and linked to the call`,
    onDone: ({ id }) => {
      setSubject(null);
      onChoose(id);
    },
  });
  if (!can('case.read')) return null;
  const options = (cases.data ?? []).map((item) => ({ value: item.id, label: `#${item.number} ${item.subject}` }));
  return (
    <Stack gap={6}>
      <Group gap="xs" align="flex-end" wrap="nowrap">
        <Select
          label={t`Case of the call`}
          placeholder={t`None`}
          data={options}
          value={caseId}
          onChange={onChoose}
          clearable
          searchable
          nothingFoundMessage={t`Nothing found`}
          style={{ flex: 1 }}
        />
        {can('case.write') && subject === null && (
          <Button variant="default" px="sm" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setSubject('')}>
            <Trans>New case</Trans>
          </Button>
        )}
      </Group>
      {subject !== null && (
        <Group gap="xs" align="flex-end" wrap="nowrap">
          <TextInput
            label={t`Subject of the new case`}
            value={subject}
            maxLength={200}
            data-autofocus
            style={{ flex: 1 }}
            onChange={(event) => setSubject(event.currentTarget.value)}
            onKeyDown={(event) => {
              // Enter that ends a composition chooses kanji.
              if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
              event.preventDefault();
              if (subject.trim() !== '') create.mutate(undefined);
            }}
          />
          <Button loading={create.isPending} disabled={subject.trim() === ''} onClick={() => create.mutate(undefined)}>
            <Trans>Open the case</Trans>
          </Button>
          <Button variant="default" onClick={() => setSubject(null)}>
            <Trans>Cancel</Trans>
          </Button>
        </Group>
      )}
    </Stack>
  );
}
