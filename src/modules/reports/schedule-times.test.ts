import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coveredBy, nextRun, type Every } from './schedule-times.ts';

const jst = (text: string): number => Date.parse(`${text}+09:00`);
const shown = (ms: number): string => new Date(ms + 9 * 3_600_000).toISOString().slice(0, 16);

describe('scheduled reports', () => {
  it.each([
    ['day', '2026-05-01T06:59', '2026-05-01T07:00'],
    ['day', '2026-05-01T07:00', '2026-05-02T07:00'],
    ['week', '2026-05-01T12:00', '2026-05-04T07:00'],
    ['week', '2026-05-04T06:00', '2026-05-04T07:00'],
    ['month', '2026-12-15T00:00', '2027-01-01T07:00'],
    ['month', '2027-01-01T07:00', '2027-02-01T07:00'],
  ] as const)('each %s, after %s: %s', (every, after, next) => {
    expect(shown(nextRun(every, 7 * 60, jst(`${after}:00`)))).toBe(next);
  });

  it.each([
    ['day', '2026-05-01T07:00', '2026-04-30T00:00', '2026-05-01T00:00'],
    ['week', '2026-05-04T07:00', '2026-04-27T00:00', '2026-05-04T00:00'],
    ['month', '2028-03-01T00:00', '2028-02-01T00:00', '2028-03-01T00:00'],
  ] as const)('each %s, the one of %s covers %s to %s', (every, run, from, to) => {
    const covered = coveredBy(every, jst(`${run}:00`));
    expect([shown(covered.from.getTime()), shown(covered.to.getTime())]).toEqual([from, to]);
  });

  it('cover all time without a gap, one after the other', () => {
    fc.assert(
      fc.property(fc.constantFrom<Every>('day', 'week', 'month'), fc.integer({ min: 0, max: 1439 }), fc.integer({ min: jst('2020-01-01T00:00:00'), max: jst('2040-01-01T00:00:00') }), (every, minute, start) => {
        const first = nextRun(every, minute, start);
        const second = nextRun(every, minute, first);
        expect(first).toBeGreaterThan(start);
        expect(coveredBy(every, second).from).toEqual(coveredBy(every, first).to);
        expect(coveredBy(every, first).to.getTime()).toBeLessThanOrEqual(first);
      }),
    );
  });
});
