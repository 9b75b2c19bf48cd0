import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAcd, modelOf, reduceAcd, type AcdState } from './acd.ts';
import { fulfils } from '../../shared/skills/expression.ts';
import { callOrderAt, capacityOf, isRoutable, type Agent, type Call, type Model } from './model.ts';
import { fromPlain, timersOf, toPlain } from './plain.ts';
import { AGENT_ORDERS, type QueueRules } from './rules.ts';
import { timerKey } from './timers.ts';
import { agentConfig, queueConfig, testRandom } from './test-support.ts';
import type { AcdEffect, AcdEvent, AcdTimer, AgentConfig, AgentSnapshot, QueueConfig, QueueSnapshot, RoutingDecision } from './types.ts';
import { agentsOf, queuesOf } from './views.ts';

/*
 * Any agents, calls and events in any order, duplicates and stale ids among them. After every event the rules are checked
 * against brute force over the plain state, and everything the outside was told (offers, timers, boards, positions) against
 * what is true inside.
 */

const AGENTS = ['A', 'B', 'C', 'D', 'E'];
const CALLS = ['1', '2', '3', '4', '5', '6', '7', '8'];
const QUEUES = ['q', 'r', 's'];
const SKILLS = [{}, { ja: 1 }, { ja: 3 }, { en: 2 }, { ja: 2, en: 1 }];

const canServe = (model: Model, agent: Agent, call: Call): boolean => isRoutable(agent) && serves(model, agent, call);

/** By brute force: the call's stage lets the agent take it. */
function serves(model: Model, agent: Agent, call: Call): boolean {
  const queue = model.queues.get(call.queueId);
  if (!queue || (call.callback && (queue.memory.closed !== null || agent.config.kind === 'station' || agent.callIds.length > 0))) return false;
  const [preferred] = call.preferred;
  if (preferred) return preferred.agentId === agent.config.agentId;
  const ring = call.ring === 0 ? null : queue.rules.rings[call.ring - 1];
  const pools = [call.queueId, ...queue.rules.rings.slice(0, call.ring).flatMap(({ queueIds }) => queueIds)];
  if (!agent.config.queueIds.some((queueId) => pools.includes(queueId) && model.queues.has(queueId))) return false;
  const down = ring?.levelsDown ?? 0;
  const expression = ring?.expression ?? queue.rules.expression;
  if (expression && !fulfils(agent.config.skills, expression, down)) return false;
  return Object.entries(call.requiredSkills).every(([skill, level]) => (agent.config.skills[skill] ?? 0) >= Math.max(1, level - down));
}

/** The world around the distributor: knows only what it was told. */
class World {
  state: AcdState;
  now = 0;
  readonly openOffers = new Map<string, { callId: string; agentId: string }>();
  readonly endedOffers = new Set<string>();
  readonly timers = new Map<string, { timer: AcdTimer; due: number }>();
  readonly waiting = new Set<string>();
  readonly agentBoard = new Map<string, AgentSnapshot>();
  readonly queueBoard = new Map<string, QueueSnapshot>();
  readonly positions = new Map<string, number>();
  /** The moment up to which each caller was told to wait at most. */
  readonly promised = new Map<string, number>();
  readonly #history: AcdEvent[] = [];
  #ids = 0;

  constructor() {
    this.state = createAcd(() => `o${++this.#ids}`, testRandom());
  }

  send(event: AcdEvent): void {
    this.#history.push(structuredClone(event));
    try {
      this.#foresee(event);
      const { state, effects } = reduceAcd(this.state, event);
      this.state = state;
      for (const effect of effects) this.#hear(effect);
      this.#check(effects);
    } catch (error) {
      const events = this.#history.map((past) => JSON.stringify(past)).join('\n');
      throw new Error(`${String(error)}\nafter\n${events}`, { cause: error });
    }
  }

  #foresee(event: AcdEvent): void {
    if (event.type === 'queued') {
      if (modelOf(this.state).calls.get(event.callId)?.queueId !== event.queueId) {
        this.positions.delete(event.callId);
        this.promised.delete(event.callId);
      }
      this.waiting.add(event.callId);
    }
    if (event.type === 'removed') this.waiting.delete(event.callId);
    if (event.type === 'seized' && modelOf(this.state).agents.has(event.agentId)) this.waiting.delete(event.callId);
    if (event.type === 'timer') {
      const running = this.timers.get(timerKey(event.timer));
      if (running && (event.timer.kind === 'offer' || event.at + 50 >= running.due)) this.timers.delete(timerKey(event.timer));
    }
  }

  #hear(effect: AcdEffect): void {
    switch (effect.type) {
      case 'offer':
        expect(this.endedOffers.has(effect.offerId)).toBe(false);
        expect(this.openOffers.has(effect.offerId)).toBe(false);
        for (const open of this.openOffers.values()) {
          expect(open.agentId).not.toBe(effect.agentId);
          if (effect.decision.rule !== 'ringAll') expect(open.callId).not.toBe(effect.callId);
        }
        this.openOffers.set(effect.offerId, effect);
        checkExplained(effect.decision, effect.agentId);
        return;
      case 'withdraw':
      case 'connect':
        expect(this.openOffers.get(effect.offerId)).toMatchObject({ callId: effect.callId, agentId: effect.agentId });
        this.openOffers.delete(effect.offerId);
        this.endedOffers.add(effect.offerId);
        if (effect.type === 'connect') this.waiting.delete(effect.callId);
        return;
      case 'setTimer':
        expect(this.timers.has(timerKey(effect.timer))).toBe(false);
        this.timers.set(timerKey(effect.timer), { timer: effect.timer, due: this.now + effect.afterMs });
        return;
      case 'clearTimer':
        expect(this.timers.delete(timerKey(effect.timer))).toBe(true);
        return;
      case 'agentChanged':
        this.agentBoard.set(effect.agent.agentId, effect.agent);
        return;
      case 'agentRemoved':
        this.agentBoard.delete(effect.agentId);
        return;
      case 'queueChanged':
        this.queueBoard.set(effect.queue.queueId, effect.queue);
        return;
      case 'queueRemoved':
        this.queueBoard.delete(effect.queueId);
        return;
      case 'position':
        expect(this.positions.get(effect.callId)).not.toBe(effect.position);
        this.positions.set(effect.callId, effect.position);
        if (effect.wait) {
          const until = this.now + effect.wait.highMs;
          expect(until).toBeLessThanOrEqual((this.promised.get(effect.callId) ?? Infinity) + 1);
          expect(effect.wait.lowMs).toBeLessThanOrEqual(effect.wait.highMs);
          this.promised.set(effect.callId, until);
        }
        return;
      case 'unroutable':
      case 'exit':
        this.waiting.delete(effect.callId);
        this.positions.delete(effect.callId);
        this.promised.delete(effect.callId);
        return;
      case 'decision':
        expect(effect.decision.agentId).toBeNull();
    }
  }

  #check(effects: AcdEffect[]): void {
    const model = modelOf(this.state);
    this.#checkPlaces(model);
    this.#checkNobodyStuck(model);
    for (const effect of effects) if (effect.type === 'offer') this.#checkChoice(model, effect.offerId);
    this.#checkTold(model);
    this.#checkIndices(model);
  }

  #checkPlaces(model: Model): void {
    expect(new Set(model.calls.keys())).toEqual(this.waiting);
    expect(new Set(model.offers.keys())).toEqual(new Set(this.openOffers.keys()));
    for (const agent of model.agents.values()) {
      const offers = [...model.offers.values()].filter((offer) => offer.agentId === agent.config.agentId);
      if (agent.work !== 'talking') expect(offers.length).toBe(agent.work === 'offered' ? 1 : 0);
      expect(offers.length).toBeLessThanOrEqual(1);
      if (offers.length > 0) checkLineLeft(agent);
      expect(agent.offerId).toBe(offers[0]?.offerId ?? null);
      checkOwed(agent);
      expect(agent.callIds.length > 0).toBe(agent.work === 'talking');
      for (const callId of agent.callIds) expect(model.calls.has(callId)).toBe(false);
    }
    for (const call of model.calls.values()) {
      const offers = [...model.offers.values()].filter((offer) => offer.callId === call.callId);
      expect(offers.map((offer) => offer.offerId)).toEqual(call.offerId === null ? [] : [call.offerId, ...call.alsoOffered]);
    }
  }

  #checkNobodyStuck(model: Model): void {
    for (const call of model.calls.values()) {
      if (call.offerId !== null) continue;
      for (const agent of model.agents.values()) expect(canServe(model, agent, call)).toBe(false);
    }
  }

  /** Strict order of calls, and by idle time where the queue says so, with those who passed last. */
  #checkChoice(model: Model, offerId: string): void {
    const offer = model.offers.get(offerId);
    const call = offer && model.calls.get(offer.callId);
    const agent = offer && model.agents.get(offer.agentId);
    if (!offer || !call || !agent) return;
    expect(serves(model, agent, call)).toBe(true);
    const isAssigned = ({ preferred }: Call): boolean => preferred[0]?.reason === 'assigned';
    for (const other of model.calls.values()) {
      if (other.offerId !== null || !serves(model, agent, other)) continue;
      expect(isAssigned(other) && !isAssigned(call)).toBe(false);
      if (isAssigned(other) === isAssigned(call)) expect(callOrderAt(call, other, this.now)).toBeLessThan(0);
    }
    const order = model.queues.get(call.queueId)?.rules.order;
    const passes = (candidate: Agent): number => call.passes[candidate.config.agentId] ?? 0;
    for (const other of model.agents.values()) {
      if (!canServe(model, other, call)) continue;
      expect(passes(other)).toBeGreaterThanOrEqual(passes(agent));
      if (passes(other) === passes(agent)) expect(other.callIds.length).toBeGreaterThanOrEqual(agent.callIds.length);
      if (passes(other) === passes(agent) && agent.callIds.length === 0 && other.callIds.length === 0 && order === 'longestIdle') {
        expect(other.idleSince ?? Infinity).toBeGreaterThanOrEqual(offer.idleSince ?? Infinity);
      }
    }
  }

  #checkTold(model: Model): void {
    expect([...this.agentBoard.values()].sort(byId)).toEqual(agentsOf(this.state).sort(byId));
    expect([...this.queueBoard.values()].sort(byQueue)).toEqual(queuesOf(this.state).sort(byQueue));
    expect(new Set(timersOf(this.state, this.now).map(({ timer }) => timerKey(timer)))).toEqual(new Set(this.timers.keys()));
    for (const queue of model.queues.values()) {
      queue.waiting.slice(0, 20).forEach((call, index) => expect(this.positions.get(call.callId)).toBe(index + 1));
    }
  }

  /** The indices kept up step by step equal those built from nothing. */
  #checkIndices(model: Model): void {
    const fresh = modelOf(fromPlain(toPlain(this.state), () => ''));
    for (const [queueId, queue] of model.queues) {
      const other = fresh.queues.get(queueId);
      expect(queue.waiting.map((call) => call.callId)).toEqual(other?.waiting.map((call) => call.callId));
      expect(queue.idle.map((agent) => agent.config.agentId)).toEqual(other?.idle.map((agent) => agent.config.agentId));
      const lanes = (from: typeof queue): unknown =>
        Object.fromEntries([...from.lanes, ...from.personal].map(([lane, { calls }]) => [lane, calls.map((call) => call.callId)]));
      expect(lanes(queue)).toEqual(other && lanes(other));
      expect([queue.talking, queue.wrapUp, queue.callbacks]).toEqual([other?.talking, other?.wrapUp, other?.callbacks]);
      expect([...queue.shared].map(({ key }) => key).sort()).toEqual([...(other?.shared ?? [])].map(({ key }) => key).sort());
    }
    const personal = (from: Model): unknown =>
      Object.fromEntries([...from.personal].map(([agentId, lanes]) => [agentId, [...lanes].map(([lane, queue]) => `${queue.config.queueId} ${lane.key}`).sort()]));
    expect(personal(model)).toEqual(personal(fresh));
    const holders = (from: Model): unknown =>
      Object.fromEntries([...from.holders].map(([callId, agents]) => [callId, agents.map((a) => a.config.agentId).sort()]));
    expect(holders(model)).toEqual(holders(fresh));
  }
}

/** Who is rung has, with that call, no more than they may have. */
function checkLineLeft(agent: Agent): void {
  expect(agent.callIds.length + 1).toBeLessThanOrEqual(capacityOf(agent));
  if (agent.callIds.length === 0) return;
  expect([agent.presence, agent.nextPresence, agent.problems.length, agent.alone.length]).toEqual(['available', null, 0, 0]);
}

/** Wrap-ups are owed for calls that are over, once each, and begin when the last call is. */
function checkOwed(agent: Agent): void {
  const ended = [...agent.owed.map(({ callId }) => callId), ...(agent.wrapUpCallId === null ? [] : [agent.wrapUpCallId])];
  expect(new Set(ended).size).toBe(ended.length);
  if (agent.work === 'idle') expect(ended).toEqual([]);
  expect(agent.work === 'wrapUp').toBe(agent.wrapUpCallId !== null);
  for (const callId of [...agent.alone, ...Object.keys(agent.callQueues)]) expect(agent.callIds).toContain(callId);
}

/** The chosen agent is best by what the explanation itself shows. */
function checkExplained({ rule, agentId, candidates }: RoutingDecision, offered: string): void {
  const [chosen, ...others] = candidates;
  expect(chosen).toMatchObject({ agentId: offered, verdict: 'chosen' });
  expect(agentId).toBe(offered);
  if (chosen?.capacity !== undefined) expect(chosen.load).toBeLessThan(chosen.capacity);
  for (const other of others) {
    if (other.verdict === 'moreCalls') expect(other.load).toBeGreaterThan(chosen?.load ?? 0);
    if (['idleShorter', 'talksShorter', 'behind'].includes(other.verdict)) expect(other.load ?? 0).toBeLessThanOrEqual(chosen?.load ?? 0);
    if (other.verdict === 'idleShorter') expect(other.idleMs ?? 0).toBeLessThanOrEqual(chosen?.idleMs ?? 0);
    if (other.verdict !== 'behind') continue;
    const [mine, theirs] = [chosen?.score, other.score];
    if (rule === 'bestSkill') expect(theirs ?? 0).toBeLessThanOrEqual(mine ?? 0);
    if (rule === 'fewestCalls' || rule === 'linear') expect(theirs ?? 0).toBeGreaterThanOrEqual(mine ?? 0);
    if (rule === 'leastRecent') expect(theirs ?? Infinity).toBeLessThanOrEqual(mine ?? Infinity);
  }
}

const byId = (a: AgentSnapshot, b: AgentSnapshot): number => a.agentId.localeCompare(b.agentId);
const byQueue = (a: QueueSnapshot, b: QueueSnapshot): number => a.queueId.localeCompare(b.queueId);

type Act = (world: World) => AcdEvent | null;

const pick = <T>(values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

const anAgent: fc.Arbitrary<AgentConfig> = fc
  .record({
    agentId: pick(AGENTS),
    kind: pick(['browser', 'browser', 'browser', 'station'] as const),
    skills: pick([{ ja: 5, en: 5 }, { ja: 3 }, { en: 2 }, {}]),
    queueIds: fc.array(pick(QUEUES), { maxLength: 3 }),
    places: fc.dictionary(pick(QUEUES), fc.record({ position: fc.nat(3), weight: fc.nat(3) })),
    capacity: pick([1, 1, 2, 3]),
  })
  .map((change) => agentConfig(change.agentId, change));

const anExpression: fc.Arbitrary<QueueRules['expression']> = pick([
  null,
  null,
  { any: [{ skill: 'ja', min: 4 }, { all: [{ skill: 'en', min: 2 }, { not: { skill: 'ja', min: 1 } }] }] },
  { not: { skill: 'en', min: 5 } },
]);

const someRules: fc.Arbitrary<QueueRules> = fc.record({
  order: pick(AGENT_ORDERS),
  weight: pick([0, 0, 3]),
  ageingPerMinute: pick([0, 0, 60_000]),
  expression: anExpression,
  rings: fc.array(
    fc.record({ waitMs: pick([1, 20, 50]), expression: anExpression, levelsDown: fc.nat(2), queueIds: fc.array(pick(QUEUES), { maxLength: 2 }) }),
    { maxLength: 7 },
  ),
  maxWaitMs: pick([0, 0, 60]),
  maxLength: pick([0, 0, 2]),
  noAgents: pick(['wait', 'wait', 'loggedOff', 'unavailable'] as const),
});

const aQueue: fc.Arbitrary<QueueConfig> = fc
  .record({
    queueId: pick(QUEUES),
    requiredSkills: pick([{}, {}, { ja: 1 }]),
    wrapUpMs: pick([0, 5000]),
    missedOffersToAway: pick([0, 2]),
    rules: fc.option(someRules),
  })
  .map(({ rules, ...change }) => queueConfig(change.queueId, { ...change, ...(rules && { rules }) }));

const configured = fc
  .tuple(
    fc.uniqueArray(aQueue, { minLength: 1, selector: (queue) => queue.queueId }),
    fc.uniqueArray(anAgent, { minLength: 1, selector: (agent) => agent.agentId }),
  )
  .map(([queues, agents]): Act => (world) => ({ type: 'configured', at: world.now, queues, agents }));

/** The n-th newest offer: open, or over long ago. */
const anOffer = (world: World, back: number): string => {
  const open = [...world.openOffers.keys()];
  return open[open.length - 1 - (back % 6)] ?? [...world.endedOffers].at(-1 - (back % 3)) ?? 'none';
};

const offerAnswer = fc
  .tuple(pick(['accepted', 'accepted', 'declined', 'undeliverable'] as const), fc.nat(7))
  .map(([type, back]): Act => (world) => ({ type, at: world.now, offerId: anOffer(world, back) }));

const queued = fc
  .record({
    callId: pick(CALLS),
    queueId: pick([...QUEUES, 'unknown']),
    requiredSkills: pick(SKILLS),
    priority: pick([0, 0, 1]),
    earlier: pick([0, 0, 40]),
    callback: pick([false, false, false, true]),
    preferred: fc.array(fc.record({ agentId: pick([...AGENTS, 'nobody']), reason: pick(['lastAgent', 'owner'] as const), waitMs: pick([10, 40]) }), { maxLength: 2 }),
  })
  .map(({ earlier, ...call }): Act => (world) => ({ type: 'queued', at: world.now, ...call, queuedAt: world.now - earlier }));

const about = <T>(values: fc.Arbitrary<T>, make: (world: World, value: T) => AcdEvent | null): fc.Arbitrary<Act> =>
  values.map((value): Act => (world) => make(world, value));

const withAgent = fc.record({ agentId: pick([...AGENTS, 'nobody']), callId: pick(CALLS) });

const released = about(fc.tuple(withAgent, fc.boolean()), (world, [{ agentId, callId }, real]) => {
  const held = modelOf(world.state).agents.get(agentId)?.callIds[0];
  return { type: 'released', at: world.now, agentId, callId: real ? (held ?? callId) : callId };
});

const timerFires = about(fc.nat(20), (world, index) => {
  const all = [...world.timers.values()];
  const chosen = all[index % Math.max(1, all.length)];
  if (!chosen) return null;
  world.now = Math.max(world.now, chosen.due);
  return { type: 'timer', at: world.now, timer: chosen.timer };
});

/** Timers that never ran, ran before, or are not yet due. */
const strayTimer = about(fc.tuple(withAgent, pick(['wrapUp', 'rest', 'offer', 'stage', 'leave'] as const)), (world, [{ agentId, callId }, kind]) => {
  if (kind === 'offer') {
    return { type: 'timer', at: world.now, timer: { kind, offerId: [...world.endedOffers].at(-1) ?? 'none' } };
  }
  const timer: AcdTimer = kind === 'stage' || kind === 'leave' ? { kind, callId } : { kind, agentId };
  const due = world.timers.get(timerKey(timer))?.due ?? Infinity;
  return due - world.now <= 100 ? null : { type: 'timer', at: world.now, timer };
});

const presence = about(
  fc.tuple(withAgent, pick(['available', 'available', 'available', 'break', 'away', 'offline'] as const)),
  (world, [{ agentId }, chosen]) => ({ type: 'presence', at: world.now, agentId, presence: chosen }),
);

const health = about(
  fc.tuple(withAgent, pick([[], [], ['microphone' as const]])),
  (world, [{ agentId }, problems]) => ({ type: 'health', at: world.now, agentId, problems }),
);

const removed = about(withAgent, (world, { callId }) => ({ type: 'removed', at: world.now, callId }));

const seized = about(fc.tuple(withAgent, pick(QUEUES), fc.boolean(), fc.boolean()), (world, [ids, queueId, queued, shared]) => ({
  type: 'seized',
  at: world.now,
  ...ids,
  ...(queued ? { queueId, shared } : {}),
}));

/** Somebody is consulted in a call that goes on, or no more. */
const alone = about(fc.tuple(pick(AGENTS), fc.nat(2), fc.boolean()), (world, [agentId, index, on]) => {
  const callId = modelOf(world.state).agents.get(agentId)?.callIds[index];
  return callId === undefined ? null : { type: 'alone', at: world.now, agentId, callId, alone: on };
});

/** The result of a call that goes on, is owed or wrapped up, or of any. */
const resultSaved = about(fc.tuple(withAgent, fc.nat(3)), (world, [{ agentId, callId }, index]) => {
  const agent = modelOf(world.state).agents.get(agentId);
  const known = agent ? [...agent.owed.map((owed) => owed.callId), ...(agent.wrapUpCallId === null ? [] : [agent.wrapUpCallId]), ...agent.callIds] : [];
  return { type: 'resultSaved', at: world.now, agentId, callId: known[index] ?? callId };
});

const wrapUpDone = about(withAgent, (world, { agentId }) => ({ type: 'wrapUpDone', at: world.now, agentId }));

const assigned = about(withAgent, (world, ids) => ({ type: 'assigned', at: world.now, ...ids, waitMs: 30 }));

const queueClosed = about(fc.tuple(pick(QUEUES), pick(['closed', 'emergency', null, null] as const)), (world, [queueId, closed]) => ({
  type: 'queueClosed',
  at: world.now,
  queueId,
  closed,
}));

const newDay = about(fc.constant(null), (world) => ({ type: 'newDay', at: world.now }));

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 2, arbitrary: assigned },
  { weight: 1, arbitrary: queueClosed },
  { weight: 1, arbitrary: newDay },
  { weight: 6, arbitrary: queued },
  { weight: 6, arbitrary: offerAnswer },
  { weight: 4, arbitrary: presence },
  { weight: 3, arbitrary: released },
  { weight: 3, arbitrary: timerFires },
  { weight: 1, arbitrary: strayTimer },
  { weight: 2, arbitrary: removed },
  { weight: 1, arbitrary: seized },
  { weight: 1, arbitrary: alone },
  { weight: 1, arbitrary: resultSaved },
  { weight: 2, arbitrary: wrapUpDone },
  { weight: 1, arbitrary: health },
  { weight: 1, arbitrary: configured },
);

/** Everybody works, in all queues: makes long interplay likely where random configurations leave agents idle. */
const fullHouse: Act = (world) => ({
  type: 'configured',
  at: world.now,
  queues: QUEUES.map((queueId) => queueConfig(queueId, { wrapUpMs: queueId === 'q' ? 5000 : 0 })),
  agents: AGENTS.map((agentId, index) =>
    agentConfig(agentId, {
      kind: index === 0 ? 'station' : 'browser',
      queueIds: QUEUES,
      capacity: (index % 3) + 1,
      skills: index > 2 ? { ja: 3, en: 3 } : { ja: 3 },
    }),
  ),
});

describe('whatever happens', () => {
  it('no agent has more calls than they may have, no call is lost, doubled or stuck, and everyone was told the truth', () => {
    const beginning = fc.oneof(fc.constant(fullHouse), configured);
    const course = fc.array(fc.tuple(act, pick([0, 1, 30])), { minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(beginning, course, (first, acts) => {
        const world = new World();
        world.send(first(world) as AcdEvent);
        for (const [next, passes] of acts) {
          world.now += passes;
          const event = next(world);
          if (event) world.send(event);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('equal events and ids give equal effects', () => {
    fc.assert(
      fc.property(fc.array(act, { minLength: 20, maxLength: 60 }), (acts) => {
        const world = new World();
        const events: AcdEvent[] = [fullHouse(world) as AcdEvent];
        world.send(events[0] as AcdEvent);
        for (const next of acts) {
          world.now += 7;
          const event = next(world);
          if (!event) continue;
          events.push(structuredClone(event));
          world.send(event);
        }
        let ids = 0;
        let replayed = createAcd(() => `o${++ids}`, testRandom());
        for (const event of events) replayed = reduceAcd(replayed, event).state;
        expect(toPlain(replayed)).toEqual(toPlain(world.state));
      }),
      { numRuns: 50 },
    );
  });
});
