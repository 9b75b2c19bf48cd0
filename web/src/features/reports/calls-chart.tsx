import { Group, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import type { CallReportRow } from '../../../../shared/api/reports.ts';
import { formatDateTime } from '../../lib/format.ts';

/** Colours that differ in lightness too, for those who do not see red and green apart. */
const COLOURS = { answered: '#2f6f9f', abandoned: '#d9822b', flowOut: '#b8bcc4' };

interface Props {
  rows: readonly CallReportRow[];
  period: { from: string; to: string };
}

/** Offered calls of each interval as a stacked bar at its place in the period; the figures stand in the table below. */
export function CallsChart({ rows, period }: Props) {
  const { i18n, t } = useLingui();
  const highest = Math.max(1, ...rows.map(({ tally }) => tally.offered));
  const start = Date.parse(period.from);
  const length = Date.parse(period.to) - start;
  const place = (iso: string): number => ((Date.parse(iso) - start) / length) * 100;
  const peak = rows.find(({ tally }) => tally.offered === highest);
  const peakTime = peak ? formatDateTime(peak.from, i18n.locale) : '–';
  return (
    <figure style={{ margin: 0 }}>
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" width="100%" height={120} role="img" aria-label={t`Offered calls in each interval; most were ${highest}, at ${peakTime}`}>
        <rect width={100} height={100} fill="var(--mantine-color-gray-0)" />
        {rows.map((row) => (
          <Bar key={row.from} row={row} x={place(row.from)} width={(place(row.to) - place(row.from)) * 0.85} highest={highest} />
        ))}
      </svg>
      <Group gap="md" component="figcaption">
        <Legend colour={COLOURS.answered}>
          <Trans>Answered</Trans>
        </Legend>
        <Legend colour={COLOURS.abandoned}>
          <Trans>Abandoned</Trans>
        </Legend>
        <Legend colour={COLOURS.flowOut}>
          <Trans>Flowed out</Trans>
        </Legend>
        <Text size="xs" c="dimmed">
          <Trans>
            Full height: {highest} calls ({peakTime})
          </Trans>
        </Text>
      </Group>
    </figure>
  );
}

function Bar({ row, x, width, highest }: { row: CallReportRow; x: number; width: number; highest: number }) {
  const heights = [row.tally.answered, row.tally.abandoned, row.tally.flowOut].map((count) => (count / highest) * 100);
  const [answered = 0, abandoned = 0, flowOut = 0] = heights;
  return (
    <g>
      <rect x={x} width={width} y={100 - answered} height={answered} fill={COLOURS.answered} />
      <rect x={x} width={width} y={100 - answered - abandoned} height={abandoned} fill={COLOURS.abandoned} />
      <rect x={x} width={width} y={100 - answered - abandoned - flowOut} height={flowOut} fill={COLOURS.flowOut} />
    </g>
  );
}

function Legend({ colour, children }: { colour: string; children: ReactNode }) {
  return (
    <Group gap={4}>
      <span aria-hidden style={{ width: 12, height: 12, background: colour, display: 'inline-block' }} />
      <Text size="xs">{children}</Text>
    </Group>
  );
}
