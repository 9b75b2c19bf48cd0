import { expect, it } from 'vitest';
import { dayText, mondayOf, moveDay, weekFrom, weekText } from './week.ts';

it('knows weeks from Monday', () => {
  expect([mondayOf('2026-11-16'), mondayOf('2026-11-22'), mondayOf('2026-11-15')]).toEqual(['2026-11-16', '2026-11-16', '2026-11-09']);
  expect(weekFrom('2026-12-28').at(-1)).toBe('2027-01-03');
  expect(moveDay('2026-03-01', -1)).toBe('2026-02-28');
  expect(dayText('2026-11-16', 'ja')).toContain('月');
});

it('names a week in both languages, over the end of a year too', () => {
  expect(weekText('2026-12-28', 'ja')).toBe('2026/12/28～2027/01/03');
  expect(weekText('2026-11-30', 'en').replaceAll(/\s/g, ' ')).toBe('30 Nov – 6 Dec 2026');
});
