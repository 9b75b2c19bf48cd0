import { capacityOf, idleOrder, isRoutable, type Agent, type Queue, type Step } from './model.ts';
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
    alone: [],
    callQueues: {},
    owed: [],
    passedFurther: false,
    wrapUpCallId: null,
    queueId: null,
    missed: 0,
    undelivered: 0,
    wrapUpUntil: null,
    wrapUpExtended: 0,
    savedCallIds: [],
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
  const wasFree = wasRoutable && work === 'idle';
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
  if ((routable && agent.work === 'idle') !== wasFree) for (const queue of queuesOf(step, agent)) step.changedQueues.add(queue);
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

/** Wrap-up is over (button, timer, log-off): the next call's begins, or the agent is idle. @param all nor is that of any other call wanted */
export function finishWrapUp(step: Step, agent: Agent, all = false): void {
  changeAgent(step, agent, () => {
    if (all) agent.owed = [];
    goOn(step, agent);
  });
}

/** Nothing is under way: the wrap-up that is owed for the newest call, or idle. Called within `changeAgent`. */
export function goOn(step: Step, agent: Agent): void {
  const next = agent.leaving ? undefined : agent.owed.findLast(({ queueId }) => step.model.queues.has(queueId));
  agent.owed = next ? agent.owed.filter((other) => other !== next) : [];
  agent.work = 'idle';
  agent.wrapUpUntil = null;
  agent.wrapUpCallId = null;
  agent.queueId = null;
  if (next) beginWrapUp(step, agent, next);
  else agent.savedCallIds = [];
}

/** After-call work of one call; its length is its queue's. Called within `changeAgent`. */
function beginWrapUp(step: Step, agent: Agent, { callId, queueId }: Agent['owed'][number]): void {
  const wrapUpMs = step.model.queues.get(queueId)?.config.wrapUpMs ?? 0;
  agent.work = 'wrapUp';
  agent.since = step.at;
  agent.queueId = queueId;
  agent.wrapUpCallId = callId;
  agent.wrapUpUntil = step.at + wrapUpMs;
  agent.wrapUpExtended = 0;
  step.effects.push({ type: 'setTimer', timer: { kind: 'wrapUp', agentId: agent.config.agentId }, afterMs: wrapUpMs });
}

/** Adds the agent to the call. @param alone no further call is offered beside it */
export function hold(step: Step, agent: Agent, callId: string, { queueId, alone }: { queueId: string | null; alone: boolean }): void {
  agent.callIds.push(callId);
  // The same call again, which was given back to its queue: it is wrapped up once.
  agent.owed = agent.owed.filter((other) => other.callId !== callId);
  if (alone) agent.alone.push(callId);
  if (queueId !== null) agent.callQueues[callId] = queueId;
  const holders = step.model.holders.get(callId);
  if (holders) holders.push(agent);
  else step.model.holders.set(callId, [agent]);
}

/** What the agent owes after this call, oldest first: with its own wrap-up, where its queue has one. @param beside other calls go on */
function owedAfter({ model }: Step, agent: Agent, callId: string, beside: boolean): Agent['owed'] {
  const queueId = beside ? agent.callQueues[callId] : agent.queueId;
  const wrapUpMs = queueId ? (model.queues.get(queueId)?.config.wrapUpMs ?? 0) : 0;
  const isOwn = beside && (capacityOf(agent) === 1 || agent.alone.includes(callId));
  return !queueId || wrapUpMs <= 0 || isOwn ? agent.owed : [...agent.owed, { callId, queueId }];
}

/** Takes the agent out of the call; after the last one wrap-up begins when its queue has one, then that of those before. */
export function releaseAgent(step: Step, agent: Agent, callId: string): void {
  const holders = step.model.holders.get(callId)?.filter((holder) => holder !== agent) ?? [];
  if (holders.length > 0) step.model.holders.set(callId, holders);
  else step.model.holders.delete(callId);

  const rest = agent.callIds.filter((held) => held !== callId);
  const newest = rest.at(-1);
  const owed = owedAfter(step, agent, callId, newest !== undefined);
  changeAgent(step, agent, () => {
    agent.callIds = rest;
    agent.alone = agent.alone.filter((held) => held !== callId);
    agent.owed = owed;
    agent.passedFurther = false;
    delete agent.callQueues[callId];
    if (newest !== undefined) agent.queueId = agent.callQueues[newest] ?? agent.queueId;
    else endTalk(step, agent);
  });
  if (agent.leaving && agent.callIds.length === 0) dropAgent(step, agent);
}

/** The last call is over, and its wrap-up begins or waits. Called within `changeAgent`. */
function endTalk(step: Step, agent: Agent): void {
  const offer = agent.offerId === null ? undefined : step.model.offers.get(agent.offerId);
  if (!offer) return goOn(step, agent);
  // A further call that rang beside it rings on: its caller has been promised to be next.
  agent.work = 'offered';
  agent.queueId = offer.queueId;
}

/** Forgets an agent who has no call and no offer. */
export function dropAgent(step: Step, agent: Agent): void {
  step.model.agents.delete(agent.config.agentId);
  step.left.add(agent);
  step.changedAgents.delete(agent);
  step.effects.push({ type: 'agentRemoved', agentId: agent.config.agentId });
}
