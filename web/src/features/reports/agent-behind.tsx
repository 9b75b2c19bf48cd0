import { Stack, Table, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { listAgentReportParts, type AgentReportPart } from '../../../../shared/api/reports.ts';
import { AGENT_METRICS, OFFER_METRICS, type AgentFigure } from '../../../../shared/metrics/agent-time.ts';
import { call, type CallRequest } from '../../lib/api.ts';
import { wordsIn } from '../../lib/both-languages.ts';
import { CallerText } from '../../records/caller-text.tsx';
import { FormDialog } from '../../records/form-dialog.tsx';
import { CallLink } from '../../records/links.tsx';
import { ListState } from '../../records/list-state.tsx';
import { Columns, TableFrame } from '../../records/table-frame.tsx';
import { durationText, exactTimeText } from '../../records/times.ts';
import { useList } from '../../records/use-list.ts';

/** Which figure of an agent, or of all of them, somebody wants to see the parts of. */
export interface AgentQuestion {
  title: string;
  figure: AgentFigure;
  query: Omit<CallRequest<typeof listAgentReportParts>['query'], 'figure' | 'limit' | 'cursor'>;
}

/** What a figure of the agents' report is made of, each part with a way to its call. */
export function AgentBehind({ question, onClose }: { question: AgentQuestion; onClose: () => void }) {
  const { i18n } = useLingui();
  const metric = [...AGENT_METRICS, ...OFFER_METRICS].find(({ id }) => id === question.figure);
  return (
    <FormDialog onClose={onClose} size="xl" title={question.title}>
      <Stack gap="xs">
        {metric && (
          <Text size="sm" c="dimmed">
            {wordsIn(i18n.locale, metric.formula)}
          </Text>
        )}
        <Parts question={question} />
      </Stack>
    </FormDialog>
  );
}

function Parts({ question }: { question: AgentQuestion }) {
  const { t } = useLingui();
  const list = useList([listAgentReportParts.id, question.query, question.figure], (cursor, signal) =>
    call(listAgentReportParts, { query: { ...question.query, figure: question.figure, limit: 50, ...(cursor === undefined ? {} : { cursor }) } }, signal),
  );
  return (
    <ListState list={list} empty={{ title: t`No calls` }}>
      {(parts) => <PartTable parts={parts} everybody={question.query.agentId === undefined} offers={OFFER_METRICS.some(({ id }) => id === question.figure)} />}
    </ListState>
  );
}

/** What a part is called: by the column that it counts for. */
function useKindText(): (kind: AgentReportPart['kind']) => string {
  const { i18n, t } = useLingui();
  return (kind) => {
    if (kind === 'taken') return t`Taken`;
    if (kind === 'notTaken') return t`Not taken`;
    const metric = AGENT_METRICS.find(({ id }) => id === kind);
    return metric ? wordsIn(i18n.locale, metric.label) : t`Offline`;
  };
}

/** @param offers the parts have no length */
function PartTable({ parts, everybody, offers }: { parts: AgentReportPart[]; everybody: boolean; offers: boolean }) {
  const { i18n } = useLingui();
  const kindText = useKindText();
  return (
    <TableFrame minWidth={620}>
      <Table highlightOnHover verticalSpacing={4} fz="sm" className="scc-digits">
        <Columns>
          <Trans>Date and time</Trans>
          {everybody && <Trans>Agent</Trans>}
          <Trans>State</Trans>
          {!offers && (
            <Table.Th ta="right">
              <Trans>Length</Trans>
            </Table.Th>
          )}
          <Trans>Call</Trans>
          <Trans>Queue</Trans>
        </Columns>
        <Table.Tbody>
          {parts.map(({ id, at, agentName, kind, ms, call: item }) => (
            <Table.Tr key={id}>
              <Table.Td style={{ whiteSpace: 'nowrap' }}>{exactTimeText(at, i18n.locale)}</Table.Td>
              {everybody && <Table.Td>{agentName}</Table.Td>}
              <Table.Td>{kindText(kind)}</Table.Td>
              {!offers && <Table.Td ta="right">{durationText(ms)}</Table.Td>}
              <Table.Td>
                {item ? (
                  <CallLink id={item.id}>
                    <CallerText item={item} />
                  </CallLink>
                ) : (
                  '–'
                )}
              </Table.Td>
              <Table.Td>{item?.queueName}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </TableFrame>
  );
}
