import { describe, expect, it } from 'vitest';
import { erlangA, erlangAServiceLevel, erlangB, erlangC, requiredAgents } from './erlang.ts';

/** 100 calls in 30 minutes of 180 s each: ten erlangs. Seconds. */
const load = (agents: number) => ({ arrivalRate: 100 / 1800, handlingTime: 180, agents });

describe('Erlang', () => {
  it('B by hand: one erlang on one and two lines', () => {
    expect(erlangB(1, 1)).toBeCloseTo(1 / 2, 12);
    expect(erlangB(1, 2)).toBeCloseTo(1 / 5, 12);
  });

  it.each([
    [12, 0.4494, 0.6402, 40.4],
    [13, 0.2853, 0.7956, 17.1],
    [14, 0.1741, 0.8884, 7.8],
  ])('C with %i agents', (agents, waits, serviceLevel, asa) => {
    const result = erlangC(load(agents), 20);
    expect(result?.waits).toBeCloseTo(waits, 4);
    expect(result?.serviceLevel).toBeCloseTo(serviceLevel, 4);
    expect(result?.asa).toBeCloseTo(asa, 1);
  });

  it('C with 14 agents is 71.4 % occupied; ten agents never get through', () => {
    expect(erlangC(load(14), 20)?.occupancy).toBeCloseTo(0.714, 3);
    expect(erlangC(load(10), 20)).toBeNull();
  });

  it.each([
    [10, 0.1375, 0.4969, 16.5],
    [12, 0.0616, 0.2798, 7.39],
  ])('A with %i agents and two minutes of patience', (agents, abandons, waits, meanWait) => {
    const result = erlangA(load(agents), 120);
    expect(result.abandons).toBeCloseTo(abandons, 4);
    expect(result.waits).toBeCloseTo(waits, 4);
    expect(result.meanWait).toBeCloseTo(meanWait, 2);
  });

  it('A stays finite with thousands of agents', () => {
    const result = erlangA({ arrivalRate: 20, handlingTime: 200, agents: 4000 }, 60);
    expect(result.occupancy).toBeGreaterThan(0.9);
    expect(result.abandons).toBeGreaterThan(0);
  });

  it.each([8, 10, 12, 15])('A: with %i agents, whoever does not abandon is answered in the end', (agents) => {
    expect(erlangAServiceLevel(load(agents), 120, 1e9)).toBeCloseTo(1 - erlangA(load(agents), 120).abandons, 6);
    expect(erlangAServiceLevel(load(agents), 120, 0)).toBeCloseTo(1 - erlangA(load(agents), 120).waits, 9);
  });

  it('A comes to C when callers wait for ever', () => {
    expect(erlangAServiceLevel(load(13), 1e9, 20)).toBeCloseTo(erlangC(load(13), 20)?.serviceLevel ?? NaN, 4);
  });

  it('finds the fewest agents for a target, fewer when callers give up', () => {
    const target = { share: 0.8, threshold: 20 };
    const calls = { arrivalRate: 100 / 1800, handlingTime: 180 };
    expect(requiredAgents(calls, target, null)).toBe(14);
    expect(requiredAgents(calls, { ...target, share: 0.79 }, null)).toBe(13);
    const few = requiredAgents(calls, target, 120) ?? 0;
    expect(few).toBeLessThan(14);
    expect(erlangAServiceLevel(load(few), 120, 20)).toBeGreaterThanOrEqual(0.8);
    expect(erlangAServiceLevel(load(few - 1), 120, 20)).toBeLessThan(0.8);
    expect(requiredAgents({ ...calls, arrivalRate: 0 }, target, null)).toBe(0);
    expect(requiredAgents({ ...calls, arrivalRate: 1e6 }, target, null)).toBeNull();
  });
});
