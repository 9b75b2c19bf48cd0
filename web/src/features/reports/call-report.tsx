import { Alert, Group, Paper, SimpleGrid, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { exportCallReport, getCallReport, type CallReport, type CallReportRow } from '../../../../shared/api/reports.ts';
import { CALL_METRICS, type CallCount } from '../../../../shared/metrics/call-report.ts';
import { EmptyState, ErrorState, LoadingRows } from '../../components/list-states.tsx';
import { call, callBinary } from '../../lib/api.ts';
import { wordsIn } from '../../lib/both-languages.ts';
import { formatDateTime } from '../../lib/format.ts';
import { useKept } from '../../records/kept.ts';
import { CallsBehind, type BehindQuestion } from './calls-behind.tsx';
import { CallsChart } from './calls-chart.tsx';
import { periodOf } from '../../records/day-range.ts';
import { ExportMenu } from '../../records/export-menu.tsx';
import { figureText } from '../../records/figure-text.ts';
import { columnsOf, tileLabel, type ColumnSet } from './report-columns.ts';
import { ColumnChoice, NoPeriod, Presets, ReportFilters } from './report-filters.tsx';
import { filtersOf, firstChoice, type ReportChoice } from './report-query.ts';
import { ReportTable } from './report-table.tsx';

/** The figures that a supervisor looks at first. */
const TILES = ['offered', 'answered', 'answerRate', 'SL3', 'abandoned', 'asa', 'aht'];

/** Calls of a period in intervals; each count opens its calls. */
export function CallReportPart() {
  const { t } = useLingui();
  const [choice, setChoice] = useKept<ReportChoice>('choice', () => firstChoice(Date.now()));
  const [columns, setColumns] = useKept<ColumnSet>('columns', 'main');
  const [question, setQuestion] = useState<BehindQuestion | null>(null);
  const period = periodOf(choice);
  const report = useQuery({
    queryKey: [getCallReport.id, choice],
    queryFn: ({ signal }) => call(getCallReport, { query: { ...(period ?? { from: '', to: '' }), ...filtersOf(choice), interval: choice.interval } }, signal),
    enabled: period !== null,
    placeholderData: keepPreviousData,
  });
  const ask = (row: CallReportRow | null, count: CallCount, title: string): void => {
    if (period === null) return;
    const span = row ?? period;
    setQuestion({ title, count, query: { ...filtersOf(choice), from: span.from, to: span.to, ...(row && choice.groupBy !== 'none' ? { key: row.key } : {}) } });
  };
  return (
    <Stack gap="md">
      <Presets onChoose={(preset) => setChoice({ ...choice, ...preset })} />
      <ReportFilters value={choice} onChange={setChoice} />
      {period === null && (
        <Alert color="yellow">
          <NoPeriod />
        </Alert>
      )}
      {report.error && <ErrorState error={report.error} onRetry={() => void report.refetch()} />}
      {period !== null && report.isPending && <LoadingRows rows={8} />}
      {report.data && (
        <Stack gap="md" opacity={report.isPlaceholderData ? 0.6 : 1} aria-busy={report.isPlaceholderData}>
          <Tiles report={report.data} />
          {report.data.rows.length === 0 ? (
            <EmptyState title={<Trans>No calls in this period</Trans>} hint={<Trans>Calls are counted here once they have ended.</Trans>} />
          ) : (
            <>
              {period !== null && choice.groupBy === 'none' && choice.interval !== 'total' && <CallsChart rows={report.data.rows} period={period} />}
              <Group justify="space-between">
                <ColumnChoice value={columns} onChange={setColumns} />
                <ExportMenu
                  name={`${t`calls`}-${choice.fromDay}`}
                  disabled={period === null}
                  fetchFile={(form) => callBinary(exportCallReport, { query: { ...(period ?? { from: '', to: '' }), ...filtersOf(choice), interval: choice.interval, ...form } })}
                />
              </Group>
              <ReportTable report={report.data} groupBy={choice.groupBy} columns={columnsOf(columns)} onAsk={ask} />
            </>
          )}
          <Repeats report={report.data} />
        </Stack>
      )}
      {question && <CallsBehind question={question} onClose={() => setQuestion(null)} />}
    </Stack>
  );
}

function Tiles({ report }: { report: CallReport }) {
  const { i18n } = useLingui();
  return (
    <SimpleGrid cols={{ base: 2, xs: 3, md: 7 }} spacing="xs">
      {CALL_METRICS.filter(({ id }) => TILES.includes(id)).map((metric) => (
        <Paper key={metric.id} withBorder p="xs" title={wordsIn(i18n.locale, metric.formula)}>
          <Text size="xs" c="dimmed">
            {tileLabel(metric, i18n.locale)}
          </Text>
          <Text size="xl" fw={700} className="scc-digits">
            {figureText(report.total.figures[metric.id], metric.unit)}
          </Text>
        </Paper>
      ))}
    </SimpleGrid>
  );
}

/** Callers who called again, and until when the figures go. */
function Repeats({ report }: { report: CallReport }) {
  const { i18n } = useLingui();
  const asOf = formatDateTime(report.asOf, i18n.locale);
  const rate = figureText(report.repeats?.rate, 'ratio');
  return (
    <Text size="sm" c="dimmed">
      {report.repeats === null ? (
        <Trans>There are too many calls to compare their numbers.</Trans>
      ) : (
        <Trans>
          Calls from a number that had called before in this period: {report.repeats.repeated} of {report.repeats.calls} with a number ({rate}).
        </Trans>
      )}{' '}
      <Trans>As of {asOf} (JST).</Trans>
    </Text>
  );
}
