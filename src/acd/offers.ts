import { changeAgent, goOn, hold } from './agents.ts';
import { explain } from './decision.ts';
import { rememberAnswer } from './estimate.ts';
import { exitCall, farewellOf } from './limits.ts';
import type { Agent, Call, Lane, Offer, Queue, Step } from './model.ts';
import { settleStage } from './stages.ts';
import type { OfferEnd, RoutingDecision } from './types.ts';
import { enterLane, leaveLane, leaveQueue } from './waiting.ts';

/** Pause of an agent after the first undeliverable offer, ms; doubled with each further one in a row. */
const REST_MS = 2000;
const LONGEST_REST_MS = 32_000;

/**
 * Rings `agents` for `call`, which waits in `lane`.
 * @param agents one, or several who are rung at the same time
 */
export function makeOffers(step: Step, queue: Queue, lane: Lane, call: Call, agents: readonly Agent[]): void {
  const decisions = agents.map((agent) => explain(step, { queue, lane, call, chosen: agent, rung: agents }));
  leaveLane(step.model, queue, call);
  call.explained = false;
  agents.forEach((agent, index) => makeOffer(step, queue, call, agent, decisions[index] as RoutingDecision));
}

function makeOffer(step: Step, queue: Queue, call: Call, agent: Agent, decision: RoutingDecision): void {
  const { model, at } = step;
  const { queueId, offerTimeoutMs } = queue.config;
  const { agentId } = agent.config;
  const offerId = model.ids();
  const ids = { offerId, callId: call.callId, agentId, queueId };
  model.offers.set(offerId, { ...ids, until: at + offerTimeoutMs, beside: agent.callIds.length > 0, idleSince: agent.idleSince });
  queue.memory.lastAgentId = agentId;
  if (call.offerId === null) call.offerId = offerId;
  else call.alsoOffered.push(offerId);
  changeAgent(step, agent, () => {
    agent.offerId = offerId;
    if (agent.callIds.length > 0) return;
    agent.work = 'offered';
    agent.queueId = queueId;
  });
  step.effects.push(
    { type: 'offer', ...ids, timeoutMs: offerTimeoutMs, decision },
    { type: 'setTimer', timer: { kind: 'offer', offerId }, afterMs: offerTimeoutMs },
  );
}

/** The call does not wait any more, through no fault of the agent. */
const isOver = (reason: OfferEnd): boolean => reason === 'callGone' || reason === 'answeredElsewhere';

/** Who not taken offers count against, and how the agent goes on. Whoever talks may let a further call pass: that counts for nothing. */
function settleAgent(step: Step, agent: Agent, offer: Offer, reason: OfferEnd): void {
  const queue = step.model.queues.get(offer.queueId);
  const isBeside = agent.callIds.length > 0;
  const isPassed = reason === 'timeout' || reason === 'declined';
  changeAgent(step, agent, () => {
    agent.offerId = null;
    if (isBeside) agent.passedFurther ||= isPassed;
    else goOn(step, agent);
    if (isOver(reason)) agent.idleSince = offer.idleSince;
    if (reason === 'undeliverable') {
      agent.restUntil = step.at + Math.min(LONGEST_REST_MS, REST_MS * 2 ** Math.min(agent.undelivered, 10));
      agent.undelivered += 1;
    }
    if (!isPassed || offer.beside) return;
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
  if (call && queue) takeBack(step, queue, call, offer, reason);
  const agent = model.agents.get(agentId);
  if (agent) settleAgent(step, agent, offer, reason);
}

/** The call is without this offer; without any it waits again, in its old place, unless its time in the queue is over. */
function takeBack(step: Step, queue: Queue, call: Call, { offerId, agentId }: Offer, reason: OfferEnd): void {
  call.alsoOffered = call.alsoOffered.length === 0 ? call.alsoOffered : call.alsoOffered.filter((other) => other !== offerId);
  if (call.offerId === offerId) call.offerId = call.alsoOffered.shift() ?? null;
  if (isOver(reason)) return;
  call.passes[agentId] = (call.passes[agentId] ?? 0) + 1;
  if (call.offerId !== null) return;
  const farewell = farewellOf(queue, call);
  if (farewell) return exitCall(step, queue, call, farewell);
  if (call.preferred.length > 0) settleStage(step, queue, call);
  enterLane(step.model, queue, call);
  step.unserved.add(call);
}

/** Ends all offers of a call that waits no more; returns the agents at whom it rang, now free. */
export function endOffers(step: Step, call: Call, reason: 'callGone' | 'answeredElsewhere' = 'callGone'): Agent[] {
  const freed: Agent[] = [];
  for (const offerId of [call.offerId, ...call.alsoOffered]) {
    const offer = offerId === null ? undefined : step.model.offers.get(offerId);
    if (!offer) continue;
    endOffer(step, offer, reason);
    const agent = step.model.agents.get(offer.agentId);
    if (agent) freed.push(agent);
  }
  return freed;
}

/** The agent took the call. Returns others at whom it rang too, now free. @param alone no further call is offered beside it */
export function acceptOffer(step: Step, offer: Offer, alone: boolean): Agent[] {
  const { model } = step;
  const { offerId, callId, agentId, queueId } = offer;
  const agent = model.agents.get(agentId);
  const call = model.calls.get(callId);
  const queue = model.queues.get(queueId);
  if (!agent || !call || !queue) return [];
  model.offers.delete(offerId);
  call.alsoOffered = call.alsoOffered.filter((other) => other !== offerId);
  if (call.offerId === offerId) call.offerId = call.alsoOffered.shift() ?? null;
  const freed = endOffers(step, call, 'answeredElsewhere');
  queue.memory.taken[agentId] = { calls: (queue.memory.taken[agentId]?.calls ?? 0) + 1, lastAt: step.at };
  rememberAnswer(queue, step.at);
  leaveQueue(step, queue, call);
  changeAgent(step, agent, () => {
    agent.work = 'talking';
    agent.offerId = null;
    agent.missed = 0;
    agent.undelivered = 0;
    agent.queueId = queueId;
    // A callback is a call out: its line is the agent's only one until it is over.
    hold(step, agent, callId, { queueId, alone: alone || call.callback });
  });
  step.effects.push(
    { type: 'clearTimer', timer: { kind: 'offer', offerId } },
    { type: 'connect', offerId, callId, agentId, queueId },
  );
  return freed;
}

