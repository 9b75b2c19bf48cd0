import { describe, expect, it } from 'vitest';
import { minuteText, readMinute, readSpans, shiftFault, spansText } from './staffing-times.ts';

describe('times of shifts', () => {
  it('go beyond midnight', () => {
    expect([readMinute('9:05'), readMinute('25:00'), readMinute('48:00')]).toEqual([545, 1500, 2880]);
    expect(['', '9', '24:60', '48:01', '-1:00', '9:5'].map(readMinute)).toEqual([null, null, null, null, null, null]);
    expect(minuteText(1500)).toBe('25:00');
  });

  it('are written and read back', () => {
    const spans = [{ startMinute: 720, endMinute: 780 }, { startMinute: 900, endMinute: 910 }];
    expect(readSpans(spansText(spans))).toEqual(spans);
    expect(readSpans('12:00〜13:00、15:00～15:10')).toEqual(spans);
    expect([readSpans(''), readSpans('12:00'), readSpans('12:00-13:00-14:00'), readSpans('x-y')]).toEqual([[], null, null, null]);
  });

  it('are in order', () => {
    const shift = { startMinute: 540, endMinute: 1080, breaks: [{ startMinute: 720, endMinute: 780 }] };
    expect(shiftFault(shift)).toBeNull();
    expect(shiftFault({ ...shift, startMinute: 1440, endMinute: 1500 })).toBe('start');
    expect(shiftFault({ ...shift, endMinute: 540 })).toBe('end');
    expect(shiftFault({ ...shift, endMinute: 2000, breaks: [] })).toBe('tooLong');
    for (const pause of [{ startMinute: 530, endMinute: 550 }, { startMinute: 1070, endMinute: 1090 }, { startMinute: 700, endMinute: 700 }]) {
      expect(shiftFault({ ...shift, breaks: [pause] })).toBe('breaks');
    }
    expect(shiftFault({ ...shift, breaks: [{ startMinute: 720, endMinute: 780 }, { startMinute: 770, endMinute: 790 }] })).toBe('breaks');
  });
});
