import { formatLocaleOf } from './both-languages.ts';

/** Instants, durations and numbers as people read them. Every time on screen is Japan's, whatever zone the computer is in. */

const ZONE = 'Asia/Tokyo';
const formats = new Map<string, Intl.DateTimeFormat>();

function format(locale: string, style: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${style}`;
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat(formatLocaleOf(locale), { ...options, timeZone: ZONE });
  formats.set(key, made);
  return made;
}

/** 2026/05/01 09:05 */
export const formatDateTime = (iso: string, locale: string): string =>
  format(locale, 'dateTime', { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' }).format(
    new Date(iso),
  );

/** A day of the calendar, which has no time and no zone: 2026/05/01. @param day YYYY-MM-DD */
export const formatDay = (day: string, locale: string): string =>
  format(locale, 'day', { year: 'numeric', month: '2-digit', day: '2-digit' }).format(new Date(`${day}T00:00:00+09:00`));

/** 09:05:07 */
export const formatClock = (iso: string, locale: string): string =>
  format(locale, 'clock', { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(new Date(iso));

/** Milliseconds as 0:05, 12:34 or 1:02:03; below zero is 0:00. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

const SPAN_UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** Milliseconds with their units, the largest two: 4分19秒, 1 hr 5 mins. For figures that stand alone, where 4:19 could be hours or minutes. */
export function formatSpan(ms: number, locale: string): string {
  let rest = Math.max(0, Math.floor(ms / 1000));
  const parts: string[] = [];
  let largest = -1;
  for (const [index, [unit, seconds]] of SPAN_UNITS.entries()) {
    const count = Math.floor(rest / seconds);
    rest -= count * seconds;
    if (largest < 0 && (count > 0 || unit === 'second')) largest = index;
    if (largest < 0 || index > largest + 1 || (count === 0 && index > largest)) continue;
    parts.push(new Intl.NumberFormat(formatLocaleOf(locale), { style: 'unit', unit, unitDisplay: 'short' }).format(count));
  }
  const text = parts.join(' ');
  return locale === 'ja' ? text.replaceAll(/\s/g, '') : text;
}

/** Digits where the hyphens go, by the length of the area code; the longest fitting prefix wins. */
const GROUPS: readonly (readonly [RegExp, readonly number[]])[] = [
  [/^0[789]0\d{8}$/, [3, 4, 4]],
  [/^050\d{8}$/, [3, 4, 4]],
  [/^0(120|570|800)\d{6,7}$/, [4, 3, 4]],
  [/^0[36]\d{8}$/, [2, 4, 4]],
  [/^0(11|22|23|24|25|26|27|28|29|42|43|44|45|46|47|48|49|52|53|54|55|58|59|72|73|75|76|77|78|79|82|83|84|86|87|88|89|92|93|95|96|97|98|99)\d{7}$/, [3, 3, 4]],
];

/**
 * A Japanese number with its usual hyphens: 0312340001 and +81312340001 become 03-1234-0001. What is not a whole Japanese
 * number stays as it is. Rural area codes of four and five digits are written like three: close enough to read out.
 */
export function formatPhone(typed: string): string {
  const digits = typed.replace(/[\s()-]/g, '').replace(/^\+81/, '0');
  const groups = GROUPS.find(([pattern]) => pattern.test(digits))?.[1];
  if (!groups) return typed;
  const parts: string[] = [];
  let from = 0;
  for (const length of groups) {
    parts.push(digits.slice(from, from + length));
    from += length;
  }
  return parts.filter((part) => part !== '').join('-');
}
