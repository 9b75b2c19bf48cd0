import { Alert, Group, NumberInput, Select, Stack, Text, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconInfoCircle } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { exportForecast, FORECAST_INTERVALS, getForecast, type Forecast } from '../../../../shared/api/forecasts.ts';
import { EmptyState, ErrorState, LoadingRows } from '../../components/list-states.tsx';
import { call, callBinary } from '../../lib/api.ts';
import { wordsIn } from '../../lib/both-languages.ts';
import { dayBounds, dayInJapan } from '../../records/day-range.ts';
import { ExportMenu } from '../../records/export-menu.tsx';
import { figureText } from '../../records/figure-text.ts';
import { durationText } from '../../records/times.ts';
import { useKept } from '../../records/kept.ts';
import { ForecastChart } from './forecast-chart.tsx';
import { ForecastTable } from './forecast-table.tsx';
import { QueueSelect, WithQueue } from './queue-choice.tsx';
import { useQueues } from './use-queues.ts';

interface Choice {
  queueId: string | null;
  day: string;
  weeks: number;
  interval: (typeof FORECAST_INTERVALS)[number];
  targetPercent: number;
  /** Empty = the queue's own. */
  targetSeconds: number | '';
  shrinkagePercent: number;
}

const firstChoice = (now: number): Choice => ({ queueId: null, day: dayInJapan(now, 1), weeks: 8, interval: '30', targetPercent: 80, targetSeconds: '', shrinkagePercent: 30 });

const queryOf = ({ queueId: _queueId, targetSeconds, ...choice }: Choice) => ({ ...choice, ...(targetSeconds === '' ? {} : { targetMs: Math.round(targetSeconds * 1000) }) });

/** Calls expected on a day, and the agents that they need. */
export function ForecastPart() {
  const { t } = useLingui();
  const [choice, setChoice] = useKept<Choice>('choice', () => firstChoice(Date.now()));
  const { queueId } = useQueues(choice.queueId);
  const isDay = dayBounds(choice.day) !== null;
  return (
    <Stack gap="md">
      <Group gap="sm" align="flex-end" justify="space-between">
        <ForecastInputs value={choice} onChange={setChoice} />
        <ExportMenu
          name={`${t`forecast`}-${choice.day}`}
          disabled={queueId === null || !isDay}
          fetchFile={(form) => callBinary(exportForecast, { params: { id: queueId ?? '' }, query: { ...queryOf(choice), ...form } })}
        />
      </Group>
      {isDay ? (
        <WithQueue chosen={choice.queueId}>{(id) => <Shown queueId={id} choice={choice} />}</WithQueue>
      ) : (
        <Alert color="yellow">
          <Trans>Choose a day.</Trans>
        </Alert>
      )}
    </Stack>
  );
}

function Shown({ queueId, choice }: { queueId: string; choice: Choice }) {
  const query = queryOf(choice);
  const forecast = useQuery({ queryKey: [getForecast.id, queueId, query], queryFn: ({ signal }) => call(getForecast, { params: { id: queueId }, query }, signal), placeholderData: keepPreviousData });
  if (forecast.error) return <ErrorState error={forecast.error} onRetry={() => void forecast.refetch()} />;
  if (!forecast.data) return <LoadingRows rows={8} />;
  return (
    <Stack gap="md" opacity={forecast.isPlaceholderData ? 0.6 : 1} aria-busy={forecast.isPlaceholderData}>
      <Method forecast={forecast.data} />
      {forecast.data.rows.length === 0 ? (
        <EmptyState title={<Trans>There are no records to forecast from yet</Trans>} hint={<Trans>A forecast needs at least one earlier day of the same weekday with calls in this queue.</Trans>} />
      ) : (
        <>
          <ForecastChart forecast={forecast.data} />
          <ForecastTable forecast={forecast.data} />
        </>
      )}
    </Stack>
  );
}

function ForecastInputs({ value, onChange }: { value: Choice; onChange: (choice: Choice) => void }) {
  const { t } = useLingui();
  const set = (part: Partial<Choice>): void => onChange({ ...value, ...part });
  const intervals: Record<Choice['interval'], string> = { 15: t`15 minutes`, 30: t`30 minutes`, 60: t`60 minutes` };
  const number = (typed: string | number, least: number, most: number, otherwise: number): number => (typeof typed === 'number' ? Math.min(most, Math.max(least, typed)) : otherwise);
  return (
    <Group gap="sm" align="flex-end">
      <QueueSelect value={value.queueId} onChange={(queueId) => set({ queueId })} />
      <TextInput type="date" label={t`Day`} value={value.day} onChange={(event) => set({ day: event.currentTarget.value })} />
      <NumberInput label={t`Past days`} w={90} min={1} max={26} value={value.weeks} onChange={(typed) => set({ weeks: number(typed, 1, 26, 8) })} />
      <Select label={t`Interval`} w={120} allowDeselect={false} data={FORECAST_INTERVALS.map((name) => ({ value: name, label: intervals[name] }))} value={value.interval} onChange={(interval) => set({ interval: interval as Choice['interval'] })} />
      <NumberInput label={t`Answered (%)`} w={140} min={1} max={99.9} value={value.targetPercent} onChange={(typed) => set({ targetPercent: number(typed, 1, 99.9, 80) })} />
      <NumberInput label={t`Answer within (s)`} placeholder={t`The queue’s`} w={140} min={0} max={3600} value={value.targetSeconds} onChange={(typed) => set({ targetSeconds: typeof typed === 'number' ? typed : '' })} />
      <NumberInput label={t`Shrinkage (%)`} w={130} min={0} max={90} value={value.shrinkagePercent} onChange={(typed) => set({ shrinkagePercent: number(typed, 0, 90, 30) })} />
    </Group>
  );
}

/** On what the forecast rests: a number without that is worth nothing. */
function Method({ forecast }: { forecast: Forecast }) {
  const { i18n, t } = useLingui();
  const { method, days, leftOut, holiday, closed, patienceMs, total } = forecast;
  const list = days.join(', ');
  const count = days.length;
  const holidayName = holiday === null ? '' : wordsIn(i18n.locale, holiday);
  const reasons: Record<Forecast['leftOut'][number]['reason'], string> = { holiday: t`holiday`, closed: t`closed`, noRecords: t`no records yet` };
  const out = leftOut.map(({ day, reason }) => `${day} (${reasons[reason]})`).join(', ');
  const patience = durationText(patienceMs);
  const missed = figureText(total.error, 'ratio');
  return (
    <Alert color={holiday !== null || closed ? 'yellow' : 'blue'} icon={<IconInfoCircle aria-hidden />} title={<Trans>How this was worked out</Trans>}>
      <Stack gap={4}>
        {holiday !== null && (
          <Text size="sm" fw={600}>
            <Trans>This day is a holiday: {holidayName}.</Trans>
          </Text>
        )}
        {closed && (
          <Text size="sm" fw={600}>
            <Trans>By its calendar the queue is closed on this day.</Trans>
          </Text>
        )}
        {count > 0 && (
          <Text size="sm">
            {method === 'weekday' ? <Trans>Mean of {count} earlier days of the same weekday, holidays left out: {list}</Trans> : <Trans>Mean of {count} earlier holidays: {list}</Trans>}
          </Text>
        )}
        {out !== '' && (
          <Text size="sm">
            <Trans>Left out: {out}</Trans>
          </Text>
        )}
        {count > 0 && (
          <Text size="sm">
            {patienceMs === null ? (
              <Trans>Nobody gave up on these days, so Erlang A is reckoned like Erlang C: callers wait for ever.</Trans>
            ) : (
              <Trans>Mean patience of callers: {patience}, from waiting times and calls abandoned of these days. Erlang C assumes that callers never give up, and asks for more agents.</Trans>
            )}
          </Text>
        )}
        {total.error !== null && (
          <Text size="sm">
            <Trans>Compared with what came: off by {missed} over all intervals (Σ |actual − forecast| / Σ actual).</Trans>
          </Text>
        )}
      </Stack>
    </Alert>
  );
}
