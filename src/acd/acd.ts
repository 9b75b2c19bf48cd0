import type { IdSource } from '../lib/ids.ts';
import { choosePresence, fireTimer, release, seize, setAlone, setHealth } from './agent-events.ts';
import { accept, assign, closeQueue, moveOn, passOn, queueCall, removeCall } from './call-events.ts';
import { configure } from './configure.ts';
import { explain } from './decision.ts';
import { serveCalls } from './matching.ts';
import type { Agent, Call, Model, Offer, Step } from './model.ts';
import { leaveUnstaffed } from './limits.ts';
import { announcePositions } from './positions.ts';
import { agentSnapshot, queueSnapshot } from './snapshot.ts';
import { laneFor } from './stages.ts';
import type { AcdEffect, AcdEvent } from './types.ts';
import { endWrapUp, extendWrapUp, saveResult, wrapUpView } from './wrap-up.ts';

/**
 * One tenant's distributor between two events. Opaque: read it with `views.ts`, store it with `plain.ts`.
 *
 * `reduceAcd` hands the inside of the old state over to the new one instead of copying 10,000 calls; a state that was
 * reduced is spent and throws when used again. Seen from outside the reducer is pure: equal state, event and ids give equal
 * state and effects.
 */
export interface AcdState {
  model: Model | null;
}

/** What one event led to. */
export interface AcdResult {
  state: AcdState;
  effects: AcdEffect[];
}

/**
 * A distributor without queues and agents; the first event is `configured`.
 * @param ids makes offer ids; never called outside `reduceAcd`
 * @param random uniform, 0 <= x < 1, for the orders that draw; never called outside `reduceAcd`
 */
export function createAcd(ids: IdSource, random: () => number = () => 0): AcdState {
  const model: Model = {
    ids,
    random,
    personal: new Map(),
    helped: new Map(),
    agents: new Map(),
    queues: new Map(),
    calls: new Map(),
    offers: new Map(),
    holders: new Map(),
    nextOrder: 0,
  };
  return { model };
}

/** @throws Error when the state was reduced already: a bug of the caller */
export function modelOf(state: AcdState): Model {
  if (!state.model) throw new Error('This AcdState was reduced already; use the state that reduceAcd returned.');
  return state.model;
}

/**
 * Works one event in. Events about things unknown or over (late accept, second hang-up) change nothing.
 *
 * Order of effects: withdraw, connect, offer and timers as decided, then decisions for calls nobody is free for, positions,
 * agents, queues; the last three once per event.
 */
export function reduceAcd(state: AcdState, event: AcdEvent): AcdResult {
  const model = modelOf(state);
  const step: Step = {
    model,
    at: event.at,
    effects: [],
    changedAgents: new Set(),
    changedQueues: new Set(),
    moved: new Set(),
    unserved: new Set(),
    left: new Set(),
  };
  apply(step, event);
  if (step.left.size > 0) settleLeft(step);
  tell(step);
  state.model = null;
  return { state: { model }, effects: step.effects };
}

function apply(step: Step, event: AcdEvent): void {
  const { model } = step;
  switch (event.type) {
    case 'configured':
      return configure(step, event.queues, event.agents);
    case 'presence':
      return withAgent(step, event.agentId, (agent) => choosePresence(step, agent, event.presence, event.reasonId ?? null));
    case 'health':
      return withAgent(step, event.agentId, (agent) => setHealth(step, agent, event.problems));
    case 'queued':
      return queueCall(step, event);
    case 'removed':
      return removeCall(step, model.calls.get(event.callId));
    case 'accepted':
      return withOffer(step, event.offerId, (offer) => accept(step, offer, event.alone ?? false));
    case 'declined':
    case 'undeliverable':
      return withOffer(step, event.offerId, (offer) => passOn(step, offer, event.type));
    case 'seized':
      return withAgent(step, event.agentId, (agent) => seize(step, agent, event.callId, event));
    case 'alone':
      return withAgent(step, event.agentId, (agent) => setAlone(step, agent, event.callId, event.alone));
    case 'released':
      return withAgent(step, event.agentId, (agent) => release(step, agent, event.callId));
    case 'wrapUpDone':
      return withAgent(step, event.agentId, (agent) => endWrapUp(step, agent));
    case 'wrapUpExtended':
      return withAgent(step, event.agentId, (agent) => extendWrapUp(step, agent));
    case 'resultSaved':
      return withAgent(step, event.agentId, (agent) => saveResult(step, agent, event.callId));
    case 'assigned':
      return assign(step, event);
    case 'queueClosed':
      return closeQueue(step, event);
    case 'newDay':
      return beginDay(model);
    case 'timer':
      return fireTimer(step, event.timer);
  }
}

function beginDay(model: Model): void {
  for (const { memory } of model.queues.values()) for (const taken of Object.values(memory.taken)) taken.calls = 0;
}

/** Calls that waited for just these agents ask the next ones, and queues in which nobody is left send theirs away. */
function settleLeft(step: Step): void {
  const { model } = step;
  const moved: Call[] = [];
  for (const { config, presence, leaving } of step.left) {
    if (presence === 'available' && !leaving && model.agents.has(config.agentId)) continue;
    const waitingFor = [...(model.personal.get(config.agentId)?.keys() ?? [])].flatMap(({ calls }) => calls);
    for (const call of waitingFor) if (moveOn(step, call, false)) moved.push(call);
  }
  serveCalls(step, moved);
  for (const queue of model.queues.values()) leaveUnstaffed(step, queue);
}

function withAgent(step: Step, agentId: string, run: (agent: Agent) => void): void {
  const agent = step.model.agents.get(agentId);
  if (agent) run(agent);
}

function withOffer(step: Step, offerId: string, run: (offer: Offer) => void): void {
  const offer = step.model.offers.get(offerId);
  if (offer) run(offer);
}

/** What the event changed, told once. */
function tell(step: Step): void {
  const { model, effects } = step;
  for (const call of step.unserved) {
    const queue = model.queues.get(call.queueId);
    if (!queue || call.offerId !== null || call.explained) continue;
    call.explained = true;
    effects.push({ type: 'decision', decision: explain(step, { queue, lane: laneFor(queue, call), call, chosen: null, rung: [] }) });
  }
  for (const queue of step.moved) announcePositions(step, queue);
  for (const agent of step.changedAgents) {
    const offer = agent.offerId === null ? undefined : model.offers.get(agent.offerId);
    effects.push({ type: 'agentChanged', agent: agentSnapshot(agent, offer?.callId ?? null, wrapUpView(step, agent)) });
  }
  for (const queue of step.changedQueues) effects.push({ type: 'queueChanged', queue: queueSnapshot(queue) });
}

