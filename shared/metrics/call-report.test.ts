import { describe, expect, it } from 'vitest';
import { addTallies, CALL_METRICS, callFigures, emptyTally } from './call-report.ts';

/** The vector on which the sources of the six formulas agree: ICMI and Call Centre Helper. */
const golden = { ...emptyTally(), offered: 1060, answered: 1000, abandoned: 60, answeredWithin: 860, abandonedWithin: 20, abandonedShort: 10 };

describe('the call report', () => {
  it('gives all six service levels of the golden vector', () => {
    const figures = callFigures(golden);
    const percent = (id: string): string => ((figures[id] ?? 0) * 100).toFixed(2);
    expect(['SL1', 'SL2', 'SL3', 'SL4', 'SL5', 'SL6'].map(percent)).toEqual(['83.02', '86.00', '81.13', '82.69', '82.08', '81.90']);
  });

  it('makes means and rates of the sums', () => {
    const figures = callFigures({ ...golden, answeredWaitMs: 17_000_000, talkMs: 180_000_000, holdMs: 10_000_000, wrapUpMs: 50_000_000, longestWaitMs: 300_000 });
    expect(figures).toMatchObject({ asa: 17_000, att: 180_000, hold: 10_000, acw: 50_000, aht: 240_000, longestWait: 300_000 });
    expect(figures['answerRate']).toBeCloseTo(1000 / 1060, 10);
    expect(figures['abandonRate']).toBeCloseTo(60 / 1060, 10);
  });

  it('says nothing where there are no calls', () => {
    const figures = callFigures(emptyTally());
    expect(CALL_METRICS.filter((metric) => metric.unit !== 'count').map((metric) => figures[metric.id])).toEqual(
      CALL_METRICS.filter((metric) => metric.unit !== 'count').map(() => null),
    );
    expect(figures['offered']).toBe(0);
  });

  it('adds lines up, and takes the longest wait of all', () => {
    const sum = addTallies([{ ...golden, longestWaitMs: 5 }, { ...golden, longestWaitMs: 9 }]);
    expect(sum).toMatchObject({ offered: 2120, answered: 2000, longestWaitMs: 9 });
    expect(callFigures(sum)['SL4']).toBeCloseTo(0.8269, 4);
  });

  it('names every column once, in both languages, with its formula', () => {
    expect(new Set(CALL_METRICS.map((metric) => metric.id)).size).toBe(CALL_METRICS.length);
    for (const { label, formula } of CALL_METRICS) expect([label.ja, label.en, formula.ja, formula.en].every((text) => text.length > 0)).toBe(true);
  });
});
