/** English numbers, dates and times as names of shipped sounds. */
const part = (name: string): string => `en/${name}`;

/** 1 to 999. */
function belowThousand(value: number): string[] {
  const hundreds = Math.floor(value / 100);
  const rest = value % 100;
  if (hundreds === 0) return [part(`number-${rest}`)];
  const head = [part(`number-${hundreds}`), part('hundred')];
  return rest === 0 ? head : [...head, part('and'), part(`number-${rest}`)];
}

const SCALES = [
  ['billion', 1e9],
  ['million', 1e6],
  ['thousand', 1e3],
] as const;

/** 0 to 999,999,999,999. */
export function englishNumber(value: number): string[] {
  if (value === 0) return [part('number-0')];
  const parts: string[] = [];
  let rest = value;
  for (const [name, size] of SCALES) {
    const count = Math.floor(rest / size);
    rest %= size;
    if (count > 0) parts.push(...belowThousand(count), part(name));
  }
  if (rest === 0) return parts;
  return [...parts, ...(parts.length > 0 && rest < 100 ? [part('and')] : []), ...belowThousand(rest)];
}

export const englishYen = (value: number): string[] => [...englishNumber(value), part('yen')];

export function englishMinutes(value: number): string[] {
  const hours = Math.floor(value / 60);
  const minutes = value % 60;
  return [
    ...(hours > 0 ? [part(`number-${hours}`), part(hours === 1 ? 'hour' : 'hours')] : []),
    ...(minutes > 0 ? [part(`number-${minutes}`), part(minutes === 1 ? 'minute' : 'minutes')] : []),
  ];
}

/** Twelve hours with a.m. and p.m.: 9:05 is nine oh five. */
export function englishTime(hour: number, minute: number): string[] {
  const shown = hour % 12 === 0 ? 12 : hour % 12;
  const minutes = minute === 0 ? [] : minute < 10 ? [part('oh'), part(`number-${minute}`)] : [part(`number-${minute}`)];
  return [part(`number-${shown}`), ...minutes, part(hour < 12 ? 'am' : 'pm')];
}

/** Twenty twenty-six; but two thousand and five. */
function year(value: number): string[] {
  const rest = value % 100;
  if (value % 1000 < 10) return englishNumber(value);
  const tail = rest === 0 ? [part('hundred')] : rest < 10 ? [part('oh'), part(`number-${rest}`)] : [part(`number-${rest}`)];
  return [part(`number-${Math.floor(value / 100)}`), ...tail];
}

export function englishDate(inYear: number | null, month: number, day: number, weekday: number | null): string[] {
  return [
    ...(weekday === null ? [] : [part(`weekday-${weekday}`)]),
    part(`month-${month}`),
    part(`day-${day}`),
    ...(inYear === null ? [] : year(inYear)),
  ];
}

export const englishPosition = (value: number): string[] => [...englishNumber(value), part('queue-position-unit')];
