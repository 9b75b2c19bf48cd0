import { describe, expect, it } from 'vitest';
import { linesOf, mosGrade, worstOf } from './quality-chart.ts';

const sample = (mos: number, lossPercent: number) => ({ at: '2026-05-01T00:00:00.000Z', mos, lossPercent, remoteLossPercent: null, jitterMs: 1, roundTripMs: null });

describe('the chart of a leg', () => {
  it('draws MOS from 1 to 4.5 and loss against the worst interval', () => {
    expect(linesOf([sample(4.5, 0), sample(1, 20)])).toEqual({
      mos: '25,0 75,100',
      loss: [
        { x: 0, width: 50, height: 0 },
        { x: 50, width: 50, height: 100 },
      ],
      lossTop: 20,
    });
  });

  it('does not blow a little loss up, and stays in its box', () => {
    expect(linesOf([sample(9, 1)])).toMatchObject({ mos: '50,0', loss: [{ height: 20 }], lossTop: 5 });
    expect(linesOf([])).toEqual({ mos: '', loss: [], lossTop: 5 });
  });

  it('grades, and knows the worst', () => {
    expect([4.4, 4, 3.9, 3.1, 3].map(mosGrade)).toEqual(['good', 'good', 'fair', 'fair', 'poor']);
    expect(worstOf([sample(4, 1), sample(3, 0)])).toEqual({ mos: 3, lossPercent: 1 });
    expect(worstOf([])).toBeNull();
  });
});
