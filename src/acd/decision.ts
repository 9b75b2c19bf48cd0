import { isRoutable, type Agent, type Call, type Queue } from './model.ts';
import { hasSkills, sortedSkills } from './skills.ts';
import type { CandidateVerdict, RoutingDecision } from './types.ts';

/** Others listed beside the chosen agent. */
const LISTED = 20;

/** The first rule that put an agent behind or out, in the order in which the rules are applied. */
function verdictOn(agent: Agent, call: Call, required: [string, number][]): CandidateVerdict['verdict'] {
  if (agent.presence !== 'available') return 'presence';
  if (agent.work !== 'idle') return 'busy';
  if (!isRoutable(agent)) return 'unhealthy';
  if (!hasSkills(agent.config.skills, required)) return 'skill';
  if ((call.passes[agent.config.agentId] ?? 0) > 0) return 'declinedThisCall';
  return 'idleShorter';
}

/** Up to `LISTED` agents other than the chosen: the routable first, longest idle first, then the rest of the queue. */
function others(queue: Queue, chosen: Agent | null): Agent[] {
  const list: Agent[] = [];
  for (const agent of queue.idle) {
    if (list.length === LISTED) return list;
    if (agent !== chosen) list.push(agent);
  }
  for (const agent of queue.members) {
    if (list.length === LISTED) return list;
    if (agent !== chosen && !isRoutable(agent)) list.push(agent);
  }
  return list;
}

/**
 * Writes down why this agent, or nobody, gets the call. Must be called while the chosen agent is still idle.
 * @param at monotonic ms
 */
export function explain(queue: Queue, call: Call, chosen: Agent | null, at: number): RoutingDecision {
  const required = sortedSkills(call.requiredSkills);
  const idleMs = (agent: Agent): number | null => (agent.idleSince === null ? null : at - agent.idleSince);
  const candidates: CandidateVerdict[] = others(queue, chosen).map((agent) => ({
    agentId: agent.config.agentId,
    verdict: verdictOn(agent, call, required),
    idleMs: idleMs(agent),
  }));
  if (chosen) candidates.unshift({ agentId: chosen.config.agentId, verdict: 'chosen', idleMs: idleMs(chosen) });
  return {
    callId: call.callId,
    queueId: call.queueId,
    rule: 'longestIdle',
    agentId: chosen?.config.agentId ?? null,
    requiredSkills: call.requiredSkills,
    waitedMs: at - call.queuedAt,
    considered: queue.members.length,
    candidates,
  };
}
