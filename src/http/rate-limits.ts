import type { RateClass } from '../../shared/contract.ts';
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';

/** Requests within a window. */
export interface Limit {
  max: number;
  windowMs: number;
}

/** Limits of one client: a session or key where there is one, else the address. */
export const RATE_LIMITS: Readonly<Record<RateClass, Limit>> = {
  normal: { max: 1200, windowMs: 60_000 },
  heavy: { max: 120, windowMs: 60_000 },
  login: { max: 60, windowMs: 60_000 },
  public: { max: 60, windowMs: 60_000 },
};

/** Requests of one address, whoever makes them: a whole office behind one address fits in it. */
export const ADDRESS_LIMIT: Limit = { max: 20_000, windowMs: 60_000 };

const MAX_KEYS = 50_000;

interface Bucket {
  windowStart: number;
  now: number;
  before: number;
}

/**
 * Counts requests in a sliding window, estimated from the present and the previous fixed window: constant memory per client,
 * and no double burst at a window's edge.
 */
export class RateLimiter {
  readonly #limit: Limit;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();

  constructor(limit: Limit, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
  }

  /** Counts one request. @throws AppError `rate_limited` with `retryAfter` in seconds */
  take(key: string): void {
    const now = this.#clock.monotonic();
    const bucket = this.#bucketAt(key, now);
    this.#demandRoom(bucket, now);
    bucket.now++;
  }

  /**
   * Whether anybody was let in by this key lately; who has used it up is refused before anything is done for them.
   * @throws AppError `rate_limited`
   */
  knows(key: string): boolean {
    if (!this.#buckets.has(key)) return false;
    const now = this.#clock.monotonic();
    this.#demandRoom(this.#bucketAt(key, now), now);
    return true;
  }

  #demandRoom(bucket: Bucket, now: number): void {
    const { max, windowMs } = this.#limit;
    const passed = (now - bucket.windowStart) / windowMs;
    if (bucket.now + bucket.before * (1 - passed) + 1 <= max) return;
    const retryAfter = Math.max(1, Math.ceil((windowMs * (1 - passed)) / 1000));
    throw new AppError('rate_limited', 429, 'Too many requests; wait before the next.', { retryAfter });
  }

  #bucketAt(key: string, now: number): Bucket {
    const { windowMs } = this.#limit;
    const known = this.#buckets.get(key);
    const windowStart = Math.floor(now / windowMs) * windowMs;
    if (known?.windowStart === windowStart) return known;
    const before = known && known.windowStart === windowStart - windowMs ? known.now : 0;
    const bucket = { windowStart, now: 0, before };
    // Deleted first, so that the map's order is the order of windows and the oldest go first when it is full.
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    for (const oldest of this.#buckets.keys()) {
      if (this.#buckets.size <= MAX_KEYS) break;
      this.#buckets.delete(oldest);
    }
    return bucket;
  }
}

/** Limits that replace the usual ones; for tests and benchmarks. */
export type RouteClassLimits = Partial<Record<RateClass, Limit>>;
