import { describe, expect, it } from 'vitest';
import { erlangA, erlangB, erlangC } from './erlang.ts';

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
});
