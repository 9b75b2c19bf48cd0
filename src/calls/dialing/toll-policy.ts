/** What calls out may cost: checked before an INVITE leaves, the same for every way to make a call. */
import type { DialPolicy } from '../../../shared/api/dial-policy.ts';
import { SlidingWindow } from '../../lib/sliding-window.ts';
import { dayOf } from './japan-day.ts';
import type { NumberClass } from './number-class.ts';

export type TollRefusal =
  | 'number_invalid'
  | 'emergency_not_allowed'
  | 'international_not_allowed'
  | 'premium_not_allowed'
  | 'too_many_calls'
  | 'too_many_calls_per_minute'
  | 'daily_limit_reached'
  | 'daily_calls_reached'
  | 'daily_cost_reached'
  | 'caller_limit_reached'
  | 'trunk_limit_reached'
  | 'outbound_stopped';

const MINUTE_MS = 60_000;
/** A moment by both clocks, ms. */
export interface TollMoment {
  /** Monotonic. */
  at: number;
  /** Since the epoch. */
  wall: number;
}

/**
 * Calls of one tenant that count against its limits. Calls that are still going on count with the time they have used, and with
 * one minute at least.
 */
export class TollBook {
  /** Calls that were let out and are not over, by reservation, with the monotonic ms of their begin. */
  readonly #running = new Map<string, number>();
  /** None that is running began before, monotonic ms. */
  #earliest = Number.POSITIVE_INFINITY;
  readonly #recent = new SlidingWindow(MINUTE_MS);
  /** Which day `#spentMs` is of. */
  #day = Number.NaN;
  /** Time of calls of this day that are over. */
  #spentMs = 0;

  /** Which limit keeps a call from going out now; null = none, and `admit` must be called in the same turn. */
  exceeded(policy: DialPolicy, moment: TollMoment): TollRefusal | null {
    const { at } = moment;
    this.#beginDay(moment);
    if (this.#running.size >= policy.maxConcurrent) return 'too_many_calls';
    if (this.#recent.countAt(at) >= policy.maxPerMinute) return 'too_many_calls_per_minute';
    return this.#spentAt(at, policy.maxDailyMinutes * MINUTE_MS) ? 'daily_limit_reached' : null;
  }

  /** Lets a call out: it counts at once, so that no two can take the same last place. */
  admit(id: string, { at }: TollMoment): void {
    this.resume(id, at);
    this.#recent.add(at);
  }

  /** A call from before a restart goes on counting. @param began monotonic ms of this process, may lie before its start */
  resume(id: string, began: number): void {
    this.#running.set(id, began);
    this.#earliest = Math.min(this.#earliest, began);
  }

  /** What calls of this day cost before this process began. @param spentMs ms */
  restoreSpent(spentMs: number, { wall }: TollMoment): void {
    this.#day = dayOf(wall);
    this.#spentMs = spentMs;
  }

  /** A call is over; its time counts. Unknown ids change nothing. */
  end(id: string, moment: TollMoment): void {
    const began = this.#running.get(id);
    if (began === undefined) return;
    this.#running.delete(id);
    if (this.#running.size === 0) this.#earliest = Number.POSITIVE_INFINITY;
    this.#beginDay(moment);
    this.#spentMs += Math.max(0, moment.at - began);
  }

  #beginDay({ wall }: TollMoment): void {
    const day = dayOf(wall);
    if (day === this.#day) return;
    this.#day = day;
    this.#spentMs = 0;
  }

  /** Whether this day's time is used up. All calls are added up only when as many of the longest one would reach the limit. */
  #spentAt(at: number, limitMs: number): boolean {
    const most = this.#running.size * Math.max(MINUTE_MS, at - this.#earliest);
    if (this.#spentMs + most < limitMs) return false;
    let spent = this.#spentMs;
    for (const began of this.#running.values()) spent += Math.max(MINUTE_MS, at - began);
    return spent >= limitMs;
  }
}

/** What the policy forbids whatever was spent; null = nothing. */
export function forbidden(policy: DialPolicy, call: { number: string; class: NumberClass }): TollRefusal | null {
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
