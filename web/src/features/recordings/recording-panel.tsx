import { Alert, Stack } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { IconAlertTriangle } from '@tabler/icons-react';
import { getRecording } from '../../../../shared/api/recordings.ts';
import { call } from '../../lib/api.ts';
import { ErrorState, PageLoading } from '../../components/list-states.tsx';
import { useOne } from '../../records/use-one.ts';
import { RecordingPlayer } from './recording-player.tsx';

/** Loads what the player needs to draw; the sound itself is asked for when somebody presses play. */
export function RecordingPanel({ recordingId }: { recordingId: string }) {
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
      <RecordingPlayer
        key={recordingId}
        recordingId={recordingId}
        durationMs={recording.data.durationMs ?? 0}
        peaks={recording.data.peaks ?? { left: [], right: [] }}
        gaps={recording.data.gaps}
      />
    </Stack>
  );
}
