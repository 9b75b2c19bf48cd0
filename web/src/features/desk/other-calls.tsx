import { Button, Card, Group, Kbd, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconArrowsExchange } from '@tabler/icons-react';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { formatDuration } from '../../lib/format.ts';
import type { LiveCall } from '../../softphone/state.ts';
import { useCommand } from '../../softphone/use-command.ts';
import { softphone, useServerNow } from '../../softphone/use-softphone.ts';
import { callerName, useCallerText } from './caller.ts';
import classes from './desk.module.css';
import { HoldAlarm } from './hold-alarm.tsx';

/** Further calls of the agent, whose callers hear music: who they are, how long they wait, and the way to them. */
export function OtherCalls({ calls }: { calls: readonly LiveCall[] }) {
  const { t } = useLingui();
  return (
    <Stack gap="xs" component="section" aria-label={t`Further calls on hold`}>
      {calls.map((call, index) => (
        <OtherCall key={call.view.callId} call={call} hasKey={index === 0} />
      ))}
    </Stack>
  );
}

function OtherCall({ call, hasKey }: { call: LiveCall; hasKey: boolean }) {
  const { run, busy } = useCommand();
  const callerText = useCallerText();
  const now = useServerNow();
  const { view, matches } = call;
  const name = callerName(view, matches);
  const { heldSince } = view;
  return (
    <Card withBorder padding="sm" className={classes.callBarHeld}>
      <Group justify="space-between" gap="sm">
        <div>
          <Group gap="xs">
            <ToneBadge tone="warn" strong>
              <Trans>On hold</Trans>
            </ToneBadge>
            {heldSince !== null && (
              <Text size="sm" className="scc-digits">
                {formatDuration(now - Date.parse(heldSince))}
              </Text>
            )}
            {view.queueName !== '' && (
              <Text size="sm" c="gray.7">
                {view.queueName}
              </Text>
            )}
          </Group>
          <Text fw={600} className={classes.breakable}>
            {callerText(view)}
            {name !== '' && <> · {name}</>}
          </Text>
        </div>
        <Button
          color="teal"
          disabled={busy}
          leftSection={<IconArrowsExchange size={18} aria-hidden />}
          rightSection={hasKey ? <Kbd size="xs" className={classes.key}>W</Kbd> : undefined}
          onClick={() => void run(() => softphone.switchTo(view.callId))}
        >
          <Trans>Switch to this call</Trans>
        </Button>
      </Group>
      <HoldAlarm view={view} beside />
    </Card>
  );
}
