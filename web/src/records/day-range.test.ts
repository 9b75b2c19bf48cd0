import { describe, expect, it } from 'vitest';
import { dayBounds, dayInJapan, periodOf, rangeQuery } from './day-range.ts';

describe('day ranges in Japan', () => {
  it('begins a day at 15:00 UTC of the day before and ends it a millisecond before the next', () => {
    expect(dayBounds('2026-05-01')).toEqual({ from: '2026-04-30T15:00:00.000Z', to: '2026-05-01T14:59:59.999Z' });
  });

  it.each(['', '2026-5-1', '2026-02-30', 'today'])('does not take %j as a day', (day) => {
    expect(dayBounds(day)).toBeNull();
  });

  it('leaves open ends open', () => {
    expect(rangeQuery('', '2026-05-01')).toEqual({ to: '2026-05-01T14:59:59.999Z' });
    expect(rangeQuery('', '')).toEqual({});
  });

  it('knows which day it is in Japan', () => {
    expect(dayInJapan(Date.parse('2026-04-30T14:59:59Z'))).toBe('2026-04-30');
    expect(dayInJapan(Date.parse('2026-04-30T15:00:00Z'))).toBe('2026-05-01');
    expect(dayInJapan(Date.parse('2026-04-30T15:00:00Z'), -7)).toBe('2026-04-24');
  });

  it('is whole days of Japan, the last one included', () => {
    expect(periodOf({ fromDay: '2026-05-01', toDay: '2026-05-01' })).toEqual({ from: '2026-04-30T15:00:00.000Z', to: '2026-05-01T15:00:00.000Z' });
    expect(periodOf({ fromDay: '2026-05-02', toDay: '2026-05-01' })).toBeNull();
    expect(periodOf({ fromDay: '', toDay: '2026-05-01' })).toBeNull();
  });
});
