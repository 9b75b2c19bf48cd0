import type { IdSource } from '../lib/ids.ts';
import { changeAgent, clearWrapUp, finishWrapUp, hold, releaseAgent } from './agents.ts';
import { configure } from './configure.ts';
import { explain } from './decision.ts';
import { serveAgent, serveCall, serveTogether } from './matching.ts';
import type { Agent, Call, Model, Offer, Step } from './model.ts';
import { announcePositions } from './positions.ts';
import { laneKeyOf, mergeSkills } from './skills.ts';
import { agentSnapshot, queueSnapshot } from './snapshot.ts';
import { acceptOffer, endOffer } from './offers.ts';
import type { AcdEffect, AcdEvent, AcdTimer, HealthProblem, OfferEnd, Presence } from './types.ts';
import { enterLane, enterQueue, leaveQueue } from './waiting.ts';

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

/** Timers may fire this much before their time, ms; more than that is a timer of the past. */
const EARLY_MS = 50;

/**
 * A distributor without queues and agents; the first event is `configured`.
 * @param ids makes offer ids; never called outside `reduceAcd`
 */
export function createAcd(ids: IdSource): AcdState {
  const model: Model = {
    ids,
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
  };
  apply(step, event);
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
      return withAgent(step, event.agentId, (agent) => choosePresence(step, agent, event.presence));
    case 'health':
      return withAgent(step, event.agentId, (agent) => setHealth(step, agent, event.problems));
    case 'queued':
      return queueCall(step, event);
    case 'removed':
      return removeCall(step, model.calls.get(event.callId));
    case 'accepted':
      return withOffer(step, event.offerId, (offer) => acceptOffer(step, offer));
    case 'declined':
    case 'undeliverable':
      return withOffer(step, event.offerId, (offer) => passOn(step, offer, event.type));
    case 'seized':
      return withAgent(step, event.agentId, (agent) => seize(step, agent, event.callId));
    case 'released':
      return withAgent(step, event.agentId, (agent) => release(step, agent, event.callId));
    case 'wrapUpDone':
      return withAgent(step, event.agentId, (agent) => endWrapUp(step, agent));
    case 'timer':
      return fire(step, event.timer);
  }
}

function withAgent(step: Step, agentId: string, run: (agent: Agent) => void): void {
  const agent = step.model.agents.get(agentId);
  if (agent) run(agent);
}

function withOffer(step: Step, offerId: string | null, run: (offer: Offer) => void): void {
  const offer = offerId === null ? undefined : step.model.offers.get(offerId);
  if (offer) run(offer);
}

/** The offer was not taken: the call goes to the next agent, the agent to the next call. */
function passOn(step: Step, offer: Offer, reason: OfferEnd, timerFired = false): void {
  const { model } = step;
  endOffer(step, offer, reason, timerFired);
  const agent = model.agents.get(offer.agentId);
  serveTogether(step, agent ? [agent] : [], model.queues.get(offer.queueId), model.calls.get(offer.callId));
}

/** During a call and its wrap-up a choice waits until the agent is idle; logging off ends a wrap-up at once. */
function choosePresence(step: Step, agent: Agent, presence: Presence): void {
  if (agent.config.kind === 'station') return;
  agent.missed = 0;
  const ends = agent.work === 'wrapUp' && presence === 'offline';
  if (agent.work === 'talking' || (agent.work === 'wrapUp' && !ends)) {
    const next = presence === agent.presence ? null : presence;
    if (next !== agent.nextPresence) changeAgent(step, agent, () => (agent.nextPresence = next));
    return;
  }
  if (presence === agent.presence && !ends) return;
  if (ends) {
    agent.nextPresence = presence;
    endWrapUp(step, agent);
    return;
  }
  moveOff(step, agent, () => (agent.presence = presence));
  serveAgent(step, agent);
}

function setHealth(step: Step, agent: Agent, problems: readonly HealthProblem[]): void {
  if (agent.config.kind === 'station' || problems.join() === agent.problems.join()) return;
  moveOff(step, agent, () => (agent.problems = [...problems]));
  serveAgent(step, agent);
}

/** Changes presence or health. An offer to an agent who is no longer available and healthy goes to another. */
function moveOff(step: Step, agent: Agent, change: () => void): void {
  const offer = agent.offerId === null ? undefined : step.model.offers.get(agent.offerId);
  changeAgent(step, agent, change);
  if (!offer || (agent.presence === 'available' && agent.problems.length === 0)) return;
  endOffer(step, offer, 'agentGone');
  const call = step.model.calls.get(offer.callId);
  const queue = step.model.queues.get(offer.queueId);
  if (call && queue) serveCall(step, queue, call);
}

function queueCall(step: Step, event: Extract<AcdEvent, { type: 'queued' }>): void {
  const { model } = step;
  const { callId, queueId, priority, queuedAt } = event;
  const known = model.calls.get(callId);
  if (known?.queueId === queueId) return;
  // A call is in one place: what it leaves is settled first, but served together with it.
  const freed = [...(model.holders.get(callId) ?? []), ...takeOut(step, known)];
  for (const holder of model.holders.get(callId) ?? []) releaseAgent(step, holder, callId);
  const queue = model.queues.get(queueId);
  if (!queue) {
    step.effects.push({ type: 'unroutable', callId, queueId, reason: 'unknownQueue' });
    serveTogether(step, freed, undefined, undefined);
    return;
  }
  const requiredSkills = mergeSkills(queue.config.requiredSkills, event.requiredSkills);
  const call: Call = {
    callId,
    queueId,
    requiredSkills,
    ownSkills: event.requiredSkills,
    laneKey: laneKeyOf(requiredSkills),
    priority,
    queuedAt,
    order: model.nextOrder++,
    offerId: null,
    passes: {},
    explained: false,
    position: 0,
  };
  enterQueue(step, queue, call);
  enterLane(queue, call);
  step.unserved.add(call);
  serveTogether(step, freed, queue, call);
}

/** Takes a waiting call out of its queue; returns the agent at whom it rang, now free. */
function takeOut(step: Step, call: Call | undefined): Agent[] {
  const queue = call && step.model.queues.get(call.queueId);
  if (!call || !queue) return [];
  const offer = call.offerId === null ? undefined : step.model.offers.get(call.offerId);
  if (offer) endOffer(step, offer, 'callGone');
  leaveQueue(step, queue, call);
  const agent = offer && step.model.agents.get(offer.agentId);
  return agent ? [agent] : [];
}

function removeCall(step: Step, call: Call | undefined): void {
  for (const agent of takeOut(step, call)) serveAgent(step, agent);
}

/** The agent is in a call from elsewhere, or picked a waiting one by hand. */
function seize(step: Step, agent: Agent, callId: string): void {
  if (agent.callIds.includes(callId)) return;
  const offer = agent.offerId === null ? undefined : step.model.offers.get(agent.offerId);
  if (offer) endOffer(step, offer, offer.callId === callId ? 'callGone' : 'agentGone');
  clearWrapUp(step, agent);
  changeAgent(step, agent, () => {
    agent.work = 'talking';
    agent.wrapUpCallId = null;
    hold(step, agent, callId);
  });
  const freed = takeOut(step, step.model.calls.get(callId));
  const left = offer && step.model.calls.get(offer.callId);
  serveTogether(step, freed, left && step.model.queues.get(left.queueId), left);
}

function release(step: Step, agent: Agent, callId: string): void {
  if (!agent.callIds.includes(callId)) return;
  releaseAgent(step, agent, callId);
  if (step.model.agents.has(agent.config.agentId)) serveAgent(step, agent);
}

function endWrapUp(step: Step, agent: Agent): void {
  if (agent.work !== 'wrapUp') return;
  clearWrapUp(step, agent);
  finishWrapUp(step, agent);
  serveAgent(step, agent);
}

function fire(step: Step, timer: AcdTimer): void {
  const due = step.at + EARLY_MS;
  switch (timer.kind) {
    case 'offer':
      return withOffer(step, timer.offerId, (offer) => passOn(step, offer, 'timeout', true));
    case 'wrapUp':
      return withAgent(step, timer.agentId, (agent) => {
        if (agent.wrapUpUntil === null || due < agent.wrapUpUntil) return;
        finishWrapUp(step, agent);
        serveAgent(step, agent);
      });
    case 'rest':
      return withAgent(step, timer.agentId, (agent) => {
        if (agent.restUntil === null || due < agent.restUntil) return;
        changeAgent(step, agent, () => (agent.restUntil = null));
        serveAgent(step, agent);
      });
  }
}

/** What the event changed, told once. */
function tell(step: Step): void {
  const { model, effects, at } = step;
  for (const call of step.unserved) {
    const queue = model.queues.get(call.queueId);
    if (!queue || call.offerId !== null || call.explained) continue;
    call.explained = true;
    effects.push({ type: 'decision', decision: explain(queue, call, null, at) });
  }
  for (const queue of step.moved) announcePositions(step, queue);
  for (const agent of step.changedAgents) {
    const offer = agent.offerId === null ? undefined : model.offers.get(agent.offerId);
    effects.push({ type: 'agentChanged', agent: agentSnapshot(agent, offer?.callId ?? null) });
  }
  for (const queue of step.changedQueues) effects.push({ type: 'queueChanged', queue: queueSnapshot(queue) });
}

