import { Button, Group, MultiSelect } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconDownload, IconLink, IconLock, IconLockOpen } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { downloadRecording, holdRecording, labelRecording } from '../../../../shared/api/recording-keeping.ts';
import { getRecording, listRecordings, type RecordingDetail } from '../../../../shared/api/recordings.ts';
import { call, callBinary } from '../../lib/api.ts';
import { useProblemText } from '../../lib/problem-text.ts';
import { useSession } from '../../lib/session.ts';
import { FormDialog } from '../../records/form-dialog.tsx';
import { Question } from '../../records/question.tsx';
import { saveFile } from '../../records/save-file.ts';
import { useSave } from '../../records/use-save.ts';
import { ReasonForm } from './reason-form.tsx';
import { ShareDialog } from './share-dialog.tsx';
import { useRecordingLabels } from './use-recording-labels.ts';

/** What keepers do with a recording: label, hold, take a copy, let others hear it. */
export function RecordingKeeping({ recording }: { recording: RecordingDetail }) {
  const { can } = useSession();
  return (
    <Group gap="xs" align="flex-end">
      {can('recording.manage') && <Labels recording={recording} />}
      {can('recording.manage') && <Hold recording={recording} />}
      {can('recording.download') && <Download recording={recording} />}
      {can('recording.manage') && <Share recording={recording} />}
    </Group>
  );
}

function Labels({ recording }: { recording: RecordingDetail }) {
  const { t } = useLingui();
  const labels = useRecordingLabels();
  const save = useSave({ run: (labelIds: string[]) => call(labelRecording, { params: { id: recording.id }, body: { labelIds } }), refresh: [getRecording.id, listRecordings.id], done: t`Labels saved` });
  const choices = labels.all.filter((label) => label.active || recording.labelIds.includes(label.id)).map((label) => ({ value: label.id, label: labels.text(label.id) }));
  return <MultiSelect label={t`Labels`} placeholder={recording.labelIds.length === 0 ? t`None` : ''} miw={220} data={choices} value={recording.labelIds} onChange={(labelIds) => save.mutate(labelIds)} disabled={save.isPending} searchable clearable />;
}

function Hold({ recording }: { recording: RecordingDetail }) {
  const { t } = useLingui();
  const [asking, setAsking] = useState(false);
  const isHeld = recording.heldAt !== null;
  const { holdReason } = recording;
  const change = useSave({
    run: (reason: string | null) => call(holdRecording, { params: { id: recording.id }, body: { reason } }),
    refresh: [getRecording.id, listRecordings.id],
    done: isHeld ? t`The hold was lifted` : t`The recording is held`,
    onDone: () => setAsking(false),
  });
  return (
    <>
      {isHeld ? (
        <Button variant="default" leftSection={<IconLockOpen size={18} aria-hidden />} onClick={() => setAsking(true)}>
          <Trans>Lift the hold</Trans>
        </Button>
      ) : (
        <Button variant="default" leftSection={<IconLock size={18} aria-hidden />} onClick={() => setAsking(true)}>
          <Trans>Legal hold</Trans>
        </Button>
      )}
      {asking && isHeld && (
        <Question title={<Trans>Lift the hold?</Trans>} yes={<Trans>Lift the hold</Trans>} takesAway busy={change.isPending} onYes={() => change.mutate(null)} onClose={() => setAsking(false)}>
          <Trans>The recording is then deleted by itself once its time is over, at the next round if that has passed. It is held for: {holdReason}</Trans>
        </Question>
      )}
      {asking && !isHeld && (
        <FormDialog title={<Trans>Legal hold</Trans>} onClose={() => setAsking(false)}>
          <ReasonForm action={<Trans>Hold the recording</Trans>} busy={change.isPending} onCancel={() => setAsking(false)} onReason={(reason) => change.mutate(reason)}>
            <Trans>Until the hold is lifted nothing deletes this recording, whatever its age.</Trans>
          </ReasonForm>
        </FormDialog>
      )}
    </>
  );
}

function Download({ recording }: { recording: RecordingDetail }) {
  const { t } = useLingui();
  const problemText = useProblemText();
  const [asking, setAsking] = useState(false);
  const save = useMutation({
    mutationFn: async (reason: string) => saveFile(await callBinary(downloadRecording, { params: { id: recording.id }, body: { reason } }), `recording-${recording.startedAt.slice(0, 10)}-${recording.id.slice(-6)}.wav`),
    onSuccess: () => setAsking(false),
    onError: (error) => notifications.show({ color: 'red', title: t`Not downloaded`, message: problemText(error), autoClose: 10_000 }),
  });
  return (
    <>
      <Button variant="default" leftSection={<IconDownload size={18} aria-hidden />} onClick={() => setAsking(true)}>
        <Trans>Download</Trans>
      </Button>
      {asking && (
        <FormDialog title={<Trans>Download the recording</Trans>} onClose={() => setAsking(false)}>
          <ReasonForm action={<Trans>Download</Trans>} busy={save.isPending} onCancel={() => setAsking(false)} onReason={(reason) => save.mutate(reason)}>
            <Trans>A copy outside is not protected any more. The reason is written to the audit log.</Trans>
          </ReasonForm>
        </FormDialog>
      )}
    </>
  );
}

function Share({ recording }: { recording: RecordingDetail }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="default" leftSection={<IconLink size={18} aria-hidden />} onClick={() => setOpen(true)}>
        <Trans>Links</Trans>
      </Button>
      {open && <ShareDialog recordingId={recording.id} onClose={() => setOpen(false)} />}
    </>
  );
}
