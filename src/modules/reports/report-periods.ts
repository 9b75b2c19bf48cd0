import { sql, type RawBuilder } from 'kysely';
import type { ReportInterval } from '../../../shared/api/reports.ts';
import { invalid } from '../../lib/errors.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Japan has had no summer time since 1951. */
const JST_MS = 9 * 3_600_000;
/** A Monday's midnight in Japan, from which intervals are counted. */
const ORIGIN_MS = Date.UTC(2000, 0, 3) - JST_MS;
const LONGEST_DAYS = 400;
/** Lines of one report without groups: a month of quarters of an hour. */
const MOST_INTERVALS = 3200;

const FIXED_MS: Partial<Record<ReportInterval, number>> = {
  15: 15 * MINUTE_MS,
  30: 30 * MINUTE_MS,
  60: 60 * MINUTE_MS,
  day: DAY_MS,
  week: 7 * DAY_MS,
};

/** What a report looks at; `to` is not part of it. */
export interface Period {
  from: Date;
  to: Date;
}

/** @throws AppError `invalid` when the period is empty, or longer than 400 days, or has too many intervals */
export function readPeriod(query: { from: string; to: string }, interval: ReportInterval = 'total'): Period {
  const period = { from: new Date(query.from), to: new Date(query.to) };
  const length = period.to.getTime() - period.from.getTime();
  const fault = (path: string, message: string) => invalid(message, { errors: [{ path, message }] });
  if (length <= 0) throw fault('query.to', 'The end must be later than the beginning.');
  if (length > LONGEST_DAYS * DAY_MS) throw fault('query.to', `A report covers at most ${LONGEST_DAYS} days.`);
  const step = FIXED_MS[interval];
  if (step !== undefined && length / step > MOST_INTERVALS) throw fault('query.interval', 'There are too many intervals in this period: choose longer ones.');
  return period;
}

/** SQL: beginning of the interval that holds the instant `at`. */
export function intervalOf(interval: ReportInterval, at: RawBuilder<Date>, period: Period): RawBuilder<Date> {
  if (interval === 'total') return sql<Date>`${period.from}::timestamptz`;
  if (interval === 'month') return sql<Date>`date_trunc('month', ${at} at time zone 'Asia/Tokyo') at time zone 'Asia/Tokyo'`;
  const step = FIXED_MS[interval] ?? DAY_MS;
  return sql<Date>`date_bin(make_interval(secs => ${step / 1000}), ${at}, ${new Date(ORIGIN_MS)}::timestamptz)`;
}

/** First ms of the month after the one that holds `at`, in Japan. */
function nextMonth(at: Date): Date {
  const local = new Date(at.getTime() + JST_MS);
  return new Date(Date.UTC(local.getUTCFullYear(), local.getUTCMonth() + 1, 1) - JST_MS);
}

/** The part of an interval that lies in the period, given its beginning. */
export function intervalBounds(interval: ReportInterval, start: Date, period: Period): Period {
  const step = FIXED_MS[interval];
  const end = interval === 'total' ? period.to : step === undefined ? nextMonth(start) : new Date(start.getTime() + step);
  return {
    from: start < period.from ? period.from : start,
    to: end > period.to ? period.to : end,
  };
}

/** Midnight in Japan before an instant. */
export const midnightBefore = (at: Date): Date => new Date(Math.floor((at.getTime() + JST_MS) / DAY_MS) * DAY_MS - JST_MS);
