import type { SkillExpression } from '../../shared/skills/expression.ts';

/**
 * Who of those that are free and able gets the call. `longestIdle` counts idle time across all queues of an agent; the others
 * look at this queue alone. What they leave undecided, longest idle decides.
 */
export const AGENT_ORDERS = ['longestIdle', 'bestSkill', 'leastRecent', 'fewestCalls', 'roundRobin', 'linear', 'random', 'weightedRandom', 'ringAll'] as const;

export type AgentOrder = (typeof AGENT_ORDERS)[number];

/** One widening of the circle of agents. */
export interface Ring {
  /** How long the ring before it is tried, ms. */
  waitMs: number;
  /** In place of the queue's expression; null = the queue's. */
  expression: SkillExpression | null;
  /** By how many levels every demand is lowered, though never below 1. */
  levelsDown: number;
  /** Queues whose agents may be taken too, from this ring on. */
  queueIds: readonly string[];
}

/** What a queue asks for beyond the simple case; see `SIMPLE`. */
export interface QueueRules {
  order: AgentOrder;
  /** Added to the priority of each of its calls, for agents of several queues. */
  weight: number;
  /** Points that a call gains with each minute that it waits. */
  ageingPerMinute: number;
  /** Beside the required skills; null = nothing more. */
  expression: SkillExpression | null;
  /** After the first ring, which is the queue's own agents and demands. */
  rings: readonly Ring[];
  /** A call that waits longer leaves, ms; 0 = never. */
  maxWaitMs: number;
  /** With so many waiting no further one is let in; 0 = no limit. */
  maxLength: number;
  /** Calls leave when all agents are logged off, or when none of them takes calls (break, away). */
  noAgents: 'wait' | 'loggedOff' | 'unavailable';
}

export const SIMPLE: QueueRules = {
  order: 'longestIdle',
  weight: 0,
  ageingPerMinute: 0,
  expression: null,
  rings: [],
  maxWaitMs: 0,
  maxLength: 0,
  noAgents: 'wait',
};

/** Why a call left a queue without an agent and without hanging up. */
export type QueueExit = 'wait' | 'length' | 'noAgents' | 'closed' | 'emergency';

/** Somebody who is asked before the others. */
export interface PreferredAgent {
  agentId: string;
  reason: 'lastAgent' | 'owner' | 'assigned';
  /** How long the call waits for them, ms. */
  waitMs: number;
}

/** An agent's place in one queue. */
export interface AgentPlace {
  /** For `linear` and `roundRobin`: lower first. */
  position: number;
  /** For `weightedRandom`: how often, compared with others. */
  weight: number;
}

export const USUAL_PLACE: AgentPlace = { position: 0, weight: 10 };
