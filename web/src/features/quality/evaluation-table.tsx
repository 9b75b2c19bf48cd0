import { Anchor, Group, Table } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconMail } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { Evaluation } from '../../../../shared/api/evaluations.ts';
import { formatDateTime } from '../../lib/format.ts';
import { useSession } from '../../lib/session.ts';
import { Tag } from '../../records/tag.tsx';
import { Columns, TableFrame } from '../../records/table-frame.tsx';
import { percentText, ResultTags, StateTag } from './score-tags.tsx';

/** Evaluations as rows, each with the way to its page. */
export function EvaluationTable({ evaluations }: { evaluations: readonly Evaluation[] }) {
  const { i18n } = useLingui();
  const { user } = useSession();
  return (
    <TableFrame minWidth={820}>
      <Table verticalSpacing="xs">
        <Columns>
          <Trans>Time of the call</Trans>
          <Trans>Agent</Trans>
          <Trans>Score sheet</Trans>
          <Trans>Queue</Trans>
          <Trans>Evaluator</Trans>
          <Table.Th ta="right">
            <Trans>Score</Trans>
          </Table.Th>
          <Trans>Verdict</Trans>
          <Trans>State</Trans>
        </Columns>
        <Table.Tbody>
          {evaluations.map((item) => (
            <Table.Tr key={item.id}>
              <Table.Td style={{ whiteSpace: 'nowrap' }}>
                <Anchor inherit renderRoot={(props) => <Link {...props} to="/evaluations/$id" params={{ id: item.id }} />}>
                  {formatDateTime(item.calledAt, i18n.locale)}
                </Anchor>
              </Table.Td>
              <Table.Td>{item.agentName}</Table.Td>
              <Table.Td>{item.sheetName}</Table.Td>
              <Table.Td>{item.queueName}</Table.Td>
              <Table.Td>{item.evaluatorName}</Table.Td>
              <Table.Td ta="right">{percentText(item.percent)}</Table.Td>
              <Table.Td>
                <ResultTags passed={item.passed} fatal={item.fatal} />
              </Table.Td>
              <Table.Td>
                <Group gap={4} wrap="nowrap">
                  <StateTag state={item.state} />
                  {item.unread && item.agentId === user?.id && (
                    <Tag color="red" icon={IconMail}>
                      <Trans>Unread</Trans>
                    </Tag>
                  )}
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </TableFrame>
  );
}
