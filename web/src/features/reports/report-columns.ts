import { CALL_METRICS, type MetricDefinition } from '../../../../shared/metrics/call-report.ts';
import { wordsIn } from '../../lib/both-languages.ts';

/** Sets of columns, because all of them at once are too many to read. */
export const COLUMN_SETS = ['main', 'serviceLevels', 'times', 'all'] as const;
export type ColumnSet = (typeof COLUMN_SETS)[number];

const SETS: Readonly<Record<Exclude<ColumnSet, 'all'>, readonly string[]>> = {
  main: ['offered', 'answered', 'abandoned', 'flowOut', 'answerRate', 'abandonRate', 'SL3', 'asa', 'aht', 'outbound'],
  serviceLevels: ['offered', 'answered', 'answeredWithin', 'abandoned', 'abandonedWithin', 'abandonedShort', 'SL1', 'SL2', 'SL3', 'SL4', 'SL5', 'SL6'],
  times: ['answered', 'asa', 'abandonWait', 'longestWait', 'att', 'hold', 'acw', 'aht'],
};

/** The columns of a set in the order of the metric list. */
export const columnsOf = (set: ColumnSet): readonly MetricDefinition[] => (set === 'all' ? CALL_METRICS : CALL_METRICS.filter(({ id }) => SETS[set].includes(id)));

/** The name without what stands in brackets. */
export const tileLabel = ({ label }: MetricDefinition, locale: string): string => wordsIn(locale, label).replace(/\s*\(.*\)$/, '');

/** The short head of a column: service levels by their id, the rest without what stands in brackets. */
export const shortLabel = (metric: MetricDefinition, locale: string): string => (/^SL\d$/.test(metric.id) ? metric.id : tileLabel(metric, locale));
