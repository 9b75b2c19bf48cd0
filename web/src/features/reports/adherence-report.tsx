import { Alert, Group, List, Stack, Table, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { exportAdherence, getAdherence, type AdherenceReport } from '../../../../shared/api/reports.ts';
import { ADHERENCE_METRICS, DEVIATION_LABELS } from '../../../../shared/metrics/adherence.ts';
import { EmptyState, ErrorState, LoadingRows } from '../../components/list-states.tsx';
import { call, callBinary } from '../../lib/api.ts';
import { wordsIn } from '../../lib/both-languages.ts';
import { formatClock, formatDateTime, formatDay } from '../../lib/format.ts';
import { AgentSelect, PeriodInputs } from '../../records/filter-inputs.tsx';
import { periodOf } from '../../records/day-range.ts';
import { ExportMenu } from '../../records/export-menu.tsx';
import { figureText } from '../../records/figure-text.ts';
import { CallLink } from '../../records/links.tsx';
import { TableFrame } from '../../records/table-frame.tsx';
import { durationText } from '../../records/times.ts';
import { useKept } from '../../records/kept.ts';
import { SortHead } from '../../records/sort-head.tsx';
import { sortedRows, type Sorting } from '../../records/sorting.ts';
import { MetricHead } from './metric-head.tsx';
import { NoPeriod, Presets } from './report-filters.tsx';
import { firstChoice } from './report-query.ts';

interface Choice {
  fromDay: string;
  toDay: string;
  agentId: string | null;
}

function firstDays(): Choice {
  const { fromDay, toDay } = firstChoice(Date.now());
  return { fromDay, toDay, agentId: null };
}

/** Shifts against what agents did; every deviation stands behind its figure. */
export function AdherencePart() {
  const { t } = useLingui();
  const [choice, setChoice] = useKept('choice', firstDays);
  const isPeriod = periodOf(choice) !== null;
  const query = { fromDay: choice.fromDay, toDay: choice.toDay, ...(choice.agentId === null ? {} : { agentId: choice.agentId }) };
  const report = useQuery({
    queryKey: [getAdherence.id, query],
    queryFn: ({ signal }) => call(getAdherence, { query }, signal),
    enabled: isPeriod,
    placeholderData: keepPreviousData,
  });
  return (
    <Stack gap="md">
      <Presets onChoose={({ fromDay, toDay }) => setChoice({ ...choice, fromDay, toDay })} />
      <Group gap="sm" align="flex-end" justify="space-between">
        <Group gap="sm" align="flex-end">
          <PeriodInputs value={choice} onChange={(part) => setChoice({ ...choice, ...part })} />
          <AgentSelect value={choice.agentId} onChange={(agentId) => setChoice({ ...choice, agentId })} />
        </Group>
        <ExportMenu
          name={`${t`adherence`}-${choice.fromDay}`}
          disabled={!isPeriod || !report.data || report.data.rows.length === 0}
          fetchFile={(form) => callBinary(exportAdherence, { query: { ...query, ...form } })}
        />
      </Group>
      {!isPeriod && (
        <Alert color="yellow">
          <NoPeriod />
        </Alert>
      )}
      {report.error && <ErrorState error={report.error} onRetry={() => void report.refetch()} />}
      {isPeriod && report.isPending && <LoadingRows rows={8} />}
      {report.data?.rows.length === 0 && <EmptyState title={<Trans>Nobody had a shift in this period</Trans>} hint={<Trans>Plan shifts under “Staffing”; what agents did is then compared with them, also for days that are past.</Trans>} />}
      {report.data && report.data.rows.length > 0 && <AdherenceTable report={report.data} />}
    </Stack>
  );
}

function AdherenceTable({ report }: { report: AdherenceReport }) {
  const { i18n, t } = useLingui();
  const [sorting, setSorting] = useKept<Sorting | null>('sorting', null);
  const sort = { sorting, onSort: setSorting };
  const asOf = formatDateTime(report.asOf, i18n.locale);
  return (
    <Stack gap={4}>
      <TableFrame minWidth={1080}>
        <Table fz="sm" className="scc-digits" verticalSpacing={4} highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <SortHead id="day" name={t`Day`} {...sort}>
                <Trans>Day</Trans>
              </SortHead>
              <SortHead id="name" name={t`Agent`} {...sort}>
                <Trans>Agent</Trans>
              </SortHead>
              {ADHERENCE_METRICS.map((metric) => (
                <SortHead key={metric.id} id={metric.id} name={wordsIn(i18n.locale, metric.label)} figures {...sort}>
                  <MetricHead metric={metric} />
                </SortHead>
              ))}
              <Table.Th>
                <Trans>Deviations</Trans>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {sortedRows(report.rows, sorting, (row, column) => (column === 'day' || column === 'name' ? row[column] : row.figures[column])).map((row) => (
              <Table.Tr key={`${row.agentId} ${row.day}`} style={{ verticalAlign: 'top' }}>
                <Table.Td style={{ whiteSpace: 'nowrap' }}>{formatDay(row.day, i18n.locale)}</Table.Td>
                <Table.Td>{row.name}</Table.Td>
                <Figures figures={row.figures} />
                <Table.Td>
                  <Deviations deviations={row.deviations} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
          <Table.Tfoot>
            <Table.Tr>
              <Table.Th colSpan={2}>
                <Trans>Total</Trans>
              </Table.Th>
              <Figures figures={report.total.figures} />
              <Table.Td />
            </Table.Tr>
          </Table.Tfoot>
        </Table>
      </TableFrame>
      <Text size="sm" c="dimmed">
        <Trans>Deviations shorter than a minute count in the figures and are not listed. As of {asOf} (JST).</Trans>
      </Text>
    </Stack>
  );
}

function Figures({ figures }: { figures: Record<string, number | null> }) {
  return (
    <>
      {ADHERENCE_METRICS.map(({ id, unit }) => (
        <Table.Td key={id} ta="right">
          {figureText(figures[id], unit)}
        </Table.Td>
      ))}
    </>
  );
}

function Deviations({ deviations }: { deviations: AdherenceReport['rows'][number]['deviations'] }) {
  const { i18n } = useLingui();
  const clock = (iso: string): string => formatClock(iso, i18n.locale).slice(0, 5);
  if (deviations.length === 0) return <>–</>;
  return (
    <List size="sm" listStyleType="none">
      {deviations.map(({ kind, from, to, callId }) => (
        <List.Item key={from}>
          {wordsIn(i18n.locale, DEVIATION_LABELS[kind])} {clock(from)}–{clock(to)} ({durationText(Date.parse(to) - Date.parse(from))})
          {callId !== null && (
            <>
              {' '}
              <CallLink id={callId}>
                <Trans>Call</Trans>
              </CallLink>
            </>
          )}
        </List.Item>
      ))}
    </List>
  );
}
