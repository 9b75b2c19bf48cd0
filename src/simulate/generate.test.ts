import { describe, expect, it } from 'vitest';
import { erlangA, erlangAServiceLevel, erlangC } from '../../shared/metrics/erlang.ts';
import { Agenda } from './agenda.ts';
import { simulate, type GeneratedDay } from './generate.ts';

const HOUR = 3_600_000;

/** Ten erlangs: 200 calls an hour of 180 s each, in ms. */
const tenErlangs = (agents: number, hours: number, change: Partial<GeneratedDay> = {}): GeneratedDay => ({
  seed: 7,
  intervalMs: HOUR,
  arrivals: Array.from({ length: hours }, () => 200),
  staff: [agents],
  talkMs: 180_000,
  wrapUpMs: 0,
  ringMs: 0,
  patienceMs: 120_000,
  thresholdMs: 20_000,
  shortMs: 5000,
  ...change,
});

const load = (agents: number) => ({ arrivalRate: 200 / HOUR, handlingTime: 180_000, agents });

const relativeError = (value: number | null, expected: number): number => Math.abs((value ?? NaN) - expected) / expected;

describe('simulation against theory', () => {
  // 100,000 calls; the standard error of these figures is about 1 %, so 3 % is passed by a right router only.
  it.each([10, 12])('agrees with Erlang A within 0.03 for %i agents', (agents) => {
    const result = simulate(tenErlangs(agents, 500));
    const theory = erlangA(load(agents), 120_000);
    expect(relativeError(result.abandonRate, theory.abandons)).toBeLessThan(0.03);
    expect(relativeError(result.delayed, theory.waits)).toBeLessThan(0.03);
    expect(relativeError(result.meanWaitMs, theory.meanWait)).toBeLessThan(0.03);
    expect(relativeError(result.occupancy, theory.occupancy)).toBeLessThan(0.02);
    expect(relativeError(result.serviceLevels.SL3, erlangAServiceLevel(load(agents), 120_000, 20_000))).toBeLessThan(0.02);
  });

  // Without impatience long queues live long, so that 300,000 calls are worth a few thousand: the wait scatters by about 5 %.
  it.each([
    { agents: 12, level: 0.05 },
    { agents: 13, level: 0.03 },
    { agents: 14, level: 0.02 },
  ])('agrees with Erlang C for $agents agents when callers wait for ever: service level within $level, wait within 0.12', ({ agents, level }) => {
    const result = simulate(tenErlangs(agents, 1500, { patienceMs: null }));
    const theory = erlangC(load(agents), 20_000);
    expect(result.counts.abandoned).toBe(0);
    expect(relativeError(result.serviceLevels.SL3, theory?.serviceLevel ?? NaN)).toBeLessThan(level);
    expect(relativeError(result.asaMs, theory?.asa ?? NaN)).toBeLessThan(0.12);
    expect(relativeError(result.delayed, theory?.waits ?? NaN)).toBeLessThan(0.12);
    expect(relativeError(result.occupancy, theory?.occupancy ?? NaN)).toBeLessThan(0.02);
  });
});

describe('simulation', () => {
  it('is repeatable, and another seed is another day', () => {
    expect(simulate(tenErlangs(10, 8))).toEqual(simulate(tenErlangs(10, 8)));
    expect(simulate(tenErlangs(10, 8, { seed: 8 }))).not.toEqual(simulate(tenErlangs(10, 8)));
  });

  it('loses no call', () => {
    const { offered, counts } = simulate(tenErlangs(9, 24, { ringMs: 4000, wrapUpMs: 30_000, staff: [9, 2, 0, 12, 5] }));
    expect(offered).toBeGreaterThan(4000);
    expect(counts.answered + counts.abandoned).toBe(offered);
  });

  it('follows the staff of each interval', () => {
    const good = simulate(tenErlangs(0, 3, { staff: [20, 20, 20] }));
    const poor = simulate(tenErlangs(0, 3, { staff: [20, 1, 20] }));
    expect(poor.abandonRate ?? 0).toBeGreaterThan((good.abandonRate ?? 0) + 0.2);
  });

  it('without agents everybody gives up, without calls nothing is measured', () => {
    expect(simulate(tenErlangs(0, 2, { staff: [] })).abandonRate).toBe(1);
    expect(simulate(tenErlangs(5, 2, { arrivals: [0] }))).toMatchObject({ offered: 0, asaMs: null, occupancy: 0 });
  });

  it('counts wrap-up as occupied', () => {
    const result = simulate(tenErlangs(1, 4, { talkMs: 30_000, wrapUpMs: 30_000, patienceMs: 600_000 }));
    expect(result.occupancy).toBeGreaterThan(0.97);
  });

  it('counts ringing as waiting', () => {
    const result = simulate(tenErlangs(50, 2, { ringMs: 3000, patienceMs: null }));
    expect(result.asaMs).toBeCloseTo(3000, 6);
    expect(result.delayed).toBe(0);
  });
});

describe('agenda', () => {
  it('keeps the order of time, then of planning, and drops what was called off', () => {
    const agenda = new Agenda();
    const seen: string[] = [];
    for (const [at, name] of [[5, 'e'], [1, 'a'], [3, 'c'], [3, 'd'], [2, 'b']] as const) agenda.at(at, () => seen.push(name));
    agenda.at(4, () => seen.push('never'))();
    agenda.runAll();
    expect(seen).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(agenda.now).toBe(5);
  });
});
