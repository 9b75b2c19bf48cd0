import { changeAgent, hold } from './agents.ts';
import { explain } from './decision.ts';
import type { Agent, Call, Offer, Queue, Step } from './model.ts';
import type { OfferEnd } from './types.ts';
import { enterLane, leaveLane, leaveQueue } from './waiting.ts';

/** Pause of an agent after the first undeliverable offer, ms; doubled with each further one in a row. */
const REST_MS = 2000;
const LONGEST_REST_MS = 32_000;

/** Rings `agent` for `call`. */
export function makeOffer(step: Step, queue: Queue, call: Call, agent: Agent): void {
  const { model, at } = step;
  const decision = explain(queue, call, agent, at);
  const { queueId, offerTimeoutMs } = queue.config;
  const { agentId } = agent.config;
  const offerId = model.ids();
  const ids = { offerId, callId: call.callId, agentId, queueId };
  model.offers.set(offerId, { ...ids, until: at + offerTimeoutMs, idleSince: agent.idleSince });
  leaveLane(queue, call);
  call.offerId = offerId;
  call.explained = false;
  changeAgent(step, agent, () => {
    agent.work = 'offered';
    agent.offerId = offerId;
    agent.queueId = queueId;
  });
  step.effects.push(
    { type: 'offer', ...ids, timeoutMs: offerTimeoutMs, decision },
    { type: 'setTimer', timer: { kind: 'offer', offerId }, afterMs: offerTimeoutMs },
  );
}

/** Who not taken offers count against, and how the agent goes on. */
function settleAgent(step: Step, agent: Agent, offer: Offer, reason: OfferEnd): void {
  const queue = step.model.queues.get(offer.queueId);
  changeAgent(step, agent, () => {
    agent.work = 'idle';
    agent.offerId = null;
    agent.queueId = null;
    if (reason === 'callGone') agent.idleSince = offer.idleSince;
    if (reason === 'undeliverable') {
      agent.restUntil = step.at + Math.min(LONGEST_REST_MS, REST_MS * 2 ** Math.min(agent.undelivered, 10));
      agent.undelivered += 1;
    }
    if (reason !== 'timeout' && reason !== 'declined') return;
    agent.missed += 1;
    const limit = queue?.config.missedOffersToAway ?? 0;
    if (limit > 0 && agent.missed >= limit && agent.config.kind === 'browser') {
      agent.presence = 'away';
      agent.reasonId = null;
      agent.missed = 0;
    }
  });
  if (agent.restUntil !== null && reason === 'undeliverable') {
    const timer = { kind: 'rest', agentId: agent.config.agentId } as const;
    step.effects.push({ type: 'setTimer', timer, afterMs: agent.restUntil - step.at });
  }
}

/**
 * Ends an offer that was not taken. The call, unless gone, is back in its place and must be served by the caller of this
 * function, as must the agent when routable.
 * @param timerFired the offer's timer has run and need not be cleared
 */
export function endOffer(step: Step, offer: Offer, reason: OfferEnd, timerFired = false): void {
  const { model } = step;
  const { offerId, callId, agentId } = offer;
  model.offers.delete(offerId);
  if (!timerFired) step.effects.push({ type: 'clearTimer', timer: { kind: 'offer', offerId } });
  step.effects.push({ type: 'withdraw', offerId, callId, agentId, reason });
  const call = model.calls.get(callId);
  const queue = model.queues.get(offer.queueId);
  if (call && queue) {
    call.offerId = null;
    if (reason !== 'callGone') {
      call.passes[agentId] = (call.passes[agentId] ?? 0) + 1;
      enterLane(queue, call);
      step.unserved.add(call);
    }
  }
  const agent = model.agents.get(agentId);
  if (agent) settleAgent(step, agent, offer, reason);
}

/** The agent took the call. */
export function acceptOffer(step: Step, offer: Offer): void {
  const { model } = step;
  const { offerId, callId, agentId, queueId } = offer;
  const agent = model.agents.get(agentId);
  const call = model.calls.get(callId);
  const queue = model.queues.get(queueId);
  if (!agent || !call || !queue) return;
  model.offers.delete(offerId);
  call.offerId = null;
  leaveQueue(step, queue, call);
  changeAgent(step, agent, () => {
    agent.work = 'talking';
    agent.offerId = null;
    agent.missed = 0;
    agent.undelivered = 0;
    hold(step, agent, callId);
  });
  step.effects.push(
    { type: 'clearTimer', timer: { kind: 'offer', offerId } },
    { type: 'connect', offerId, callId, agentId, queueId },
  );
}

