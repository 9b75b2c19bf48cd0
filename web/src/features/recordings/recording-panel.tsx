import { Alert, Stack } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { IconAlertTriangle, IconLock } from '@tabler/icons-react';
import { useState } from 'react';
import { getRecording, type RecordingDetail } from '../../../../shared/api/recordings.ts';
import { call } from '../../lib/api.ts';
import { ErrorState, PageLoading } from '../../components/list-states.tsx';
import type { PlayerLink } from '../../records/player-link.ts';
import { useOne } from '../../records/use-one.ts';
import { ReasonForm } from './reason-form.tsx';
import { RecordingKeeping } from './recording-keeping.tsx';
import { useRecordingLabels } from './use-recording-labels.ts';
import { RecordingPlayer } from './recording-player.tsx';

/**
 * Loads what the player needs to draw; the sound itself is asked for when somebody presses play.
 * @param link for what stands beside the player; what keepers do with a recording is left out there
 */
export function RecordingPanel({ recordingId, link }: { recordingId: string; link?: PlayerLink | undefined }) {
  const recording = useOne([getRecording.id, recordingId], (signal) => call(getRecording, { params: { id: recordingId } }, signal));
  if (recording.isPending) return <PageLoading />;
  if (recording.isError) return <ErrorState error={recording.error} onRetry={() => void recording.refetch()} />;
  return (
    <Stack gap="sm">
      {recording.data.status === 'interrupted' && (
        <Alert color="yellow" icon={<IconAlertTriangle aria-hidden />} title={<Trans>This recording ended early</Trans>}>
          <Trans>What was stored before the fault can be played.</Trans>
        </Alert>
      )}
      {recording.data.heldAt !== null && (
        <Alert color="blue" icon={<IconLock aria-hidden />} title={<Trans>On legal hold</Trans>}>
          {recording.data.holdReason}
        </Alert>
      )}
      <Guarded recording={recording.data} link={link} />
      {link === undefined && <RecordingKeeping recording={recording.data} />}
    </Stack>
  );
}

/** A sensitive recording is heard after its reason was said; the server asks for it too. */
function Guarded({ recording, link }: { recording: RecordingDetail; link: PlayerLink | undefined }) {
  const labels = useRecordingLabels();
  const [reason, setReason] = useState<string | null>(null);
  if (labels.isSensitive(recording.labelIds) && reason === null) {
    return (
      <ReasonForm action={<Trans>Show the player</Trans>} onReason={setReason}>
        <Trans>This recording is sensitive. Say why you want to hear it; the reason is written to the audit log.</Trans>
      </ReasonForm>
    );
  }
  return (
    <RecordingPlayer
      key={recording.id}
      recordingId={recording.id}
      durationMs={recording.durationMs ?? 0}
      peaks={recording.peaks ?? { left: [], right: [] }}
      gaps={recording.gaps}
      comments={recording.comments}
      reason={reason}
      link={link}
    />
  );
}
