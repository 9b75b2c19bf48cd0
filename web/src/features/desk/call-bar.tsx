import { Button, Card, Collapse, Group, Kbd, Stack, Text, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import {
  IconDialpad,
  IconMicrophone,
  IconMicrophoneOff,
  IconPhoneOff,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconPlayerRecordFilled,
} from '@tabler/icons-react';
import { Keypad } from '../../components/keypad.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { formatDuration } from '../../lib/format.ts';
import type { LiveCall } from '../../softphone/state.ts';
import { softphone, useServerNow, useSoftphone } from '../../softphone/use-softphone.ts';
import { CallActions } from './call-actions.tsx';
import { CallParties } from './call-parties.tsx';
import { callerName, useCallerText } from './caller.ts';
import classes from './desk.module.css';
import { HoldAlarm } from './hold-alarm.tsx';
import { useCommand } from '../../softphone/use-command.ts';

interface Props {
  call: LiveCall;
  keypadOpen: boolean;
  onKeypad: () => void;
}

/** The call in progress: with whom, how long, and what can be done with it. */
export function CallBar({ call, keypadOpen, onKeypad }: Props) {
  const { t } = useLingui();
  const { run, busy } = useCommand();
  const { muted } = useSoftphone();
  const callerText = useCallerText();
  const now = useServerNow();
  const { view } = call;
  const held = view.phase === 'held';
  const connected = held || view.phase === 'talking';
  const name = callerName(view, call.matches);
  const lasting = formatDuration(now - Date.parse(view.answeredAt ?? view.startedAt));

  return (
    <Card withBorder padding="md" className={held ? classes.callBarHeld : classes.callBar} component="section" aria-label={t`Call in progress`}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start" gap="sm" wrap="nowrap">
          <div>
            <Group gap="xs">
              <ToneBadge tone={held ? 'warn' : 'info'} strong role="status">
                <PhaseText phase={view.phase} direction={view.direction} />
              </ToneBadge>
              {view.recording && <RecordingBadge paused={view.recordingPaused} />}
              {view.queueName !== '' && (
                <Text size="sm" c="dimmed">
                  {view.queueName}
                </Text>
              )}
            </Group>
            <Title order={2} size="h3" mt={4} className={classes.breakable}>
              {callerText(view)}
            </Title>
            {name !== '' && <Text className={classes.breakable}>{name}</Text>}
          </div>
          <Text size="xl" fw={700} className="scc-digits" aria-label={t`Duration`}>
            {lasting}
          </Text>
        </Group>
        <Group gap="xs">
          <Button
            variant={held ? 'filled' : 'default'}
            color="orange"
            disabled={!connected || busy}
            leftSection={held ? <IconPlayerPlayFilled size={18} aria-hidden /> : <IconPlayerPauseFilled size={18} aria-hidden />}
            rightSection={<Kbd size="xs" className={classes.key}>H</Kbd>}
            onClick={() => void run(() => (held ? softphone.resume() : softphone.hold()))}
          >
            {held ? <Trans>Resume</Trans> : <Trans>Hold</Trans>}
          </Button>
          <Button
            variant={muted ? 'filled' : 'default'}
            color="orange"
            aria-pressed={muted}
            disabled={!connected}
            leftSection={muted ? <IconMicrophoneOff size={18} aria-hidden /> : <IconMicrophone size={18} aria-hidden />}
            rightSection={<Kbd size="xs" className={classes.key}>M</Kbd>}
            onClick={() => softphone.setMuted(!muted)}
          >
            {muted ? <Trans>Unmute</Trans> : <Trans>Mute</Trans>}
          </Button>
          <Button
            variant={keypadOpen ? 'light' : 'default'}
            aria-expanded={keypadOpen}
            disabled={!connected}
            leftSection={<IconDialpad size={18} aria-hidden />}
            rightSection={<Kbd size="xs" className={classes.key}>K</Kbd>}
            onClick={onKeypad}
          >
            <Trans>Keypad</Trans>
          </Button>
          <Button
            ml="auto"
            color="red"
            disabled={busy}
            leftSection={<IconPhoneOff size={18} aria-hidden />}
            onClick={() => void run(() => softphone.hangUp())}
          >
            <Trans>Hang up</Trans>
          </Button>
        </Group>
        <HoldAlarm view={view} />
        <CallActions view={view} />
        <CallParties view={view} />
        <Collapse expanded={keypadOpen && connected}>
          <div style={{ maxWidth: 260 }}>
            <Keypad onDigit={(digit) => void run(() => softphone.sendDigit(digit))} />
          </div>
        </Collapse>
      </Stack>
    </Card>
  );
}

function RecordingBadge({ paused }: { paused: boolean }) {
  return paused ? (
    <ToneBadge tone="warn" icon={<IconPlayerPauseFilled size={12} aria-hidden />}>
      <Trans>Recording paused</Trans>
    </ToneBadge>
  ) : (
    <ToneBadge tone="bad" icon={<IconPlayerRecordFilled size={12} aria-hidden />}>
      <Trans>Recording now</Trans>
    </ToneBadge>
  );
}

function PhaseText({ phase, direction }: { phase: LiveCall['view']['phase']; direction: 'inbound' | 'outbound' }) {
  if (phase === 'held') return <Trans>On hold</Trans>;
  if (phase === 'talking') return <Trans>Talking</Trans>;
  return direction === 'outbound' ? <Trans>Calling…</Trans> : <Trans>Connecting</Trans>;
}
