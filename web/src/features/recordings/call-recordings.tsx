import { Card, Stack, Text, Title } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import type { CallDetail } from '../../../../shared/api/calls.ts';
import { useSession } from '../../lib/session.ts';
import type { PlayerLink } from '../../records/player-link.ts';
import { RecordingPanel } from './recording-panel.tsx';

/** The recordings of one call, each with its player. */
export function CallRecordings({ recordings, link }: { recordings: CallDetail['recordings']; link?: PlayerLink }) {
  const { can } = useSession();
  const playable = recordings.filter((recording) => recording.status === 'complete' || recording.status === 'interrupted');
  if (recordings.length === 0 || !can('recording.play.own')) return null;
  return (
    <Card withBorder padding="md">
      <Stack gap="md">
        <Title order={2} size="h4">
          <Trans>Recording of the call</Trans>
        </Title>
        {playable.length === 0 && (
          <Text size="sm" c="dimmed">
            <Trans>The recording can be played when the call is over.</Trans>
          </Text>
        )}
        {playable.map((recording) => (
          <RecordingPanel key={recording.id} recordingId={recording.id} link={link} />
        ))}
      </Stack>
    </Card>
  );
}
