import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import { createRecordingNotice, listRecordingNotices, type RecordingNotice, updateRecordingNotice } from '../../../../shared/api/recording-notices.ts';
import { call } from '../../lib/api.ts';
import { FormDialog } from '../../records/form-dialog.tsx';
import { useQueueOptions } from '../../records/queues.ts';
import { ReceiverInputs } from '../../records/receiver-inputs.tsx';
import { areReceivers } from '../../records/receivers.ts';
import { useSave } from '../../records/use-save.ts';
import { useRecordingLabels } from './use-recording-labels.ts';

type Draft = Pick<RecordingNotice, 'name' | 'kind' | 'queueId' | 'labelId' | 'recipients' | 'webhookUrl'>;

const NEW: Draft = { name: '', kind: null, queueId: null, labelId: null, recipients: [], webhookUrl: '' };

const draftOf = ({ name, kind, queueId, labelId, recipients, webhookUrl }: RecordingNotice): Draft => ({ name, kind, queueId, labelId, recipients, webhookUrl });

/** Who is told of which recordings, new or stored. */
export function NoticeForm({ stored, onClose }: { stored: RecordingNotice | null; onClose: () => void }) {
  const { t } = useLingui();
  const [draft, setDraft] = useState<Draft>(() => (stored ? draftOf(stored) : NEW));
  const labels = useRecordingLabels();
  const queues = useQueueOptions();
  const set = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const isComplete = draft.name.trim() !== '' && areReceivers(draft) && (draft.recipients.length > 0 || draft.webhookUrl.trim() !== '');
  const body = { ...draft, name: draft.name.trim(), webhookUrl: draft.webhookUrl.trim() };
  const save = useSave({
    run: () => (stored ? call(updateRecordingNotice, { params: { id: stored.id }, body }) : call(createRecordingNotice, { body: { ...body, active: true } })),
    refresh: [listRecordingNotices.id],
    done: t`Saved`,
    onDone: onClose,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isComplete) save.mutate(undefined);
  };
  const kinds = [
    { value: 'call', label: t`Calls` },
    { value: 'voicemail', label: t`Voicemail` },
  ];
  return (
    <FormDialog keep size="lg" onClose={onClose} title={stored ? <Trans>Change notice</Trans> : <Trans>New notice</Trans>}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput label={t`Name`} value={draft.name} onChange={(event) => set({ name: event.currentTarget.value })} required maxLength={100} data-autofocus />
          <Group gap="sm" grow>
            <Select label={t`Recordings`} placeholder={t`Calls and voicemail`} clearable data={kinds} value={draft.kind} onChange={(kind) => set({ kind: kind as Draft['kind'] })} />
            <Select label={t`Queue`} placeholder={t`All`} clearable data={queues} value={draft.queueId} onChange={(queueId) => set({ queueId })} />
            <Select label={t`Label`} placeholder={t`All`} clearable data={labels.all.map(({ id }) => ({ value: id, label: labels.text(id) }))} value={draft.labelId} onChange={(labelId) => set({ labelId })} />
          </Group>
          <ReceiverInputs value={draft} stored={stored} mailHint={t`A link, nothing of what was said. Enter adds one.`} onChange={set} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              <Trans>Cancel</Trans>
            </Button>
            <Button type="submit" loading={save.isPending} disabled={!isComplete}>
              <Trans>Save</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </FormDialog>
  );
}
