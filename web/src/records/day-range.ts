/** Days as people in Japan count them (UTC+9, no summer time) against instants as the server counts them. */

const DAY_MS = 86_400_000;
const JST_MS = 9 * 3_600_000;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** `2026-05-01` to the instants that bound it; the end is its last millisecond. null for what is not a day. */
export function dayBounds(day: string): { from: string; to: string } | null {
  if (!DAY.test(day)) return null;
  const start = Date.parse(`${day}T00:00:00.000Z`);
  if (Number.isNaN(start) || new Date(start).toISOString().slice(0, 10) !== day) return null;
  return { from: new Date(start - JST_MS).toISOString(), to: new Date(start - JST_MS + DAY_MS - 1).toISOString() };
}

/** The query of a list filtered by first and last day; either may be empty. */
export function rangeQuery(fromDay: string, toDay: string): { from?: string; to?: string } {
  const from = dayBounds(fromDay)?.from;
  const to = dayBounds(toDay)?.to;
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

/** The day in Japan of an instant (ms since the epoch), moved by whole days. */
export const dayInJapan = (epochMs: number, addDays = 0): string =>
  new Date(epochMs + JST_MS + addDays * DAY_MS).toISOString().slice(0, 10);

/** The instants that bound chosen days, the end not part of it; null while a day is missing or they are the wrong way round. */
export function periodOf({ fromDay, toDay }: { fromDay: string; toDay: string }): { from: string; to: string } | null {
  const from = dayBounds(fromDay)?.from;
  const last = dayBounds(toDay)?.to;
  if (from === undefined || last === undefined || last <= from) return null;
  return { from, to: new Date(Date.parse(last) + 1).toISOString() };
}
