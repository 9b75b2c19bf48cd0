import { createAcd, reduceAcd, type AcdState } from '../src/acd/acd.ts';
import type { AcdEffect, AcdEvent, AgentConfig, QueueConfig, Skills } from '../src/acd/types.ts';
import { AGENT_ORDERS, SIMPLE, type QueueRules } from '../src/acd/rules.ts';
import { seededRandom, type Random } from '../src/simulate/random.ts';

/*
 * How long one routing decision takes while many wait. Every round: a new call arrives, an agent finishes and gets the first
 * call it has the skills for, sometimes declines it first, then takes it. The numbers of waiting calls and of busy agents
 * stay as they are. The same choices are made by a full scan of the waiting calls, as a plain implementation would, and
 * must agree.
 */

const SKILL_SETS: readonly Skills[] = [{}, { ja: 1 }, { ja: 3 }, { en: 2 }, { ja: 2, tech: 1 }, { tech: 3 }];
const AGENT_SKILLS: readonly Skills[] = [{ ja: 5 }, { ja: 3, en: 3 }, { ja: 2, tech: 2 }, { ja: 4, en: 2, tech: 4 }];
const QUEUES_PER_AGENT = 4;

interface Waiting {
  callId: string;
  queueId: string;
  skills: Skills;
  priority: number;
  queuedAt: number;
}

interface Quantiles {
  count: number;
  p50Us: number;
  p99Us: number;
  maxUs: number;
}

const of = <T>(list: readonly T[], random: Random): T => list[Math.floor(random.next() * list.length)] as T;

function quantiles(samples: readonly number[]): Quantiles {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { count: sorted.length, p50Us: at(0.5), p99Us: at(0.99), maxUs: at(1) };
}

/** The plain way: look at every waiting call. */
function fullScan(waiting: Iterable<Waiting>, agent: AgentConfig): Waiting | null {
  let best: Waiting | null = null;
  for (const call of waiting) {
    if (!agent.queueIds.includes(call.queueId)) continue;
    if (!Object.entries(call.skills).every(([skill, level]) => (agent.skills[skill] ?? 0) >= level)) continue;
    if (best && (best.priority - call.priority || call.queuedAt - best.queuedAt) >= 0) continue;
    best = call;
  }
  return best;
}

class Floor {
  readonly agents: AgentConfig[];
  readonly waiting = new Map<string, Waiting>();
  readonly #random = seededRandom(1);
  readonly #queueIds: string[];
  #state: AcdState;
  #calls = 0;
  #now = 0;
  #ids = 0;
  /** Call of each talking agent. */
  readonly talking = new Map<string, string>();

  constructor(waiting: number, agents: number, queues: number) {
    this.#queueIds = Array.from({ length: queues }, (_, index) => `q${index}`);
    this.#state = createAcd(() => `o${++this.#ids}`);
    this.agents = Array.from({ length: agents }, (_, index) => this.#agent(index));
    const configs = this.#queueIds.map((queueId): QueueConfig => ({
      queueId,
      code: queueId,
      name: queueId,
      requiredSkills: {},
      offerTimeoutMs: 20_000,
      wrapUpMs: 0,
      missedOffersToAway: 0,
      serviceLevelMs: 20_000,
    }));
    this.send({ type: 'configured', at: 0, queues: configs, agents: this.agents });
    for (const { agentId } of this.agents) {
      this.send({ type: 'seized', at: this.#now, agentId, callId: `busy-${agentId}` });
      this.send({ type: 'presence', at: this.#now, agentId, presence: 'available' });
      this.talking.set(agentId, `busy-${agentId}`);
    }
    for (let index = 0; index < waiting; index++) this.arrive();
  }

  #agent(index: number): AgentConfig {
    const first = Math.floor(this.#random.next() * this.#queueIds.length);
    const count = this.#queueIds.length;
    const queueIds = Array.from({ length: Math.min(QUEUES_PER_AGENT, count) }, (_, offset) => `q${(first + offset) % count}`);
    const agentId = `a${index}`;
    return { agentId, kind: 'station', name: agentId, skills: of(AGENT_SKILLS, this.#random), queueIds, stationUri: null };
  }

  /** Runs one event; returns its effects and its time in microseconds. */
  send(event: AcdEvent): { effects: AcdEffect[]; us: number } {
    const begin = process.hrtime.bigint();
    const { state, effects } = reduceAcd(this.#state, event);
    const us = Number(process.hrtime.bigint() - begin) / 1000;
    this.#state = state;
    return { effects, us };
  }

  arrive(): number {
    const callId = `c${++this.#calls}`;
    const call: Waiting = {
      callId,
      queueId: of(this.#queueIds, this.#random),
      skills: of(SKILL_SETS, this.#random),
      priority: this.#random.next() < 0.05 ? 1 : 0,
      queuedAt: ++this.#now,
    };
    this.waiting.set(callId, call);
    const { skills, ...rest } = call;
    return this.send({ type: 'queued', at: this.#now, ...rest, requiredSkills: skills }).us;
  }

  release(agent: AgentConfig): { effects: AcdEffect[]; us: number } {
    const callId = this.talking.get(agent.agentId) ?? '';
    return this.send({ type: 'released', at: ++this.#now, agentId: agent.agentId, callId });
  }

  pick(): AgentConfig {
    return of(this.agents, this.#random);
  }

  chance(): number {
    return this.#random.next();
  }

  answer(type: 'accepted' | 'declined', offerId: string): { effects: AcdEffect[]; us: number } {
    return this.send({ type, at: ++this.#now, offerId });
  }
}

/**
 * The case the indices help least: everybody is idle, and each call asks for a skill that nobody has and no call asked for
 * before, so that every agent of the queue is looked at in vain.
 */
function inVain(agents: number, rounds: number): number[] {
  const floor = new Floor(0, agents, 1);
  for (const agent of floor.agents) floor.release(agent);
  return Array.from({ length: rounds }, (_, index) => {
    const skills = { [`rare${index}`]: 1 };
    const call = { callId: `v${index}`, queueId: 'q0', requiredSkills: skills, priority: 0, queuedAt: index };
    return floor.send({ type: 'queued', at: index, ...call }).us;
  });
}

const SKILLS = Array.from({ length: 50 }, (_, index) => `s${index}`);

/** Every rule at once, another mixture for each queue. */
function fullRules(index: number, queues: number): QueueRules {
  const skill = (offset: number): string => SKILLS[(index * 7 + offset) % SKILLS.length] as string;
  const ring = (number: number) => ({ waitMs: 10_000, expression: null, levelsDown: number % 3, queueIds: [`q${(index + number) % queues}`] });
  return {
    ...SIMPLE,
    order: AGENT_ORDERS[index % AGENT_ORDERS.length] ?? 'longestIdle',
    weight: index % 3,
    ageingPerMinute: 1,
    expression: { any: [{ skill: skill(0), min: 2 }, { all: [{ skill: skill(1), min: 1 }, { not: { skill: skill(2), min: 5 } }] }] },
    rings: [1, 2, 3, 4, 5, 6].map(ring),
    maxWaitMs: 3_600_000,
  };
}

/**
 * The same load with everything that queues can ask for: 50 skills, expressions, six rings, ageing, all orders of agents, preferred
 * agents, callbacks. Each round a call comes, an agent becomes free and takes what is offered, and a ring opens.
 */
function withRules(waiting: number, agents: number, queues: number, rounds: number): { decisions: Quantiles; decisionsPerSecond: number } {
  const random = seededRandom(2);
  let ids = 0;
  let state = createAcd(() => `o${++ids}`, () => random.next());
  const samples: number[] = [];
  let now = 0;
  const send = (event: AcdEvent): AcdEffect[] => {
    const begin = process.hrtime.bigint();
    const result = reduceAcd(state, event);
    samples.push(Number(process.hrtime.bigint() - begin) / 1000);
    state = result.state;
    return result.effects;
  };
  const configs = Array.from({ length: queues }, (_, index): QueueConfig => ({
    queueId: `q${index}`, code: `q${index}`, name: `q${index}`, requiredSkills: {}, offerTimeoutMs: 20_000, wrapUpMs: 0, missedOffersToAway: 0, serviceLevelMs: 20_000, rules: fullRules(index, queues),
  }));
  const staff = Array.from({ length: agents }, (_, index): AgentConfig => {
    const skills = Object.fromEntries(Array.from({ length: 10 }, () => [of(SKILLS, random), 1 + Math.floor(random.next() * 5)]));
    const queueIds = Array.from({ length: QUEUES_PER_AGENT }, (_unused, offset) => `q${(index + offset) % queues}`);
    return { agentId: `a${index}`, kind: 'browser', name: `a${index}`, skills, queueIds, stationUri: null };
  });
  send({ type: 'configured', at: now, queues: configs, agents: staff });
  const busy = new Map<string, string>();
  for (const { agentId } of staff) {
    send({ type: 'seized', at: now, agentId, callId: `busy-${agentId}` });
    send({ type: 'presence', at: now, agentId, presence: 'available' });
    busy.set(agentId, `busy-${agentId}`);
  }
  let calls = 0;
  const arrive = (): string => {
    const callId = `c${++calls}`;
    const preferred = random.next() < 0.2 ? [{ agentId: of(staff, random).agentId, reason: 'lastAgent' as const, waitMs: 20_000 }] : [];
    const requiredSkills = random.next() < 0.5 ? { [of(SKILLS, random)]: 1 } : {};
    send({ type: 'queued', at: ++now, callId, queueId: of(configs, random).queueId, requiredSkills, priority: random.next() < 0.05 ? 5 : 0, queuedAt: now, preferred, callback: random.next() < 0.1 });
    return callId;
  };
  for (let index = 0; index < waiting; index++) arrive();
  samples.length = 0;
  for (let round = 0; round < rounds; round++) {
    const callId = arrive();
    send({ type: 'timer', at: (now += 10), timer: { kind: 'stage', callId } });
    const { agentId } = of(staff, random);
    for (const effect of send({ type: 'released', at: ++now, agentId, callId: busy.get(agentId) ?? '' })) {
      if (effect.type !== 'offer') continue;
      send({ type: 'accepted', at: ++now, offerId: effect.offerId });
      busy.set(effect.agentId, effect.callId);
    }
  }
  const total = samples.reduce((sum, us) => sum + us, 0);
  return { decisions: quantiles(samples), decisionsPerSecond: Math.round((samples.length / total) * 1e6) };
}

const offerIn = (effects: readonly AcdEffect[]) => effects.find((effect) => effect.type === 'offer');

/**
 * @param args `waiting` (10000), `agents` (2000), `queues` (20), `rounds` (2000), `warmup` (500)
 * @returns figures in microseconds for each kind of event, the full scan beside it, and every sample
 */
export async function run(args: Record<string, string>): Promise<Record<string, unknown>> {
  const number = (name: string, fallback: number): number => Number(args[name] ?? fallback);
  const parameters = {
    waiting: number('waiting', 10_000),
    agents: number('agents', 2000),
    queues: number('queues', 20),
    rounds: number('rounds', 2000),
    warmup: number('warmup', 500),
  };
  const floor = new Floor(parameters.waiting, parameters.agents, parameters.queues);
  const empty = (): number[] => [];
  const samples = { arrival: empty(), agentFree: empty(), decline: empty(), accept: empty(), fullScan: empty() };
  let disagreements = 0;
  for (let round = -parameters.warmup; round < parameters.rounds; round++) {
    const keep = (kind: keyof typeof samples, us: number): void => {
      if (round >= 0) samples[kind].push(Math.round(us * 10) / 10);
    };
    keep('arrival', floor.arrive());
    const agent = floor.pick();
    const begin = process.hrtime.bigint();
    const scanned = fullScan(floor.waiting.values(), agent);
    keep('fullScan', Number(process.hrtime.bigint() - begin) / 1000);
    const freed = floor.release(agent);
    keep('agentFree', freed.us);
    let offer = offerIn(freed.effects);
    if ((offer?.callId ?? null) !== (scanned?.callId ?? null)) disagreements += 1;
    if (offer && floor.chance() < 0.2) {
      const declined = floor.answer('declined', offer.offerId);
      keep('decline', declined.us);
      offer = offerIn(declined.effects);
    }
    if (!offer) throw new Error(`agent ${agent.agentId} was left without a call`);
    keep('accept', floor.answer('accepted', offer.offerId).us);
    floor.talking.set(offer.agentId, offer.callId);
    floor.waiting.delete(offer.callId);
  }
  const decisions = [...samples.arrival, ...samples.agentFree, ...samples.decline];
  const total = decisions.reduce((sum, us) => sum + us, 0);
  return {
    parameters,
    decisionsPerSecond: Math.round((decisions.length / total) * 1e6),
    decisions: quantiles(decisions),
    byEvent: {
      arrival: quantiles(samples.arrival),
      agentFree: quantiles(samples.agentFree),
      decline: quantiles(samples.decline),
      accept: quantiles(samples.accept),
    },
    withRules: withRules(parameters.waiting, parameters.agents, parameters.queues, parameters.rounds),
    inVain: quantiles(inVain(parameters.agents, 2000)),
    fullScan: quantiles(samples.fullScan),
    disagreements,
    bar: { p99Us: 1000, met: quantiles(decisions).p99Us < 1000 },
    samplesUs: samples,
  };
}
