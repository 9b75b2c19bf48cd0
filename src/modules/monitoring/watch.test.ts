import { describe, expect, it } from 'vitest';
import type { CheckRule } from './check-rules.ts';
import { newCheck, observe, type CheckChange, type CheckState } from './watch.ts';

const RULE: CheckRule = { class: 'servers', unit: 'percent', note: 80, fault: 90, lowIsBad: false, sudden: 10 };

/** Gives samples 10 s apart. */
function run(values: readonly (number | null)[], rule = RULE, from: CheckState = newCheck()): { state: CheckState; changes: CheckChange[] } {
  let state = from;
  const changes: CheckChange[] = [];
  values.forEach((value, at) => {
    const step = observe(rule, state, value, at * 10_000);
    state = step.state;
    if (step.change) changes.push(step.change);
  });
  return { state, changes };
}

const many = (value: number, times = 60): number[] => Array.from({ length: times }, (_none, at) => value + (at % 2));

describe('a check', () => {
  it('is good at the first good look, without news', () => {
    expect(run([50])).toMatchObject({ state: { verdict: 'ok', sinceWall: 0 }, changes: [] });
  });

  it('tells of a fault that holds for three samples, and of its end; one bad sample is nothing', () => {
    const { state, changes } = run([50, 95, 50, 95, 95, 95, 95, 50, 50, 50]);
    expect(changes).toEqual([
      { before: 'ok', verdict: 'fault', reason: 'bound', value: 95, atWall: 50_000 },
      { before: 'fault', verdict: 'ok', reason: null, value: 50, atWall: 90_000 },
    ]);
    expect(state, 'the time is that of the first sample').toMatchObject({ verdict: 'ok', sinceWall: 70_000, pending: null });
  });

  it('goes from note to fault, and says what cannot be read', () => {
    expect(run([85, 85, 85, 91, 91, 91, null, null, null]).changes.map(({ before, verdict, reason }) => [before, verdict, reason])).toEqual([
      ['unknown', 'note', 'bound'],
      ['note', 'fault', 'bound'],
      ['fault', 'fault', 'unreadable'],
    ]);
  });

  it('takes low values for the bad ones where the rule says so', () => {
    const days: CheckRule = { ...RULE, unit: 'days', note: 30, fault: 7, lowIsBad: true };
    expect(run([31, 31, 31], days).state.verdict).toBe('ok');
    expect(run([30, 30, 30], days).state.verdict).toBe('note');
    expect(run([7, 7, 7], days).state.verdict).toBe('fault');
  });

  it('tells of a sudden rise and a sudden fall, until that is what is usual', () => {
    for (const to of [70, 10]) {
      const { state, changes } = run([...many(40), ...many(to, 200)]);
      expect(changes.map(({ verdict, reason }) => [verdict, reason])).toEqual([['note', 'change'], ['ok', null]]);
      expect(changes[0]?.atWall, 'within 30 s').toBe(620_000);
      expect(state.usual.mean).toBeCloseTo(to + 0.5, 0);
    }
  });

  it('takes no change for sudden that is small, slow, or among values that scatter', () => {
    expect(run([...many(40), ...many(49)]).changes).toEqual([]);
    expect(run(Array.from({ length: 400 }, (_none, at) => at / 10)).changes).toEqual([]);
    const scattered = Array.from({ length: 400 }, (_none, at) => 40 + (at % 2) * 30);
    expect(run(scattered).changes).toEqual([]);
    expect(run([...many(40), ...many(70)], { ...RULE, sudden: null }).changes, 'not asked for').toEqual([]);
  });

  it('knows no sudden change before it knows what is usual', () => {
    expect(run([...many(40, 10), ...many(70, 5)]).changes).toEqual([]);
  });
});
