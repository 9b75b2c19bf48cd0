import type { IdSource } from '../lib/ids.ts';
import type { Order } from './ordered.ts';
import type { SkillExpression } from '../../shared/skills/expression.ts';
import type { PreferredAgent, QueueRules } from './rules.ts';
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
  /** Calls in progress, oldest first; more than one during a consultation, or with a capacity above 1. */
  callIds: string[];
  /** Those of them beside which no other call is offered. */
  alone: string[];
  /** The queue of each call in progress that has one. */
  callQueues: Record<string, string>;
  /** Calls that ended while others went on, oldest first: their wrap-up follows that of the last one. */
  owed: { callId: string; queueId: string }[];
  /** Passed on a further call: none is offered beside the present ones. */
  passedFurther: boolean;
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
  /** Calls in progress or to be wrapped up whose result is saved. */
  savedCallIds: string[];
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
  /** Its own, without the queue's weight. */
  priority: number;
  queuedAt: number;
  /**
   * Points at the beginning of time: with `ageing` times the time now they are the points now. As all calls of a queue age
   * alike, their order by `rank` holds for ever.
   */
  rank: number;
  /** Points a ms. */
  ageing: number;
  /** A callback: nobody is on the line. */
  callback: boolean;
  /** Who is asked first and was not asked yet; the first of them is waited for. */
  preferred: readonly PreferredAgent[];
  /** Which ring is open: 0 = the queue's own. */
  ring: number;
  /** Since when the rings count. */
  ringsSince: number;
  /** When the stage ends; null = it is the last one. */
  stageUntil: number | null;
  /** When the queue's longest wait is over; null = never. */
  leaveAt: number | null;
  /** It is over while the call rings. */
  overdue: boolean;
  /** The wait that the caller was told last, as moments: what is told later must not lie behind them. */
  told: { low: number; high: number } | null;
  /** Arrival number: decides between calls queued in the same millisecond. */
  order: number;
  offerId: string | null;
  /** Offers to further agents at the same time (`ringAll`). */
  alsoOffered: string[];
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
  /** It rang while the agent was in calls. */
  beside: boolean;
  /** The agent's place in the line, given back when the call goes away through no fault of the agent. */
  idleSince: number | null;
}

/** What an agent must be able to do. */
export interface Demand {
  required: readonly (readonly [skill: string, level: number])[];
  expression: SkillExpression | null;
  levelsDown: number;
}

/** Calls of one queue with equal demands that have no offer, in order. Agents look at the heads only. */
export interface Lane extends Demand {
  key: string;
  /** Queues whose agents serve it too. */
  queueIds: readonly string[];
  /** The one agent whom its calls wait for; null = everybody who can. */
  only: string | null;
  /** Assigned by hand: before everything else that the agent could take. */
  first: boolean;
  callback: boolean;
  calls: Call[];
}

/** What a queue remembers beyond its calls and agents. */
export interface QueueMemory {
  /** Calls taken today and the time of the last, by agent. */
  taken: Record<string, { calls: number; lastAt: number }>;
  /** Whom the last call was offered to; `roundRobin` goes on behind. */
  lastAgentId: string | null;
  /** When the last calls were taken, oldest first. */
  answers: number[];
  closed: 'closed' | 'emergency' | null;
}

/** One queue, live. Everything but `config` and `memory` is an index that `toPlain` leaves out. */
export interface Queue {
  config: QueueConfig;
  rules: QueueRules;
  memory: QueueMemory;
  /** Lanes for one agent each, by agent; see `Model.personal`. */
  personal: Map<string, Lane>;
  /** Lanes that agents of other queues serve too. */
  shared: Set<Lane>;
  callbacks: number;
  /** All waiting calls in order, offered ones too. */
  waiting: Call[];
  lanes: Map<string, Lane>;
  members: Agent[];
  /** Routable members: without a call first, longest idle first. */
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
  /** Lanes in which calls wait for one agent, by agent. */
  personal: Map<string, Map<Lane, Queue>>;
  /** Queues of which some ring takes the agents of this queue. */
  helped: Map<string, Queue[]>;
  /** Uniform, 0 <= x < 1. */
  random: () => number;
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
  /** Agents who chose another presence or are gone: calls may have waited for just them. */
  left: Set<Agent>;
  /** Calls that came or came back to a queue; those without an offer at the end get the decision "nobody is free". */
  unserved: Set<Call>;
}

/** Strict order of the calls of a queue: more points, then earlier, then first arrived. */
export const callOrder: Order<Call> = (a, b) => b.rank - a.rank || a.queuedAt - b.queuedAt || a.order - b.order;

/** Priority, weight of the queue and what waiting added until `at`. */
export const pointsAt = (call: Call, at: number): number => call.rank + call.ageing * at;

/** Strict order of calls of any queues at one moment. */
export const callOrderAt = (a: Call, b: Call, at: number): number =>
  pointsAt(b, at) - pointsAt(a, at) || a.queuedAt - b.queuedAt || a.order - b.order;

/** How many calls of queues the agent may have at once; a station is one telephone. */
export const capacityOf = ({ config }: Pick<Agent, 'config'>): number => (config.kind === 'station' ? 1 : Math.max(1, config.capacity ?? 1));

/** Fewest calls first; then longest idle, or longest talking; equal ones by id, so that a replay chooses the same agent. */
export const idleOrder: Order<Agent> = (a, b) => {
  const less = a.callIds.length - b.callIds.length;
  if (less !== 0) return less;
  const longer = a.callIds.length > 0 ? a.since - b.since : (a.idleSince ?? Infinity) - (b.idleSince ?? Infinity);
  if (longer !== 0 && !Number.isNaN(longer)) return longer;
  return a.config.agentId < b.config.agentId ? -1 : a.config.agentId > b.config.agentId ? 1 : 0;
};

/** In calls, with a line left for a further one: not with somebody consulted, nor about to go on a break. */
const hasLineLeft = (agent: Agent): boolean =>
  agent.work === 'talking' &&
  agent.callIds.length < capacityOf(agent) &&
  agent.alone.length === 0 &&
  agent.offerId === null &&
  agent.nextPresence === null &&
  !agent.passedFurther;

/** True when the agent may be offered a call now. */
export const isRoutable = (agent: Agent): boolean =>
  agent.presence === 'available' &&
  (agent.work === 'idle' || hasLineLeft(agent)) &&
  agent.problems.length === 0 &&
  agent.restUntil === null &&
  !agent.leaving;
