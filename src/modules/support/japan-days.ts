import { invalid } from '../../lib/errors.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Japan has had no summer time since 1951. */
const JST_MS = 9 * 3_600_000;

/** Midnight in Japan of a day `YYYY-MM-DD`, ms since the epoch. */
export const dayStart = (day: string): number => Date.parse(`${day}T00:00:00Z`) - JST_MS;

/** The day in Japan of an instant, ms since the epoch. */
export const dayOf = (at: number): string => new Date(at + JST_MS).toISOString().slice(0, 10);

export const addDays = (day: string, days: number): string => dayOf(dayStart(day) + days * DAY_MS);

/** Day as a period. */
export const dayPeriod = (day: string, days = 1): { from: Date; to: Date } => ({ from: new Date(dayStart(day)), to: new Date(dayStart(day) + days * DAY_MS) });

/** 0 (Sunday) to 6. */
export const weekdayOf = (day: string): number => new Date(`${day}T00:00:00Z`).getUTCDay();

/** Whole days from one to the other. */
export const daysBetween = (from: string, to: string): number => Math.round((dayStart(to) - dayStart(from)) / DAY_MS);

/** Instant of a minute of a day in Japan. */
export const instantOf = (day: string, minute: number): number => dayStart(day) + minute * MINUTE_MS;

/** @throws AppError `invalid` when the first day is after the last, or there are more than `most` */
export function demandDays(fromDay: string, toDay: string, most: number): void {
  const count = daysBetween(fromDay, toDay) + 1;
  const refuse = (message: string) => invalid(message, { errors: [{ path: 'query.toDay', message }] });
  if (count < 1) throw refuse('The last day is before the first.');
  if (count > most) throw refuse(`At most ${most} days.`);
}
