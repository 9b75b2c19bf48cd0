import { Group, SegmentedControl, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import { type Case, createCase, getCase, listCases, updateCase } from '../../../../shared/api/cases.ts';
import { getCustomer } from '../../../../shared/api/customers.ts';
import { call } from '../../lib/api.ts';
import { useSession } from '../../lib/session.ts';
import { CallNumber } from '../../softphone/call-number.tsx';
import { FormDialog } from '../../records/form-dialog.tsx';
import { RecordMeta } from '../../records/record-meta.tsx';
import { useOne } from '../../records/use-one.ts';
import { SaveRow } from '../../records/save-row.tsx';
import { useSave } from '../../records/use-save.ts';
import { useCaseWords } from './case-badges.tsx';
import { caseChanges, caseDraftOf, emptyCase, newCaseOf } from './case-rules.ts';
import { OwnerSelect } from '../../records/owner-select.tsx';

interface Props {
  customerId: string;
  /** Unset = a new case. */
  stored?: Case;
  onClose: () => void;
}

/** The form of a case, new or stored. */
export function CaseFormModal({ customerId, stored, onClose }: Props) {
  const { t } = useLingui();
  const words = useCaseWords();
  const { user } = useSession();
  const before = stored ? caseDraftOf(stored) : emptyCase(user?.id ?? null);
  const [draft, setDraft] = useState(before);
  const [checked, setChecked] = useState(false);
  const changed = caseChanges(before, draft);
  const dirty = Object.keys(changed).length > 0;
  const missing = draft.subject.trim() === '';
  const save = useSave({
    run: () =>
      stored
        ? call(updateCase, { params: { id: stored.id }, body: changed })
        : call(createCase, { body: { customerId, ...newCaseOf(draft) } }),
    refresh: [listCases.id, getCase.id],
    done: (done) => t`Case ${done.number} saved`,
    onDone: onClose,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setChecked(true);
    if (!missing) save.mutate(undefined);
  };
  return (
    <FormDialog onClose={onClose} title={stored ? <Trans>Case {stored.number}</Trans> : <Trans>New case</Trans>} size="lg" keep={dirty}>
      <form onSubmit={submit} noValidate>
        <Stack gap="sm">
          {stored && !dirty && <CustomerPhones customerId={customerId} />}
          <TextInput
            label={t`Subject`}
            required
            value={draft.subject}
            onChange={(event) => setDraft({ ...draft, subject: event.currentTarget.value })}
            error={checked && missing ? t`Enter a subject` : undefined}
            maxLength={200}
            data-autofocus
          />
          <Textarea
            label={t`Description`}
            value={draft.description}
            onChange={(event) => setDraft({ ...draft, description: event.currentTarget.value })}
            autosize
            minRows={4}
            maxRows={14}
            maxLength={10_000}
          />
          <Choice
            label={t`Priority`}
            value={draft.priority}
            words={words.priority}
            onChange={(priority) => setDraft({ ...draft, priority })}
          />
          {stored && (
            <Choice label={t`Status`} value={draft.status} words={words.status} onChange={(status) => setDraft({ ...draft, status })} />
          )}
          <OwnerSelect value={draft.ownerId} present={stored} onChange={(ownerId) => setDraft({ ...draft, ownerId })} />
          {stored && <RecordMeta record={stored} />}
          <SaveRow dirty={dirty} saving={save.isPending} onUndo={() => setDraft(before)} />
        </Stack>
      </form>
    </FormDialog>
  );
}

interface ChoiceProps<Value extends string> {
  label: string;
  value: Value;
  words: Record<Value, string>;
  onChange: (value: Value) => void;
}

function Choice<Value extends string>({ label, value, words, onChange }: ChoiceProps<Value>) {
  const data = (Object.keys(words) as Value[]).map((key) => ({ value: key, label: words[key] }));
  return (
    <Stack gap={4} align="flex-start">
      <Text size="sm" fw={500} aria-hidden>
        {label}
      </Text>
      <SegmentedControl aria-label={label} value={value} data={data} onChange={(next) => onChange(next as Value)} />
    </Stack>
  );
}

/** The numbers at which the customer of the case can be called. */
function CustomerPhones({ customerId }: { customerId: string }) {
  const { t } = useLingui();
  const { data } = useOne([getCustomer.id, customerId], (signal) => call(getCustomer, { params: { id: customerId } }, signal));
  if (!data || data.phones.length === 0) return null;
  return (
    <Group gap={6} role="group" aria-label={t`Phone numbers`}>
      {data.phones.map((phone) => (
        <CallNumber key={phone} number={phone} />
      ))}
    </Group>
  );
}
