import { Card, Group, Stack, Table, Text, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconAlarm, IconDialpad, IconHourglass, IconParking, IconPhoneCall, IconPhoneOff, IconPhonePause, IconPhoneRinging, IconPlayerRecordFilled, IconWorld } from '@tabler/icons-react';
import type { AgentView, CallView } from '../../../../shared/events.ts';
import { EmptyState } from '../../components/list-states.tsx';
import { formatDuration, formatPhone } from '../../lib/format.ts';
import { useCallerText } from '../../records/caller-text.tsx';
import { usePathText } from '../../records/path-text.ts';
import { callTimerSince, sortCalls } from './board-figures.ts';
import classes from '../../components/stacked-table.module.css';
import { Columns } from '../../records/table-frame.tsx';
import { AssignButton } from './assign-button.tsx';
import { SuperviseButton } from './supervise-dialog.tsx';
import { Tag } from '../../records/tag.tsx';

/** More rows than anybody reads would only slow the page down. */
const SHOWN = 100;

/** Every call in progress, those who wait first. */
export function CallsPart({ calls, agents, now }: { calls: CallView[]; agents: readonly AgentView[]; now: number }) {
  const shown = sortCalls(calls).slice(0, SHOWN);
  const more = calls.length - shown.length;
  return (
    <Card withBorder padding="md" component="section" aria-labelledby="board-calls">
      <Stack gap="sm">
        <Title order={2} size="h4" id="board-calls">
          <Trans>Calls in progress ({calls.length})</Trans>
        </Title>
        {shown.length === 0 ? <EmptyState title={<Trans>No calls at the moment</Trans>} /> : <CallTable calls={shown} agents={agents} now={now} />}
        {more > 0 && (
          <Text size="sm" c="dimmed">
            <Trans>and {more} more</Trans>
          </Text>
        )}
      </Stack>
    </Card>
  );
}

function CallTable({ calls, agents, now }: { calls: CallView[]; agents: readonly AgentView[]; now: number }) {
  const { t } = useLingui();
  const callerText = useCallerText();
  const pathText = usePathText();
  return (
    <Table className={`${classes.table ?? ''} scc-digits`} verticalSpacing={6}>
      <Columns actions>
        <Trans>State</Trans>
        <Trans>Time</Trans>
        <Trans>Caller</Trans>
        <Trans>Queue</Trans>
        <Trans>Agent</Trans>
        <Trans>Way here</Trans>
      </Columns>
      <Table.Tbody>
        {calls.map((call) => (
          <Table.Tr key={call.callId}>
            <Table.Td>
              <Group gap={6}>
                <PhaseBadge phase={call.phase} />
                {call.holdAlarm === 2 && (
                  <Tag color="red" icon={IconAlarm}>
                    <Trans>Held for long</Trans>
                  </Tag>
                )}
                {call.parkSlot !== null && (
                  <Tag icon={IconParking}>
                    <Trans>Parked at {call.parkSlot}</Trans>
                  </Tag>
                )}
                {call.recording && !call.recordingPaused && <IconPlayerRecordFilled size={14} color="var(--mantine-color-red-7)" role="img" aria-label={t`Recording now`} />}
              </Group>
            </Table.Td>
            <Table.Td data-label={t`Time`}>
              {formatDuration(now - Date.parse(callTimerSince(call)))}
              <Expected call={call} now={now} />
            </Table.Td>
            <Table.Td data-label={t`Caller`}>
              {call.callerName !== '' && call.callerNumber !== '' && call.callerName !== call.callerNumber && <Text size="sm">{call.callerName}</Text>}
              <Text size="sm">
                {call.channel === 'web' && <IconWorld size={15} role="img" aria-label={t`Web call`} style={{ verticalAlign: 'text-bottom', marginInlineEnd: 4 }} />}
                {callerText(call)}
              </Text>
            </Table.Td>
            <Table.Td data-label={t`Queue`}>{call.queueName || '–'}</Table.Td>
            <Table.Td data-label={t`Agent`}>{[call.agentName || '–', ...call.parties.map(({ name, number }) => name || formatPhone(number))].join(', ')}</Table.Td>
            <Table.Td data-label={t`Way here`} className={classes.wide ?? ''}>
              <Text size="sm" c="dimmed">
                {[formatPhone(call.dialledNumber), ...call.path.map(pathText)].join(' › ')}
              </Text>
            </Table.Td>
            <Table.Td ta="right">
              <SuperviseButton call={call} />
              <AssignButton call={call} agents={agents} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** Place in the queue and the wait to expect, as the caller was told. */
function Expected({ call, now }: { call: CallView; now: number }) {
  const { position, expected } = call;
  if (position === 0) return null;
  const minutes = expected === null ? null : Math.max(1, Math.ceil((Date.parse(expected.to) - now) / 60_000));
  return (
    <Text size="xs" c="dimmed">
      <Trans>No. {position}</Trans>
      {minutes !== null && (
        <>
          {' · '}
          <Trans>within about {minutes} min</Trans>
        </>
      )}
    </Text>
  );
}

function PhaseBadge({ phase }: { phase: CallView['phase'] }) {
  const { t } = useLingui();
  const looks = {
    ivr: { icon: IconDialpad, color: 'gray', text: t`In the menu` },
    queued: { icon: IconHourglass, color: 'orange', text: t`In queue` },
    ringing: { icon: IconPhoneRinging, color: 'yellow', text: t`Ringing` },
    talking: { icon: IconPhoneCall, color: 'blue', text: t`Talking` },
    held: { icon: IconPhonePause, color: 'grape', text: t`On hold` },
    ended: { icon: IconPhoneOff, color: 'gray', text: t`Ended` },
  };
  const look = looks[phase];
  return (
    <Tag color={look.color} icon={look.icon}>
      {look.text}
    </Tag>
  );
}
