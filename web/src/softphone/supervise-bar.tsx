import { Button, Group, Paper, SegmentedControl, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconHeadphones, IconMicrophone, IconMicrophoneOff, IconPhoneOff } from '@tabler/icons-react';
import { useCallerText } from '../records/caller-text.tsx';
import type { LiveCall, SuperviseMode } from './state.ts';
import classes from './supervise-bar.module.css';
import { useCommand } from './use-command.ts';
import { softphone, useSoftphone } from './use-softphone.ts';

/** Shown on every page while a supervisor listens to or takes part in a call of somebody else. */
export function SuperviseBar({ call: { view } }: { call: LiveCall }) {
  const { t } = useLingui();
  const { run, busy } = useCommand();
  const { supervising, muted } = useSoftphone();
  const callerText = useCallerText();
  const modes = [
    { value: 'monitor', label: t`Monitor` },
    { value: 'whisper', label: t`Whisper` },
    { value: 'barge', label: t`Join` },
  ];
  const change = (mode: string) => void run(() => softphone.supervise(view.callId, mode as SuperviseMode, false));
  return (
    <Paper className={classes.bar} shadow="lg" component="section" aria-label={t`Supervised call`}>
      <Group gap="sm">
        <IconHeadphones aria-hidden />
        <div className={classes.text} role="status">
          <Text size="sm" fw={700}>
            {view.agentName}
          </Text>
          <Text size="sm" truncate>
            {callerText(view)}
          </Text>
        </div>
        <SegmentedControl aria-label={t`How to take part`} disabled={busy} data={modes} value={supervising?.mode ?? 'monitor'} onChange={change} />
        {supervising !== null && supervising.mode !== 'monitor' && (
          <Button
            variant={muted ? 'filled' : 'default'}
            color="orange"
            aria-pressed={muted}
            leftSection={muted ? <IconMicrophoneOff size={18} aria-hidden /> : <IconMicrophone size={18} aria-hidden />}
            onClick={() => softphone.setMuted(!muted)}
          >
            {muted ? <Trans>Unmute</Trans> : <Trans>Mute</Trans>}
          </Button>
        )}
        <Button color="red" disabled={busy} leftSection={<IconPhoneOff size={18} aria-hidden />} onClick={() => void run(() => softphone.stopSupervising())}>
          <Trans>Stop</Trans>
        </Button>
      </Group>
    </Paper>
  );
}
