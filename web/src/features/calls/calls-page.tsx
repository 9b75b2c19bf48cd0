import { Group, Stack, Table, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPhoneIncoming, IconPhoneOutgoing, IconPlayerPlay, IconWorld } from '@tabler/icons-react';
import { useState } from 'react';
import { type Call, listCalls } from '../../../../shared/api/calls.ts';
import { call } from '../../lib/api.ts';
import { CallLink, CustomerLink } from '../../records/links.tsx';
import { ListState } from '../../records/list-state.tsx';
import { PageHead } from '../../records/page-head.tsx';
import { durationText, exactTimeText } from '../../records/times.ts';
import { TableFrame } from '../../records/table-frame.tsx';
import { useList } from '../../records/use-list.ts';
import { type CallFilter, CallFilters, filterQuery, noFilter } from './call-filters.tsx';
import { CallerText } from '../../records/caller-text.tsx';
import { OutcomeBadge } from '../../records/outcome-badge.tsx';
import { useWrapUpCodes } from '../../records/wrap-up-codes.ts';

/** The log of calls. */
export default function CallsPage() {
  const { t } = useLingui();
  const [filter, setFilter] = useState<CallFilter>(noFilter);
  const list = useList([listCalls.id, filter], (cursor, signal) =>
    call(listCalls, { query: { limit: 50, ...filterQuery(filter), ...(cursor === undefined ? {} : { cursor }) } }, signal),
  );
  return (
    <Stack gap="md">
      <PageHead title={<Trans>Call history</Trans>} />
      <CallFilters value={filter} onChange={setFilter} />
      <ListState
        list={list}
        empty={
          filter === noFilter
            ? { title: t`No calls yet`, hint: t`Calls appear here as soon as they begin.` }
            : { title: t`No call matches`, hint: t`Try a longer period or fewer conditions.` }
        }
      >
        {(calls) => <CallTable calls={calls} />}
      </ListState>
    </Stack>
  );
}

function CallTable({ calls }: { calls: Call[] }) {
  const { i18n } = useLingui();
  const codes = useWrapUpCodes();
  return (
    <TableFrame minWidth={860}>
      <Table highlightOnHover verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>
              <Trans>Started</Trans>
            </Table.Th>
            <Table.Th>
              <Trans>Caller</Trans>
            </Table.Th>
            <Table.Th>
              <Trans>Queue</Trans>
            </Table.Th>
            <Table.Th>
              <Trans>Agent</Trans>
            </Table.Th>
            <Table.Th>
              <Trans>Result</Trans>
            </Table.Th>
            <Table.Th ta="right">
              <Trans>Waited</Trans>
            </Table.Th>
            <Table.Th ta="right">
              <Trans>Talked</Trans>
            </Table.Th>
            <Table.Th>
              <Trans>Wrap-up code</Trans>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {calls.map((item) => (
            <Table.Tr key={item.id}>
              <Table.Td style={{ whiteSpace: 'nowrap' }}>
                <CallLink id={item.id}>{exactTimeText(item.startedAt, i18n.locale)}</CallLink>
              </Table.Td>
              <Table.Td>
                <Group gap={4} wrap="nowrap">
                  <DirectionIcon item={item} />
                  <CallerText item={item} />
                </Group>
                {item.customerId !== null && (
                  <Text size="sm">
                    <CustomerLink id={item.customerId}>{item.customerName}</CustomerLink>
                  </Text>
                )}
              </Table.Td>
              <Table.Td>{item.queueName}</Table.Td>
              <Table.Td>{item.agentName}</Table.Td>
              <Table.Td>
                <OutcomeBadge outcome={item.outcome} />
              </Table.Td>
              <Table.Td ta="right">{durationText(item.queueMs)}</Table.Td>
              <Table.Td ta="right">
                {durationText(item.talkMs)}
                {item.recordings.length > 0 && <RecordedIcon />}
              </Table.Td>
              <Table.Td>{codes.text(item.wrapUpLabel)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </TableFrame>
  );
}

function RecordedIcon() {
  const { t } = useLingui();
  return <IconPlayerPlay size={14} role="img" aria-label={t`Recorded`} style={{ marginInlineStart: 6, verticalAlign: 'text-bottom' }} />;
}

function DirectionIcon({ item }: { item: Call }) {
  const { t } = useLingui();
  const look = { size: 16, role: 'img', style: { flexShrink: 0 } } as const;
  if (item.channel === 'web') return <IconWorld {...look} aria-label={t`Web call`} />;
  if (item.direction === 'outbound') return <IconPhoneOutgoing {...look} aria-label={t`Outbound call`} />;
  return <IconPhoneIncoming {...look} aria-label={t`Inbound call`} />;
}
