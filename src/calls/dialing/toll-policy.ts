/** What calls out may cost: checked before an INVITE leaves, the same for every way to make a call. Pure. */
import type { DialPolicy } from '../../../shared/api/trunks.ts';
import type { NumberClass } from './number-class.ts';

/** Calls of one tenant that count against its limits. */
export interface TollState {
  /** Calls that were let out and are not over, by reservation, with the monotonic ms of their begin. */
  readonly running: ReadonlyMap<string, number>;
  /** Monotonic ms at which calls were let out within the last minute. */
  readonly recent: readonly number[];
  /** Which day `spentMs` is of, in Japan. */
  readonly day: string;
  /** Time of calls of this day that are over. */
  readonly spentMs: number;
}

export const NEW_TOLL_STATE: TollState = { running: new Map(), recent: [], day: '', spentMs: 0 };

export type TollRefusal =
  | 'number_invalid'
  | 'emergency_not_allowed'
  | 'international_not_allowed'
  | 'premium_not_allowed'
  | 'too_many_calls'
  | 'too_many_calls_per_minute'
  | 'daily_limit_reached';

const MINUTE_MS = 60_000;
const JAPAN_MS = 9 * 60 * MINUTE_MS;

/** The day in Japan, `2026-11-25`. @param wall ms since the epoch */
export const dayOf = (wall: number): string => new Date(wall + JAPAN_MS).toISOString().slice(0, 10);

export interface TollMoment {
  at: number;
  wall: number;
}

/**
 * Lets a call out, or says why not. A call that is let out counts at once, so that no two can take the same last place. Calls
 * that are still going on count with the time they have used, and with one minute at least.
 */
export function admitCall(
  state: TollState,
  policy: DialPolicy,
  call: { id: string; number: string; class: NumberClass },
  moment: TollMoment,
): { state: TollState; refusal: TollRefusal | null } {
  const fresh = forgetOld(state, moment);
  const refusal = forbidden(policy, call) ?? exceeded(fresh, policy, moment);
  if (refusal) return { state: fresh, refusal };
  const running = new Map(fresh.running).set(call.id, moment.at);
  return { state: { ...fresh, running, recent: [...fresh.recent, moment.at] }, refusal: null };
}

/** A call from before a restart goes on counting. @param began monotonic ms of this process, may lie before its start */
export const resumeCall = (state: TollState, id: string, began: number): TollState => ({ ...state, running: new Map(state.running).set(id, began) });

/** What calls of this day cost before this process began. @param spentMs ms */
export const withSpent = (state: TollState, spentMs: number, moment: TollMoment): TollState => ({ ...state, day: dayOf(moment.wall), spentMs });

/** A call is over; its time counts. Unknown ids change nothing. */
export function endCall(state: TollState, id: string, moment: TollMoment): TollState {
  const began = state.running.get(id);
  if (began === undefined) return state;
  const fresh = forgetOld(state, moment);
  const running = new Map(fresh.running);
  running.delete(id);
  return { ...fresh, running, spentMs: fresh.spentMs + Math.max(0, moment.at - began) };
}

function forgetOld(state: TollState, { at, wall }: TollMoment): TollState {
  const day = dayOf(wall);
  const recent = state.recent.filter((time) => at - time < MINUTE_MS);
  return { ...state, recent, day, spentMs: day === state.day ? state.spentMs : 0 };
}

function forbidden(policy: DialPolicy, call: { number: string; class: NumberClass }): TollRefusal | null {
  switch (call.class) {
    case 'invalid':
      return 'number_invalid';
    case 'emergency':
      return policy.emergencyAllowed ? null : 'emergency_not_allowed';
    case 'premium':
      return policy.premiumAllowed ? null : 'premium_not_allowed';
    case 'international':
      return policy.internationalPrefixes.some((prefix) => call.number.startsWith(prefix)) ? null : 'international_not_allowed';
    case 'domestic':
    case 'service':
      return null;
  }
}

function exceeded(state: TollState, policy: DialPolicy, { at }: TollMoment): TollRefusal | null {
  if (state.running.size >= policy.maxConcurrent) return 'too_many_calls';
  if (state.recent.length >= policy.maxPerMinute) return 'too_many_calls_per_minute';
  let spent = state.spentMs;
  for (const began of state.running.values()) spent += Math.max(MINUTE_MS, at - began);
  return spent >= policy.maxDailyMinutes * MINUTE_MS ? 'daily_limit_reached' : null;
}
