import { Alert, Group, Stack, Table } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { exportAgentReport, getAgentReport, type AgentReport } from '../../../../shared/api/reports.ts';
import { AGENT_METRICS, OFFER_METRICS, type AgentFigure } from '../../../../shared/metrics/agent-time.ts';
import { EmptyState, ErrorState, LoadingRows } from '../../components/list-states.tsx';
import { call, callBinary } from '../../lib/api.ts';
import { formatDateTime } from '../../lib/format.ts';
import { PeriodInputs } from '../../records/filter-inputs.tsx';
import { TableFrame } from '../../records/table-frame.tsx';
import { periodOf } from '../../records/day-range.ts';
import { ExportMenu } from '../../records/export-menu.tsx';
import { useKept } from '../../records/kept.ts';
import { SortHead } from '../../records/sort-head.tsx';
import { sortedRows, type Sorting } from '../../records/sorting.ts';
import { wordsIn } from '../../lib/both-languages.ts';
import { AgentBehind, type AgentQuestion } from './agent-behind.tsx';
import { FigureButton } from './figure-button.tsx';
import { MetricHead } from './metric-head.tsx';
import { NoPeriod, Presets } from './report-filters.tsx';
import { firstChoice } from './report-query.ts';

type AgentRow = AgentReport['rows'][number];

const METRICS = [...AGENT_METRICS, ...OFFER_METRICS];

/** How each agent's time was spent. */
export function AgentReportPart() {
  const { t } = useLingui();
  const [days, setDays] = useKept('days', () => {
    const { fromDay, toDay } = firstChoice(Date.now());
    return { fromDay, toDay };
  });
  const [question, setQuestion] = useState<AgentQuestion | null>(null);
  const period = periodOf(days);
  const report = useQuery({
    queryKey: [getAgentReport.id, days],
    queryFn: ({ signal }) => call(getAgentReport, { query: period ?? { from: '', to: '' } }, signal),
    enabled: period !== null,
    placeholderData: keepPreviousData,
  });
  return (
    <Stack gap="md">
      <Presets onChoose={({ fromDay, toDay }) => setDays({ fromDay, toDay })} />
      <Group gap="sm" align="flex-end" justify="space-between">
        <Group gap="sm" align="flex-end">
          <PeriodInputs value={days} onChange={(part) => setDays({ ...days, ...part })} />
        </Group>
        <ExportMenu
          name={`${t`agents`}-${days.fromDay}`}
          disabled={period === null || !report.data || report.data.rows.length === 0}
          fetchFile={(form) => callBinary(exportAgentReport, { query: { ...(period ?? { from: '', to: '' }), ...form } })}
        />
      </Group>
      {period === null && (
        <Alert color="yellow">
          <NoPeriod />
        </Alert>
      )}
      {report.error && <ErrorState error={report.error} onRetry={() => void report.refetch()} />}
      {period !== null && report.isPending && <LoadingRows rows={8} />}
      {report.data?.rows.length === 0 && <EmptyState title={<Trans>Nobody was logged in</Trans>} hint={<Trans>An agent appears here after opening the desk.</Trans>} />}
      {report.data && report.data.rows.length > 0 && (
        <AgentTable
          report={report.data}
          onAsk={(agentId, figure, title) => period && setQuestion({ title, figure, query: { from: period.from, to: period.to, ...(agentId === null ? {} : { agentId }) } })}
        />
      )}
      {question && <AgentBehind question={question} onClose={() => setQuestion(null)} />}
    </Stack>
  );
}

/** Opens what is behind a figure; without an agent it is the total. */
type OnAsk = (agentId: string | null, figure: AgentFigure, title: string) => void;

const figureOf = (of: AgentRow | AgentReport['total'], figure: AgentFigure): number | null => (figure === 'offers' || figure === 'taken' || figure === 'notTaken' ? of[figure] : (of.figures[figure] ?? null));

/** What a row has in a column. */
function valueOf(row: AgentRow, column: string): number | string | null {
  if (column === 'name' || column === 'firstLogin' || column === 'lastLogoff') return row[column];
  const metric = METRICS.find(({ id }) => id === column);
  return metric ? figureOf(row, metric.id) : null;
}

function AgentTable({ report, onAsk }: { report: AgentReport; onAsk: OnAsk }) {
  const { i18n, t } = useLingui();
  const [sorting, setSorting] = useKept<Sorting | null>('sorting', null);
  const sort = { sorting, onSort: setSorting };
  const time = (iso: string | null): string => (iso === null ? '–' : formatDateTime(iso, i18n.locale));
  return (
    <TableFrame minWidth={1200}>
      <Table fz="sm" className="scc-digits scc-first-stays" verticalSpacing={4} highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <SortHead id="name" name={t`Agent`} {...sort}>
              <Trans>Agent</Trans>
            </SortHead>
            {METRICS.map((metric) => (
              <SortHead key={metric.id} id={metric.id} name={wordsIn(i18n.locale, metric.label)} figures {...sort}>
                <MetricHead metric={metric} />
              </SortHead>
            ))}
            <SortHead id="firstLogin" name={t`First login`} {...sort}>
              <Trans>First login</Trans>
            </SortHead>
            <SortHead id="lastLogoff" name={t`Last log-off`} {...sort}>
              <Trans>Last log-off</Trans>
            </SortHead>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {sortedRows(report.rows, sorting, valueOf).map((row) => (
            <Table.Tr key={row.agentId}>
              <Table.Td style={{ whiteSpace: 'nowrap' }}>{row.name}</Table.Td>
              <Figures of={row} who={row.name} onAsk={(figure, title) => onAsk(row.agentId, figure, title)} />
              <Table.Td style={{ whiteSpace: 'nowrap' }}>{time(row.firstLogin)}</Table.Td>
              <Table.Td style={{ whiteSpace: 'nowrap' }}>{time(row.lastLogoff)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
        <Table.Tfoot>
          <Table.Tr>
            <Table.Th>
              <Trans>Total</Trans>
            </Table.Th>
            <Figures of={report.total} who={t`Total`} onAsk={(figure, title) => onAsk(null, figure, title)} />
            <Table.Td colSpan={2} />
          </Table.Tr>
        </Table.Tfoot>
      </Table>
    </TableFrame>
  );
}

function Figures({ of, who, onAsk }: { of: AgentRow | AgentReport['total']; who: string; onAsk: (figure: AgentFigure, title: string) => void }) {
  return (
    <>
      {METRICS.map((metric) => (
        <Table.Td key={metric.id} ta="right">
          <FigureButton metric={metric} value={figureOf(of, metric.id)} who={who} onAsk={(title) => onAsk(metric.id, title)} />
        </Table.Td>
      ))}
    </>
  );
}
