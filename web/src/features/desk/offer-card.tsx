import { Button, Card, Group, Kbd, Stack, Text, Title } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { IconPhoneCall, IconPhoneIncoming, IconPhoneX } from '@tabler/icons-react';
import type { Offer } from '../../../../shared/events.ts';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { formatDuration, formatPhone } from '../../lib/format.ts';
import { softphone, useServerNow, useSoftphone } from '../../softphone/use-softphone.ts';
import { usePathText } from '../../records/path-text.ts';
import { CautionNote } from './caution-note.tsx';
import { callerName, useCallerText } from './caller.ts';
import classes from './desk.module.css';
import { useCommand } from '../../softphone/use-command.ts';

/** A call that rings here: who it is, which way it came, why it came to this agent. */
export function OfferCard({ offer }: { offer: Offer }) {
  const { t } = useLingui();
  const { run, busy } = useCommand();
  const now = useServerNow();
  const callerText = useCallerText();
  const pathText = usePathText();
  const { call, matches, reason } = offer;
  const name = callerName(call, matches);
  const isBeside = useSoftphone().call !== null;
  const left = Math.max(0, Math.ceil((Date.parse(offer.expiresAt) - now) / 1000));

  return (
    <Card withBorder padding="md" className={classes.offer} component="section" aria-label={t`Incoming call`}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start" gap="sm">
          <Group gap="sm" wrap="nowrap" align="flex-start">
            <IconPhoneIncoming size={32} className={classes.ringing} aria-hidden />
            <div role="alert">
              <Text size="sm" c="dimmed">
                {call.direction === 'outbound' ? <Trans>Callback: the number is dialled when you take it</Trans> : isBeside ? <Trans>A further call waits for you</Trans> : <Trans>Incoming call</Trans>}
                {call.queueName !== '' && <> · {call.queueName}</>}
              </Text>
              <Title order={2} size="h3" className={classes.breakable}>
                {callerText(call)}
              </Title>
              {name !== '' && <Text className={classes.breakable}>{name}</Text>}
            </div>
          </Group>
          <Group gap="xs">
            <Button
              color="teal"
              size="md"
              leftSection={<IconPhoneCall size={20} aria-hidden />}
              rightSection={<Kbd size="xs" className={classes.key}>A</Kbd>}
              disabled={busy}
              onClick={() => void run(() => softphone.accept())}
            >
              {isBeside ? <Trans>Hold and answer</Trans> : <Trans>Answer</Trans>}
            </Button>
            <Button
              variant="default"
              size="md"
              leftSection={<IconPhoneX size={20} aria-hidden />}
              rightSection={<Kbd size="xs" className={classes.key}>X</Kbd>}
              disabled={busy}
              onClick={() => void run(() => softphone.decline())}
            >
              <Trans>Decline</Trans>
            </Button>
          </Group>
        </Group>
        <CautionNote matches={matches} />
        <Group gap="xs">
          <ToneBadge tone="neutral">
            <Trans>Dialled {formatPhone(call.dialledNumber)}</Trans>
          </ToneBadge>
          {call.path.map((step, index) => (
            <ToneBadge key={index} tone="info">
              {pathText(step)}
            </ToneBadge>
          ))}
          <ToneBadge tone="warn">
            <Plural value={left} one="# second left" other="# seconds left" />
          </ToneBadge>
        </Group>
        <Text size="sm" c="gray.7">
          <Reason reason={reason} />
        </Text>
      </Stack>
    </Card>
  );
}

function Reason({ reason }: { reason: Offer['reason'] }) {
  const waited = formatDuration(reason.waitedMs);
  const { load = 0, capacity = 1 } = reason;
  if (load > 0) {
    return (
      <>
        <Trans>Why you: nobody with fewer calls can take it; you have {load} of {capacity}</Trans>
        {' · '}
        <Plural value={reason.considered} one="# agent considered" other="# agents considered" />
        {' · '}
        <Trans>the caller waited {waited}</Trans>
      </>
    );
  }
  if (reason.idleMs === null || reason.rule !== 'longestIdle') return <Trans>Waited {waited} in the queue</Trans>;
  const idle = formatDuration(reason.idleMs);
  return (
    <>
      <Trans>Why you: idle longest ({idle})</Trans>
      {' · '}
      <Plural value={reason.considered} one="# agent considered" other="# agents considered" />
      {' · '}
      <Trans>the caller waited {waited}</Trans>
    </>
  );
}
