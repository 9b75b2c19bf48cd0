import { SimpleGrid, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import type { Forecast } from '../../../../shared/api/forecasts.ts';
import { formatClock } from '../../lib/format.ts';
import { IntervalChart } from './interval-chart.tsx';
import { busyPart, spreadMarks } from './intervals.ts';

/** Calls, and the agents that they need, beside each other: their scales differ. */
export function ForecastChart({ forecast }: { forecast: Forecast }) {
  const { i18n, t } = useLingui();
  const rows = busyPart(forecast.rows, ({ calls, actual }) => calls > 0 || (actual ?? 0) > 0);
  const clock = (iso: string): string => formatClock(iso, i18n.locale).slice(0, 5);
  const marks = spreadMarks(rows.map(({ from }) => clock(from)), 8);
  const most = Math.max(0, ...rows.map(({ calls }) => calls)).toFixed(1);
  const agents = Math.max(0, ...rows.map(({ agentsA }) => agentsA ?? 0));
  const known = rows.some(({ actual }) => actual !== null);
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }}>
      <Stack gap={4}>
        <Text fw={600} size="sm" component="h2">
          <Trans>Calls expected</Trans>
        </Text>
        <IntervalChart
          summary={t`Calls forecast in each interval; most are ${most}`}
          bars={{ label: <Trans>Forecast</Trans>, colour: 'pale', values: rows.map(({ calls }) => calls) }}
          lines={known ? [{ label: <Trans>Actual</Trans>, colour: 'orange', values: rows.map(({ actual }) => actual) }] : []}
          marks={marks}
          note={<Trans>Most: {most}</Trans>}
        />
      </Stack>
      <Stack gap={4}>
        <Text fw={600} size="sm" component="h2">
          <Trans>Agents needed</Trans>
        </Text>
        <IntervalChart
          summary={t`Agents needed in each interval; at most ${agents} by Erlang A`}
          bars={{ label: <Trans>Erlang A</Trans>, colour: 'pale', values: rows.map(({ agentsA }) => agentsA) }}
          lines={[
            { label: <Trans>Erlang C</Trans>, colour: 'blue', values: rows.map(({ agentsC }) => agentsC), dashed: true },
            { label: <Trans>With shrinkage</Trans>, colour: 'dark', values: rows.map(({ rostered }) => rostered) },
          ]}
          marks={marks}
          note={<Trans>Most: {agents}</Trans>}
        />
      </Stack>
    </SimpleGrid>
  );
}
