import { describe, expect, it } from 'vitest';
import { hoursProblems } from './lint-nodes.ts';
import type { OpenHours } from './nodes.ts';
import { isOpen, ruleAt } from './open-hours.ts';

const span = (from: string, to: string) => {
  const minutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
  return { fromMinute: minutes(from), toMinute: minutes(to) };
};
const workday = [span('09:00', '12:00'), span('13:00', '18:00')];

/** Weekdays with a lunch break, half of Saturday, closed on holidays and over New Year, and two days of their own. */
const HOURS: OpenHours = {
  timeZone: 'Asia/Tokyo',
  days: { 1: workday, 2: workday, 3: workday, 4: workday, 5: workday, 6: [span('09:00', '12:00')] },
  holidays: 'closed',
  companyDays: [
    { name: '年末年始', from: '12-29', to: '01-03' },
    { name: '夏季休業', from: '08-13', to: '08-16' },
  ],
  specialDays: [
    { name: '創立記念日', date: '2026-06-01', spans: [] },
    { name: '臨時営業', date: '2026-09-22', spans: [span('10:00', '15:00')] },
  ],
};

const at = (jst: string): number => Date.parse(`${jst}:00+09:00`);
const open = (jst: string, hours: OpenHours = HOURS): boolean => isOpen(hours, at(jst));

describe('open hours', () => {
  it.each([
    ['2026-11-27T08:59', false],
    ['2026-11-27T09:00', true],
    ['2026-11-27T12:00', false], // lunch
    ['2026-11-27T13:00', true],
    ['2026-11-27T18:00', false],
    ['2026-11-28T11:59', true], // Saturday, half a day
    ['2026-11-28T13:00', false],
    ['2026-11-29T10:00', false], // Sunday
  ])('%s is %s', (jst, expected) => {
    expect(open(jst)).toBe(expected);
  });

  it.each([
    ['2026-05-06T10:00', false, 'holiday', '振替休日'],
    ['2026-11-03T10:00', false, 'holiday', '文化の日'],
    ['2026-12-29T10:00', false, 'company', '年末年始'],
    ['2027-01-01T10:00', false, 'company', '年末年始'],
    ['2027-01-04T10:00', true, 'weekday', ''],
    ['2026-06-01T10:00', false, 'special', '創立記念日'],
    ['2026-09-22T10:00', true, 'special', '臨時営業'],
    ['2026-09-23T10:00', false, 'holiday', '秋分の日'],
  ])('%s: open %s by the rule of a %s day %s', (jst, expected, kind, name) => {
    expect(open(jst)).toBe(expected);
    expect(ruleAt(HOURS, at(jst))).toMatchObject({ kind, name });
  });

  it('can treat a holiday like every other day, or give it its own hours', () => {
    const { holidays: _, ...plain } = HOURS;
    expect(open('2026-11-03T10:00', plain)).toBe(true);
    const short = { ...HOURS, holidays: [span('10:00', '11:00')] };
    expect([open('2026-11-03T09:30', short), open('2026-11-03T10:30', short)]).toEqual([false, true]);
  });

  it('goes by the clock of its own zone', () => {
    const newYork = { timeZone: 'America/New_York', days: { 5: [span('09:00', '17:00')] } };
    expect(isOpen(newYork, Date.parse('2026-11-27T14:00:00Z'))).toBe(true);
    expect(isOpen(newYork, Date.parse('2026-11-27T13:59:00Z'))).toBe(false);
    expect(isOpen({ ...newYork, timeZone: 'Mars/Base' }, 0)).toBe(false);
  });

  it('finds spans, dates and zones that are wrong', () => {
    expect(hoursProblems(HOURS)).toEqual([]);
    const wrong: OpenHours = {
      timeZone: 'Mars/Base',
      days: { 1: [span('09:00', '12:00'), span('11:00', '13:00')], 2: [{ fromMinute: 600, toMinute: 600 }] },
      holidays: [{ fromMinute: -1, toMinute: 5 }],
      companyDays: [{ name: 'a', from: '13-01', to: '01-01' }],
      specialDays: [{ name: 'b', date: '2026-02-30', spans: [{ fromMinute: 0, toMinute: 1441 }] }],
    };
    expect(hoursProblems(wrong).map(({ code, detail }) => `${code} ${detail}`)).toEqual([
      'badTimeZone Mars/Base', 'badSpan 1', 'badSpan 2', 'badSpan holidays', 'badDate a', 'badDate b', 'badSpan 2026-02-30',
    ]);
  });
});
