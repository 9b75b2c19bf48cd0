import type { TenantTx } from '../../db/types.ts';
import { invalid } from '../../lib/errors.ts';
import { readRouting, type RoutingConfig } from '../telephony/tenant-config.ts';
import { addDays, dayPeriod } from '../support/japan-days.ts';
import { MOST_CALLS, MOST_STATES, queuedCalls, statesOfDay, waitsOf, type CallRow } from './history.queries.ts';

/** One call of the past, as far as the records tell. Times in ms. */
export interface PastCall {
  /** From the day's beginning. */
  at: number;
  queueId: string;
  outcome: 'answered' | 'abandoned' | 'flowOut';
  /** Until it was answered or left. */
  waitMs: number;
  ringMs: number | null;
  /** Talking and holding; null when nobody answered. */
  talkMs: number | null;
  wrapUpMs: number | null;
  requiredSkills: Readonly<Record<string, number>>;
}

/** A change of an agent's state. */
export interface PastState {
  /** From the day's beginning, ms; below 0 for the state that the day began with. */
  at: number;
  agentId: string;
  presence: string;
  work: string;
  problems: readonly string[];
  queueId: string | null;
}

/** Everything of a day that can be replayed; plain data, so that it can be given to another thread. */
export interface DayHistory {
  /** `YYYY-MM-DD` in Japan, and its beginning, ms since the epoch. */
  day: string;
  startMs: number;
  /** As configured now: what the day had is not kept. */
  routing: RoutingConfig;
  calls: readonly PastCall[];
  states: readonly PastState[];
  /** Of the four weeks that end with the day, by queue: a single day has too few that gave up. */
  waits: ReadonlyMap<string, { waitedMs: number; abandoned: number }>;
}

/** Days from which patience is read. */
export const PATIENCE_DAYS = 28;

const outcomeOf = ({ answered, outcome }: CallRow): PastCall['outcome'] => (answered ? 'answered' : outcome === 'abandoned' ? 'abandoned' : 'flowOut');

/** Reads a day. @throws AppError `invalid` when it has more calls than are replayed */
export async function readDayHistory(tx: TenantTx, day: string): Promise<DayHistory> {
  const period = dayPeriod(day);
  const startMs = period.from.getTime();
  const calls = await queuedCalls(tx, period);
  if (calls.length > MOST_CALLS) throw invalid(`A day of more than ${MOST_CALLS} calls is not replayed.`, { errors: [{ path: 'body.day', message: 'too many calls' }] });
  const states = await statesOfDay(tx, period);
  if (states.length > MOST_STATES) throw invalid(`A day of more than ${MOST_STATES} changes of state is not replayed.`, { errors: [{ path: 'body.day', message: 'too many changes' }] });
  return {
    day,
    startMs,
    routing: await readRouting(tx),
    calls: calls.map((row) => ({
      at: row.queued_at.getTime() - startMs,
      queueId: row.queue_id,
      outcome: outcomeOf(row),
      waitMs: row.queue_ms ?? 0,
      ringMs: row.ring_ms,
      talkMs: row.answered ? (row.talk_ms ?? 0) + (row.hold_ms ?? 0) - row.aside_ms : null,
      wrapUpMs: row.wrap_up_ms,
      requiredSkills: row.required_skills ?? {},
    })),
    states: states.map(({ at, user_id, queue_id, ...state }) => ({ at: at.getTime() - startMs, agentId: user_id, queueId: queue_id, ...state })),
    waits: await waitsOf(tx, dayPeriod(addDays(day, 1 - PATIENCE_DAYS), PATIENCE_DAYS)),
  };
}
