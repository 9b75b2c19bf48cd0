import { describe, expect, it } from 'vitest';
import { holidayOn, holidaysOf } from './holidays.ts';

/** Every holiday of a year as `MM-DD`; substitute holidays with `s`, days between two holidays with `b`. */
const YEARS: Record<number, string> = {
  2026: '01-01 01-12 02-11 02-23 03-20 04-29 05-03 05-04 05-05 05-06s 07-20 08-11 09-21 09-22b 09-23 10-12 11-03 11-23',
  2027: '01-01 01-11 02-11 02-23 03-21 03-22s 04-29 05-03 05-04 05-05 07-19 08-11 09-20 09-23 10-11 11-03 11-23',
  2028: '01-01 01-10 02-11 02-23 03-20 04-29 05-03 05-04 05-05 07-17 08-11 09-18 09-22 10-09 11-03 11-23',
  2029: '01-01 01-08 02-11 02-12s 02-23 03-20 04-29 04-30s 05-03 05-04 05-05 07-16 08-11 09-17 09-23 09-24s 10-08 11-03 11-23',
  2030: '01-01 01-14 02-11 02-23 03-20 04-29 05-03 05-04 05-05 05-06s 07-15 08-11 08-12s 09-16 09-23 10-14 11-03 11-04s 11-23',
};

const MARK = { national: '', substitute: 's', between: 'b' } as const;

describe('national holidays', () => {
  it.each(Object.entries(YEARS))('of %s', (year, expected) => {
    expect(holidaysOf(Number(year)).map(({ date, kind }) => date.slice(5) + MARK[kind]).join(' ')).toBe(expected);
  });

  it('are named', () => {
    expect(holidayOn('2026-05-06')).toMatchObject({ name: '振替休日', kind: 'substitute' });
    expect(holidayOn('2026-09-22')).toMatchObject({ name: '国民の休日', kind: 'between' });
    expect(holidayOn('2026-09-23')).toMatchObject({ name: '秋分の日' });
    expect(holidayOn('2026-05-07')).toBeNull();
  });

  it('are not told for years in which other rules held', () => {
    expect(holidaysOf(2021)).toEqual([]);
    expect(holidaysOf(2100)).toEqual([]);
    expect(holidayOn('2022-01-01')).toMatchObject({ name: '元日' });
  });
});
