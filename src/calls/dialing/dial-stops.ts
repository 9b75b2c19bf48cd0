/** Stops of calls out, and the signs that lead to them: too many calls within an hour, and too many forbidden numbers. */
import type { StopReason, StopScope } from '../../../shared/api/dial-policy.ts';
import { SlidingWindow } from '../../lib/sliding-window.ts';
import { accountOf, TENANT, type TollCaller } from './day-accounts.ts';

export interface DialStopState {
  id: string;
  scope: StopScope;
  /** Null for the tenant. */
  scopeId: string | null;
  reason: StopReason;
}

const HOUR_MS = 60 * 60_000;
const REFUSALS_MS = 10 * 60_000;

const keyOf = ({ scope, scopeId }: DialStopState): string => (scope === 'tenant' ? TENANT : `${scope} ${scopeId ?? ''}`);

export class DialStops {
  readonly #stops = new Map<string, DialStopState>();
  #hour = new SlidingWindow(HOUR_MS);
  readonly #refusals = new Map<string, SlidingWindow>();

  get count(): number {
    return this.#stops.size;
  }

  has(id: string): boolean {
    return this.#stops.has(id);
  }

  add(stop: DialStopState): void {
    this.#stops.set(stop.id, stop);
  }

  /** Lets calls out again: what led to the stop is forgotten. */
  release(id: string): void {
    if (!this.#stops.delete(id)) return;
    this.#hour = new SlidingWindow(HOUR_MS);
    this.#refusals.clear();
  }

  /** Whether calls of somebody, or of the whole tenant, are stopped. */
  holds(caller: TollCaller | null): boolean {
    const own = caller ? accountOf(caller) : TENANT;
    return [...this.#stops.values()].some((stop) => keyOf(stop) === TENANT || keyOf(stop) === own);
  }

  /** A call went out. @returns how many did within an hour. @param at monotonic ms */
  countCall(at: number): number {
    this.#hour.add(at);
    return this.#hour.countAt(at);
  }

  callsLastHour(at: number): number {
    return this.#hour.countAt(at);
  }

  /** Somebody dialled a forbidden number. @returns how many they did within ten minutes. @param at monotonic ms */
  countRefusal(caller: TollCaller | null, at: number): number {
    const key = caller ? accountOf(caller) : TENANT;
    const window = this.#refusals.get(key) ?? new SlidingWindow(REFUSALS_MS);
    this.#refusals.set(key, window);
    window.add(at);
    return window.countAt(at);
  }

  /** Of everybody. */
  refusedLately(at: number): number {
    return [...this.#refusals.values()].reduce((sum, window) => sum + window.countAt(at), 0);
  }
}
