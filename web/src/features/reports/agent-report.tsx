import { Alert, Group, Stack, Table } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { exportAgentReport, getAgentReport, type AgentReport } from '../../../../shared/api/reports.ts';
import { AGENT_METRICS } from '../../../../shared/metrics/agent-time.ts';
import { EmptyState, ErrorState, LoadingRows } from '../../components/list-states.tsx';
import { call, callBinary } from '../../lib/api.ts';
import { formatDateTime } from '../../lib/format.ts';
import { PeriodInputs } from '../../records/filter-inputs.tsx';
import { TableFrame } from '../../records/table-frame.tsx';
import { periodOf } from '../../records/day-range.ts';
import { ExportMenu } from '../../records/export-menu.tsx';
import { figureText } from '../../records/figure-text.ts';
import { useKept } from '../../records/kept.ts';
import { SortHead } from '../../records/sort-head.tsx';
import { sortedRows, type Sorting } from '../../records/sorting.ts';
import { wordsIn } from '../../lib/both-languages.ts';
import { MetricHead } from './metric-head.tsx';
import { NoPeriod, Presets } from './report-filters.tsx';
import { firstChoice } from './report-query.ts';

type AgentRow = AgentReport['rows'][number];

/** How each agent's time was spent. */
export function AgentReportPart() {
  const { t } = useLingui();
  const [days, setDays] = useKept('days', () => {
    const { fromDay, toDay } = firstChoice(Date.now());
    return { fromDay, toDay };
  });
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
      {report.data && report.data.rows.length > 0 && <AgentTable report={report.data} />}
    </Stack>
  );
}

const notTaken = ({ offers, taken }: Pick<AgentRow, 'offers' | 'taken'>): number => Math.max(0, offers - taken);

/** What a row has in a column. */
function valueOf(row: AgentRow, column: string): number | string | null | undefined {
  if (column === 'notTaken') return notTaken(row);
  if (column === 'name' || column === 'offers' || column === 'firstLogin' || column === 'lastLogoff') return row[column];
  return row.figures[column];
}

function AgentTable({ report }: { report: AgentReport }) {
  const { i18n, t } = useLingui();
  const [sorting, setSorting] = useKept<Sorting | null>('sorting', null);
  const sort = { sorting, onSort: setSorting };
  const time = (iso: string | null): string => (iso === null ? '–' : formatDateTime(iso, i18n.locale));
  return (
    <TableFrame minWidth={1100}>
      <Table fz="sm" className="scc-digits scc-first-stays" verticalSpacing={4} highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <SortHead id="name" name={t`Agent`} {...sort}>
              <Trans>Agent</Trans>
            </SortHead>
            {AGENT_METRICS.map((metric) => (
              <SortHead key={metric.id} id={metric.id} name={wordsIn(i18n.locale, metric.label)} figures {...sort}>
                <MetricHead metric={metric} />
              </SortHead>
            ))}
            <SortHead id="offers" name={t`Offers`} figures {...sort}>
              <Trans>Offers</Trans>
            </SortHead>
            <SortHead id="notTaken" name={t`Not taken`} figures {...sort}>
              <Trans>Not taken</Trans>
            </SortHead>
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
              <Figures figures={row.figures} />
              <Table.Td ta="right">{row.offers}</Table.Td>
              <Table.Td ta="right">{notTaken(row)}</Table.Td>
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
            <Figures figures={report.total.figures} />
            <Table.Td ta="right">{report.total.offers}</Table.Td>
            <Table.Td ta="right">{notTaken(report.total)}</Table.Td>
            <Table.Td colSpan={2} />
          </Table.Tr>
        </Table.Tfoot>
      </Table>
    </TableFrame>
  );
}

function Figures({ figures }: { figures: Record<string, number | null> }) {
  return (
    <>
      {AGENT_METRICS.map(({ id, unit }) => (
        <Table.Td key={id} ta="right">
          {figureText(figures[id], unit)}
        </Table.Td>
      ))}
    </>
  );
}
