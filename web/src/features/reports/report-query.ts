import type { ReportGroup, ReportInterval } from '../../../../shared/api/reports.ts';
import { dayInJapan } from '../../records/day-range.ts';

/** What the reader of a report chose. Days are Japan's; both are part of the report. */
export interface ReportChoice {
  fromDay: string;
  toDay: string;
  interval: ReportInterval;
  groupBy: ReportGroup;
  queueId: string | null;
  /** Seconds; empty = each queue's own. */
  thresholdSeconds: number | '';
  shortSeconds: number;
}

/** Today in half hours. @param now ms since the epoch */
export const firstChoice = (now: number): ReportChoice => ({
  fromDay: dayInJapan(now),
  toDay: dayInJapan(now),
  interval: '30',
  groupBy: 'none',
  queueId: null,
  thresholdSeconds: '',
  shortSeconds: 5,
});

/** The choice as the server's query, without its interval. */
export const filtersOf = (choice: ReportChoice) => ({
  groupBy: choice.groupBy,
  shortMs: Math.round(choice.shortSeconds * 1000),
  ...(choice.queueId === null ? {} : { queueId: choice.queueId }),
  ...(choice.thresholdSeconds === '' ? {} : { thresholdMs: Math.round(choice.thresholdSeconds * 1000) }),
});

export type Preset = 'today' | 'yesterday' | 'week' | 'month' | 'lastMonth';

/** The days of a preset, with the interval that suits its length. @param now ms since the epoch */
export function presetDays(preset: Preset, now: number): Pick<ReportChoice, 'fromDay' | 'toDay' | 'interval'> {
  const today = dayInJapan(now);
  if (preset === 'today') return { fromDay: today, toDay: today, interval: '30' };
  if (preset === 'yesterday') return { fromDay: dayInJapan(now, -1), toDay: dayInJapan(now, -1), interval: '30' };
  if (preset === 'week') return { fromDay: dayInJapan(now, -6), toDay: today, interval: 'day' };
  const firstOfMonth = `${today.slice(0, 8)}01`;
  if (preset === 'month') return { fromDay: firstOfMonth, toDay: today, interval: 'day' };
  const lastOfLastMonth = new Date(Date.parse(`${firstOfMonth}T00:00:00Z`) - 1).toISOString().slice(0, 10);
  return { fromDay: `${lastOfLastMonth.slice(0, 8)}01`, toDay: lastOfLastMonth, interval: 'day' };
}

/** Minutes of a day as `09:05`. */
export const clockText = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** `09:05` as minutes of a day; null for what is no time. */
export function minuteOf(text: string): number | null {
  const found = /^(\d\d):(\d\d)/.exec(text);
  return found ? Number(found[1]) * 60 + Number(found[2]) : null;
}
