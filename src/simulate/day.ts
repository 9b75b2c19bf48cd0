import { createAcd, reduceAcd, type AcdState } from '../acd/acd.ts';
import { timerKey } from '../acd/timers.ts';
import type { AcdEffect, AcdEvent, AgentSnapshot, QueueConfig } from '../acd/types.ts';
import { Agenda } from './agenda.ts';
import { OccupancyMeter } from './occupancy.ts';
import { Tally, type Leaving, type Outcome } from './outcome.ts';
import { seededRandom, type Random } from './random.ts';
import type { Scenario, SimulatedCall } from './scenario.ts';

/** What a scenario came to, by queue in the order of the scenario. */
export interface SimulationResult {
  queues: { queueId: string; outcome: Outcome }[];
  /** Events put through the router. */
  events: number;
}

interface Caller {
  call: SimulatedCall;
  queuedAt: number;
  /** Rang at an agent the moment it came. */
  servedAtOnce: boolean;
  ringing: boolean;
  /** Nobody is on the line any more. */
  isCallback: boolean;
  /** Calls off what was planned for the wait. */
  plans: (() => void)[];
}

/** A conversation, or what is left of it while its caller is on hold. */
interface Talk {
  callId: string;
  call: SimulatedCall;
  leftMs: number;
  /** Since when it goes on; null = on hold. */
  since: number | null;
  cancel: () => void;
}

/** After a callback's id comes this, because the call it was made of is over for the router. */
const CALLBACK = ':callback';

/**
 * Lives through a scenario in simulated time with the router that routes real calls (src/acd): rings, ageing, skill
 * expressions, limits and exits, orders, wrap-up and callbacks are the product's own. Callers and agents are made up, and
 * agents always answer. Who has several calls speaks in the newest only; the others wait on hold, as long as it takes. Equal
 * scenarios give equal results.
 * @param onTime told how far it is, 0 .. 1, some hundred times at most
 */
export function liveThrough(scenario: Scenario, onTime?: (share: number) => void): SimulationResult {
  return new Day(scenario).live(onTime);
}

class Day {
  readonly #scenario: Scenario;
  readonly #random: Random;
  readonly #calls: Iterator<SimulatedCall>;
  readonly #agenda = new Agenda();
  readonly #timers = new Map<string, () => void>();
  readonly #callers = new Map<string, Caller>();
  /** By agent, oldest first; only the last goes on. */
  readonly #talks = new Map<string, Talk[]>();
  readonly #wrapUps = new Map<string, string>();
  /** Calls that are over and not wrapped up yet. */
  readonly #toWrapUp = new Map<string, SimulatedCall>();
  readonly #queues: ReadonlyMap<string, { config: QueueConfig; tally: Tally }>;
  readonly #occupancy: OccupancyMeter;
  #state: AcdState;
  #count = 0;
  #events = 0;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#random = seededRandom(scenario.seed);
    this.#calls = scenario.calls[Symbol.iterator]();
    this.#queues = new Map(scenario.queues.map((config) => [config.queueId, { config, tally: new Tally(config.serviceLevelMs, scenario.shortMs) }]));
    this.#occupancy = new OccupancyMeter(scenario.endMs);
    let offers = 0;
    this.#state = createAcd(() => `offer-${++offers}`, () => this.#random.next());
  }

  live(onTime?: (share: number) => void): SimulationResult {
    const { queues, agents, duties, closings, endMs } = this.#scenario;
    this.#send({ type: 'configured', at: 0, queues, agents });
    for (const { at, queueId, closed } of closings) this.#agenda.at(at, () => this.#send({ type: 'queueClosed', at: this.#agenda.now, queueId, closed }));
    for (const { at, agentId, presence } of duties) this.#agenda.at(at, () => this.#send({ type: 'presence', at: this.#agenda.now, agentId, presence }));
    if (onTime) for (let step = 1; step <= 100; step++) this.#agenda.at((endMs * step) / 100, () => onTime(step / 100));
    this.#planArrival();
    this.#agenda.runAll();
    this.#occupancy.finish();
    // Nobody is left to serve callers without patience when the staff is zero; they count as abandoned at the end.
    for (const callId of this.#callers.keys()) this.#leave(callId, 'abandoned');
    return this.#result();
  }

  #planArrival(): void {
    const next = this.#calls.next();
    if (next.done) return;
    const call = next.value;
    this.#agenda.at(call.at, () => {
      this.#arrive(call);
      this.#planArrival();
    });
  }

  #arrive(call: SimulatedCall): void {
    const callId = `call-${++this.#count}`;
    const at = this.#agenda.now;
    const { callbacks } = this.#scenario;
    const caller: Caller = { call, queuedAt: at, servedAtOnce: false, ringing: false, isCallback: false, plans: [] };
    if (call.patienceMs !== null) caller.plans.push(this.#agenda.at(at + call.patienceMs, () => this.#giveUp(callId)));
    if (callbacks && this.#random.next() < callbacks.share) caller.plans.push(this.#agenda.at(at + callbacks.afterMs, () => this.#callBack(callId)));
    this.#callers.set(callId, caller);
    this.#queues.get(call.queueId)?.tally.arrive();
    this.#queue(callId, caller);
  }

  #queue(callId: string, { call, queuedAt, isCallback }: Caller): void {
    const { queueId, requiredSkills, priority } = call;
    this.#send({ type: 'queued', at: this.#agenda.now, callId, queueId, requiredSkills, priority, queuedAt, ...(isCallback && { callback: true }) });
  }

  #giveUp(callId: string): void {
    this.#leave(callId, 'abandoned');
    this.#send({ type: 'removed', at: this.#agenda.now, callId });
  }

  /** The caller hangs up and keeps the place; a call that rings at an agent already is left alone. */
  #callBack(callId: string): void {
    const caller = this.#callers.get(callId);
    if (!caller || caller.ringing) return;
    this.#leave(callId, 'callback');
    this.#send({ type: 'removed', at: this.#agenda.now, callId });
    const back: Caller = { ...caller, isCallback: true, plans: [] };
    this.#callers.set(callId + CALLBACK, back);
    this.#queue(callId + CALLBACK, back);
  }

  #leave(callId: string, how: Leaving): Caller | undefined {
    const caller = this.#callers.get(callId);
    if (!caller) return undefined;
    for (const cancel of caller.plans) cancel();
    this.#callers.delete(callId);
    const tally = this.#queues.get(caller.call.queueId)?.tally;
    if (!caller.isCallback) tally?.leave(how, caller.queuedAt, this.#agenda.now - caller.queuedAt, caller.servedAtOnce);
    else if (tally && how === 'answered') tally.calledBack += 1;
    return caller;
  }

  #send(event: AcdEvent): void {
    this.#events += 1;
    const { state, effects } = reduceAcd(this.#state, event);
    this.#state = state;
    for (const effect of effects) this.#run(effect);
  }

  #run(effect: AcdEffect): void {
    switch (effect.type) {
      case 'offer':
        return this.#ring(effect);
      case 'withdraw':
        return this.#setRinging(effect.callId, false);
      case 'connect':
        return this.#talk(effect);
      case 'setTimer': {
        const { timer, afterMs } = effect;
        this.#timers.set(timerKey(timer), this.#agenda.at(this.#agenda.now + afterMs, () => this.#send({ type: 'timer', at: this.#agenda.now, timer })));
        return;
      }
      case 'clearTimer':
        this.#timers.get(timerKey(effect.timer))?.();
        this.#timers.delete(timerKey(effect.timer));
        return;
      case 'agentChanged':
        return this.#see(effect.agent);
      case 'exit':
      case 'unroutable':
        this.#leave(effect.callId, 'flowOut');
        return;
      case 'queueChanged':
      case 'position':
      case 'decision':
      case 'agentRemoved':
      case 'queueRemoved':
    }
  }

  #setRinging(callId: string, ringing: boolean): void {
    const caller = this.#callers.get(callId);
    if (caller) caller.ringing = ringing;
  }

  #ring({ offerId, callId, timeoutMs }: Extract<AcdEffect, { type: 'offer' }>): void {
    const { now } = this.#agenda;
    const caller = this.#callers.get(callId);
    if (!caller) return;
    if (caller.queuedAt === now) caller.servedAtOnce = true;
    caller.ringing = true;
    // Agents always answer, so a ringing that was longer than the queue allows now ends just in time.
    const ringMs = Math.min(caller.call.ringMs, Math.max(0, timeoutMs - 1));
    this.#agenda.at(now + ringMs, () => this.#send({ type: 'accepted', at: this.#agenda.now, offerId }));
  }

  #talk({ agentId, callId }: Extract<AcdEffect, { type: 'connect' }>): void {
    const caller = this.#leave(callId, 'answered');
    if (!caller) return;
    const talks = this.#talks.get(agentId) ?? [];
    const before = talks.at(-1);
    if (before) this.#hold(before);
    const talk: Talk = { callId, call: caller.call, leftMs: caller.call.talkMs, since: null, cancel: () => undefined };
    this.#talks.set(agentId, [...talks, talk]);
    this.#goOn(agentId, talk);
  }

  #hold(talk: Talk): void {
    talk.cancel();
    talk.leftMs -= this.#agenda.now - (talk.since ?? this.#agenda.now);
    talk.since = null;
  }

  #goOn(agentId: string, talk: Talk): void {
    talk.since = this.#agenda.now;
    talk.cancel = this.#agenda.at(this.#agenda.now + Math.max(0, talk.leftMs), () => this.#hangUp(agentId, talk));
  }

  /** The newest conversation is over; the one before goes on. */
  #hangUp(agentId: string, { callId, call }: Talk): void {
    const at = this.#agenda.now;
    const rest = (this.#talks.get(agentId) ?? []).filter((talk) => talk.callId !== callId);
    this.#talks.set(agentId, rest);
    if (call.wrapUpMs === null) this.#send({ type: 'resultSaved', at, agentId, callId });
    this.#toWrapUp.set(callId, call);
    this.#send({ type: 'released', at, agentId, callId });
    this.#wrapUp(agentId, callId);
    const next = rest.at(-1);
    if (next?.since === null) this.#goOn(agentId, next);
  }

  /** The agent wraps this call up, unless that is begun, owed or not wanted. */
  #wrapUp(agentId: string, callId: string): void {
    const call = this.#toWrapUp.get(callId);
    if (!call || this.#wrapUps.get(agentId) !== callId) return;
    this.#toWrapUp.delete(callId);
    const { wrapUpMs, queueId } = call;
    if (wrapUpMs === null) return;
    const at = this.#agenda.now;
    for (let extensions = this.#extensionsFor(queueId, wrapUpMs); extensions > 0; extensions--) this.#send({ type: 'wrapUpExtended', at, agentId });
    this.#agenda.at(at + wrapUpMs, () => this.#endWrapUp(agentId, callId));
  }

  /** How often the agent would ask for more time. */
  #extensionsFor(queueId: string, wrapUpMs: number): number {
    const config = this.#queues.get(queueId)?.config;
    const { wrapUpExtensions = 0, wrapUpExtendMs = 0, wrapUpMs: given = 0 } = config ?? {};
    return wrapUpExtendMs <= 0 ? 0 : Math.max(0, Math.min(wrapUpExtensions, Math.ceil((wrapUpMs - given) / wrapUpExtendMs)));
  }

  #endWrapUp(agentId: string, callId: string): void {
    if (this.#wrapUps.get(agentId) !== callId) return;
    const at = this.#agenda.now;
    this.#send({ type: 'resultSaved', at, agentId, callId });
    this.#send({ type: 'wrapUpDone', at, agentId });
  }

  #see(agent: AgentSnapshot): void {
    const { agentId, callId } = agent;
    if (agent.work === 'wrapUp' && callId !== null) {
      this.#wrapUps.set(agentId, callId);
      // That of a call which ended earlier begins by itself; the router is still telling.
      if (this.#toWrapUp.has(callId)) this.#agenda.at(this.#agenda.now, () => this.#wrapUp(agentId, callId));
    } else this.#wrapUps.delete(agent.agentId);
    this.#occupancy.see(agent, this.#agenda.now);
  }

  #result(): SimulationResult {
    const { agents } = this.#scenario;
    const staffOf = (queueId: string): string[] => agents.filter(({ queueIds }) => queueIds.includes(queueId)).map(({ agentId }) => agentId);
    return {
      queues: [...this.#queues].map(([queueId, { tally }]) => ({ queueId, outcome: tally.outcome(this.#occupancy.share(staffOf(queueId))) })),
      events: this.#events,
    };
  }
}
