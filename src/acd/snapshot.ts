import { capacityOf, type Agent, type Call, type Queue } from './model.ts';
import type { AgentSnapshot, QueueSnapshot } from './types.ts';

/** What boards and desks may know of the agent; a copy. */
export function agentSnapshot(agent: Agent, offeredCallId: string | null, wrapUp: AgentSnapshot['wrapUp']): AgentSnapshot {
  const { agentId, kind, name } = agent.config;
  const snapshot: AgentSnapshot = {
    agentId,
    kind,
    name,
    presence: agent.presence,
    work: agent.work,
    problems: [...agent.problems],
    since: agent.since,
    idleSince: agent.idleSince,
    callId: agent.callIds.at(-1) ?? offeredCallId ?? agent.wrapUpCallId,
    queueId: agent.queueId,
  };
  const capacity = capacityOf(agent);
  if (capacity > 1 || agent.callIds.length > 1) snapshot.lines = { callIds: [...agent.callIds], capacity };
  if (agent.nextPresence !== null) snapshot.nextPresence = agent.nextPresence;
  if (agent.reasonId !== null) snapshot.reasonId = agent.reasonId;
  if (agent.nextReasonId !== null) snapshot.nextReasonId = agent.nextReasonId;
  if (wrapUp) snapshot.wrapUp = wrapUp;
  return snapshot;
}

/** Oldest `queuedAt`: the first of each priority, found by halving so that 10,000 waiting calls cost nothing. */
function oldestSince({ waiting, rules }: Queue): number | null {
  let oldest: number | null = null;
  let index = 0;
  // Where waiting counts, priorities are mixed.
  if (rules.ageingPerMinute > 0) return waiting.reduce((first, { queuedAt }) => Math.min(first, queuedAt), Infinity);
  while (index < waiting.length) {
    const first = waiting[index] as Call;
    if (oldest === null || first.queuedAt < oldest) oldest = first.queuedAt;
    let low = index + 1;
    let high = waiting.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((waiting[middle] as Call).priority === first.priority) low = middle + 1;
      else high = middle;
    }
    index = low;
  }
  return oldest;
}

/** Routable agents without a call: they come first in the list. */
function freeOf({ idle }: Queue): number {
  let low = 0;
  let high = idle.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((idle[middle] as Agent).callIds.length === 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What boards may know of the queue; a copy. */
export const queueSnapshot = (queue: Queue): QueueSnapshot => ({
  queueId: queue.config.queueId,
  code: queue.config.code,
  name: queue.config.name,
  waiting: queue.waiting.length,
  callbacks: queue.callbacks,
  oldestSince: queue.waiting.length === 0 ? null : oldestSince(queue),
  ...(queue.memory.closed && { closed: queue.memory.closed }),
  routable: freeOf(queue),
  talking: queue.talking,
  wrapUp: queue.wrapUp,
});
