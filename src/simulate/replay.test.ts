import { describe, expect, it } from 'vitest';
import { erlangA } from '../../shared/metrics/erlang.ts';
import type { DayHistory, PastCall, PastState } from '../modules/staffing/history.service.ts';
import { liveThrough } from './day.ts';
import { generatedCalls } from './generate.ts';
import type { Outcome } from './outcome.ts';
import { actualOutcome, replayScenario, type Changes } from './replay.ts';

const SIMPLE_ROUTING = { order: 'longestIdle', weight: 0, ageingPerMinute: 0, skillExpression: '', rings: [], maxWaitMs: 0, maxLength: 0, noAgents: 'wait', lastAgentMs: 0, ownerMs: 0, hours: null };

const QUEUE: DayHistory['routing']['queues'][number] = {
  id: 'q', code: 'support', name: 'Support', requiredSkills: {}, offerTimeoutMs: 20_000, wrapUpMs: 60_000, wrapUpRequired: false, wrapUpFixed: false,
  wrapUpExtensions: 0, wrapUpExtendMs: 0, missedOffersToAway: 3, serviceLevelMs: 20_000, record: false, holdAlarmSeconds: null, routing: SIMPLE_ROUTING, emergencyUntil: null,
};

const state = (agentId: string, at: number, presence: string, work = 'idle'): PastState => ({ at, agentId, presence, work, problems: [], queueId: null });

function history(calls: PastCall[], agents: number, states: PastState[]): DayHistory {
  const waitedMs = calls.reduce((sum, { waitMs }) => sum + waitMs, 0);
  const abandoned = calls.filter(({ outcome }) => outcome === 'abandoned').length;
  const people = Array.from({ length: agents }, (_, index) => ({ id: `a${index}`, loginId: `a${index}`, name: `a${index}`, skills: {}, queueIds: ['q'], places: {} }));
  return { day: '2026-11-02', startMs: Date.UTC(2026, 10, 1, 15), routing: { queues: [QUEUE], agents: people, stations: [] }, calls, states, waits: new Map([['q', { waitedMs, abandoned }]]) };
}

const past = (at: number, outcome: PastCall['outcome'], waitMs: number): PastCall => ({
  at, queueId: 'q', outcome, waitMs, ringMs: outcome === 'answered' ? 2000 : null, talkMs: outcome === 'answered' ? 100_000 : null, wrapUpMs: outcome === 'answered' ? 20_000 : null, requiredSkills: {},
});

const NONE: Changes = { queueId: 'q', staff: 0, handle: 1, volume: 1 };

function run(day: DayHistory, changes: Partial<Changes> = {}): Outcome {
  const { scenario } = replayScenario(day, { changes: { ...NONE, ...changes }, seed: 5, shortMs: 5000 });
  const outcome = liveThrough(scenario).queues[0]?.outcome;
  if (!outcome) throw new Error('no queue');
  return outcome;
}

/** Twelve hours with a call each three minutes and two agents, of whom one has lunch. */
const QUIET = history(
  Array.from({ length: 240 }, (_, index) => past(index * 180_000, 'answered', 2000)),
  2,
  [state('a0', -1000, 'available'), state('a1', 0, 'available'), state('a1', 10_800_000, 'break'), state('a1', 14_400_000, 'available')],
);

describe('replay', () => {
  it('finds a quiet day as it was', () => {
    const replayed = run(QUIET);
    const actual = actualOutcome(QUIET, 'q', 5000);
    expect(replayed.counts).toEqual(actual.counts);
    expect(replayed.asaMs).toBe(2000);
    expect(replayed.offered).toBe(240);
  });

  it('waits in the line when the only other agent has lunch and everything takes longer', () => {
    expect(run(QUIET, { staff: -1 }).offered).toBe(240);
    expect(run(QUIET, { staff: -1, handle: 2 }).asaMs ?? 0).toBeGreaterThan(60_000);
    expect(run(QUIET, { staff: 1, handle: 2 }).asaMs ?? Infinity).toBeLessThan(run(QUIET, { handle: 2 }).asaMs ?? 0);
  });

  it('makes more or fewer calls of those that came', () => {
    const twice = run(QUIET, { volume: 2 });
    expect(twice.offered).toBe(480);
    expect(run(QUIET, { volume: 0 }).offered).toBe(0);
    const half = run(QUIET, { volume: 0.5 }).offered;
    expect(half).toBeGreaterThan(90);
    expect(half).toBeLessThan(150);
    // Each half hour has twice its own calls.
    expect(twice.intervals[0]?.offered).toBe(20);
  });

  it('says what it cannot know', () => {
    const day = history([past(0, 'answered', 4000), past(1000, 'abandoned', 6000), past(2000, 'flowOut', 50_000)], 1, [state('a0', 0, 'available'), state('gone', 0, 'available')]);
    expect(replayScenario(day, { changes: NONE, seed: 1, shortMs: 5000 }).notes).toEqual({
      calls: 3, patienceKnown: 1, patienceCensored: 2, meanPatienceMs: 60_000, drawnHandleTimes: 2, assumedHandleTimes: 0, missingAgents: 1,
    });
    const mute = history([past(0, 'flowOut', 4000)], 0, []);
    expect(replayScenario(mute, { changes: NONE, seed: 1, shortMs: 5000 }).notes).toMatchObject({ meanPatienceMs: null, assumedHandleTimes: 1 });
  });

  it('finds the patience that was behind records in which most callers were answered', () => {
    // 24 hours of ten erlangs on ten agents, whose records are made by the same router from known patience.
    const calls = [...generatedCalls({ seed: 3, intervalMs: 3_600_000, arrivals: Array.from({ length: 24 }, () => 200), staff: [10], talkMs: 180_000, wrapUpMs: 0, ringMs: 0, patienceMs: 120_000, thresholdMs: 20_000, shortMs: 5000 }, 'q')];
    const records: PastCall[] = calls.map(({ at, talkMs }) => ({ at, queueId: 'q', outcome: 'answered', waitMs: 0, ringMs: 0, talkMs, wrapUpMs: 0, requiredSkills: {} }));
    const agents = Array.from({ length: 10 }, (_, index) => state(`a${index}`, 0, 'available'));
    const day = { ...history(records, 10, agents), waits: new Map([['q', { waitedMs: 120_000 * 500, abandoned: 500 }]]) };
    const theory = erlangA({ arrivalRate: 200 / 3_600_000, handlingTime: 180_000, agents: 10 }, 120_000);
    // One day of 4,800 calls scatters by about a tenth.
    expect(Math.abs((run(day).abandonRate ?? 0) - theory.abandons) / theory.abandons).toBeLessThan(0.2);
  });

  it('takes an agent who talks to somebody of no queue, or has no microphone, for away', () => {
    const busy = history([past(1000, 'answered', 0)], 1, [state('a0', 0, 'available'), { ...state('a0', 500, 'available', 'talking') }, state('a0', 60_500, 'available')]);
    expect(run(busy).asaMs).toBe(59_500 + 2000);
  });
});
