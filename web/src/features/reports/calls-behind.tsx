import { Modal, Table } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { listReportCalls } from '../../../../shared/api/reports.ts';
import type { CallCount } from '../../../../shared/metrics/call-report.ts';
import { call, type CallRequest } from '../../lib/api.ts';
import { CallerText } from '../../records/caller-text.tsx';
import { CallLink } from '../../records/links.tsx';
import { ListState } from '../../records/list-state.tsx';
import { OutcomeBadge } from '../../records/outcome-badge.tsx';
import { TableFrame } from '../../records/table-frame.tsx';
import { durationText, exactTimeText } from '../../records/times.ts';
import { useList } from '../../records/use-list.ts';

/** Which figure somebody wants to see the calls of. */
export interface BehindQuestion {
  title: string;
  count: CallCount;
  query: Omit<CallRequest<typeof listReportCalls>['query'], 'count' | 'limit' | 'cursor'>;
}

/** The calls behind a figure, each with a way to its page. */
export function CallsBehind({ question, onClose }: { question: BehindQuestion | null; onClose: () => void }) {
  const { t } = useLingui();
  return (
    <Modal opened={question !== null} onClose={onClose} size="xl" title={question?.title} closeButtonProps={{ 'aria-label': t`Close` }}>
      {question && <CallList question={question} />}
    </Modal>
  );
}

function CallList({ question }: { question: BehindQuestion }) {
  const { i18n, t } = useLingui();
  const list = useList([listReportCalls.id, question.query, question.count], (cursor, signal) =>
    call(listReportCalls, { query: { ...question.query, count: question.count, limit: 50, ...(cursor === undefined ? {} : { cursor }) } }, signal),
  );
  return (
    <ListState list={list} empty={{ title: t`No calls` }}>
      {(calls) => (
        <TableFrame minWidth={640}>
          <Table fz="sm" verticalSpacing={4}>
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
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {calls.map((item) => (
                <Table.Tr key={item.id}>
                  <Table.Td style={{ whiteSpace: 'nowrap' }}>
                    <CallLink id={item.id}>{exactTimeText(item.startedAt, i18n.locale)}</CallLink>
                  </Table.Td>
                  <Table.Td>
                    <CallerText item={item} />
                  </Table.Td>
                  <Table.Td>{item.queueName}</Table.Td>
                  <Table.Td>{item.agentName}</Table.Td>
                  <Table.Td>
                    <OutcomeBadge outcome={item.outcome} />
                  </Table.Td>
                  <Table.Td ta="right">{durationText(item.queueMs)}</Table.Td>
                  <Table.Td ta="right">{durationText(item.talkMs)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </TableFrame>
      )}
    </ListState>
  );
}
