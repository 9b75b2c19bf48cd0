import { idleOrder, type Agent, type Demand, type Model, type Queue } from './model.ts';
import { USUAL_PLACE, type AgentOrder, type AgentPlace } from './rules.ts';
import { proficiency } from './skills.ts';

/** The agent's place in the queue. */
export const placeIn = (queue: Queue, { config }: Agent): AgentPlace => config.places?.[queue.config.queueId] ?? USUAL_PLACE;

/** What an order compares; the lower score goes first. Null: longest idle alone decides. */
type Score = (queue: Queue, agent: Agent, demand: Demand) => number;

/** Behind every agent who has taken calls of this queue stand those who took them later; who took none goes first. */
const lastTaken: Score = (queue, { config }) => queue.memory.taken[config.agentId]?.lastAt ?? -Infinity;

const callsTaken: Score = (queue, { config }) => queue.memory.taken[config.agentId]?.calls ?? 0;

/** Agents in the order of their places, equal ones by id. */
const inPlaces = (queue: Queue, a: Agent, b: Agent): number =>
  placeIn(queue, a).position - placeIn(queue, b).position || (a.config.agentId < b.config.agentId ? -1 : 1);

const SCORES: Readonly<Record<AgentOrder, Score | null>> = {
  longestIdle: null,
  ringAll: null,
  bestSkill: (_queue, agent, demand) => -proficiency(agent.config.skills, demand),
  leastRecent: lastTaken,
  fewestCalls: callsTaken,
  linear: (queue, agent) => placeIn(queue, agent).position,
  roundRobin: null,
  random: null,
  weightedRandom: null,
};

/**
 * What the explanation shows of an agent, in the unit that people know: mean level, ms since the last call, calls, place, weight.
 * Undefined for orders that compare nothing but idle time or chance.
 */
export function shownScore(queue: Queue, agent: Agent, demand: Demand, at: number): number | undefined {
  switch (queue.rules.order) {
    case 'bestSkill':
      return Math.round(proficiency(agent.config.skills, demand) * 100) / 100;
    case 'leastRecent': {
      const last = lastTaken(queue, agent, demand);
      return last === -Infinity ? undefined : at - last;
    }
    case 'fewestCalls':
      return callsTaken(queue, agent, demand);
    case 'linear':
    case 'roundRobin':
      return placeIn(queue, agent).position;
    case 'weightedRandom':
      return placeIn(queue, agent).weight;
    case 'longestIdle':
    case 'random':
    case 'ringAll':
      return undefined;
  }
}

/** True when only idle time decides, so that the first in the idle list is the one. */
export const isByIdle = (order: AgentOrder): boolean => order === 'longestIdle' || order === 'ringAll';

/** One of several free and able agents, by the queue's order. @param agents at least one */
export function choose(model: Model, queue: Queue, agents: readonly Agent[], demand: Demand): Agent {
  const { order } = queue.rules;
  const score = SCORES[order];
  if (score) {
    const scored = agents.map((agent) => ({ agent, score: score(queue, agent, demand) }));
    return scored.reduce((best, next) => (next.score < best.score || (next.score === best.score && idleOrder(next.agent, best.agent) < 0) ? next : best)).agent;
  }
  if (order === 'roundRobin') return afterLast(model, queue, agents);
  if (order === 'random') return drawn(model, agents, () => 1);
  if (order === 'weightedRandom') return drawn(model, agents, (agent) => Math.max(0, placeIn(queue, agent).weight));
  return agents.reduce((best, next) => (idleOrder(next, best) < 0 ? next : best));
}

/** The next in the order of places behind the one who was offered the last call; from the beginning when there is none behind. */
function afterLast(model: Model, queue: Queue, agents: readonly Agent[]): Agent {
  const inOrder = agents.toSorted((a, b) => inPlaces(queue, a, b));
  const last = queue.memory.lastAgentId === null ? undefined : model.agents.get(queue.memory.lastAgentId);
  const next = last && inOrder.find((agent) => agent !== last && inPlaces(queue, agent, last) > 0);
  return next ?? (inOrder[0] as Agent);
}

/** Who draws nothing at all is drawn when all weigh nothing. */
function drawn(model: Model, agents: readonly Agent[], weightOf: (agent: Agent) => number): Agent {
  if (agents.length === 1) return agents[0] as Agent;
  const total = agents.reduce((sum, agent) => sum + weightOf(agent), 0);
  if (total === 0) return drawn(model, agents, () => 1);
  let left = model.random() * total;
  for (const agent of agents) {
    left -= weightOf(agent);
    if (left < 0) return agent;
  }
  return agents.at(-1) as Agent;
}
