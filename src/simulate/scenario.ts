import type { AgentConfig, Presence, QueueConfig, Skills } from '../acd/types.ts';

/*
 * What a simulation lives through. All times in ms; moments count from the beginning of the scenario.
 */

/** A caller, and how the call will go once somebody answers. */
export interface SimulatedCall {
  /** When it begins to wait. */
  at: number;
  queueId: string;
  /** Beyond what the queue demands. */
  requiredSkills: Skills;
  priority: number;
  /** From the offer until the agent answers. */
  ringMs: number;
  /** Talking and holding. */
  talkMs: number;
  /** How long the agent would work on it afterwards; null = as long as the queue gives. */
  wrapUpMs: number | null;
  /** null = waits for ever. */
  patienceMs: number | null;
}

/** An agent comes, goes or takes a break. */
export interface DutyChange {
  at: number;
  agentId: string;
  presence: Presence;
}

/** A queue opens (null) or closes. */
export interface Closing {
  at: number;
  queueId: string;
  closed: 'closed' | null;
}

/** Callers who have waited `afterMs` are offered a callback, and this share of them takes it. */
export interface CallbackRule {
  afterMs: number;
  share: number;
}

/** Everything that comes from outside the router. */
export interface Scenario {
  /** For what is drawn while it runs: who takes a callback, and the router's own drawing orders. */
  seed: number;
  /** Agents' time is measured until then; callers still waiting are served to the end. */
  endMs: number;
  queues: readonly QueueConfig[];
  agents: readonly AgentConfig[];
  /** In order of time. */
  duties: readonly DutyChange[];
  /** In order of time. */
  closings: readonly Closing[];
  /** In order of time; read as the simulation goes on, so they need not all be there at once. */
  calls: Iterable<SimulatedCall>;
  callbacks: CallbackRule | null;
  /** s of the service levels; T is each queue's own. */
  shortMs: number;
}
