import { describe, expect, it } from 'vitest';
import { countService, serviceLevels, type ServedCall } from './service-level.ts';

const percent = (value: number | null): string => (value === null ? 'none' : (value * 100).toFixed(2));

describe('service levels', () => {
  it('agree with the golden vector of all six formulas', () => {
    const levels = serviceLevels({
      answered: 1000,
      abandoned: 60,
      answeredWithin: 860,
      abandonedWithin: 20,
      abandonedShort: 10,
    });
    expect(Object.values(levels).map(percent)).toEqual(['83.02', '86.00', '81.13', '82.69', '82.08', '81.90']);
  });

  it('are none without calls, and without answered ones only where that is the divisor', () => {
    expect(Object.values(serviceLevels(countService([], 20_000, 5000)))).toEqual([null, null, null, null, null, null]);
    const levels = serviceLevels(countService([{ outcome: 'abandoned', waitMs: 1 }], 20_000, 5000));
    expect(levels).toEqual({ SL1: 1, SL2: null, SL3: 0, SL4: null, SL5: 1, SL6: null });
  });

  it('count the limits themselves as good', () => {
    const calls: ServedCall[] = [
      { outcome: 'answered', waitMs: 20_000 },
      { outcome: 'answered', waitMs: 20_001 },
      { outcome: 'abandoned', waitMs: 5000 },
      { outcome: 'abandoned', waitMs: 5001 },
      { outcome: 'abandoned', waitMs: 20_001 },
    ];
    expect(countService(calls, 20_000, 5000)).toEqual({
      answered: 2,
      abandoned: 3,
      answeredWithin: 1,
      abandonedWithin: 2,
      abandonedShort: 1,
    });
  });
});
