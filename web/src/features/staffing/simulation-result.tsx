import { List, Stack, Table, Text, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import type { Outcome, Simulation } from '../../../../shared/api/simulations.ts';
import { SERVICE_LEVELS, SERVICE_LEVEL_FORMULAS } from '../../../../shared/metrics/service-level.ts';
import type { MetricUnit } from '../../../../shared/metrics/call-report.ts';
import { wordsIn } from '../../lib/both-languages.ts';
import { figureText } from '../../records/figure-text.ts';
import { TableFrame } from '../../records/table-frame.tsx';
import { durationText } from '../../records/times.ts';
import { IntervalChart } from './interval-chart.tsx';
import { spreadMarks } from './intervals.ts';

type Result = NonNullable<Simulation['result']>;

/** What the day came to, really, simulated as it was, and with the changes. */
export function SimulationResult({ result }: { result: Result }) {
  const threshold = result.thresholdMs / 1000;
  const short = result.shortMs / 1000;
  return (
    <Stack gap="sm">
      <Figures result={result} />
      <Text size="xs" c="dimmed">
        T = {threshold} s, s = {short} s.{' '}
        <Trans>“Simulated, unchanged” is the same day without your changes: the closer it is to the actual figures, the more the third column can be trusted.</Trans>
      </Text>
      <LevelChart result={result} />
      <Notes result={result} />
    </Stack>
  );
}

interface Row {
  key: string;
  label: ReactNode;
  hint?: string;
  unit: MetricUnit;
  value: (outcome: Outcome) => number | null;
}

function useRows(): readonly Row[] {
  const { i18n, t } = useLingui();
  return [
    { key: 'offered', label: t`Offered calls`, unit: 'count', value: ({ offered }) => offered },
    { key: 'answered', label: t`Answered`, unit: 'count', value: ({ counts }) => counts.answered },
    ...SERVICE_LEVELS.map((id): Row => ({ key: id, label: id === 'SL3' ? t`Service level (SL3)` : id, hint: wordsIn(i18n.locale, SERVICE_LEVEL_FORMULAS[id]), unit: 'ratio', value: ({ serviceLevels }) => serviceLevels[id] })).toSorted((a, b) => Number(b.key === 'SL3') - Number(a.key === 'SL3')),
    { key: 'asa', label: t`ASA`, hint: t`Σ wait of answered / answered`, unit: 'ms', value: ({ asaMs }) => asaMs },
    { key: 'abandoned', label: t`Abandoned`, unit: 'count', value: ({ counts }) => counts.abandoned },
    { key: 'abandonRate', label: t`Abandon rate`, hint: t`abandoned / offered`, unit: 'ratio', value: ({ abandonRate }) => abandonRate },
    { key: 'flowOut', label: t`Flowed out`, unit: 'count', value: ({ flowOut }) => flowOut },
    { key: 'longest', label: t`Longest wait`, unit: 'ms', value: ({ longestWaitMs }) => longestWaitMs },
    { key: 'mostWaiting', label: t`Most waiting`, unit: 'count', value: ({ mostWaiting }) => mostWaiting },
    { key: 'occupancy', label: t`Occupancy`, hint: t`(talk + hold + after-call work) / (the same + available)`, unit: 'ratio', value: ({ occupancy }) => occupancy },
  ];
}

function Figures({ result: { actual, unchanged, changed } }: { result: Result }) {
  const rows = useRows();
  return (
    <TableFrame minWidth={520}>
      <Table fz="sm" className="scc-digits" verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>
              <Trans>Figure</Trans>
            </Table.Th>
            {actual && (
              <Table.Th ta="right">
                <Trans>Actual</Trans>
              </Table.Th>
            )}
            <Table.Th ta="right">
              <Trans>Simulated, unchanged</Trans>
            </Table.Th>
            <Table.Th ta="right">
              <Trans>Simulated, changed</Trans>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ key, label, hint, unit, value }) => (
            <Table.Tr key={key}>
              <Table.Td>
                {label}
                {hint !== undefined && (
                  <Text span size="xs" c="dimmed" ml="xs">
                    {hint}
                  </Text>
                )}
              </Table.Td>
              {actual && <Table.Td ta="right">{figureText(value(actual), unit)}</Table.Td>}
              <Table.Td ta="right">{figureText(value(unchanged), unit)}</Table.Td>
              <Table.Td ta="right" fw={700}>
                {figureText(value(changed), unit)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </TableFrame>
  );
}

const HALF_HOUR_MS = 30 * 60 * 1000;

/** Half hours in which any of the days had calls. */
function momentsOf(days: readonly Outcome[]): number[] {
  const all = days.flatMap(({ intervals }) => intervals.map(({ at }) => at));
  const [first, last] = [Math.min(...all), Math.max(...all)];
  return all.length === 0 ? [] : Array.from({ length: (last - first) / HALF_HOUR_MS + 1 }, (_, index) => first + index * HALF_HOUR_MS);
}

/** Answered within T of those answered or abandoned (SL3), half hour by half hour. */
function LevelChart({ result: { actual, unchanged, changed } }: { result: Result }) {
  const { t } = useLingui();
  const moments = momentsOf([...(actual ? [actual] : []), unchanged, changed]);
  const levels = ({ intervals }: Outcome): (number | null)[] =>
    moments.map((moment) => {
      const here = intervals.find(({ at }) => at === moment);
      const whole = (here?.answered ?? 0) + (here?.abandoned ?? 0);
      return here && whole > 0 ? (here.answeredWithin / whole) * 100 : null;
    });
  const clock = (ms: number): string => `${String(Math.floor(ms / 3_600_000)).padStart(2, '0')}:${String((ms / 60_000) % 60).padStart(2, '0')}`;
  if (moments.length === 0) return null;
  return (
    <Stack gap={4}>
      <Title order={3} size="h5">
        <Trans>Service level (SL3) by half hour</Trans>
      </Title>
      <IntervalChart
        summary={t`Service level of each half hour; the figures of the day stand in the table`}
        top={100}
        lines={[
          ...(actual ? [{ label: <Trans>Actual</Trans>, colour: 'dark' as const, values: levels(actual) }] : []),
          { label: <Trans>Simulated, unchanged</Trans>, colour: 'blue', values: levels(unchanged), dashed: true },
          { label: <Trans>Simulated, changed</Trans>, colour: 'orange', values: levels(changed) },
        ]}
        marks={spreadMarks(moments.map(clock), 8)}
        note={<Trans>Full height: 100%</Trans>}
      />
    </Stack>
  );
}

/** What the records cannot tell. */
function Notes({ result: { notes, assumed } }: { result: Result }) {
  return (
    <Stack gap={2}>
      <Title order={3} size="h5">
        <Trans>What the records cannot tell</Trans>
      </Title>
      {notes && <HistoryNotes notes={notes} />}
      {assumed && <AssumedNotes assumed={assumed} />}
    </Stack>
  );
}

function HistoryNotes({ notes }: { notes: NonNullable<Result['notes']> }) {
  const { patienceKnown, patienceCensored, meanPatienceMs, drawnHandleTimes, assumedHandleTimes, missingAgents } = notes;
  const mean = durationText(meanPatienceMs);
  return (
    <List size="sm">
      <List.Item>
        <Trans>
          Patience is known of the {patienceKnown} callers who gave up. Of the other {patienceCensored} it is only known that they waited as long as they did.
        </Trans>{' '}
        {meanPatienceMs === null ? <Trans>As nobody gave up in four weeks, they wait for ever.</Trans> : <Trans>The rest is drawn with a mean of {mean} (four weeks, exponential).</Trans>}
      </List.Item>
      {drawnHandleTimes + assumedHandleTimes > 0 && (
        <List.Item>
          <Trans>
            How long the calls that nobody answered would have taken: {drawnHandleTimes} drawn from those that were answered, {assumedHandleTimes} assumed to be 3:00.
          </Trans>
        </List.Item>
      )}
      {missingAgents > 0 && (
        <List.Item>
          <Trans>{missingAgents} agents of that day take no calls any more, and are left out.</Trans>
        </List.Item>
      )}
      <List.Item>
        <Trans>The queue’s settings are today’s. Priorities, preferred agents, callbacks and emergency switches of that day are not repeated, and agents answer every call that rings.</Trans>
      </List.Item>
    </List>
  );
}

function AssumedNotes({ assumed: { talkMs, wrapUpMs, patienceMs, days } }: { assumed: NonNullable<Result['assumed']> }) {
  const talk = durationText(talkMs);
  const wrapUp = durationText(wrapUpMs);
  const patience = durationText(patienceMs);
  return (
    <List size="sm">
      <List.Item>
        <Trans>Calls by half hour, talk time ({talk} on average, exponential) and wrap-up ({wrapUp}) come from {days} past days.</Trans>
      </List.Item>
      <List.Item>{patienceMs === null ? <Trans>As nobody gave up on these days, callers wait for ever.</Trans> : <Trans>Patience is drawn with a mean of {patience} (exponential), an assumption.</Trans>}</List.Item>
    </List>
  );
}
