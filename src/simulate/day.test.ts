import { describe, expect, it } from 'vitest';
import { SIMPLE, type QueueRules } from '../acd/rules.ts';
import type { AgentConfig, QueueConfig, Skills } from '../acd/types.ts';
import { parseSkills } from '../../shared/skills/expression.ts';
import { liveThrough } from './day.ts';
import type { Outcome } from './outcome.ts';
import type { Scenario, SimulatedCall } from './scenario.ts';

const queue = (queueId: string, rules: Partial<QueueRules> = {}, more: Partial<QueueConfig> = {}): QueueConfig => ({
  queueId,
  code: queueId,
  name: queueId,
  requiredSkills: {},
  offerTimeoutMs: 20_000,
  wrapUpMs: 0,
  missedOffersToAway: 0,
  serviceLevelMs: 20_000,
  rules: { ...SIMPLE, ...rules },
  ...more,
});

const agent = (agentId: string, queueIds: string[], skills: Skills = {}): AgentConfig => ({ agentId, kind: 'browser', name: agentId, skills, queueIds, stationUri: null });

const call = (at: number, more: Partial<SimulatedCall> = {}): SimulatedCall => ({ at, queueId: 'a', requiredSkills: {}, priority: 0, ringMs: 0, talkMs: 60_000, wrapUpMs: 0, patienceMs: null, ...more });

function live(scenario: Partial<Scenario> & Pick<Scenario, 'agents' | 'calls'>): Outcome {
  const duties = scenario.agents.map(({ agentId }) => ({ at: 0, agentId, presence: 'available' as const }));
  const { queues } = liveThrough({ seed: 1, endMs: 3_600_000, queues: [queue('a')], duties, closings: [], callbacks: null, shortMs: 5000, ...scenario });
  if (!queues[0]) throw new Error('no queue');
  return queues[0].outcome;
}

function expression(text: string): QueueRules['expression'] {
  const parsed = parseSkills(text);
  if (!('expression' in parsed)) throw new Error('not an expression');
  return parsed.expression;
}

describe('a day through the real router', () => {
  it('asks the agents of another queue once the ring opens', () => {
    const rings = [{ waitMs: 30_000, expression: null, levelsDown: 0, queueIds: ['b'] }];
    const helped = live({ queues: [queue('a', { rings }), queue('b')], agents: [agent('x', ['b'])], calls: [call(0, { patienceMs: 100_000 })] });
    expect(helped.counts.answered).toBe(1);
    expect(helped.asaMs).toBe(30_000);
    const alone = live({ queues: [queue('a'), queue('b')], agents: [agent('x', ['b'])], calls: [call(0, { patienceMs: 100_000 })] });
    expect(alone.counts).toMatchObject({ answered: 0, abandoned: 1 });
  });

  it('lowers the demanded skills ring by ring', () => {
    const rings = [{ waitMs: 15_000, expression: null, levelsDown: 2, queueIds: [] }];
    const outcome = live({ queues: [queue('a', { rings, expression: expression('english >= 4') })], agents: [agent('x', ['a'], { english: 2 })], calls: [call(0)] });
    expect(outcome.asaMs).toBe(15_000);
  });

  it('lets what has waited longer overtake by ageing', () => {
    const queues = [queue('a', { ageingPerMinute: 0 }), queue('b', { ageingPerMinute: 100 })];
    const calls = [call(0, { talkMs: 120_000 }), call(1000, { queueId: 'b', priority: 0 }), call(2000, { priority: 50, patienceMs: 130_000 })];
    const outcome = live({ queues, agents: [agent('x', ['a', 'b'])], calls });
    // At 120 s the call of b has 198 points, the one of a 50: a's second caller goes on waiting, and gives up.
    expect(outcome.counts).toMatchObject({ answered: 1, abandoned: 1 });
  });

  it('sends callers away by the longest wait and the most waiting, and counts them apart', () => {
    const late = live({ queues: [queue('a', { maxWaitMs: 40_000 })], agents: [], calls: [call(0), call(1000)] });
    expect(late).toMatchObject({ flowOut: 2, offered: 2, longestWaitMs: 40_000, counts: { abandoned: 0 } });
    const full = live({ queues: [queue('a', { maxLength: 1 })], agents: [agent('x', ['a'])], calls: [call(0), call(1000), call(2000), call(3000)] });
    expect(full).toMatchObject({ flowOut: 2, mostWaiting: 2, counts: { answered: 2 } });
  });

  it('lets nobody into a closed queue', () => {
    const outcome = live({ agents: [agent('x', ['a'])], closings: [{ at: 5000, queueId: 'a', closed: 'closed' }, { at: 9000, queueId: 'a', closed: null }], calls: [call(0), call(6000), call(10_000)] });
    expect(outcome).toMatchObject({ flowOut: 1, counts: { answered: 2 } });
  });

  it('calls back in the place that the caller had', () => {
    const outcome = live({ agents: [agent('x', ['a'])], callbacks: { afterMs: 10_000, share: 1 }, calls: [call(0), call(1000, { patienceMs: 20_000 }), call(112_000)] });
    expect(outcome).toMatchObject({ callbacks: 1, calledBack: 1, counts: { answered: 2, abandoned: 0 } });
    // The third caller waits for the end of the callback, which began when the first call ended.
    expect(outcome.asaMs).toBe(4000);
  });

  it('ends wrap-up when the agent is done, unless the queue gives a fixed time', () => {
    const calls = [call(0, { wrapUpMs: 5000 }), call(1000)];
    expect(live({ queues: [queue('a', {}, { wrapUpMs: 30_000 })], agents: [agent('x', ['a'])], calls }).longestWaitMs).toBe(64_000);
    expect(live({ queues: [queue('a', {}, { wrapUpMs: 30_000, wrapUpFixed: true })], agents: [agent('x', ['a'])], calls }).longestWaitMs).toBe(89_000);
  });

  it('lengthens wrap-up as often as the queue allows', () => {
    const config = queue('a', {}, { wrapUpMs: 30_000, wrapUpExtensions: 1, wrapUpExtendMs: 20_000 });
    const longest = (wrapUpMs: number): number => live({ queues: [config], agents: [agent('x', ['a'])], calls: [call(0, { wrapUpMs }), call(1000)] }).longestWaitMs;
    expect(longest(45_000)).toBe(104_000);
    expect(longest(80_000)).toBe(109_000);
  });

  it('tells how far it is', () => {
    const shares: number[] = [];
    liveThrough({ seed: 1, endMs: 1000, queues: [queue('a')], agents: [], duties: [], closings: [], calls: [], callbacks: null, shortMs: 0 }, (share) => shares.push(share));
    expect(shares).toHaveLength(100);
    expect(shares.at(-1)).toBe(1);
  });

  it('lets an agent with two lines speak in one at a time: the same work takes the same time', () => {
    const calls = [call(0), call(10_000)];
    const outcome = live({ agents: [{ ...agent('x', ['a']), capacity: 2 }], endMs: 240_000, calls });
    expect(outcome).toMatchObject({ counts: { answered: 2 }, asaMs: 0, occupancy: 0.5 });
    const single = live({ agents: [agent('x', ['a'])], endMs: 240_000, calls });
    expect(single).toMatchObject({ counts: { answered: 2 }, asaMs: 25_000, occupancy: 0.5 });
  });

  it('wraps the calls of two lines up one after the other', () => {
    const queues = [queue('a', {}, { wrapUpMs: 60_000 })];
    const calls = [call(0, { wrapUpMs: 20_000 }), call(10_000, { wrapUpMs: 30_000 }), call(130_000)];
    const outcome = live({ queues, agents: [{ ...agent('x', ['a']), capacity: 2 }], endMs: 340_000, calls });
    // Both are over at 120 s and wrapped up at 170 s.
    expect(outcome).toMatchObject({ counts: { answered: 3 }, longestWaitMs: 40_000 });
  });
});
