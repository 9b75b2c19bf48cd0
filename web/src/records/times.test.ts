import { describe, expect, it } from 'vitest';
import { durationText, exactTimeText, secondsText, sizeText } from './times.ts';

describe('times', () => {
  it('shows Japan\'s time to the second in both languages', () => {
    expect(exactTimeText('2026-04-30T15:05:09.000Z', 'ja')).toBe('2026/05/01 00:05:09');
    expect(exactTimeText('2026-04-30T15:05:09Z', 'en')).toBe('01/05/2026, 00:05:09');
  });

  it('writes durations, and a dash or zero where there is none', () => {
    expect(durationText(65_400)).toBe('1:05');
    expect(durationText(null)).toBe('–');
    expect([5.9, Number.NaN].map(secondsText)).toEqual(['0:05', '0:00']);
  });

  it('writes sizes', () => {
    expect([400, 960_044, 12_340_000].map(sizeText)).toEqual(['1 kB', '960 kB', '12.3 MB']);
  });
});
