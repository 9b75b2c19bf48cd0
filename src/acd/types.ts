/**
 * Automatic call distribution: agents, queues and the decision who gets which call. One machine per tenant, pure: times
 * arrive in events (`at`, monotonic ms of the cell), ids are given by the caller, nothing here waits or stores.
 *
 *   presence (chosen by the agent)      work (driven by calls)
 *
 *      offline ⇄ available                idle ──offer──► offered ──accept──► talking
 *         ⇅         ⇅                      ▲                │                   │ call ends
 *       away  ⇄   break                    │◄──decline,─────┘                   ▼
 *                                          │   timeout, withdrawn             wrapUp
 *                                          └───────────── finished, timer ──────┘
 *
 * An agent is *routable* when presence is `available`, work is `idle` and health has no problem. A station (an external SIP
 * telephone) is always available and healthy. Who has a *capacity* above 1 is also routable while `talking`, with a line left:
 * such an offer leaves the work at `talking`.
 */

import type { AgentOrder, AgentPlace, PreferredAgent, QueueExit, QueueRules } from './rules.ts';

/** What the agent chose: 受付可, 休憩中, 離席中, ログオフ. */
export type Presence = 'available' | 'break' | 'away' | 'offline';

/** What calls make of the agent: idle, 着信中, 通話中, 後処理中. */
export type Work = 'idle' | 'offered' | 'talking' | 'wrapUp';

/** Why a browser agent is not offered calls; an empty list = healthy. `tab`: the page is there, but the browser does not let it run. */
export type HealthProblem = 'microphone' | 'network' | 'media' | 'tab' | 'disconnected';

/** Skill name to level 1 (beginner) .. 5 (expert). */
export type Skills = Readonly<Record<string, number>>;

/** The agent as configured. */
export interface AgentConfig {
  agentId: string;
  kind: 'browser' | 'station';
  name: string;
  skills: Skills;
  queueIds: readonly string[];
  /** Stations: `sip:station1@127.0.0.1:5090`. */
  stationUri: string | null;
  /** By queue, where it is not the usual one. */
  places?: Readonly<Record<string, AgentPlace>>;
  /** Calls of queues at once, 1 or more; absent = 1. */
  capacity?: number;
}

/** The queue as configured. */
export interface QueueConfig {
  queueId: string;
  code: string;
  name: string;
  /** Minimum level per skill that every agent of this queue's calls must have. */
  requiredSkills: Skills;
  /** How long one agent is rung before the call is offered to the next, ms. */
  offerTimeoutMs: number;
  /** After-call work, ms; 0 = none. */
  wrapUpMs: number;
  /** After-call work ends only once the call's result is saved. */
  wrapUpRequired?: boolean;
  /** After-call work lasts its time: the agent cannot end it before. */
  wrapUpFixed?: boolean;
  /** How often the agent may lengthen after-call work, and by how much each time, ms. */
  wrapUpExtensions?: number;
  wrapUpExtendMs?: number;
  /** After this many offers not taken in a row the agent's presence becomes `away`; 0 = never. */
  missedOffersToAway: number;
  /** Service level threshold T, ms. */
  serviceLevelMs: number;
  /** Absent = `SIMPLE`. */
  rules?: QueueRules;
}

/** A live agent as boards and desks see it. */
export interface AgentSnapshot {
  agentId: string;
  kind: 'browser' | 'station';
  name: string;
  presence: Presence;
  work: Work;
  problems: readonly HealthProblem[];
  /** When the present combination of presence and work began, monotonic ms. */
  since: number;
  /** Since when idle and available; the key of "longest idle first". null while not. */
  idleSince: number | null;
  /** The call offered, talked to or being wrapped up; of several (consultation) the newest. */
  callId: string | null;
  queueId: string | null;
  /** Chosen during a call or wrap-up, taking effect when the agent is idle again; absent when none waits. */
  nextPresence?: Presence;
  /** Which kind of break or absence the agent named; absent when none. */
  reasonId?: string;
  nextReasonId?: string;
  /** For who may have, or has, several calls at once: those in progress, oldest first. */
  lines?: { callIds: readonly string[]; capacity: number };
  /** The after-call work that goes on. */
  wrapUp?: {
    /** Its end, monotonic ms; null when the time is over and only the result is missing. */
    until: number | null;
    extensionsLeft: number;
    /** The queue wants the call's result, and it is not saved yet. */
    resultMissing: boolean;
    /** It lasts its time. */
    fixed: boolean;
  };
}

/** A live queue as boards see it. */
export interface QueueSnapshot {
  queueId: string;
  code: string;
  name: string;
  /** Callers not yet talking to an agent, those whose call is ringing at one included. */
  waiting: number;
  /** Callbacks among them: nobody is on the line. */
  callbacks: number;
  /** When the oldest waiting call was queued, monotonic ms; null when none waits. */
  oldestSince: number | null;
  /** It takes no calls at the moment; absent = it does. */
  closed?: 'closed' | 'emergency';
  routable: number;
  talking: number;
  wrapUp: number;
}

/** Why one agent did or did not get the call. */
export interface CandidateVerdict {
  agentId: string;
  /**
   * `chosen`, or the first rule that put the agent behind or out. `unhealthy` includes the pause after an offer that could
   * not be delivered.
   */
  verdict:
    | 'chosen'
    | 'idleShorter'
    | 'behind'
    | 'presence'
    | 'busy'
    | 'unhealthy'
    | 'station'
    | 'skill'
    | 'declinedThisCall'
    /** Has more calls at once than the one chosen. */
    | 'moreCalls'
    /** Has as many calls, and began to talk later. */
    | 'talksShorter'
    /** Passed on a further call, and gets none beside the present ones. */
    | 'declinedFurther';
  idleMs: number | null;
  /** Calls at the moment of the decision and how many there may be; absent for who takes one at a time. */
  load?: number;
  capacity?: number;
  /** What the order compares: mean level of the skills asked for, calls taken, ms since the last one, place, weight; absent for longest idle. */
  score?: number;
  /** What was not well; absent but for `unhealthy`, and there empty for the pause after an offer that could not be delivered. */
  problems?: readonly HealthProblem[];
}

/** The stored explanation of one routing decision. */
export interface RoutingDecision {
  callId: string;
  queueId: string;
  /** The order by which the agents were compared. */
  rule: AgentOrder;
  /** The agent chosen; null = nobody was free and the call waits. */
  agentId: string | null;
  requiredSkills: Skills;
  waitedMs: number;
  /** Number of agents of the queue looked at. */
  considered: number;
  /** Chosen first; at most 20 of the others, so that 500 agents do not make a 500-line row. */
  candidates: readonly CandidateVerdict[];
  /** What the simple case does not have; absent there. */
  detail?: DecisionDetail;
}

/** Circumstances of a decision. */
export interface DecisionDetail {
  /** Whom the call was waiting for, or how it came to the agent. */
  stage: 'pool' | PreferredAgent['reason'];
  /** 0 = the queue's own demands, then the rings in their order. */
  ring: number;
  /** Skill expression in force, as text; null = none. */
  expression: string | null;
  levelsDown: number;
  /** Queues whose agents were looked at too. */
  queueIds: readonly string[];
  /** Priority and weight, and what waiting added. */
  priority: number;
  aged: number;
  callback: boolean;
}

/** Everything that can happen to the distributor. `at` is monotonic ms. */
export type AcdEvent =
  | { type: 'configured'; at: number; queues: readonly QueueConfig[]; agents: readonly AgentConfig[] }
  | { type: 'presence'; at: number; agentId: string; presence: Presence; reasonId?: string | null }
  | { type: 'health'; at: number; agentId: string; problems: readonly HealthProblem[] }
  /** A call starts to wait. A higher `priority` goes first; equal ones in order of `queuedAt`. */
  | {
      type: 'queued';
      at: number;
      callId: string;
      queueId: string;
      requiredSkills: Skills;
      priority: number;
      /** Monotonic ms; earlier than `at` when a call keeps its place. */
      queuedAt: number;
      /** Asked one after the other before everybody else. */
      preferred?: readonly PreferredAgent[];
      /** A callback: nobody is on the line, so no limit of the queue sends it away. */
      callback?: boolean;
    }
  /** A supervisor gives a waiting call to one agent; for `waitMs` nobody else gets it, then everybody. */
  | { type: 'assigned'; at: number; callId: string; agentId: string; waitMs: number }
  /** A queue takes no calls: outside its hours, or by the emergency switch; null = it does. */
  | { type: 'queueClosed'; at: number; queueId: string; closed: 'closed' | 'emergency' | null }
  /** Counts of calls taken begin again. */
  | { type: 'newDay'; at: number }
  /** The caller hung up, pressed a key to leave, or the call was taken elsewhere. */
  | { type: 'removed'; at: number; callId: string }
  /** `alone`: taken in a way beside which no other call is possible, on a telephone of the agent's own. */
  | { type: 'accepted'; at: number; offerId: string; alone?: boolean }
  | { type: 'declined'; at: number; offerId: string }
  /** The offer could not be delivered (browser gone, station busy): like declined, but not counted against the agent. */
  | { type: 'undeliverable'; at: number; offerId: string }
  /**
   * The agent is on a call that was not offered: outbound, direct, or a waiting one picked by hand, which leaves its queue.
   * `queueId` says whose wrap-up follows, for a call from a queue that was already under way (after a restart). No further
   * call is offered beside it, but for `shared`: one that was offered by its queue before a restart.
   */
  | { type: 'seized'; at: number; agentId: string; callId: string; queueId?: string; shared?: boolean }
  /** The call begins or ends to want the agent alone: somebody is consulted, or a conference goes on. */
  | { type: 'alone'; at: number; agentId: string; callId: string; alone: boolean }
  /** The agent's part in the call is over; wrap-up begins when the queue asks for it. */
  | { type: 'released'; at: number; agentId: string; callId: string }
  /** Without effect while the queue still wants the result of the call, or its time. */
  | { type: 'wrapUpDone'; at: number; agentId: string }
  /** The agent asks for more time, as often as the queue allows. */
  | { type: 'wrapUpExtended'; at: number; agentId: string }
  /** The result of the call is saved, during it or after it. */
  | { type: 'resultSaved'; at: number; agentId: string; callId: string }
  | { type: 'timer'; at: number; timer: AcdTimer };

/** Timers by name, so that they can be journaled and set again after a restart. */
export type AcdTimer =
  | { kind: 'offer'; offerId: string }
  | { kind: 'wrapUp'; agentId: string }
  /** Pause after an undeliverable offer, so that a dead station is not called in a tight loop. */
  | { kind: 'rest'; agentId: string }
  /** The next ring opens, or the preferred agent was waited for long enough. */
  | { kind: 'stage'; callId: string }
  /** Longest wait of the queue. */
  | { kind: 'leave'; callId: string };

/** What the shell must do. */
export type AcdEffect =
  | {
      type: 'offer';
      offerId: string;
      callId: string;
      agentId: string;
      queueId: string;
      timeoutMs: number;
      decision: RoutingDecision;
    }
  /** Stop ringing: timed out, declined, call gone, agent left. */
  | { type: 'withdraw'; offerId: string; callId: string; agentId: string; reason: OfferEnd }
  /** The agent took the call: connect them. */
  | { type: 'connect'; offerId: string; callId: string; agentId: string; queueId: string }
  | { type: 'setTimer'; timer: AcdTimer; afterMs: number }
  | { type: 'clearTimer'; timer: AcdTimer }
  | { type: 'agentChanged'; agent: AgentSnapshot }
  | { type: 'queueChanged'; queue: QueueSnapshot }
  /** 1 = next. Sent when it changes, for the announcement to the caller. */
  | { type: 'position'; callId: string; position: number; wait?: WaitEstimate }
  /** Nobody was free; sent once each time a call begins to wait without an offer. To be stored like an offer's decision. */
  | { type: 'decision'; decision: RoutingDecision }
  /** The call cannot wait here: the queue does not exist (any more). It is no longer known; the shell lets the flow go on. */
  | { type: 'unroutable'; callId: string; queueId: string; reason: 'unknownQueue' | 'queueRemoved' }
  /** The call left its queue by one of the queue's limits; like `unroutable` otherwise. */
  | { type: 'exit'; callId: string; queueId: string; reason: QueueExit; waitedMs: number }
  /** Taken out of the configuration, and gone from boards. An agent in a call leaves after it. */
  | { type: 'agentRemoved'; agentId: string }
  | { type: 'queueRemoved'; queueId: string };

/** How long a caller will probably still wait: four in five do not wait longer than the high end, nor shorter than the low one. */
export interface WaitEstimate {
  lowMs: number;
  highMs: number;
}

/** answeredElsewhere: another agent who was rung at the same time, or picked the call by hand, has it. */
export type OfferEnd = 'timeout' | 'declined' | 'undeliverable' | 'callGone' | 'answeredElsewhere' | 'agentGone';
