import type { AgentConfig, QueueConfig } from '../acd/types.ts';
import { SIMPLE } from '../acd/rules.ts';
import { liveThrough } from './day.ts';
import type { Outcome } from './outcome.ts';
import { seededRandom, type Random } from './random.ts';
import type { CallbackRule, DutyChange, Scenario, SimulatedCall } from './scenario.ts';

/** One day (or any time) of one queue, made up. All times in ms. */
export interface GeneratedDay {
  seed: number;
  intervalMs: number;
  /** Expected calls in each interval; arrivals are Poisson within it. */
  arrivals: readonly number[];
  /** Agents on duty in each interval; the last value goes on. */
  staff: readonly number[];
  /** Mean talk time, exponential. */
  talkMs: number;
  /** After-call work, always this long. */
  wrapUpMs: number;
  /** From ringing to answering. */
  ringMs: number;
  /** Mean patience, exponential; null = callers wait for ever. */
  patienceMs: number | null;
  /** T of the service levels. */
  thresholdMs: number;
  /** s of the service levels. */
  shortMs: number;
  /** Longest wait in the queue; 0 = no limit. */
  maxWaitMs?: number;
  /** Most callers waiting; 0 = no limit. */
  maxLength?: number;
  callbacks?: CallbackRule | null;
}

const QUEUE_ID = 'queue';

const agentId = (index: number): string => `agent-${index}`;

/**
 * Poisson arrivals. Gaps have no memory: one that reaches beyond an interval is dropped, and the next interval draws its own.
 */
function* arrivalTimes({ arrivals, intervalMs }: Pick<GeneratedDay, 'arrivals' | 'intervalMs'>, random: Random): Generator<number> {
  for (const [index, expected] of arrivals.entries()) {
    if (expected <= 0) continue;
    const until = (index + 1) * intervalMs;
    for (let at = index * intervalMs + random.exponential(intervalMs / expected); at < until; at += random.exponential(intervalMs / expected)) yield at;
  }
}

/** Callers of a generated day, made as they come. */
export function* generatedCalls(day: GeneratedDay, queueId: string): Generator<SimulatedCall> {
  const random = seededRandom(day.seed);
  const { talkMs, wrapUpMs, ringMs, patienceMs } = day;
  for (const at of arrivalTimes(day, random)) {
    const patience = patienceMs === null ? null : random.exponential(patienceMs);
    yield { at, queueId, requiredSkills: {}, priority: 0, ringMs, talkMs: random.exponential(talkMs), wrapUpMs, patienceMs: patience };
  }
}

/** When each agent is on duty, to have as many as the staff of each interval says. */
export function dutiesOf({ staff, arrivals, intervalMs }: Pick<GeneratedDay, 'staff' | 'arrivals' | 'intervalMs'>, idOf: (index: number) => string): DutyChange[] {
  const duties: DutyChange[] = [];
  let before = 0;
  for (const index of arrivals.keys()) {
    const onDuty = staff[Math.min(index, staff.length - 1)] ?? 0;
    const at = index * intervalMs;
    for (let agent = before; agent < onDuty; agent++) duties.push({ at, agentId: idOf(agent), presence: 'available' });
    for (let agent = onDuty; agent < before; agent++) duties.push({ at, agentId: idOf(agent), presence: 'offline' });
    before = onDuty;
  }
  return duties;
}

function queueOf({ wrapUpMs, thresholdMs, ringMs, maxWaitMs = 0, maxLength = 0 }: GeneratedDay): QueueConfig {
  return {
    queueId: QUEUE_ID,
    code: QUEUE_ID,
    name: QUEUE_ID,
    requiredSkills: {},
    offerTimeoutMs: ringMs + 1000,
    wrapUpMs,
    missedOffersToAway: 0,
    serviceLevelMs: thresholdMs,
    ...(maxWaitMs + maxLength > 0 && { rules: { ...SIMPLE, maxWaitMs, maxLength } }),
  };
}

function agentsOf(staff: readonly number[]): AgentConfig[] {
  const most = Math.max(0, ...staff);
  return Array.from({ length: most }, (_, index) => ({ agentId: agentId(index), kind: 'browser', name: agentId(index), skills: {}, queueIds: [QUEUE_ID], stationUri: null }));
}

/** The scenario of a generated day. */
export function generatedScenario(day: GeneratedDay): Scenario {
  return {
    seed: day.seed,
    endMs: day.arrivals.length * day.intervalMs,
    queues: [queueOf(day)],
    agents: agentsOf(day.staff),
    duties: dutiesOf(day, agentId),
    closings: [],
    calls: generatedCalls(day, QUEUE_ID),
    callbacks: day.callbacks ?? null,
    shortMs: day.shortMs,
  };
}

/** Lives through a generated day; `events` counts what went through the router. */
export function simulate(day: GeneratedDay): Outcome & { events: number } {
  const { queues, events } = liveThrough(generatedScenario(day));
  const [queue] = queues;
  if (!queue) throw new Error('A generated day has one queue.');
  return { ...queue.outcome, events };
}
