import { Button, Group, Radio, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconCalendarPlus } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { createCallback, listCallbacks } from '../../../shared/api/callbacks.ts';
import { call } from '../lib/api.ts';
import { useSession } from '../lib/session.ts';
import { useNow } from '../lib/use-now.ts';
import { FormDialog } from './form-dialog.tsx';
import { useQueueOptions } from './queues.ts';
import { SaveRow } from './save-row.tsx';
import { useSave } from './use-save.ts';

/** Whom the promise is about, as far as it is known. */
export interface CallbackAbout {
  number: string;
  name: string;
  queueId: string | null;
  customerId: string | null;
}

const NOBODY: CallbackAbout = { number: '', name: '', queueId: null, customerId: null };

/** Opens the form; nothing for who takes no calls. */
export function CallbackButton({ about, compact = false }: { about: CallbackAbout; compact?: boolean }) {
  const { can } = useSession();
  const [open, setOpen] = useState(false);
  if (!can('call.handle')) return null;
  return (
    <>
      <Button variant="default" w="fit-content" size={compact ? 'compact-sm' : 'sm'} leftSection={<IconCalendarPlus size={compact ? 16 : 18} aria-hidden />} onClick={() => setOpen(true)}>
        <Trans>Schedule the next call</Trans>
      </Button>
      {open && <CallbackForm about={about} onClose={() => setOpen(false)} />}
    </>
  );
}

/** A call promised for a time. */
export function CallbackForm({ about = NOBODY, onClose }: { about?: CallbackAbout; onClose: () => void }) {
  const { t } = useLingui();
  const [empty] = useState({ ...about, note: '', due: '', own: true });
  const [draft, setDraft] = useState(empty);
  const now = useNow(true);
  const set = (part: Partial<typeof empty>) => setDraft((before) => ({ ...before, ...part }));
  const queues = useQueueOptions();
  const isPast = draft.due !== '' && new Date(draft.due).getTime() < now;
  const isComplete = draft.number.trim() !== '' && draft.queueId !== null && draft.due !== '' && !isPast;
  const save = useSave({
    run: () => call(createCallback, { body: { number: draft.number, name: draft.name, note: draft.note, queueId: draft.queueId ?? '', customerId: draft.customerId, dueAt: new Date(draft.due).toISOString(), own: draft.own } }),
    refresh: [listCallbacks.id],
    done: t`The callback was noted`,
    onDone: onClose,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isComplete) save.mutate(undefined);
  };
  return (
    <FormDialog onClose={onClose} title={t`New callback`} keep={draft !== empty}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Group grow>
            <TextInput label={t`Number`} type="tel" value={draft.number} onChange={(event) => set({ number: event.currentTarget.value })} required maxLength={40} />
            <TextInput label={t`Name`} value={draft.name} onChange={(event) => set({ name: event.currentTarget.value })} maxLength={100} />
          </Group>
          <Group grow>
            <Select label={t`Queue`} data={queues} value={draft.queueId} onChange={(queueId) => set({ queueId })} required />
            <TextInput label={t`Date and time`} type="datetime-local" value={draft.due} onChange={(event) => set({ due: event.currentTarget.value })} error={isPast ? t`This time is over` : undefined} required />
          </Group>
          <Radio.Group label={t`Who calls`} value={draft.own ? 'own' : 'any'} onChange={(value) => set({ own: value === 'own' })}>
            <Group mt="xs">
              <Radio value="own" label={t`I do`} />
              <Radio value="any" label={t`Any agent of the queue`} />
            </Group>
          </Radio.Group>
          <Textarea label={t`Note`} value={draft.note} onChange={(event) => set({ note: event.currentTarget.value })} maxLength={1000} autosize minRows={2} />
          <SaveRow dirty={isComplete} saving={save.isPending} onUndo={() => setDraft(empty)} />
        </Stack>
      </form>
    </FormDialog>
  );
}
