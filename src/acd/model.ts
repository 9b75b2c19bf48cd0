import type { IdSource } from '../lib/ids.ts';
import type { Order } from './ordered.ts';
import type { AcdEffect, AgentConfig, HealthProblem, Presence, QueueConfig, Skills, Work } from './types.ts';

/** One agent, live. Only `agents.ts` and `offers.ts` change it, and only through `changeAgent`. */
export interface Agent {
  config: AgentConfig;
  presence: Presence;
  /** Chosen while talking or wrapping up; applied when idle. */
  nextPresence: Presence | null;
  /** Kind of break or absence, of the presence now and of the one chosen. */
  reasonId: string | null;
  nextReasonId: string | null;
  work: Work;
  problems: readonly HealthProblem[];
  since: number;
  idleSince: number | null;
  offerId: string | null;
  /** Calls in progress, oldest first; more than one during a consultation. */
  callIds: string[];
  /** The call of the wrap-up. */
  wrapUpCallId: string | null;
  /** Queue of the offer, the call or the wrap-up. */
  queueId: string | null;
  /** Offers not taken in a row. */
  missed: number;
  /** Undeliverable offers in a row; lengthens the pause. */
  undelivered: number;
  /** End of wrap-up, monotonic ms; null when none runs. */
  wrapUpUntil: number | null;
  /** How often the wrap-up was lengthened. */
  wrapUpExtended: number;
  /** The newest call whose result is saved. */
  resultCallId: string | null;
  /** End of the pause after an undeliverable offer; null when none runs. */
  restUntil: number | null;
  /** No longer configured, but still in a call. */
  leaving: boolean;
}

/** One call that waits, offered or not. */
export interface Call {
  callId: string;
  queueId: string;
  /** The queue's and the call's own, the higher level of each. */
  requiredSkills: Skills;
  /** The call's own requirements, kept for when the queue's change. */
  ownSkills: Skills;
  /** Which lane of the queue: `requiredSkills` as text. */
  laneKey: string;
  priority: number;
  queuedAt: number;
  /** Arrival number: decides between calls queued in the same millisecond. */
  order: number;
  offerId: string | null;
  /** How often each agent declined or missed this call. */
  passes: Record<string, number>;
  /** The decision "nobody is free" was given since the last offer. */
  explained: boolean;
  /** Position last sent; 0 = none. */
  position: number;
}

/** An offer that has not ended. */
export interface Offer {
  offerId: string;
  callId: string;
  agentId: string;
  queueId: string;
  /** Monotonic ms. */
  until: number;
  /** The agent's place in the line, given back when the call goes away through no fault of the agent. */
  idleSince: number | null;
}

/** Calls of one queue with equal skill requirements that have no offer, in order. Agents look at the heads only. */
export interface Lane {
  key: string;
  required: readonly (readonly [skill: string, level: number])[];
  calls: Call[];
}

/** One queue, live. Everything but `config` is an index that `toPlain` leaves out. */
export interface Queue {
  config: QueueConfig;
  /** All waiting calls in order, offered ones too. */
  waiting: Call[];
  lanes: Map<string, Lane>;
  members: Agent[];
  /** Routable members, longest idle first. */
  idle: Agent[];
  talking: number;
  wrapUp: number;
}

/** The whole of one tenant's distributor. */
export interface Model {
  ids: IdSource;
  agents: Map<string, Agent>;
  queues: Map<string, Queue>;
  calls: Map<string, Call>;
  offers: Map<string, Offer>;
  /** Call in progress to the agents in it (several in a conference), so that no call both waits and talks. */
  holders: Map<string, Agent[]>;
  nextOrder: number;
}

/** One event being worked on: the effects so far and what must be told at its end. */
export interface Step {
  model: Model;
  at: number;
  effects: AcdEffect[];
  changedAgents: Set<Agent>;
  changedQueues: Set<Queue>;
  /** Queues whose order of waiting calls changed. */
  moved: Set<Queue>;
  /** Calls that came or came back to a queue; those without an offer at the end get the decision "nobody is free". */
  unserved: Set<Call>;
}

/** Strict order of calls: higher priority, then earlier, then first arrived. */
export const callOrder: Order<Call> = (a, b) => b.priority - a.priority || a.queuedAt - b.queuedAt || a.order - b.order;

/** Longest idle first; equal ones by id, so that a replay chooses the same agent. */
export const idleOrder: Order<Agent> = (a, b) => {
  const longer = (a.idleSince ?? Infinity) - (b.idleSince ?? Infinity);
  if (longer !== 0 && !Number.isNaN(longer)) return longer;
  return a.config.agentId < b.config.agentId ? -1 : a.config.agentId > b.config.agentId ? 1 : 0;
};

/** True when the agent may be offered a call now. */
export const isRoutable = (agent: Agent): boolean =>
  agent.presence === 'available' &&
  agent.work === 'idle' &&
  agent.problems.length === 0 &&
  agent.restUntil === null &&
  !agent.leaving;
