import { performance } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import { systemClock } from './clock.ts';
import { atWholeSteps } from './whole-steps.ts';

const STEP_MS = 10;

/** Work that takes so long, ms. */
const busy = (ms: number) => async (): Promise<string> => {
  const until = performance.now() + ms;
  while (performance.now() < until) await new Promise<void>((resolve) => setImmediate(resolve));
  return 'done';
};

/** The shortest time of several, ms: what else the machine does can only make it longer. */
async function timeOf(workMs: number): Promise<number> {
  const times: number[] = [];
  for (let turn = 0; turn < 20; turn++) {
    const began = performance.now();
    await atWholeSteps(systemClock, STEP_MS, busy(workMs));
    times.push(performance.now() - began);
  }
  return Math.min(...times);
}

describe('an answer at whole steps of time', () => {
  it('comes at the same time whatever the work took, and a step later when it took longer than one', async () => {
    const quick = await timeOf(0.3);
    expect(quick).toBeGreaterThanOrEqual(STEP_MS);
    expect(Math.abs((await timeOf(4.1)) - quick), 'ms apart').toBeLessThan(0.5);
    expect(Math.abs((await timeOf(STEP_MS + 1)) - STEP_MS - quick), 'ms apart').toBeLessThan(0.5);
  });

  it('is the same for work that fails', async () => {
    const began = performance.now();
    await expect(atWholeSteps(systemClock, STEP_MS, () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(performance.now() - began).toBeGreaterThanOrEqual(STEP_MS);
  });
});
