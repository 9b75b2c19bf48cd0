import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';

/** Colours that differ in lightness too, for those who do not see red and green apart. */
export const SERIES_COLOURS = { blue: '#2f6f9f', orange: '#b85c00', dark: '#343a40', pale: '#a9c7df' } as const;

/** A row of figures, one for each interval; null = none there. */
export interface Series {
  label: ReactNode;
  colour: keyof typeof SERIES_COLOURS;
  values: readonly (number | null)[];
  dashed?: boolean;
}

interface Props {
  /** What the chart shows, in a sentence: the figures stand in the table. */
  summary: string;
  bars?: Series;
  /** Steps on the scale of the bars. */
  lines?: readonly Series[];
  /** Times under the chart, about as many as fit. */
  marks: readonly string[];
  /** What the full height is; the highest value when left out. */
  top?: number;
  note?: ReactNode;
}

/** Bars and stepped lines over the intervals of a day. */
export function IntervalChart({ summary, bars, lines = [], marks, top, note }: Props) {
  const all = [...(bars ? [bars] : []), ...lines];
  const highest = top ?? Math.max(1, ...all.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const count = Math.max(1, ...all.map(({ values }) => values.length));
  const width = 100 / count;
  const height = (value: number): number => Math.min(100, (value / highest) * 98);
  return (
    <figure style={{ margin: 0 }}>
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" width="100%" height={160} role="img" aria-label={summary}>
        <rect width={100} height={100} fill="var(--mantine-color-gray-0)" />
        {bars?.values.map((value, index) => (
          <rect key={index} x={index * width + width * 0.08} width={width * 0.84} y={100 - height(value ?? 0)} height={height(value ?? 0)} fill={SERIES_COLOURS[bars.colour]} />
        ))}
        {lines.map((line, index) => (
          <path key={index} d={stepsOf(line.values, width, height)} fill="none" stroke={SERIES_COLOURS[line.colour]} strokeWidth={2} vectorEffect="non-scaling-stroke" {...(line.dashed ? { strokeDasharray: '5 4' } : {})} />
        ))}
      </svg>
      <Group justify="space-between" wrap="nowrap" aria-hidden>
        {marks.map((mark) => (
          <Text key={mark} size="xs" c="dimmed" className="scc-digits">
            {mark}
          </Text>
        ))}
      </Group>
      <Group gap="md" component="figcaption">
        {all.map(({ label, colour, dashed }, index) => (
          <Group key={index} gap={4}>
            <span aria-hidden style={{ width: 14, borderTop: `${index === 0 && bars ? 10 : 3}px ${dashed ? 'dashed' : 'solid'} ${SERIES_COLOURS[colour]}`, display: 'inline-block' }} />
            <Text size="xs">{label}</Text>
          </Group>
        ))}
        {note !== undefined && (
          <Text size="xs" c="dimmed">
            {note}
          </Text>
        )}
      </Group>
    </figure>
  );
}

/** A path that stays level within an interval and jumps between them; it breaks where nothing is known. */
function stepsOf(values: readonly (number | null)[], width: number, height: (value: number) => number): string {
  const parts: string[] = [];
  let drawing = false;
  for (const [index, value] of values.entries()) {
    if (value === null) {
      drawing = false;
      continue;
    }
    const y = 100 - height(value);
    parts.push(`${drawing ? 'L' : 'M'}${index * width},${y}L${(index + 1) * width},${y}`);
    drawing = true;
  }
  return parts.join('');
}
