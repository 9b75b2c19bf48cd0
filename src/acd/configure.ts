import { clearRest, clearWrapUp, dropAgent, finishWrapUp, newAgent } from './agents.ts';
import { rankOf } from './call-events.ts';
import { armLeave, leaveUnstaffed } from './limits.ts';
import { serveAll } from './matching.ts';
import { callOrder, capacityOf, idleOrder, isRoutable, type Agent, type Call, type Model, type Queue, type QueueMemory, type Step } from './model.ts';
import { endOffer, endOffers } from './offers.ts';
import { SIMPLE } from './rules.ts';
import { mergeSkills } from './skills.ts';
import { laneFor, settleStage } from './stages.ts';
import type { AgentConfig, QueueConfig } from './types.ts';
import { enterLane, leaveQueue } from './waiting.ts';

/** What a new queue remembers: nothing. */
const newMemory = (): QueueMemory => ({ taken: {}, lastAgentId: null, answers: [], closed: null });

/** A queue without calls and agents. */
export const newQueue = (config: QueueConfig, memory: QueueMemory = newMemory()): Queue => ({
  config,
  rules: config.rules ?? SIMPLE,
  memory,
  waiting: [],
  lanes: new Map(),
  personal: new Map(),
  shared: new Set(),
  callbacks: 0,
  members: [],
  idle: [],
  talking: 0,
  wrapUp: 0,
});

/** Builds every index anew from agents, calls, queue configurations and memories. */
export function reindex(model: Model): void {
  for (const [queueId, queue] of model.queues) model.queues.set(queueId, newQueue(queue.config, queue.memory));
  model.holders.clear();
  model.personal.clear();
  model.helped.clear();
  for (const queue of model.queues.values()) indexHelpers(model, queue);
  for (const agent of model.agents.values()) indexAgent(model, agent);
  for (const call of model.calls.values()) rankCall(model, call);
  for (const call of [...model.calls.values()].sort(callOrder)) indexCall(model, call);
  for (const queue of model.queues.values()) queue.idle.sort(idleOrder);
}

function indexHelpers(model: Model, queue: Queue): void {
  for (const queueId of new Set(queue.rules.rings.flatMap(({ queueIds }) => queueIds))) {
    const helped = model.helped.get(queueId);
    if (helped) helped.push(queue);
    else model.helped.set(queueId, [queue]);
  }
}

function indexAgent(model: Model, agent: Agent): void {
  for (const callId of agent.callIds) model.holders.set(callId, [...(model.holders.get(callId) ?? []), agent]);
  const own = agent.queueId === null ? undefined : model.queues.get(agent.queueId);
  if (own && (agent.work === 'talking' || agent.work === 'wrapUp')) own[agent.work] += 1;
  if (agent.leaving) return;
  for (const queueId of agent.config.queueIds) {
    const queue = model.queues.get(queueId);
    queue?.members.push(agent);
    if (isRoutable(agent)) queue?.idle.push(agent);
  }
}

/** The order of calls under the rules of their queues now. */
function rankCall(model: Model, call: Call): void {
  const queue = model.queues.get(call.queueId);
  if (queue) Object.assign(call, rankOf(queue, call));
}

function indexCall(model: Model, call: Call): void {
  const queue = model.queues.get(call.queueId);
  if (!queue) return;
  call.requiredSkills = mergeSkills(queue.config.requiredSkills, call.ownSkills);
  call.ring = Math.min(call.ring, queue.rules.rings.length);
  call.laneKey = laneFor(queue, call).key;
  queue.waiting.push(call);
  if (call.callback) queue.callbacks += 1;
  if (call.offerId === null) enterLane(model, queue, call);
}

function removeQueue(step: Step, queue: Queue): void {
  const { queueId } = queue.config;
  for (const call of queue.waiting.slice()) {
    endOffers(step, call);
    leaveQueue(step, queue, call);
    step.effects.push({ type: 'unroutable', callId: call.callId, queueId, reason: 'queueRemoved' });
  }
  step.model.queues.delete(queueId);
  step.changedQueues.delete(queue);
  step.moved.delete(queue);
  step.effects.push({ type: 'queueRemoved', queueId });
}

function removeAgent(step: Step, agent: Agent): void {
  const offer = agent.offerId === null ? undefined : step.model.offers.get(agent.offerId);
  if (offer) endOffer(step, offer, 'agentGone');
  clearRest(step, agent);
  if (agent.callIds.length > 0) {
    agent.leaving = true;
    step.left.add(agent);
    return;
  }
  clearWrapUp(step, agent);
  dropAgent(step, agent);
}

/** A queue may be named twice by mistake; the agent must be in it once. */
const tidy = (config: AgentConfig): AgentConfig => ({ ...config, queueIds: [...new Set(config.queueIds)] });

function putAgent(step: Step, config: AgentConfig): void {
  const { model, at } = step;
  const agent = model.agents.get(config.agentId);
  if (!agent) {
    const added = newAgent(config, at);
    model.agents.set(config.agentId, added);
    step.changedAgents.add(added);
    return;
  }
  if (agent.leaving || JSON.stringify(agent.config) !== JSON.stringify(config)) step.changedAgents.add(agent);
  const kindChanged = agent.config.kind !== config.kind;
  agent.config = config;
  agent.leaving = false;
  const offer = agent.offerId === null ? undefined : model.offers.get(agent.offerId);
  // A further call that rings is one too many now; those in progress go on.
  if (offer && agent.callIds.length > 0 && agent.callIds.length >= capacityOf(agent)) endOffer(step, offer, 'agentGone');
  if (!kindChanged) return;
  const { presence, idleSince } = newAgent(config, at);
  Object.assign(agent, { presence, nextPresence: null, reasonId: null, nextReasonId: null, problems: [], idleSince: agent.work === 'idle' ? idleSince : null });
}

/**
 * A new configuration while calls are live. Waiting calls of a removed queue become unroutable; an agent who was removed
 * finishes the call; everything else goes on in its place under the new rules.
 */
export function configure(step: Step, queues: readonly QueueConfig[], agents: readonly AgentConfig[]): void {
  const { model } = step;
  const keptQueues = new Set(queues.map((queue) => queue.queueId));
  const keptAgents = new Set(agents.map((agent) => agent.agentId));
  for (const queue of model.queues.values()) if (!keptQueues.has(queue.config.queueId)) removeQueue(step, queue);
  for (const agent of model.agents.values()) {
    if (!keptAgents.has(agent.config.agentId) && !agent.leaving) removeAgent(step, agent);
  }
  for (const config of queues) model.queues.set(config.queueId, newQueue(config, model.queues.get(config.queueId)?.memory));
  for (const config of agents) putAgent(step, tidy(config));
  for (const call of model.calls.values()) settleCall(step, call);
  reindex(model);
  // The indices were replaced, so what earlier lines marked as changed are objects of the past.
  step.changedQueues = new Set(model.queues.values());
  step.moved = new Set(model.queues.values());
  for (const agent of model.agents.values()) endOrphanWrapUp(step, agent);
  serveAll(step);
  for (const queue of model.queues.values()) leaveUnstaffed(step, queue);
}

/** Rings and limits of the queue may be others now; they count from when the call came. */
function settleCall(step: Step, call: Call): void {
  const queue = step.model.queues.get(call.queueId);
  if (!queue) return;
  settleStage(step, queue, call);
  armLeave(step, queue, call);
}

/** The queue that asked for the wrap-up is gone, and with it the wrap-up. */
function endOrphanWrapUp(step: Step, agent: Agent): void {
  if (agent.work !== 'wrapUp' || agent.queueId === null || step.model.queues.has(agent.queueId)) return;
  clearWrapUp(step, agent);
  finishWrapUp(step, agent);
}
