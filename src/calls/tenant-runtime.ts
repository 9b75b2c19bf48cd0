import { randomInt } from 'node:crypto';
import { createAcd, reduceAcd, type AcdState } from '../acd/acd.ts';
import type { PreferredAgent } from '../acd/rules.ts';
import { timerKey } from '../acd/timers.ts';
import { agentsOf, queuesOf } from '../acd/views.ts';
import type { AcdEffect, AcdEvent, AcdTimer, AgentConfig, AgentSnapshot, QueueConfig, QueueSnapshot } from '../acd/types.ts';
import { messageOf } from '../lib/errors.ts';
import { Emitter } from '../lib/emitter.ts';
import { isOpen } from '../../shared/flow/open-hours.ts';
import type { OpenHours } from '../ivr/types.ts';
import { agentIn, wantsAlone } from './alone.ts';
import { asidesOf, callsOf } from './asides.ts';
import { AgentJournal } from './agent-journal.ts';
import { AnswerGate } from './answer-gate.ts';
import { newCall } from './begin.ts';
import { CallShell } from './call-shell.ts';
import { untilMidnight } from './counters.ts';
import { EventMoment } from './event-moment.ts';
import { reduceCall } from './machine.ts';
import type { Attempt } from './party.ts';
import type { JournalPort, RuntimePorts, SoundNames } from './ports.ts';
import type { PreferredWaits } from './queue-rules.ts';
import type { RuntimeEvents } from './runtime-events.ts';
import type { CallEffect, CallEvent, CallSeed, CallState } from './types.ts';

/** A queue with what calls need of it beyond acd. */
export interface RuntimeQueue extends QueueConfig {
  record: boolean;
  /** Whom calls ask first; absent = nobody. */
  prefers?: PreferredWaits;
  /** Outside of them no call is let in; absent = always open. */
  hours?: OpenHours;
  /** Switched off in an emergency until then, ms since the epoch; absent = it is not. */
  emergencyUntil?: number;
}

/** Callbacks in the distributor: what concerns them is none of the calls'. Each answers whether it was about one. */
export interface CallbackPort {
  onOffer(effect: Extract<AcdEffect, { type: 'offer' }>): boolean;
  onWithdraw(effect: Extract<AcdEffect, { type: 'withdraw' }>): boolean;
  onConnect(effect: Extract<AcdEffect, { type: 'connect' }>): boolean;
  onUnroutable(callId: string): boolean;
  /** A caller who waits asks to be called back. */
  request(request: Extract<CallEffect, { type: 'requestCallback' }>['request']): void;
}

export interface RuntimeConfig {
  queues: readonly RuntimeQueue[];
  agents: readonly AgentConfig[];
  sounds: SoundNames;
}

/** What the runtime needs beyond its ports: what belongs to this tenant. */
export interface RuntimeOptions extends RuntimePorts {
  tenantId: string;
  journal: JournalPort;
  /** The endpoint of an agent's line, when it is up. */
  lineOf(agentId: string): string | null;
  /** Whom the call should ask first; must answer soon, because the caller waits. */
  preferredFor(callId: string, waits: PreferredWaits): Promise<readonly PreferredAgent[]>;
  /** Telephones of an agent that are registered now. */
  devicesOf(agentId: string, call: CallState): Attempt[];
}

/** How often hours are looked at, ms: a queue opens and closes at most so much late. */
const HOURS_EVERY_MS = 10_000;

/** For queues that draw their agents. */
const draw = (): number => randomInt(2 ** 32) / 2 ** 32;

type Work = { to: 'acd'; event: AcdEvent } | { to: 'call'; callId: string; event: CallEvent };

/**
 * The live state of one tenant: its distributor and its calls. Everything that happens goes through one line (`#inbox`), so
 * that calls and acd see the same order of events; effects on the outside run in order for each call.
 */
export class TenantRuntime {
  readonly events: Emitter<RuntimeEvents>;
  /** Set once, by whoever makes callbacks; without, nobody asks for any. */
  callbacks: CallbackPort | null = null;
  readonly #options: RuntimeOptions;
  readonly #calls = new Map<string, CallShell>();
  readonly #acdTimers = new Map<string, () => void>();
  readonly #agentJournal: AgentJournal;
  readonly #answers: AnswerGate;
  #acd: AcdState;
  #config: RuntimeConfig = { queues: [], agents: [], sounds: (sound) => sound };
  #agents = new Map<string, AgentConfig>();
  readonly #inbox: Work[] = [];
  #cancelHours: () => void = () => undefined;
  #cancelDay: () => void = () => undefined;
  #draining = false;
  #stopped = false;

  constructor(options: RuntimeOptions) {
    this.#options = options;
    this.#acd = createAcd(options.newId, draw);
    this.#agentJournal = new AgentJournal(options);
    this.#answers = new AnswerGate(options);
    this.#awaitDay();
    this.events = new Emitter((error, event) => options.logger.error({ error: messageOf(error), event }, 'a listener of calls failed'));
  }

  /** Takes a new configuration; calls in progress go on. */
  configure(config: RuntimeConfig): void {
    this.#config = config;
    this.#agents = new Map(config.agents.map((agent) => [agent.agentId, agent]));
    this.toAcd({ type: 'configured', at: this.now(), queues: config.queues, agents: config.agents });
    this.#checkHours();
  }

  /** Closes and opens queues by their hours and the emergency switch. */
  #checkHours(): void {
    const wall = this.#options.clock.wall();
    let hasHours = false;
    for (const { queueId, hours, emergencyUntil } of this.#config.queues) {
      hasHours ||= hours !== undefined || emergencyUntil !== undefined;
      const closed = emergencyUntil !== undefined && wall < emergencyUntil ? 'emergency' : hours && !isOpen(hours, wall) ? 'closed' : null;
      this.toAcd({ type: 'queueClosed', at: this.now(), queueId, closed });
    }
    this.#cancelHours();
    this.#cancelHours = hasHours ? this.#options.clock.after(HOURS_EVERY_MS, () => this.#checkHours()) : () => undefined;
  }

  /** Counts of calls taken begin again at midnight in Japan. */
  #awaitDay(): void {
    const { clock } = this.#options;
    this.#cancelDay = clock.after(untilMidnight(clock.wall()), () => {
      this.toAcd({ type: 'newDay', at: this.now() });
      this.#awaitDay();
    });
  }

  now(): number {
    return this.#options.clock.monotonic();
  }

  /** A new call. */
  start(seed: CallSeed): CallState {
    const { clock, newId, metrics } = this.#options;
    const moment = new EventMoment(clock, newId);
    const state = newCall(seed, moment);
    metrics.callStarted(state.direction, state.channel);
    this.#open(state);
    this.toCall(state.id, { type: 'begin' });
    return state;
  }

  /** Takes up a call from before a restart: timers run again and acd knows of it; what no longer lives is told by events. */
  adopt(state: CallState): void {
    const shell = this.#open(state);
    this.#options.journal.adopted(state.id);
    shell.rearm();
    const { agent, queue } = state;
    if (agent?.stage === 'connected') {
      // With the queue, so that its wrap-up follows the conversation.
      const shared = agent.kind === 'browser' && agent.offerId !== null && state.direction === 'inbound' && !wantsAlone(state);
      const ofQueue = queue ? { queueId: queue.queueId, shared } : {};
      this.toAcd({ type: 'seized', at: this.now(), agentId: agent.agentId, callId: state.id, ...ofQueue });
    }
    for (const { agentId } of state.parties) if (agentId !== null) this.toAcd({ type: 'seized', at: this.now(), agentId, callId: state.id });
    this.toCall(state.id, { type: 'resumed' });
  }

  toAcd(event: AcdEvent): void {
    this.#push({ to: 'acd', event });
  }

  /** Events for calls that are gone change nothing. */
  toCall(callId: string, event: CallEvent): void {
    this.#push({ to: 'call', callId, event });
  }

  call(callId: string): CallState | null {
    return this.#calls.get(callId)?.state ?? null;
  }

  calls(): CallState[] {
    return [...this.#calls.values()].map((shell) => shell.state);
  }

  agents(): AgentSnapshot[] {
    return agentsOf(this.#acd);
  }

  queues(): QueueSnapshot[] {
    return queuesOf(this.#acd);
  }

  agentConfig(agentId: string): AgentConfig | null {
    return this.#agents.get(agentId) ?? null;
  }

  /** Resolves when the completed record of the call is committed; at once when there is no such call. */
  whenRecorded(callId: string): Promise<void> {
    return this.#calls.get(callId)?.recorded ?? Promise.resolve();
  }

  /** Resolves when the sound of the call is what its state says; at once when there is no such call. */
  settled(callId: string): Promise<void> {
    return this.#calls.get(callId)?.settled() ?? Promise.resolve();
  }

  /** No effect of any call waits or runs; for tests and a clean stop. */
  get idle(): boolean {
    return [...this.#calls.values()].every((shell) => shell.idle);
  }

  /** Stops all timers without ending calls: another process goes on with them. */
  stop(): void {
    this.#stopped = true;
    this.#cancelHours();
    this.#cancelDay();
    for (const cancel of this.#acdTimers.values()) cancel();
    this.#acdTimers.clear();
    for (const shell of this.#calls.values()) shell.abandon();
  }

  #open(state: CallState): CallShell {
    const shell = new CallShell(state, {
      ...this.#options,
      answers: this.#answers,
      sounds: (sound) => this.#config.sounds(sound),
      dispatch: (event) => this.toCall(state.id, event),
      toAcd: (event) => this.toAcd(event),
      enqueue: (effect) => this.#enqueue(state.id, effect),
      publish: this.events,
      requestCallback: (request) => this.callbacks?.request(request),
      forget: () => this.#forget(state.id),
    });
    this.#calls.set(state.id, shell);
    return shell;
  }

  #forget(callId: string): void {
    const shell = this.#calls.get(callId);
    if (!shell) return;
    this.#calls.delete(callId);
    this.#options.journal.touch(callId);
    const { end, startedAt } = shell.state;
    this.#options.metrics.callEnded(end?.outcome ?? 'failed', this.now() - startedAt);
    this.events.emit('callGone', { callId });
  }

  #push(work: Work): void {
    if (this.#stopped) return;
    this.#inbox.push(work);
    if (this.#draining) return;
    this.#draining = true;
    try {
      for (let next = this.#inbox.shift(); next; next = this.#inbox.shift()) this.#work(next);
    } finally {
      this.#draining = false;
    }
  }

  /** A bug in one call must not stop the others. */
  #work(work: Work): void {
    try {
      if (work.to === 'acd') this.#workAcd(work.event);
      else this.#workCall(work.callId, work.event);
    } catch (error) {
      const event = `${work.to}.${work.event.type}`;
      this.#options.logger.error({ error: messageOf(error), stack: error instanceof Error ? error.stack : '', event }, 'event failed');
    }
  }

  #workCall(callId: string, event: CallEvent): void {
    const shell = this.#calls.get(callId);
    if (!shell) return;
    const { clock, newId, journal } = this.#options;
    const moment = new EventMoment(clock, newId);
    const before = shell.state;
    const { state, effects } = reduceCall(before, event, moment);
    if (state === before) return;
    shell.state = state;
    journal.touch(callId);
    for (const effect of effects) shell.run(effect);
    this.events.emit('call', state);
    if (before.phase !== state.phase || before.agent !== state.agent || before.parties !== state.parties) this.#tellAsides([agentIn(before), agentIn(state)]);
  }

  /** Calls on hold learn whether their agent speaks in another one. */
  #tellAsides(agentIds: readonly (string | null)[]): void {
    for (const agentId of new Set(agentIds)) {
      if (agentId === null || (this.#agents.get(agentId)?.capacity ?? 1) === 1) continue;
      for (const { callId, on } of asidesOf(callsOf(this.calls(), agentId))) this.toCall(callId, { type: 'aside', on });
    }
  }

  #workAcd(event: AcdEvent): void {
    const { state, effects } = reduceAcd(this.#acd, event);
    this.#acd = state;
    for (const effect of effects) this.#acdEffect(effect);
  }

  #acdEffect(effect: AcdEffect): void {
    switch (effect.type) {
      case 'offer':
        return this.#offer(effect);
      case 'withdraw':
        if (this.callbacks?.onWithdraw(effect)) return;
        return this.toCall(effect.callId, { type: 'withdrawn', offerId: effect.offerId, reason: effect.reason });
      case 'connect': {
        const { offerId, agentId, callId } = effect;
        if (this.callbacks?.onConnect(effect)) return;
        if (!this.#calls.has(callId)) return this.toAcd({ type: 'released', at: this.now(), agentId, callId });
        return this.toCall(callId, { type: 'connect', offerId, agentId, lineEndpoint: this.#options.lineOf(agentId) });
      }
      case 'setTimer':
        return this.#setAcdTimer(effect.timer, effect.afterMs);
      case 'clearTimer':
        return this.#clearAcdTimer(timerKey(effect.timer));
      case 'agentChanged':
        this.#agentJournal.changed(effect.agent);
        return this.events.emit('agent', effect.agent);
      case 'queueChanged':
        return this.events.emit('queue', effect.queue);
      case 'position':
        return this.toCall(effect.callId, { type: 'position', position: effect.position, ...(effect.wait && { wait: effect.wait }) });
      case 'decision':
        return this.toCall(effect.decision.callId, { type: 'decided', decision: effect.decision });
      case 'unroutable':
        if (this.callbacks?.onUnroutable(effect.callId)) return;
        return this.toCall(effect.callId, { type: 'unroutable' });
      case 'exit':
        return this.toCall(effect.callId, { type: 'unroutable', exit: { reason: effect.reason, waitedMs: effect.waitedMs } });
      case 'agentRemoved':
        return this.events.emit('agentRemoved', { agentId: effect.agentId });
      case 'queueRemoved':
        return this.events.emit('queueRemoved', { queueId: effect.queueId });
    }
  }

  #offer(effect: Extract<AcdEffect, { type: 'offer' }>): void {
    if (this.callbacks?.onOffer(effect)) return;
    const { offerId, callId, agentId, timeoutMs, decision } = effect;
    const agent = this.#agents.get(agentId);
    const call = this.call(callId);
    if (!agent || !call) return this.toAcd({ type: 'removed', at: this.now(), callId });
    // A telephone would ring into the conversation: a further call rings at the desk alone.
    const isBeside = (decision.candidates[0]?.load ?? 0) > 0;
    const devices = agent.kind === 'browser' && !isBeside ? this.#options.devicesOf(agentId, call) : [];
    const { name, kind, stationUri } = agent;
    this.toCall(callId, { type: 'offered', offer: { offerId, agentId, name, kind, stationUri, devices, timeoutMs, decision } });
  }

  #enqueue(callId: string, effect: Extract<CallEffect, { type: 'enqueue' }>): void {
    const queue = this.#config.queues.find(({ code }) => code === effect.code);
    if (!queue) return this.toCall(callId, { type: 'unroutable' });
    const { queueId, code, name, record, prefers } = queue;
    const { priority, requiredSkills, script } = effect;
    const part = { queueId, code, name, record, priority, requiredSkills, ...(script && { script }) };
    if (!prefers) return this.toCall(callId, { type: 'enqueued', queue: part });
    const enqueue = (preferred: readonly PreferredAgent[]): void => this.toCall(callId, { type: 'enqueued', queue: { ...part, preferred } });
    void this.#options.preferredFor(callId, prefers).then(enqueue, () => enqueue([]));
  }

  #setAcdTimer(timer: AcdTimer, afterMs: number): void {
    const key = timerKey(timer);
    this.#clearAcdTimer(key);
    const cancel = this.#options.clock.after(afterMs, () => {
      this.#acdTimers.delete(key);
      this.toAcd({ type: 'timer', at: this.now(), timer });
    });
    this.#acdTimers.set(key, cancel);
  }

  #clearAcdTimer(key: string): void {
    this.#acdTimers.get(key)?.();
    this.#acdTimers.delete(key);
  }
}
