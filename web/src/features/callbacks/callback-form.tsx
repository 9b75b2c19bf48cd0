import { Group, Radio, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { createCallback, listCallbacks } from '../../../../shared/api/callbacks.ts';
import { listQueues } from '../../../../shared/api/queues.ts';
import { call } from '../../lib/api.ts';
import { FormDialog } from '../../records/form-dialog.tsx';
import { SaveRow } from '../../records/save-row.tsx';
import { useSave } from '../../records/use-save.ts';

const EMPTY = { number: '', name: '', note: '', queueId: null as string | null, due: '', own: true };

/** A call promised for a time. */
export function CallbackForm({ onClose }: { onClose: () => void }) {
  const { t } = useLingui();
  const [draft, setDraft] = useState(EMPTY);
  const set = (part: Partial<typeof EMPTY>) => setDraft((before) => ({ ...before, ...part }));
  const { data } = useQuery({ queryKey: [listQueues.id, 'all'], queryFn: ({ signal }) => call(listQueues, { query: { limit: 200 } }, signal) });
  const isComplete = draft.number.trim() !== '' && draft.queueId !== null && draft.due !== '';
  const save = useSave({
    run: () => call(createCallback, { body: { number: draft.number, name: draft.name, note: draft.note, queueId: draft.queueId ?? '', dueAt: new Date(draft.due).toISOString(), own: draft.own } }),
    refresh: [listCallbacks.id],
    done: t`The callback was noted`,
    onDone: onClose,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isComplete) save.mutate(undefined);
  };
  return (
    <FormDialog onClose={onClose} title={t`New callback`} keep={draft !== EMPTY}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Group grow>
            <TextInput label={t`Number`} type="tel" value={draft.number} onChange={(event) => set({ number: event.currentTarget.value })} required maxLength={40} />
            <TextInput label={t`Name`} value={draft.name} onChange={(event) => set({ name: event.currentTarget.value })} maxLength={100} />
          </Group>
          <Group grow>
            <Select label={t`Queue`} data={(data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))} value={draft.queueId} onChange={(queueId) => set({ queueId })} required />
            <TextInput label={t`Date and time`} type="datetime-local" value={draft.due} onChange={(event) => set({ due: event.currentTarget.value })} required />
          </Group>
          <Radio.Group label={t`Who calls`} value={draft.own ? 'own' : 'any'} onChange={(value) => set({ own: value === 'own' })}>
            <Group mt="xs">
              <Radio value="own" label={t`I do`} />
              <Radio value="any" label={t`Any agent of the queue`} />
            </Group>
          </Radio.Group>
          <Textarea label={t`Note`} value={draft.note} onChange={(event) => set({ note: event.currentTarget.value })} maxLength={1000} autosize minRows={2} />
          <SaveRow dirty={isComplete} saving={save.isPending} onUndo={() => setDraft(EMPTY)} />
        </Stack>
      </form>
    </FormDialog>
  );
}
