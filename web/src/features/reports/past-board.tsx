import { ActionIcon, Badge, Button, Group, Paper, SimpleGrid, Slider, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPlayerPause, IconPlayerPlay, IconPlayerTrackNext, IconPlayerTrackPrev } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { getPastBoard, type PastBoard } from '../../../../shared/api/reports.ts';
import type { TimeClass } from '../../../../shared/metrics/agent-time.ts';
import { EmptyState, ErrorState, LoadingRows } from '../../components/list-states.tsx';
import { call } from '../../lib/api.ts';
import { formatDateTime } from '../../lib/format.ts';
import { useNow } from '../../lib/use-now.ts';
import { dayBounds, dayInJapan } from '../../records/day-range.ts';
import { CallLink } from '../../records/links.tsx';
import { TableFrame } from '../../records/table-frame.tsx';
import { durationText } from '../../records/times.ts';
import { clockText, minuteOf } from './report-query.ts';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;
/** Playing moves one minute on so often, ms. */
const STEP_EVERY_MS = 1000;

/** Minute of the day in Japan. @param now ms since the epoch */
const minuteNow = (now: number): number => Math.floor(((now + 9 * 60 * MINUTE_MS) % (DAY_MINUTES * MINUTE_MS)) / MINUTE_MS);

/** The live board at any past minute, to look at or to play. */
export function PastBoardPart() {
  const { t } = useLingui();
  const now = useNow();
  const today = dayInJapan(now);
  const [day, setDay] = useState(today);
  const [wanted, setMinute] = useState(() => Math.max(0, minuteNow(now) - 1));
  const [playing, setPlaying] = useState(false);
  const start = dayBounds(day)?.from;
  const last = day === today ? minuteNow(now) : DAY_MINUTES - 1;
  // What is still to come has no board: a later hour of today is now.
  const minute = Math.min(wanted, last);
  const at = start === undefined ? null : new Date(Date.parse(start) + minute * MINUTE_MS).toISOString();
  const move = (by: number) => setMinute(Math.min(last, Math.max(0, minute + by)));
  useEffect(() => {
    if (!playing) return undefined;
    const timer = setInterval(() => setMinute((before) => Math.min(last, before + 1)), STEP_EVERY_MS);
    return () => clearInterval(timer);
  }, [playing, last]);
  return (
    <Stack gap="md">
      <Group gap="sm" align="flex-end">
        <TextInput type="date" label={t`Day`} value={day} max={today} onChange={(event) => setDay(event.currentTarget.value > today ? today : event.currentTarget.value)} />
        <TextInput type="time" label={t`Time (JST)`} value={clockText(minute)} onChange={(event) => setMinute(minuteOf(event.currentTarget.value) ?? minute)} />
        <ActionIcon.Group>
          <ActionIcon variant="default" size="input-sm" aria-label={t`One minute back`} onClick={() => move(-1)}>
            <IconPlayerTrackPrev size={18} aria-hidden />
          </ActionIcon>
          <ActionIcon variant="default" size="input-sm" aria-label={t`One minute on`} onClick={() => move(1)}>
            <IconPlayerTrackNext size={18} aria-hidden />
          </ActionIcon>
        </ActionIcon.Group>
        <Button variant="default" leftSection={playing ? <IconPlayerPause size={18} aria-hidden /> : <IconPlayerPlay size={18} aria-hidden />} onClick={() => setPlaying(!playing)}>
          {playing ? <Trans>Pause</Trans> : <Trans>Play (1 minute a second)</Trans>}
        </Button>
      </Group>
      <Slider thumbLabel={t`Time of day`} min={0} max={DAY_MINUTES - 1} value={minute} onChange={(value) => setMinute(Math.min(last, value))} label={clockText} marks={[0, 6, 12, 18].map((hour) => ({ value: hour * 60, label: clockText(hour * 60) }))} mb="lg" />
      {at !== null && <BoardAt at={at} />}
    </Stack>
  );
}

function BoardAt({ at }: { at: string }) {
  const board = useQuery({ queryKey: [getPastBoard.id, at], queryFn: ({ signal }) => call(getPastBoard, { query: { at } }, signal), placeholderData: keepPreviousData, staleTime: 60_000 });
  if (board.data === undefined) return board.error ? <ErrorState error={board.error} onRetry={() => void board.refetch()} /> : <LoadingRows rows={6} />;
  return (
    <Stack gap="md" aria-busy={board.isPlaceholderData}>
      {board.error && <ErrorState error={board.error} onRetry={() => void board.refetch()} />}
      <Queues board={board.data} />
      <Agents board={board.data} />
      <Calls board={board.data} />
    </Stack>
  );
}

function Queues({ board }: { board: PastBoard }) {
  const { i18n } = useLingui();
  return (
    <Stack gap="xs">
      <Title order={2} size="h4">
        <Trans>Queues at {formatDateTime(board.at, i18n.locale)}</Trans>
      </Title>
      <TableFrame minWidth={620}>
        <Table fz="sm" className="scc-digits" verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>
                <Trans>Queue</Trans>
              </Table.Th>
              <Table.Th ta="right">
                <Trans>In queue</Trans>
              </Table.Th>
              <Table.Th ta="right">
                <Trans>Longest wait</Trans>
              </Table.Th>
              <Table.Th ta="right">
                <Trans>Talking</Trans>
              </Table.Th>
              <Table.Th ta="right">
                <Trans>Offered today</Trans>
              </Table.Th>
              <Table.Th ta="right">
                <Trans>Answered today</Trans>
              </Table.Th>
              <Table.Th ta="right">
                <Trans>Abandoned today</Trans>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {board.queues.map((queue) => (
              <Table.Tr key={queue.queueId}>
                <Table.Td>{queue.name}</Table.Td>
                <Table.Td ta="right" fw={queue.waiting > 0 ? 700 : 400}>
                  {queue.waiting}
                </Table.Td>
                <Table.Td ta="right">{durationText(queue.longestWaitMs)}</Table.Td>
                <Table.Td ta="right">{queue.talking}</Table.Td>
                <Table.Td ta="right">{queue.offered}</Table.Td>
                <Table.Td ta="right">{queue.answered}</Table.Td>
                <Table.Td ta="right">{queue.abandoned}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </TableFrame>
    </Stack>
  );
}

const COLOURS: Readonly<Record<TimeClass, string>> = { idle: 'teal', ringing: 'blue', talking: 'navy', wrapUp: 'violet', unhealthy: 'red', break: 'gray', away: 'gray', offline: 'gray' };

function useStateText(): Readonly<Record<TimeClass, string>> {
  const { t } = useLingui();
  return { idle: t`Available`, ringing: t`Ringing`, talking: t`Talking`, wrapUp: t`After-call work`, unhealthy: t`Not offered calls`, break: t`Break`, away: t`Away`, offline: t`Offline` };
}

function Agents({ board }: { board: PastBoard }) {
  const texts = useStateText();
  const present = board.agents.filter(({ state }) => state !== 'offline');
  return (
    <Stack gap="xs">
      <Title order={2} size="h4">
        <Trans>Agents</Trans>
      </Title>
      {present.length === 0 ? (
        <EmptyState title={<Trans>Nobody was logged in</Trans>} />
      ) : (
        <SimpleGrid cols={{ base: 2, sm: 3, md: 5 }} spacing="xs">
          {present.map((agent) => (
            <Paper key={agent.agentId} withBorder p="xs">
              <Text size="sm" fw={600} truncate>
                {agent.name}
              </Text>
              <Group gap="xs">
                <Badge color={COLOURS[agent.state]} variant="light">
                  {texts[agent.state]}
                </Badge>
                <Text size="xs" className="scc-digits">
                  {durationText(agent.sinceMs)}
                </Text>
              </Group>
            </Paper>
          ))}
        </SimpleGrid>
      )}
    </Stack>
  );
}

function Calls({ board }: { board: PastBoard }) {
  const { t } = useLingui();
  const texts = { flow: t`In the flow`, waiting: t`In queue`, talking: t`Talking` };
  return (
    <Stack gap="xs">
      <Title order={2} size="h4">
        <Trans>Calls in progress</Trans>
      </Title>
      {board.calls.length === 0 ? (
        <EmptyState title={<Trans>No calls</Trans>} />
      ) : (
        <Group gap="xs">
          {board.calls.map((one) => (
            <Paper key={one.callId} withBorder p="xs">
              <CallLink id={one.callId}>{texts[one.state]}</CallLink>
              <Text size="xs" c="dimmed" className="scc-digits">
                {[one.queueName, one.agentName, durationText(one.sinceMs)].filter((part) => part !== '').join(' · ')}
              </Text>
            </Paper>
          ))}
        </Group>
      )}
    </Stack>
  );
}
