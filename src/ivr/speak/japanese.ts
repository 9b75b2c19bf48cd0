/**
 * Japanese numbers, dates and times as names of shipped sounds. Where the sound of a number changes before its counter
 * (さんびゃく, はっぷん, よじ, ついたち) the two are one sound.
 */
const part = (name: string): string => `ja/${name}`;

/** 1 to 9999. @param beforeMan 1000 is read いっせん before まん and おく */
function belowMan(value: number, beforeMan: boolean): string[] {
  const thousands = Math.floor(value / 1000);
  const hundreds = Math.floor(value / 100) % 10;
  const rest = value % 100;
  return [
    ...(thousands > 0 ? [part(thousands === 1 && beforeMan ? 'thousand-1-linked' : `thousand-${thousands}`)] : []),
    ...(hundreds > 0 ? [part(`hundred-${hundreds}`)] : []),
    ...(rest > 0 ? [part(`number-${rest}`)] : []),
  ];
}

/** 0 to 999,999,999,999. */
export function japaneseNumber(value: number): string[] {
  if (value === 0) return [part('number-0')];
  const oku = Math.floor(value / 1e8);
  const man = Math.floor(value / 1e4) % 1e4;
  return [
    ...(oku > 0 ? [...belowMan(oku, true), part('unit-oku')] : []),
    ...(man > 0 ? [...belowMan(man, true), part('unit-man')] : []),
    ...belowMan(value % 1e4, false),
  ];
}

/** A number before えん or ねん, where a four at the end is よ. */
function withUnit(value: number, unit: 'yen' | 'year'): string[] {
  if (value % 10 !== 4) return [...japaneseNumber(value), part(`unit-${unit}`)];
  const rest = value - 4;
  return [...(rest === 0 ? [] : japaneseNumber(rest)), part(`${unit}-4`)];
}

export const japaneseYen = (value: number): string[] => withUnit(value, 'yen');

/** 1 to 59 with ふん or ぷん; longer in hours and minutes. */
export function japaneseMinutes(value: number): string[] {
  const hours = Math.floor(value / 60);
  const minutes = value % 60;
  return [
    ...(hours > 0 ? [part(`hour-${hours}`), part('unit-span')] : []),
    ...(minutes > 0 ? [part(`minute-${minutes}`)] : []),
  ];
}

/** Time of day by twelve hours: 0:30 is ごぜん れいじ さんじゅっぷん. */
export function japaneseTime(hour: number, minute: number): string[] {
  return [part(hour < 12 ? 'am' : 'pm'), part(`hour-${hour % 12}`), ...(minute === 0 ? [] : [part(`minute-${minute}`)])];
}

export function japaneseDate(year: number | null, month: number, day: number, weekday: number | null): string[] {
  return [
    ...(year === null ? [] : withUnit(year, 'year')),
    part(`month-${month}`),
    part(`day-${day}`),
    ...(weekday === null ? [] : [part(`weekday-${weekday}`)]),
  ];
}

export const japanesePosition = (value: number): string[] => [...japaneseNumber(value), part('queue-position-unit')];
