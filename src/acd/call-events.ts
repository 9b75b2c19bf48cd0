import { releaseAgent } from './agents.ts';
import { armLeave, exitCall, refusalOf, sendAway } from './limits.ts';
import { serveQueue, serveTogether } from './matching.ts';
import type { Agent, Call, Offer, Queue, Step } from './model.ts';
import { acceptOffer, endOffer, endOffers } from './offers.ts';
import { mergeSkills } from './skills.ts';
import { settleStage } from './stages.ts';
import type { AcdEvent, OfferEnd } from './types.ts';
import { enterLane, enterQueue, leaveLane, leaveQueue } from './waiting.ts';

/** The offer was not taken: the call goes to the next agent, the agent to the next call. */
export function passOn(step: Step, offer: Offer, reason: OfferEnd, timerFired = false): void {
  const { model } = step;
  endOffer(step, offer, reason, timerFired);
  const agent = model.agents.get(offer.agentId);
  serveTogether(step, agent ? [agent] : [], model.queues.get(offer.queueId), model.calls.get(offer.callId));
}

/** A call comes to wait, or moves from where it was. */
export function queueCall(step: Step, event: Extract<AcdEvent, { type: 'queued' }>): void {
  const { model } = step;
  const { callId, queueId, queuedAt } = event;
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
  const call = newCall(step, queue, event);
  const refusal = refusalOf(step, queue, call);
  if (refusal) {
    step.effects.push({ type: 'exit', callId, queueId, reason: refusal, waitedMs: step.at - queuedAt });
    serveTogether(step, freed, undefined, undefined);
    return;
  }
  settleStage(step, queue, call);
  armLeave(step, queue, call);
  enterQueue(step, queue, call);
  enterLane(model, queue, call);
  step.unserved.add(call);
  serveTogether(step, freed, queue, call);
}

/** Points of a call at the beginning of time, and how it gains more; see `Call.rank`. */
export function rankOf({ rules }: Queue, { priority, queuedAt }: Pick<Call, 'priority' | 'queuedAt'>): { rank: number; ageing: number } {
  const ageing = rules.ageingPerMinute / 60_000;
  return { rank: priority + rules.weight - ageing * queuedAt, ageing };
}

function newCall({ model }: Step, queue: Queue, event: Extract<AcdEvent, { type: 'queued' }>): Call {
  const { callId, queueId, priority, queuedAt } = event;
  return {
    callId,
    queueId,
    requiredSkills: mergeSkills(queue.config.requiredSkills, event.requiredSkills),
    ownSkills: event.requiredSkills,
    laneKey: '',
    priority,
    queuedAt,
    ...rankOf(queue, event),
    callback: event.callback ?? false,
    preferred: event.preferred ?? [],
    ring: 0,
    ringsSince: queuedAt,
    stageUntil: null,
    leaveAt: null,
    overdue: false,
    told: null,
    order: model.nextOrder++,
    offerId: null,
    alsoOffered: [],
    passes: {},
    explained: false,
    position: 0,
  };
}

/** The agent took the call; others at whom it rang go on to theirs, as does the agent who has a line left. */
export function accept(step: Step, offer: Offer, alone: boolean): void {
  const freed = acceptOffer(step, offer, alone);
  const agent = step.model.agents.get(offer.agentId);
  serveTogether(step, agent ? [...freed, agent] : freed, undefined, undefined);
}

/**
 * The call's stage may be over: the next one asks others. One that rings goes on ringing.
 * @param over it was long enough; else only if the agent waited for is gone
 * @returns true when the call waits and must be served
 */
export function moveOn(step: Step, call: Call, over: boolean): boolean {
  const queue = step.model.queues.get(call.queueId);
  if (!queue) return false;
  if (call.offerId === null) leaveLane(step.model, queue, call);
  settleStage(step, queue, call, over);
  if (call.offerId !== null) return false;
  enterLane(step.model, queue, call);
  step.unserved.add(call);
  call.explained = false;
  return true;
}

/** The longest wait is over; what rings may still be answered. */
export function overdue(step: Step, call: Call): void {
  const queue = step.model.queues.get(call.queueId);
  call.overdue = true;
  if (queue && call.offerId === null) exitCall(step, queue, call, 'wait');
}

/** A supervisor gives the call to one agent, who gets it before everything else. */
export function assign(step: Step, { callId, agentId, waitMs }: Extract<AcdEvent, { type: 'assigned' }>): void {
  const call = step.model.calls.get(callId);
  const queue = call && step.model.queues.get(call.queueId);
  if (!call || !queue || step.model.agents.get(agentId)?.presence !== 'available') return;
  if (step.model.agents.get(agentId)?.offerId === call.offerId && call.offerId !== null) return;
  const freed = endOffers(step, call);
  leaveLane(step.model, queue, call);
  call.passes = Object.fromEntries(Object.entries(call.passes).filter(([passed]) => passed !== agentId));
  // Named anew, so that the wait is counted from now.
  call.preferred = [{ agentId, reason: 'assigned', waitMs }];
  settleStage(step, queue, call);
  enterLane(step.model, queue, call);
  step.unserved.add(call);
  serveTogether(step, freed, queue, call);
}

/** Closed: nobody new is let in; by the emergency switch all who wait leave. Open: callbacks are dialled again. */
export function closeQueue(step: Step, { queueId, closed }: Extract<AcdEvent, { type: 'queueClosed' }>): void {
  const queue = step.model.queues.get(queueId);
  if (!queue || queue.memory.closed === closed) return;
  queue.memory.closed = closed;
  step.changedQueues.add(queue);
  if (closed === 'emergency') sendAway(step, queue, 'emergency');
  if (closed === null) serveQueue(step, queue);
}

/** Takes a waiting call out of its queue; returns the agents at whom it rang, now free. */
export function takeOut(step: Step, call: Call | undefined, reason: 'callGone' | 'answeredElsewhere' = 'callGone'): Agent[] {
  const queue = call && step.model.queues.get(call.queueId);
  if (!call || !queue) return [];
  const freed = endOffers(step, call, reason);
  leaveQueue(step, queue, call);
  return freed;
}

/** A waiting call is gone. */
export function removeCall(step: Step, call: Call | undefined): void {
  const freed = takeOut(step, call);
  if (freed.length > 0) serveTogether(step, freed, undefined, undefined);
}
