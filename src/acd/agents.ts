import { idleOrder, isRoutable, type Agent, type Queue, type Step } from './model.ts';
import { insert, remove } from './ordered.ts';
import type { AgentConfig } from './types.ts';

/** A newly configured agent: stations are always available, people log on themselves. */
export function newAgent(config: AgentConfig, at: number): Agent {
  const available = config.kind === 'station';
  return {
    config,
    presence: available ? 'available' : 'offline',
    nextPresence: null,
    reasonId: null,
    nextReasonId: null,
    work: 'idle',
    problems: [],
    since: at,
    idleSince: available ? at : null,
    offerId: null,
    callIds: [],
    wrapUpCallId: null,
    queueId: null,
    missed: 0,
    undelivered: 0,
    wrapUpUntil: null,
    wrapUpExtended: 0,
    resultCallId: null,
    restUntil: null,
    leaving: false,
  };
}

/** The configured queues of an agent that exist. */
export function* queuesOf(step: Step, agent: Agent): Generator<Queue> {
  for (const queueId of agent.config.queueIds) {
    const queue = step.model.queues.get(queueId);
    if (queue) yield queue;
  }
}

function count(step: Step, agent: Agent, by: 1 | -1): void {
  if (agent.queueId === null || (agent.work !== 'talking' && agent.work !== 'wrapUp')) return;
  const queue = step.model.queues.get(agent.queueId);
  if (!queue) return;
  queue[agent.work] += by;
  step.changedQueues.add(queue);
}

/**
 * The one place where an agent changes. Keeps the idle lists, the counters, `since` and `idleSince` true, and applies the
 * presence chosen during a call when the agent becomes idle.
 */
export function changeAgent(step: Step, agent: Agent, change: () => void): void {
  const { presence, work } = agent;
  const wasRoutable = isRoutable(agent);
  if (wasRoutable) for (const queue of queuesOf(step, agent)) remove(queue.idle, agent, idleOrder);
  count(step, agent, -1);

  change();

  if (agent.work === 'idle' && agent.nextPresence !== null) {
    agent.presence = agent.nextPresence;
    agent.reasonId = agent.nextReasonId;
    agent.nextPresence = null;
    agent.nextReasonId = null;
  }
  if (agent.presence !== presence) step.left.add(agent);
  if (agent.presence !== presence || agent.work !== work) agent.since = step.at;
  if (agent.presence === 'available' && agent.work === 'idle') agent.idleSince ??= step.at;
  else agent.idleSince = null;

  count(step, agent, 1);
  const routable = isRoutable(agent);
  if (routable) for (const queue of queuesOf(step, agent)) insert(queue.idle, agent, idleOrder);
  if (routable !== wasRoutable) for (const queue of queuesOf(step, agent)) step.changedQueues.add(queue);
  step.changedAgents.add(agent);
}

/** Ends the wrap-up before its timer. */
export function clearWrapUp(step: Step, agent: Agent): void {
  if (agent.wrapUpUntil === null) return;
  agent.wrapUpUntil = null;
  step.effects.push({ type: 'clearTimer', timer: { kind: 'wrapUp', agentId: agent.config.agentId } });
}

/** Ends the pause after an undeliverable offer before its timer. */
export function clearRest(step: Step, agent: Agent): void {
  if (agent.restUntil === null) return;
  changeAgent(step, agent, () => (agent.restUntil = null));
  step.effects.push({ type: 'clearTimer', timer: { kind: 'rest', agentId: agent.config.agentId } });
}

/** Wrap-up is over (button, timer, log-off): the agent is idle. */
export function finishWrapUp(step: Step, agent: Agent): void {
  changeAgent(step, agent, () => {
    agent.work = 'idle';
    agent.wrapUpUntil = null;
    agent.wrapUpCallId = null;
    agent.queueId = null;
  });
}

/** Adds the agent to the call. */
export function hold(step: Step, agent: Agent, callId: string): void {
  agent.callIds.push(callId);
  const holders = step.model.holders.get(callId);
  if (holders) holders.push(agent);
  else step.model.holders.set(callId, [agent]);
}

/** Takes the agent out of the call; after the last one wrap-up begins when its queue has one. */
export function releaseAgent(step: Step, agent: Agent, callId: string): void {
  const { agentId } = agent.config;
  const holders = step.model.holders.get(callId)?.filter((holder) => holder !== agent) ?? [];
  if (holders.length > 0) step.model.holders.set(callId, holders);
  else step.model.holders.delete(callId);

  const rest = agent.callIds.filter((held) => held !== callId);
  const queue = agent.queueId === null ? undefined : step.model.queues.get(agent.queueId);
  const wrapUpMs = agent.leaving ? 0 : (queue?.config.wrapUpMs ?? 0);
  changeAgent(step, agent, () => {
    agent.callIds = rest;
    if (rest.length > 0) return;
    agent.work = wrapUpMs > 0 ? 'wrapUp' : 'idle';
    agent.wrapUpCallId = wrapUpMs > 0 ? callId : null;
    agent.wrapUpUntil = wrapUpMs > 0 ? step.at + wrapUpMs : null;
    agent.wrapUpExtended = 0;
    if (wrapUpMs === 0) agent.queueId = null;
  });
  if (agent.wrapUpUntil !== null && agent.work === 'wrapUp') {
    step.effects.push({ type: 'setTimer', timer: { kind: 'wrapUp', agentId }, afterMs: wrapUpMs });
  }
  if (agent.leaving && agent.callIds.length === 0) dropAgent(step, agent);
}

/** Forgets an agent who has no call and no offer. */
export function dropAgent(step: Step, agent: Agent): void {
  step.model.agents.delete(agent.config.agentId);
  step.left.add(agent);
  step.changedAgents.delete(agent);
  step.effects.push({ type: 'agentRemoved', agentId: agent.config.agentId });
}
