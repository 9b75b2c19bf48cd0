import { Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconMicrophone, IconMicrophoneOff, IconPhoneOff } from '@tabler/icons-react';
import { ToneBadge } from '../../components/tone-badge.tsx';
import type { LiveCall } from '../../softphone/state.ts';
import { useCommand } from '../../softphone/use-command.ts';
import { softphone, useSoftphone } from '../../softphone/use-softphone.ts';
import { callerName, useCallerText } from './caller.ts';
import classes from './desk.module.css';

/** A call of somebody else in which this agent was asked, or takes part. */
export function PartyBar({ call: { view, matches } }: { call: LiveCall }) {
  const { t } = useLingui();
  const { run, busy } = useCommand();
  const { agent, muted } = useSoftphone();
  const callerText = useCallerText();
  const role = view.parties.find(({ agentId }) => agentId === agent?.agentId)?.role;
  const name = callerName(view, matches);
  return (
    <Card withBorder padding="md" className={classes.callBar} component="section" aria-label={t`Call in progress`}>
      <Stack gap="sm">
        <div>
          <ToneBadge tone="info" strong role="status">
            {role === 'member' ? <Trans>In a conference with {view.agentName}</Trans> : <Trans>Asked by {view.agentName}</Trans>}
          </ToneBadge>
          <Title order={2} size="h3" mt={4} className={classes.breakable}>
            {callerText(view)}
          </Title>
          {name !== '' && <Text className={classes.breakable}>{name}</Text>}
        </div>
        <Group gap="xs">
          <Button
            variant={muted ? 'filled' : 'default'}
            color="orange"
            aria-pressed={muted}
            leftSection={muted ? <IconMicrophoneOff size={18} aria-hidden /> : <IconMicrophone size={18} aria-hidden />}
            onClick={() => softphone.setMuted(!muted)}
          >
            {muted ? <Trans>Unmute</Trans> : <Trans>Mute</Trans>}
          </Button>
          <Button ml="auto" color="red" disabled={busy} leftSection={<IconPhoneOff size={18} aria-hidden />} onClick={() => void run(() => softphone.hangUp())}>
            <Trans>Hang up</Trans>
          </Button>
        </Group>
      </Stack>
    </Card>
  );
}
