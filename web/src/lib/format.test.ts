import { describe, expect, it } from 'vitest';
import { formatClock, formatDateTime, formatDay, formatDuration, formatPhone, formatSpan } from './format.ts';

describe('format', () => {
  it('shows the time of Japan', () => {
    expect(formatDateTime('2026-04-30T15:05:00.000Z', 'ja')).toBe('2026/05/01 00:05');
    expect([formatDay('2026-05-01', 'ja'), formatDay('2026-05-01', 'en')]).toEqual(['2026/05/01', '01/05/2026']);
    expect(formatClock('2026-04-30T15:05:09.000Z', 'en')).toBe('00:05:09');
  });

  it('writes durations', () => {
    expect([-1, 5900, 754_000, 3_723_000].map(formatDuration)).toEqual(['0:00', '0:05', '12:34', '1:02:03']);
  });

  it('writes spans with their units, the largest two', () => {
    const spans = [-1, 0, 19_000, 259_200, 3_600_000, 3_905_000, 90_061_000];
    expect(spans.map((ms) => formatSpan(ms, 'ja'))).toEqual(['0秒', '0秒', '19秒', '4分19秒', '1時間', '1時間5分', '1日1時間']);
    expect(spans.map((ms) => formatSpan(ms, 'en'))).toEqual(['0 secs', '0 secs', '19 secs', '4 mins 19 secs', '1 hr', '1 hr 5 mins', '1 day 1 hr']);
  });

  it('puts hyphens where Japan puts them', () => {
    const typed = ['0312340001', '+81312340001', '09012345678', '0120123456', '0451234567', '110', 'anonymous'];
    expect(typed.map(formatPhone)).toEqual([
      '03-1234-0001',
      '03-1234-0001',
      '090-1234-5678',
      '0120-123-456',
      '045-123-4567',
      '110',
      'anonymous',
    ]);
  });
});
