import { changeAgent, clearWrapUp, hold, releaseAgent } from './agents.ts';
import { moveOn, overdue, passOn, takeOut } from './call-events.ts';
import { serveAgent, serveCall, serveCalls, serveTogether } from './matching.ts';
import type { Agent, Step } from './model.ts';
import { endOffer } from './offers.ts';
import type { AcdTimer, HealthProblem, Presence } from './types.ts';
import { endWrapUp, wrapUpTimeOver } from './wrap-up.ts';

/** Timers may fire this much before their time, ms; more than that is a timer of the past. */
const EARLY_MS = 50;

/**
 * During a call and its wrap-up a choice waits until the agent is idle, but no further call is offered beside the present ones
 * from now on; logging off ends a wrap-up at once.
 */
export function choosePresence(step: Step, agent: Agent, presence: Presence, reasonId: string | null = null): void {
  if (agent.config.kind === 'station') return;
  agent.missed = 0;
  if (agent.passedFurther && presence === 'available') changeAgent(step, agent, () => (agent.passedFurther = false));
  const same = presence === agent.presence && reasonId === agent.reasonId;
  const ends = agent.work === 'wrapUp' && presence === 'offline';
  if (agent.work === 'talking' || agent.work === 'wrapUp') {
    const next = same && !ends ? null : presence;
    if (next === agent.nextPresence && reasonId === agent.nextReasonId && !ends) return serveAgent(step, agent);
    moveOff(step, agent, () => {
      agent.nextPresence = next;
      agent.nextReasonId = next === null ? null : reasonId;
    });
    if (ends) return endWrapUp(step, agent, true);
    return serveAgent(step, agent);
  }
  if (same) return;
  moveOff(step, agent, () => {
    agent.presence = presence;
    if (reasonId !== agent.reasonId) agent.since = step.at;
    agent.reasonId = reasonId;
  });
  serveAgent(step, agent);
}

/** What the desk found out about microphone, network and media. */
export function setHealth(step: Step, agent: Agent, problems: readonly HealthProblem[]): void {
  if (agent.config.kind === 'station' || problems.join() === agent.problems.join()) return;
  moveOff(step, agent, () => (agent.problems = [...problems]));
  serveAgent(step, agent);
}

/** Changes presence, health or what the calls want. An offer to an agent who can take none any more goes to another. */
function moveOff(step: Step, agent: Agent, change: () => void): void {
  const offer = agent.offerId === null ? undefined : step.model.offers.get(agent.offerId);
  changeAgent(step, agent, change);
  if (!offer || (agent.presence === 'available' && agent.problems.length === 0 && agent.nextPresence === null && agent.alone.length === 0)) return;
  endOffer(step, offer, 'agentGone');
  const call = step.model.calls.get(offer.callId);
  const queue = step.model.queues.get(offer.queueId);
  if (call && queue) serveCall(step, queue, call);
}

/**
 * The agent is in a call from elsewhere, or picked a waiting one by hand.
 * @param queueId the queue whose wrap-up follows; null = that of a call picked by hand, else what the agent's other call says.
 *   An agent who is in the call already, and listened, has it for that queue from now on.
 */
export function seize(step: Step, agent: Agent, callId: string, { queueId = null, shared = false }: { queueId?: string | null; shared?: boolean }): void {
  if (agent.callIds.includes(callId)) return queueId === null ? undefined : workFor(step, agent, callId, queueId);
  const offer = agent.offerId === null ? undefined : step.model.offers.get(agent.offerId);
  if (offer) endOffer(step, offer, offer.callId === callId ? 'callGone' : 'agentGone');
  clearWrapUp(step, agent);
  const waiting = step.model.calls.get(callId);
  changeAgent(step, agent, () => {
    if (agent.work === 'wrapUp') agent.owed = [];
    agent.work = 'talking';
    agent.wrapUpCallId = null;
    agent.queueId = queueId ?? waiting?.queueId ?? agent.queueId;
    hold(step, agent, callId, { queueId: agent.queueId, alone: !shared });
  });
  const freed = takeOut(step, waiting, 'answeredElsewhere');
  const left = offer && step.model.calls.get(offer.callId);
  serveTogether(step, [...freed, agent], left && step.model.queues.get(left.queueId), left);
}

/** A call that the agent is in becomes one of this queue. */
function workFor(step: Step, agent: Agent, callId: string, queueId: string): void {
  if (agent.callQueues[callId] === queueId) return;
  changeAgent(step, agent, () => {
    agent.queueId = queueId;
    agent.callQueues[callId] = queueId;
  });
}

/** A call of the agent begins or ends to want them alone. */
export function setAlone(step: Step, agent: Agent, callId: string, alone: boolean): void {
  if (!agent.callIds.includes(callId) || agent.alone.includes(callId) === alone) return;
  moveOff(step, agent, () => (agent.alone = alone ? [...agent.alone, callId] : agent.alone.filter((other) => other !== callId)));
  serveAgent(step, agent);
}

/** The agent's part in the call is over. */
export function release(step: Step, agent: Agent, callId: string): void {
  if (!agent.callIds.includes(callId)) return;
  releaseAgent(step, agent, callId);
  if (step.model.agents.has(agent.config.agentId)) serveAgent(step, agent);
}

/** A timer ran; one that was cleared meanwhile changes nothing. */
export function fireTimer(step: Step, timer: AcdTimer): void {
  const due = step.at + EARLY_MS;
  switch (timer.kind) {
    case 'offer': {
      const offer = step.model.offers.get(timer.offerId);
      if (offer) passOn(step, offer, 'timeout', true);
      return;
    }
    case 'wrapUp': {
      const agent = step.model.agents.get(timer.agentId);
      if (!agent || agent.wrapUpUntil === null || due < agent.wrapUpUntil) return;
      return wrapUpTimeOver(step, agent);
    }
    case 'rest': {
      const agent = step.model.agents.get(timer.agentId);
      if (!agent || agent.restUntil === null || due < agent.restUntil) return;
      changeAgent(step, agent, () => (agent.restUntil = null));
      serveAgent(step, agent);
      return;
    }
    case 'stage': {
      const call = step.model.calls.get(timer.callId);
      if (!call || call.stageUntil === null || due < call.stageUntil) return;
      call.stageUntil = null;
      if (moveOn(step, call, true)) serveCalls(step, [call]);
      return;
    }
    case 'leave': {
      const call = step.model.calls.get(timer.callId);
      if (!call || call.leaveAt === null || due < call.leaveAt) return;
      call.leaveAt = null;
      overdue(step, call);
    }
  }
}
