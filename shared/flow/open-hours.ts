import { holidayOn } from './holidays.ts';
import type { OpenHours, Span } from './nodes.ts';

const DAYS: Readonly<Record<string, string>> = { Sun: '0', Mon: '1', Tue: '2', Wed: '3', Thu: '4', Fri: '5', Sat: '6' };

/** Making a formatter takes a hundred times as long as using it. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timeZone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone,
      weekday: 'short',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    formatters.set(timeZone, formatter);
  }
  return formatter;
}

/** True when the IANA zone name is one that this runtime knows. */
export function isTimeZone(name: string): boolean {
  try {
    formatterOf(name);
    return true;
  } catch {
    return false;
  }
}

/** What the clock on the wall shows in a zone. */
export interface LocalTime {
  /** `YYYY-MM-DD`. */
  date: string;
  /** `0` (Sunday) to `6`. */
  weekday: string;
  /** Minutes since midnight. */
  minute: number;
}

/** @param wall ms since the epoch; @param timeZone one that `isTimeZone` knows */
export function localTime(timeZone: string, wall: number): LocalTime {
  const parts = formatterOf(timeZone).formatToParts(wall);
  const part = (type: string): string => parts.find((entry) => entry.type === type)?.value ?? '';
  return {
    date: `${part('year')}-${part('month')}-${part('day')}`,
    weekday: DAYS[part('weekday')] ?? '',
    minute: Number(part('hour')) * 60 + Number(part('minute')),
  };
}

/** What rules a date. `name` is the holiday's or the day's own. */
export interface DayRule {
  kind: 'special' | 'company' | 'holiday' | 'weekday';
  name: string;
  spans: readonly Span[];
}

const inYearlyRange = (day: string, from: string, to: string): boolean => (from <= to ? day >= from && day <= to : day >= from || day <= to);

/** The rule for a date and when the centre is open on it. */
export function dayRule(hours: OpenHours, { date, weekday }: Pick<LocalTime, 'date' | 'weekday'>): DayRule {
  const special = hours.specialDays?.find((day) => day.date === date);
  if (special) return { kind: 'special', name: special.name, spans: special.spans };
  const company = hours.companyDays?.find(({ from, to }) => inYearlyRange(date.slice(5), from, to));
  if (company) return { kind: 'company', name: company.name, spans: [] };
  const weekly = hours.days[weekday] ?? [];
  const holiday = holidayOn(date);
  if (!holiday) return { kind: 'weekday', name: '', spans: weekly };
  const { holidays = 'open' } = hours;
  return { kind: 'holiday', name: holiday.name, spans: holidays === 'open' ? weekly : holidays === 'closed' ? [] : holidays };
}

/** The rule of the local day that `wall` (ms since the epoch) falls on; null for an unknown time zone. */
export const ruleAt = (hours: OpenHours, wall: number): DayRule | null =>
  isTimeZone(hours.timeZone) ? dayRule(hours, localTime(hours.timeZone, wall)) : null;

/**
 * True when a span of the local day contains the local minute; a span's end is not part of it. An unknown time zone is
 * closed: the check of a flow refuses it before it can be published.
 * @param wall ms since the epoch
 */
export function isOpen(hours: OpenHours, wall: number): boolean {
  if (!isTimeZone(hours.timeZone)) return false;
  const local = localTime(hours.timeZone, wall);
  return dayRule(hours, local).spans.some((span) => local.minute >= span.fromMinute && local.minute < span.toMinute);
}
