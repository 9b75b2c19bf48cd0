import { formatLocaleOf } from '../../lib/both-languages.ts';

const DAY_MS = 86_400_000;

/** `YYYY-MM-DD` moved by whole days. */
export const moveDay = (day: string, days: number): string => new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** The Monday of the week of a day. */
export const mondayOf = (day: string): string => moveDay(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7));

/** The seven days that begin with one. */
export const weekFrom = (day: string): string[] => Array.from({ length: 7 }, (_, index) => moveDay(day, index));

/** The week that begins with a day: `2026/11/30～2026/12/06`, `30 Nov – 6 Dec 2026`. */
export const weekText = (monday: string, locale: string): string =>
  new Intl.DateTimeFormat(formatLocaleOf(locale), { timeZone: 'UTC', dateStyle: 'medium' }).formatRange(new Date(monday), new Date(moveDay(monday, 6)));

/** `11/16 (月)`. */
export function dayText(day: string, locale: string): string {
  const format = new Intl.DateTimeFormat(formatLocaleOf(locale), { timeZone: 'UTC', month: 'numeric', day: 'numeric', weekday: 'short' });
  return format.format(new Date(`${day}T00:00:00Z`));
}
