/** How often a scheduled report goes out. */
export type Every = 'day' | 'week' | 'month';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const JST_MS = 9 * 3_600_000;

/** Days since 1970 in Japan. */
const dayOf = (ms: number): number => Math.floor((ms + JST_MS) / DAY_MS);
const midnight = (day: number): number => day * DAY_MS - JST_MS;
/** Monday = 0; the first of January 1970 was a Thursday. */
const weekday = (day: number): number => (((day + 3) % 7) + 7) % 7;
const monthStart = (day: number, addMonths: number): number => {
  const date = new Date(day * DAY_MS);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + addMonths, 1) / DAY_MS;
};

/** First day of the span that holds a day: the day, its Monday, the first of its month. */
function spanStart(every: Every, day: number): number {
  if (every === 'day') return day;
  return every === 'week' ? day - weekday(day) : monthStart(day, 0);
}

function nextSpan(every: Every, start: number): number {
  if (every === 'day') return start + 1;
  return every === 'week' ? start + 7 : monthStart(start, 1);
}

/** When a report goes out next, later than `afterMs`: at its minute on each day, Monday, or first of a month. */
export function nextRun(every: Every, atMinute: number, afterMs: number): number {
  const start = spanStart(every, dayOf(afterMs));
  const thisTime = midnight(start) + atMinute * MINUTE_MS;
  return thisTime > afterMs ? thisTime : midnight(nextSpan(every, start)) + atMinute * MINUTE_MS;
}

/** What a report that goes out at `runMs` covers: the whole day, week or month before. */
export function coveredBy(every: Every, runMs: number): { from: Date; to: Date } {
  const end = spanStart(every, dayOf(runMs));
  return { from: new Date(midnight(spanStart(every, end - 1))), to: new Date(midnight(end)) };
}
