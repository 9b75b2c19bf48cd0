import { SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { getForecast } from '../../../../shared/api/forecasts.ts';
import { EmptyState, ErrorState, LoadingRows } from '../../components/list-states.tsx';
import { call } from '../../lib/api.ts';
import { formatClock } from '../../lib/format.ts';
import { IntervalChart } from './interval-chart.tsx';
import { busyPart, spreadMarks } from './intervals.ts';
import { WithQueue } from './queue-choice.tsx';
import { useQueues } from './use-queues.ts';
import { dayText, weekFrom } from './week.ts';

/** Whether the shifts of a day are enough for the calls expected. */
export function Coverage({ monday, queueId }: { monday: string; queueId: string | null }) {
  const { i18n, t } = useLingui();
  const [weekday, setWeekday] = useState('0');
  const { queues, queueId: shownId } = useQueues(queueId);
  const name = queues.find(({ id }) => id === shownId)?.name ?? '';
  const days = weekFrom(monday);
  return (
    <Stack gap="xs">
      <Title order={2} size="h4">
        <Trans>Agents on shift and needed: {name}</Trans>
      </Title>
      <SegmentedControl size="sm" style={{ overflowX: 'auto', maxWidth: '100%', alignSelf: 'flex-start' }} aria-label={t`Day`} data={days.map((day, index) => ({ value: String(index), label: dayText(day, i18n.locale) }))} value={weekday} onChange={setWeekday} />
      <WithQueue chosen={queueId}>{(id) => <DayCoverage queueId={id} day={days[Number(weekday)] ?? monday} />}</WithQueue>
    </Stack>
  );
}

function DayCoverage({ queueId, day }: { queueId: string; day: string }) {
  const { i18n, t } = useLingui();
  const query = { day };
  const forecast = useQuery({ queryKey: [getForecast.id, queueId, query], queryFn: ({ signal }) => call(getForecast, { params: { id: queueId }, query }, signal), placeholderData: keepPreviousData });
  if (forecast.error) return <ErrorState error={forecast.error} onRetry={() => void forecast.refetch()} />;
  if (!forecast.data) return <LoadingRows rows={3} />;
  if (forecast.data.rows.length === 0) return <EmptyState title={<Trans>There are no records to forecast from yet</Trans>} hint={<Trans>Without a forecast it is not known how many agents are needed.</Trans>} />;
  const rows = busyPart(forecast.data.rows, ({ calls, scheduled }) => calls > 0 || scheduled > 0);
  const short = rows.filter(({ agentsA, scheduled }) => agentsA !== null && scheduled < agentsA);
  const clock = (iso: string): string => formatClock(iso, i18n.locale).slice(0, 5);
  const count = short.length;
  const times = short.slice(0, 8).map((row) => `${clock(row.from)} (${row.scheduled.toFixed(1)}/${row.agentsA})`).join(', ');
  return (
    <Stack gap={4}>
      <IntervalChart
        summary={t`Agents on shift and needed in each half hour; too few in ${count} of them`}
        bars={{ label: <Trans>Needed (Erlang A)</Trans>, colour: 'pale', values: rows.map(({ agentsA }) => agentsA) }}
        lines={[{ label: <Trans>On shift</Trans>, colour: 'dark', values: rows.map(({ scheduled }) => scheduled) }]}
        marks={spreadMarks(rows.map(({ from }) => clock(from)), 8)}
      />
      <Text size="sm" role="status">
        {count === 0 ? <Trans>The shifts are enough in every half hour.</Trans> : <Trans>Too few in {count} half hours (on shift/needed): {times}</Trans>}
      </Text>
    </Stack>
  );
}
