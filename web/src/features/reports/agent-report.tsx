import { Alert, Group, Stack, Table } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
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
import { MetricHead } from './metric-head.tsx';
import { NoPeriod, Presets } from './report-filters.tsx';
import { firstChoice } from './report-query.ts';

/** How each agent's time was spent. */
export function AgentReportPart() {
  const { t } = useLingui();
  const [days, setDays] = useState(() => {
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

function AgentTable({ report }: { report: AgentReport }) {
  const { i18n } = useLingui();
  const time = (iso: string | null): string => (iso === null ? '–' : formatDateTime(iso, i18n.locale));
  return (
    <TableFrame minWidth={1100}>
      <Table fz="sm" className="scc-digits" verticalSpacing={4} highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>
              <Trans>Agent</Trans>
            </Table.Th>
            {AGENT_METRICS.map((metric) => (
              <Table.Th key={metric.id} ta="right">
                <MetricHead metric={metric} />
              </Table.Th>
            ))}
            <Table.Th ta="right">
              <Trans>Offers</Trans>
            </Table.Th>
            <Table.Th ta="right">
              <Trans>Not taken</Trans>
            </Table.Th>
            <Table.Th>
              <Trans>First login</Trans>
            </Table.Th>
            <Table.Th>
              <Trans>Last log-off</Trans>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {report.rows.map((row) => (
            <Table.Tr key={row.agentId}>
              <Table.Td>{row.name}</Table.Td>
              <Figures figures={row.figures} />
              <Table.Td ta="right">{row.offers}</Table.Td>
              <Table.Td ta="right">{Math.max(0, row.offers - row.taken)}</Table.Td>
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
            <Table.Td ta="right">{Math.max(0, report.total.offers - report.total.taken)}</Table.Td>
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
