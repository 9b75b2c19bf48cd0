import { createAcd, reduceAcd, type AcdState } from '../acd/acd.ts';
import { timerKey } from '../acd/timers.ts';
import type { AcdEffect, AcdEvent, AgentConfig, AgentSnapshot, QueueConfig } from '../acd/types.ts';
import {
  countService,
  serviceLevels,
  type ServedCall,
  type ServiceCounts,
  type ServiceLevelId,
} from '../../shared/metrics/service-level.ts';
import { Agenda } from './agenda.ts';
import { seededRandom, type Random } from './random.ts';

/** One day (or any time) of one queue. All times in ms. */
export interface SimulationParams {
  seed: number;
  intervalMs: number;
  /** Expected calls in each interval; arrivals are Poisson within it. */
  arrivals: readonly number[];
  /** Agents on duty in each interval; the last value goes on. */
  staff: readonly number[];
  /** Mean talk time, exponential. */
  talkMs: number;
  /** After-call work, always this long. */
  wrapUpMs: number;
  /** From ringing to answering. */
  ringMs: number;
  /** Mean patience, exponential; null = callers wait for ever. */
  patienceMs: number | null;
  /** T of the service levels. */
  thresholdMs: number;
  /** s of the service levels. */
  shortMs: number;
}

/** What the day came to. */
export interface SimulationResult {
  offered: number;
  counts: ServiceCounts;
  serviceLevels: Record<ServiceLevelId, number | null>;
  /** Mean wait of answered calls; null without any. */
  asaMs: number | null;
  /** Mean wait of all calls. */
  meanWaitMs: number | null;
  /** Share of calls abandoned. */
  abandonRate: number | null;
  /** Share of calls for which no agent was free at once; ringing is part of the wait but not meant here. */
  delayed: number | null;
  longestWaitMs: number;
  mostWaiting: number;
  /** (talk + wrap-up) / (talk + wrap-up + available idle), by the clock, until the last interval ends. */
  occupancy: number | null;
  /** Events put through the router. */
  events: number;
}

const QUEUE_ID = 'queue';

interface Caller {
  queuedAt: number;
  /** Rang at an agent the moment it came. */
  servedAtOnce: boolean;
  giveUp: (() => void) | null;
}

/**
 * Lives through a day of calls in simulated time with the router that routes real calls; only callers and agents are made
 * up. Pure: equal parameters give equal results. Callers still waiting when the last interval ends are served to the end.
 */
export function simulate(params: SimulationParams): SimulationResult {
  return new Day(params).live();
}

class Day {
  readonly #params: SimulationParams;
  readonly #random: Random;
  readonly #agenda = new Agenda();
  readonly #timers = new Map<string, () => void>();
  readonly #callers = new Map<string, Caller>();
  readonly #served: ServedCall[] = [];
  readonly #occupancy: OccupancyMeter;
  readonly #end: number;
  #state: AcdState;
  #calls = 0;
  #events = 0;
  #mostWaiting = 0;
  #delayed = 0;

  constructor(params: SimulationParams) {
    this.#params = params;
    this.#random = seededRandom(params.seed);
    this.#end = params.arrivals.length * params.intervalMs;
    this.#occupancy = new OccupancyMeter(this.#end);
    let offers = 0;
    this.#state = createAcd(() => `offer-${++offers}`);
  }

  live(): SimulationResult {
    const { intervalMs, arrivals } = this.#params;
    this.#send({ type: 'configured', at: 0, queues: [this.#queueConfig()], agents: this.#agentConfigs() });
    arrivals.forEach((expected, index) => {
      this.#agenda.at(index * intervalMs, () => this.#beginInterval(index, expected));
    });
    this.#agenda.runAll();
    this.#occupancy.finish();
    return this.#result();
  }

  #beginInterval(index: number, expected: number): void {
    const { staff, intervalMs } = this.#params;
    const onDuty = staff[Math.min(index, staff.length - 1)] ?? 0;
    const before = index === 0 ? 0 : (staff[Math.min(index - 1, staff.length - 1)] ?? 0);
    const at = this.#agenda.now;
    for (let agent = before; agent < onDuty; agent++) {
      this.#send({ type: 'presence', at, agentId: `agent-${agent}`, presence: 'available' });
    }
    for (let agent = onDuty; agent < before; agent++) {
      this.#send({ type: 'presence', at, agentId: `agent-${agent}`, presence: 'offline' });
    }
    if (expected > 0) this.#planArrival(intervalMs / expected, at + intervalMs);
  }

  /** Gaps without memory: one that reaches beyond the interval is dropped, and the next interval draws its own. */
  #planArrival(meanGap: number, until: number): void {
    const at = this.#agenda.now + this.#random.exponential(meanGap);
    if (at >= until) return;
    this.#agenda.at(at, () => {
      this.#arrive();
      this.#planArrival(meanGap, until);
    });
  }

  #arrive(): void {
    const callId = `call-${++this.#calls}`;
    const at = this.#agenda.now;
    const { patienceMs } = this.#params;
    const patience = patienceMs === null ? null : this.#random.exponential(patienceMs);
    const giveUp = patience === null ? null : this.#agenda.at(at + patience, () => this.#abandon(callId));
    this.#callers.set(callId, { queuedAt: at, servedAtOnce: false, giveUp });
    this.#mostWaiting = Math.max(this.#mostWaiting, this.#callers.size);
    this.#send({ type: 'queued', at, callId, queueId: QUEUE_ID, requiredSkills: {}, priority: 0, queuedAt: at });
  }

  #abandon(callId: string): void {
    this.#leave(callId, 'abandoned');
    this.#send({ type: 'removed', at: this.#agenda.now, callId });
  }

  #leave(callId: string, outcome: ServedCall['outcome']): void {
    const caller = this.#callers.get(callId);
    if (!caller) return;
    caller.giveUp?.();
    this.#callers.delete(callId);
    if (!caller.servedAtOnce) this.#delayed += 1;
    this.#served.push({ outcome, waitMs: this.#agenda.now - caller.queuedAt });
  }

  #send(event: AcdEvent): void {
    this.#events += 1;
    const { state, effects } = reduceAcd(this.#state, event);
    this.#state = state;
    for (const effect of effects) this.#run(effect);
  }

  #run(effect: AcdEffect): void {
    const { now } = this.#agenda;
    switch (effect.type) {
      case 'offer': {
        const { offerId, callId } = effect;
        const caller = this.#callers.get(callId);
        if (caller && caller.queuedAt === now) caller.servedAtOnce = true;
        this.#agenda.at(now + this.#params.ringMs, () => this.#send({ type: 'accepted', at: this.#agenda.now, offerId }));
        return;
      }
      case 'connect': {
        const { agentId, callId } = effect;
        this.#leave(callId, 'answered');
        const talk = this.#random.exponential(this.#params.talkMs);
        this.#agenda.at(now + talk, () => this.#send({ type: 'released', at: this.#agenda.now, agentId, callId }));
        return;
      }
      case 'setTimer': {
        const { timer } = effect;
        const cancel = this.#agenda.at(now + effect.afterMs, () => this.#send({ type: 'timer', at: this.#agenda.now, timer }));
        this.#timers.set(timerKey(timer), cancel);
        return;
      }
      case 'clearTimer':
        this.#timers.get(timerKey(effect.timer))?.();
        this.#timers.delete(timerKey(effect.timer));
        return;
      case 'agentChanged':
        this.#occupancy.see(effect.agent, now);
        return;
      case 'withdraw':
      case 'queueChanged':
      case 'position':
      case 'decision':
      case 'unroutable':
      case 'exit':
      case 'agentRemoved':
      case 'queueRemoved':
    }
  }

  #queueConfig(): QueueConfig {
    const { wrapUpMs, thresholdMs, ringMs } = this.#params;
    return {
      queueId: QUEUE_ID,
      code: QUEUE_ID,
      name: QUEUE_ID,
      requiredSkills: {},
      offerTimeoutMs: ringMs + 1000,
      wrapUpMs,
      missedOffersToAway: 0,
      serviceLevelMs: thresholdMs,
    };
  }

  #agentConfigs(): AgentConfig[] {
    const most = Math.max(0, ...this.#params.staff);
    return Array.from({ length: most }, (_, index) => ({
      agentId: `agent-${index}`,
      kind: 'browser',
      name: `agent-${index}`,
      skills: {},
      queueIds: [QUEUE_ID],
      stationUri: null,
    }));
  }

  #result(): SimulationResult {
    const { thresholdMs, shortMs } = this.#params;
    // Nobody is left to serve callers without patience when the staff is zero; they count as abandoned at the end.
    for (const callId of this.#callers.keys()) this.#leave(callId, 'abandoned');
    const counts = countService(this.#served, thresholdMs, shortMs);
    const offered = this.#served.length;
    const share = (part: number): number | null => (offered > 0 ? part / offered : null);
    const wait = (calls: readonly ServedCall[]): number => calls.reduce((sum, call) => sum + call.waitMs, 0);
    const answered = this.#served.filter((call) => call.outcome === 'answered');
    return {
      offered,
      counts,
      serviceLevels: serviceLevels(counts),
      asaMs: answered.length > 0 ? wait(answered) / answered.length : null,
      meanWaitMs: share(wait(this.#served)),
      abandonRate: share(counts.abandoned),
      delayed: share(this.#delayed),
      longestWaitMs: this.#served.reduce((longest, call) => Math.max(longest, call.waitMs), 0),
      mostWaiting: this.#mostWaiting,
      occupancy: this.#occupancy.share(),
      events: this.#events,
    };
  }
}

/** Adds up agents' time by what they did, from the changes the router tells. */
class OccupancyMeter {
  readonly #end: number;
  readonly #last = new Map<string, { kind: 'busy' | 'idle' | 'other'; since: number }>();
  #busy = 0;
  #idle = 0;

  constructor(end: number) {
    this.#end = end;
  }

  see({ agentId, work, presence }: AgentSnapshot, now: number): void {
    const idle = work === 'idle' && presence === 'available';
    const kind = work === 'talking' || work === 'wrapUp' ? 'busy' : idle ? 'idle' : 'other';
    this.#close(agentId, now);
    this.#last.set(agentId, { kind, since: now });
  }

  finish(): void {
    for (const agentId of this.#last.keys()) this.#close(agentId, this.#end);
  }

  share(): number | null {
    const all = this.#busy + this.#idle;
    return all > 0 ? this.#busy / all : null;
  }

  #close(agentId: string, now: number): void {
    const last = this.#last.get(agentId);
    if (!last) return;
    const spent = Math.max(0, Math.min(now, this.#end) - last.since);
    if (last.kind === 'busy') this.#busy += spent;
    if (last.kind === 'idle') this.#idle += spent;
    last.since = now;
  }
}
