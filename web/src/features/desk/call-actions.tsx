import { Button, Group } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { notifications } from '@mantine/notifications';
import { IconArrowForwardUp, IconParking, IconPlayerRecord, IconPlayerStop, IconUserQuestion } from '@tabler/icons-react';
import { useState } from 'react';
import { z } from 'zod';
import type { CallView } from '../../../../shared/events.ts';
import { formatDuration } from '../../lib/format.ts';
import { useCommand } from '../../softphone/use-command.ts';
import { softphone, useServerNow } from '../../softphone/use-softphone.ts';
import { TransferDialog } from './transfer-dialog.tsx';

const parkAnswer = z.object({ slot: z.number() });

/** What brings others into the call, or the call to others; and the pause of the recording. */
export function CallActions({ view }: { view: CallView }) {
  const { t } = useLingui();
  const { run, busy } = useCommand();
  const [dialog, setDialog] = useState<'transfer' | 'consult' | null>(null);
  const connected = view.phase === 'talking' || view.phase === 'held';
  const alone = connected && view.parties.length === 0;
  const asking = view.parties.some(({ role }) => role === 'consult');
  const park = () =>
    run(async () => {
      const { slot } = parkAnswer.parse(await softphone.park());
      notifications.show({ color: 'teal', message: t`The caller waits at number ${slot}`, autoClose: 15_000 });
    });
  return (
    <Group gap="xs">
      <Button size="xs" variant="default" disabled={!alone || busy} leftSection={<IconArrowForwardUp size={16} aria-hidden />} onClick={() => setDialog('transfer')}>
        <Trans>Blind transfer</Trans>
      </Button>
      <Button size="xs" variant="default" disabled={!connected || asking || busy} leftSection={<IconUserQuestion size={16} aria-hidden />} onClick={() => setDialog('consult')}>
        <Trans>Consult transfer or conference</Trans>
      </Button>
      <Button size="xs" variant="default" disabled={!alone || busy} leftSection={<IconParking size={16} aria-hidden />} onClick={() => void park()}>
        <Trans>Park</Trans>
      </Button>
      {view.recording && (
        <Button
          size="xs"
          variant={view.recordingPaused ? 'filled' : 'default'}
          color="orange"
          disabled={!connected || busy}
          leftSection={view.recordingPaused ? <IconPlayerRecord size={16} aria-hidden /> : <IconPlayerStop size={16} aria-hidden />}
          onClick={() => void run(() => softphone.pauseRecording(!view.recordingPaused))}
        >
          {view.recordingPaused ? <Trans>Resume recording</Trans> : <Trans>Pause recording</Trans>}
          {view.recordingResumesAt !== null && <ResumesIn at={view.recordingResumesAt} />}
        </Button>
      )}
      {dialog !== null && <TransferDialog kind={dialog} onClose={() => setDialog(null)} />}
    </Group>
  );
}

/** The pause ends by itself. */
function ResumesIn({ at }: { at: string }) {
  const now = useServerNow();
  return <span className="scc-digits">&nbsp;{formatDuration(Math.max(0, Date.parse(at) - now))}</span>;
}
