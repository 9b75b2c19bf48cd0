import type { MetricUnit } from '../../../shared/metrics/call-report.ts';
import { durationText } from './times.ts';

/** A figure as people read it: 12, 83.0 %, 1:05; a dash where there is nothing to speak of. */
export function figureText(value: number | null | undefined, unit: MetricUnit): string {
  if (value === null || value === undefined) return '–';
  if (unit === 'ratio') return `${(value * 100).toFixed(1)}%`;
  return unit === 'ms' ? durationText(value) : String(value);
}
