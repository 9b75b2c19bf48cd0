import { agentTimes } from '../../shared/metrics/agent-time.ts';
import { isOpen } from '../../shared/flow/open-hours.ts';
import { meanPatience } from '../../shared/metrics/patience.ts';
import type { AgentConfig, Presence } from '../acd/types.ts';
import { agentConfigs, runtimeQueue } from '../calls/routing-config.ts';
import type { RuntimeQueue } from '../calls/tenant-runtime.ts';
import type { DayHistory, PastCall, PastState } from '../modules/staffing/history.service.ts';
import { OUTCOME_INTERVAL_MS, Tally, type Outcome } from './outcome.ts';
import { seededRandom, type Random } from './random.ts';
import type { Closing, DutyChange, Scenario, SimulatedCall } from './scenario.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Talk time of a call that nobody answered, when no call of the queue was answered. */
const ASSUMED_TALK_MS = 180_000;

/** What is other than it was, in one queue. */
export interface Changes {
  queueId: string;
  /** Agents more (or fewer, below 0) than there were. */
  staff: number;
  /** Handle time and calls, as a multiple of what they were. */
  handle: number;
  volume: number;
}

/** What the history does not say, and what stands in for it. */
export interface ReplayNotes {
  /** Calls of the changed queue that came, before any change of their number. */
  calls: number;
  /** Callers who gave up: their patience is known. */
  patienceKnown: number;
  /** Callers of whom is known only that they would have waited at least so long. */
  patienceCensored: number;
  /** Mean of the exponential patience drawn for those, ms; null = nobody ever gave up, so they wait for ever. */
  meanPatienceMs: number | null;
  /** Calls that nobody answered: their handle time is drawn from those answered, or assumed when there are none. */
  drawnHandleTimes: number;
  assumedHandleTimes: number;
  /** Agents who were there that day and take no calls any more; they are not in the replay. */
  missingAgents: number;
}

/** A day as it can be lived through again. */
export interface Replay {
  scenario: Scenario;
  notes: ReplayNotes;
}

/** @param shortMs s of the service levels */
export interface ReplayOptions {
  changes: Changes | null;
  seed: number;
  shortMs: number;
}

/** Times of calls that were answered, to draw from. */
interface Handling {
  talkMs: number;
  wrapUpMs: number | null;
  ringMs: number | null;
}

/** Makes a scenario of a day's records: the same arrivals and agents under the routing configured now. */
export function replayScenario(history: DayHistory, options: ReplayOptions): Replay {
  const { routing } = history;
  const { seed, shortMs, changes } = options;
  const queues = routing.queues.map(runtimeQueue);
  const staffed = withStaff(agentConfigs(routing), dutiesOf(history), options);
  const caller = new CallerSource(history, options);
  const calls = caller.calls();
  const known = new Set(routing.agents.map(({ id }) => id));
  const present = new Set(history.states.filter(({ presence }) => presence !== 'offline').map(({ agentId }) => agentId));
  return {
    scenario: { seed, shortMs, endMs: DAY_MS, queues, agents: staffed.agents, duties: staffed.duties, closings: closingsOf(queues, history.startMs), calls, callbacks: null },
    notes: { ...caller.notes(changes?.queueId ?? null), missingAgents: [...present].filter((agentId) => !known.has(agentId)).length },
  };
}

/** Draws what the records leave open. */
class CallerSource {
  readonly #history: DayHistory;
  readonly #options: ReplayOptions;
  readonly #random: Random;
  readonly #handling: ReadonlyMap<string, Handling[]>;

  constructor(history: DayHistory, options: ReplayOptions) {
    this.#history = history;
    this.#options = options;
    this.#random = seededRandom(options.seed);
    const answered = history.calls.filter(({ outcome }) => outcome === 'answered');
    const byQueue = Map.groupBy(answered, ({ queueId }) => queueId);
    this.#handling = new Map([...byQueue].map(([queueId, calls]) => [queueId, calls.map(({ talkMs, wrapUpMs, ringMs }) => ({ talkMs: talkMs ?? 0, wrapUpMs, ringMs }))]));
  }

  calls(): SimulatedCall[] {
    const { changes } = this.#options;
    const copies = this.#history.calls.flatMap((past) => this.#copies(past, changes?.queueId === past.queueId ? changes : null));
    return copies.toSorted((a, b) => a.at - b.at);
  }

  notes(queueId: string | null): Omit<ReplayNotes, 'missingAgents'> {
    const calls = this.#history.calls.filter((call) => queueId === null || call.queueId === queueId);
    const unanswered = calls.filter(({ outcome }) => outcome !== 'answered');
    const known = calls.filter(({ outcome }) => outcome === 'abandoned').length;
    return {
      calls: calls.length,
      patienceKnown: known,
      patienceCensored: calls.length - known,
      meanPatienceMs: queueId === null ? null : this.#meanPatience(queueId),
      drawnHandleTimes: unanswered.filter((call) => this.#handling.has(call.queueId)).length,
      assumedHandleTimes: unanswered.filter((call) => !this.#handling.has(call.queueId)).length,
    };
  }

  /** The call as often as the volume wants; what is more than once comes somewhere in the same half hour. */
  #copies(past: PastCall, changes: Changes | null): SimulatedCall[] {
    const volume = changes?.volume ?? 1;
    const times = Math.floor(volume) + (this.#random.next() < volume % 1 ? 1 : 0);
    const interval = Math.floor(past.at / OUTCOME_INTERVAL_MS) * OUTCOME_INTERVAL_MS;
    return Array.from({ length: times }, (_, copy) => {
      const at = copy === 0 ? past.at : interval + this.#random.next() * OUTCOME_INTERVAL_MS;
      return this.#call(past, at, copy > 0, changes?.handle ?? 1);
    });
  }

  #call(past: PastCall, at: number, isCopy: boolean, factor: number): SimulatedCall {
    const { queueId, requiredSkills } = past;
    const handling = past.outcome === 'answered' && !isCopy ? past : this.#drawHandling(queueId);
    const wrapUpMs = handling.wrapUpMs;
    return {
      at,
      queueId,
      requiredSkills,
      priority: 0,
      ringMs: handling.ringMs ?? 0,
      talkMs: (handling.talkMs ?? 0) * factor,
      wrapUpMs: wrapUpMs === null ? null : wrapUpMs * factor,
      patienceMs: this.#patience(past, isCopy),
    };
  }

  #drawHandling(queueId: string): Handling {
    const known = this.#handling.get(queueId) ?? [];
    return known[Math.floor(this.#random.next() * known.length)] ?? { talkMs: ASSUMED_TALK_MS, wrapUpMs: null, ringMs: null };
  }

  /** Known of those who gave up. The others waited so long in vain or not: exponential patience beyond that has the same mean. */
  #patience(past: PastCall, isCopy: boolean): number | null {
    if (past.outcome === 'abandoned' && !isCopy) return past.waitMs;
    const mean = this.#meanPatience(past.queueId);
    if (mean === null) return null;
    return (isCopy ? 0 : past.waitMs) + this.#random.exponential(mean);
  }

  #meanPatience(queueId: string): number | null {
    const waits = this.#history.waits.get(queueId);
    return waits ? meanPatience(waits.waitedMs, waits.abandoned) : null;
  }
}

/** Whether the agent could be given calls: on the line with somebody of no queue, or with a broken microphone, nobody can. */
function presenceOf({ presence, work, problems, queueId }: PastState): Presence {
  if (presence === 'break') return 'break';
  if (presence !== 'available') return presence === 'away' ? 'away' : 'offline';
  const elsewhere = work === 'talking' && queueId === null;
  return elsewhere || problems.length > 0 ? 'away' : 'available';
}

/** Comings and goings of the day, without those that change nothing. */
function dutiesOf({ states }: DayHistory): DutyChange[] {
  const last = new Map<string, Presence>();
  return states.flatMap((state) => {
    const presence = presenceOf(state);
    if ((last.get(state.agentId) ?? 'offline') === presence) return [];
    last.set(state.agentId, presence);
    return [{ at: Math.max(0, state.at), agentId: state.agentId, presence }];
  });
}

interface Staffed {
  agents: AgentConfig[];
  duties: DutyChange[];
}

/** More agents are doubles of those of the queue, with their skills and hours; fewer are drawn from those who were there. */
function withStaff(agents: AgentConfig[], duties: DutyChange[], { changes, seed }: ReplayOptions): Staffed {
  if (changes === null || changes.staff === 0) return { agents, duties };
  const there = new Set(duties.map(({ agentId }) => agentId));
  const members = agents.filter(({ agentId, queueIds }) => queueIds.includes(changes.queueId) && there.has(agentId));
  if (changes.staff < 0) {
    const random = seededRandom(seed);
    const order = members.map((agent) => ({ agent, key: random.next() })).toSorted((a, b) => a.key - b.key);
    const gone = new Set(order.slice(0, -changes.staff).map(({ agent }) => agent.agentId));
    return { agents: agents.filter(({ agentId }) => !gone.has(agentId)), duties: duties.filter(({ agentId }) => !gone.has(agentId)) };
  }
  if (members.length === 0) return { agents, duties };
  const doubles = Array.from({ length: changes.staff }, (_, index) => {
    const of = members[index % members.length] as AgentConfig;
    return { of: of.agentId, config: { ...of, agentId: `${of.agentId}+${index}` } };
  });
  const more = doubles.flatMap(({ of, config }) => duties.filter(({ agentId }) => agentId === of).map((duty) => ({ ...duty, agentId: config.agentId })));
  return { agents: [...agents, ...doubles.map(({ config }) => config)], duties: [...duties, ...more].toSorted((a, b) => a.at - b.at) };
}

/** When each queue closed and opened, by the calendar that it has now. */
function closingsOf(queues: readonly RuntimeQueue[], startMs: number): Closing[] {
  const closings: Closing[] = [];
  for (const { queueId, hours } of queues) {
    if (!hours) continue;
    let open = true;
    for (let at = 0; at < DAY_MS; at += MINUTE_MS) {
      if (isOpen(hours, startMs + at) === open) continue;
      open = !open;
      closings.push({ at, queueId, closed: open ? null : 'closed' });
    }
  }
  return closings.toSorted((a, b) => a.at - b.at);
}

/** What the day really came to in a queue, in the figures of a simulation. */
export function actualOutcome(history: DayHistory, queueId: string, shortMs: number): Outcome {
  const queue = history.routing.queues.find(({ id }) => id === queueId);
  const calls = history.calls.filter((call) => call.queueId === queueId);
  const tally = new Tally(queue?.serviceLevelMs ?? 0, shortMs);
  // In the order of events, so that the longest line is the right one.
  const moments = calls.flatMap((call) => [{ at: call.at, call, leaves: false }, { at: call.at + call.waitMs, call, leaves: true }]);
  for (const { call, leaves } of moments.toSorted((a, b) => a.at - b.at || Number(a.leaves) - Number(b.leaves))) {
    if (!leaves) tally.arrive();
    else tally.leave(call.outcome, call.at, call.waitMs, call.waitMs <= (call.ringMs ?? 0) + 1000);
  }
  return tally.outcome(actualOccupancy(history, queueId));
}

function actualOccupancy({ routing, states }: DayHistory, queueId: string): number | null {
  const members = new Set(routing.agents.filter(({ queueIds }) => queueIds.includes(queueId)).map(({ id }) => id));
  const byAgent = Map.groupBy(states.filter(({ agentId }) => members.has(agentId)), ({ agentId }) => agentId);
  let [busy, idle] = [0, 0];
  for (const changes of byAgent.values()) {
    const times = agentTimes(changes, 0, DAY_MS, DAY_MS);
    busy += times.talking + times.wrapUp;
    idle += times.idle;
  }
  return busy + idle > 0 ? busy / (busy + idle) : null;
}

