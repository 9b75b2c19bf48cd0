import { releaseAgent } from './agents.ts';
import { serveAgent, serveTogether } from './matching.ts';
import type { Agent, Call, Offer, Step } from './model.ts';
import { endOffer } from './offers.ts';
import { laneKeyOf, mergeSkills } from './skills.ts';
import type { AcdEvent, OfferEnd } from './types.ts';
import { enterLane, enterQueue, leaveQueue } from './waiting.ts';

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
export function takeOut(step: Step, call: Call | undefined): Agent[] {
  const queue = call && step.model.queues.get(call.queueId);
  if (!call || !queue) return [];
  const offer = call.offerId === null ? undefined : step.model.offers.get(call.offerId);
  if (offer) endOffer(step, offer, 'callGone');
  leaveQueue(step, queue, call);
  const agent = offer && step.model.agents.get(offer.agentId);
  return agent ? [agent] : [];
}

/** A waiting call is gone. */
export function removeCall(step: Step, call: Call | undefined): void {
  for (const agent of takeOut(step, call)) serveAgent(step, agent);
}
