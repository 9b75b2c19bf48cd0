import { Group, Table, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPhoneIncoming, IconPhoneOutgoing, IconPlayerPlay, IconWorld } from '@tabler/icons-react';
import type { Call } from '../../../shared/api/calls.ts';
import { CallerText } from './caller-text.tsx';
import { CallLink, CustomerLink } from './links.tsx';
import { OutcomeBadge } from './outcome-badge.tsx';
import { Columns, TableFrame } from './table-frame.tsx';
import { durationText, exactTimeText } from './times.ts';
import { useWrapUpCodes } from './wrap-up-codes.ts';

/** Calls, each with a way to its page. @param short in a dialog: without what was said in the wrap-up */
export function CallTable({ calls, short = false }: { calls: Call[]; short?: boolean }) {
  const { i18n } = useLingui();
  const codes = useWrapUpCodes();
  return (
    <TableFrame minWidth={short ? 640 : 860}>
      <Table highlightOnHover verticalSpacing={short ? 4 : 'xs'} {...(short && { fz: 'sm' })}>
        <Columns>
          <Trans>Started</Trans>
          <Trans>Caller</Trans>
          <Trans>Queue</Trans>
          <Trans>Agent</Trans>
          <Trans>Result</Trans>
          <Table.Th ta="right">
            <Trans>Waited</Trans>
          </Table.Th>
          <Table.Th ta="right">
            <Trans>Talked</Trans>
          </Table.Th>
          {!short && (
            <Trans>Wrap-up code</Trans>
          )}
        </Columns>
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
              {!short && <Table.Td>{codes.text(item.wrapUpLabel)}</Table.Td>}
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
