import type { OpenHours } from './types.ts';

const DAYS: Readonly<Record<string, string>> = { Sun: '0', Mon: '1', Tue: '2', Wed: '3', Thu: '4', Fri: '5', Sat: '6' };

/** Making a formatter takes a hundred times as long as using it. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timeZone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone,
      weekday: 'short',
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

/**
 * True when a span of the local day contains the local minute; a span's end is not part of it. An unknown time zone is
 * closed: `checkFlow` refuses it before it can be stored.
 * @param wall ms since the epoch
 */
export function isOpen(hours: OpenHours, wall: number): boolean {
  if (!isTimeZone(hours.timeZone)) return false;
  const parts = formatterOf(hours.timeZone).formatToParts(wall);
  const part = (type: string): string => parts.find((entry) => entry.type === type)?.value ?? '';
  const day = DAYS[part('weekday')] ?? '';
  const minute = Number(part('hour')) * 60 + Number(part('minute'));
  return (hours.days[day] ?? []).some((span) => minute >= span.fromMinute && minute < span.toMinute);
}
