import { describe, expect, it } from 'vitest';
import { systemClock } from '../lib/clock.ts';
import type { SimulationFigures, SimulationJob } from '../modules/staffing/simulation-runner.ts';
import { createRunner } from './runner.ts';

const QUEUE_ID = 'q';

function jobOf(callsPerInterval: number): SimulationJob {
  const routing = { order: 'longestIdle', weight: 0, ageingPerMinute: 0, skillExpression: '', rings: [], maxWaitMs: 0, maxLength: 0, noAgents: 'wait', lastAgentMs: 0, ownerMs: 0, hours: null };
  const queue = {
    id: QUEUE_ID, code: 'support', name: 'Support', requiredSkills: {}, offerTimeoutMs: 20_000, wrapUpMs: 0, wrapUpRequired: false, wrapUpFixed: false,
    wrapUpExtensions: 0, wrapUpExtendMs: 0, missedOffersToAway: 3, serviceLevelMs: 20_000, record: false, holdAlarmSeconds: null, routing, emergencyUntil: null,
  };
  const forecast = {
    routing: { queues: [queue], agents: [], stations: [] }, intervalMs: 1_800_000, arrivals: Array.from({ length: 48 }, () => callsPerInterval),
    talkMs: 180_000, wrapUpMs: 0, ringMs: 0, patienceMs: 120_000, days: 8,
  };
  const request = { queueId: QUEUE_ID, source: 'forecast' as const, day: '2026-11-30', staff: 0, agents: 12, handlePercent: 200, volumePercent: 100, seed: 1 };
  return { request, thresholdMs: 20_000, shortMs: 5000, material: { kind: 'forecast', forecast } };
}

const run = createRunner({ clock: systemClock });

describe('simulations in a thread of their own', () => {
  it('tell their progress and what they came to, while this thread goes on', async () => {
    const shares: number[] = [];
    let turns = 0;
    const ticker = setInterval(() => (turns += 1), 1);
    const figures = await new Promise<SimulationFigures>((resolve, reject) => {
      run(jobOf(100), { progress: (share) => shares.push(share), done: resolve, failed: (reason) => reject(new Error(reason)) });
    });
    clearInterval(ticker);
    expect(turns).toBeGreaterThan(5);
    expect(shares.length).toBeGreaterThan(10);
    expect(shares.toSorted((a, b) => a - b)).toEqual(shares);
    expect(figures.changed.counts.abandoned).toBeGreaterThan(figures.unchanged.counts.abandoned);
  });

  it('tell why they failed', async () => {
    const job = jobOf(1);
    const reason = await new Promise<string>((resolve, reject) => {
      run({ ...job, request: { ...job.request, queueId: 'gone' } }, { progress: () => undefined, done: () => reject(new Error('done')), failed: resolve });
    });
    expect(reason).toContain('not configured');
  });

  it('stop when they take too long, and say nothing after they were stopped', async () => {
    const told: string[] = [];
    const hurried = createRunner({ clock: systemClock, longestMs: 1 });
    const reason = await new Promise<string>((resolve) => {
      hurried(jobOf(20_000), { progress: () => undefined, done: () => resolve('done'), failed: resolve });
    });
    expect(reason).toContain('too long');
    const stop = run(jobOf(20_000), { progress: () => undefined, done: () => told.push('done'), failed: (text) => told.push(text) });
    stop();
    await new Promise<void>((resolve, reject) => {
      run(jobOf(1), { progress: () => undefined, done: () => resolve(), failed: (text) => reject(new Error(text)) });
    });
    expect(told).toEqual([]);
  });
});
