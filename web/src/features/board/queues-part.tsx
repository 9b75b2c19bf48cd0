import { Badge, Card, Group, Stack, Table, Text, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconAlarm, IconAlertTriangle, IconClockOff, IconCheck, IconHourglass, IconPhoneOutgoing } from '@tabler/icons-react';
import type { QueueView } from '../../../../shared/events.ts';
import { EmptyState } from '../../components/list-states.tsx';
import { formatDuration } from '../../lib/format.ts';
import { answerRate, queueAlarm, sortQueues } from './board-figures.ts';
import classes from '../../components/stacked-table.module.css';
import { Tag } from '../../records/tag.tsx';

/** Every queue with who waits, who works and how the day goes. */
export function QueuesPart({ queues, now }: { queues: QueueView[]; now: number }) {
  const { t } = useLingui();
  const columns = [t`Waiting calls`, t`Longest wait`, t`Available`, t`Talking`, t`In wrap-up`, t`Offered`, t`Answered`, t`Abandoned`, t`Overflowed`, t`Answer rate`];
  return (
    <Card withBorder padding="md" component="section" aria-labelledby="board-queues">
      <Stack gap="sm">
        <Title order={2} size="h4" id="board-queues">
          <Trans>Queues</Trans>
        </Title>
        {queues.length === 0 ? (
          <EmptyState title={<Trans>No queues</Trans>} />
        ) : (
          <Table className={`${classes.table ?? ''} scc-digits`} verticalSpacing="xs" __vars={{ '--scc-columns': '3' }}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>
                  <Trans>Queue</Trans>
                </Table.Th>
                {columns.map((column) => (
                  <Table.Th key={column} ta="right">
                    {column}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {sortQueues(queues).map((queue) => (
                <QueueRow key={queue.queueId} queue={queue} columns={columns} now={now} />
              ))}
            </Table.Tbody>
          </Table>
        )}
        <Text size="xs" c="dimmed">
          <Trans>
            Today (Japan time). Answer rate = answered ÷ offered to the queue × 100; callers who still wait count as offered.
          </Trans>
        </Text>
      </Stack>
    </Card>
  );
}

function QueueRow({ queue, columns, now }: { queue: QueueView; columns: string[]; now: number }) {
  const rate = answerRate(queue);
  const cells = [
    queue.waiting,
    queue.oldestSince === null ? '–' : formatDuration(now - Date.parse(queue.oldestSince)),
    queue.routable,
    queue.talking,
    queue.wrapUp,
    queue.offeredToday,
    queue.answeredToday,
    queue.abandonedToday,
    queue.flowedOutToday,
    rate === null ? '–' : `${rate.toFixed(1)}%`,
  ];
  return (
    <Table.Tr>
      <Table.Td>
        <Group gap="xs">
          <Text fw={600}>{queue.name}</Text>
          <QueueAlarm queue={queue} now={now} />
          {queue.closed !== null && (
            <Tag color={queue.closed === 'emergency' ? 'red' : 'gray'} icon={queue.closed === 'emergency' ? IconAlertTriangle : IconClockOff}>
              {queue.closed === 'emergency' ? <Trans>Emergency switch</Trans> : <Trans>Out of hours</Trans>}
            </Tag>
          )}
          {queue.callbacks > 0 && (
            <Tag icon={IconPhoneOutgoing}>
              <Trans>Callbacks: {queue.callbacks}</Trans>
            </Tag>
          )}
        </Group>
      </Table.Td>
      {cells.map((cell, index) => (
        <Table.Td key={columns[index]} data-label={columns[index]} ta={{ sm: 'right' }} fw={index < 2 && queue.waiting > 0 ? 700 : 400} fz="md">
          {cell}
        </Table.Td>
      ))}
    </Table.Tr>
  );
}

function QueueAlarm({ queue, now }: { queue: QueueView; now: number }) {
  switch (queueAlarm(queue, now)) {
    case 'serious':
      return (
        <Badge color="red.9" tt="none" leftSection={<IconAlarm size={14} aria-hidden />}>
          <Trans>Over 1 minute</Trans>
        </Badge>
      );
    case 'waiting':
      return (
        <Tag color="orange" icon={IconHourglass}>
          <Trans>In queue</Trans>
        </Tag>
      );
    case 'calm':
      return (
        <Tag icon={IconCheck}>
          <Trans>No one waits</Trans>
        </Tag>
      );
  }
}
