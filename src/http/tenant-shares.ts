import { AppError } from '../lib/errors.ts';
import type { Clock } from '../lib/clock.ts';

/** How the web server's work is shared out. */
export interface ShareLimits {
  /** Pieces of work at a time, of all tenants together. */
  places: number;
  /** Pieces of one tenant at a time while no other asks. */
  alone: number;
  /** Pieces of one tenant at a time while others ask now and then. */
  beside: number;
  /** Pieces of one tenant that may begin while another one is being served. */
  against: number;
  /** Pieces of one tenant that may wait; what comes then is refused. */
  waiting: number;
}

/** By how long requests take. */
export type Shares = Record<'quick' | 'slow', ShareLimits>;

/**
 * One thread does the work beside a database: a few at a time keep both busy, more would only make each of them slower.
 * Places beyond `alone` are for whoever comes next.
 */
export const SHARES: Readonly<Shares> = {
  quick: { places: 12, alone: 6, beside: 2, against: 1, waiting: 400 },
  /** Reports, sounds, tests of what is outside: they may take seconds, and nobody else's quick ones wait for them. */
  slow: { places: 6, alone: 3, beside: 2, against: 1, waiting: 60 },
};

/** A tenant that asked so recently counts as asking, ms. */
const ASKING_MS = 1000;

interface Share {
  running: number;
  /** Work that has its turn later, oldest first. */
  readonly queue: (() => void)[];
  /** Time its work has taken, counted from where the least served stood when it began to ask, ms. */
  served: number;
  lastAskedMs: number;
}

/** Nobody reads it: the status is that of access logs for a request whose client has closed the connection. */
const clientGone = (): AppError => new AppError('client_gone', 499, 'The client has closed the connection.');

const isBusy = (share: Share): boolean => share.running > 0 || share.queue.length > 0;

/**
 * Whose turn it is in the web server. Each tenant has places of its own, and of those who wait the one comes next whose work has taken the
 * least time so far (start-time fair queueing, Goyal, Vin and Cheng 1996, with the time that the work took as its length). So a tenant
 * that asks as much as it can waits for itself.
 */
export class TenantShares {
  readonly #limits: ShareLimits;
  readonly #clock: Clock;
  readonly #shares = new Map<string, Share>();
  #running = 0;
  #forgottenMs = 0;

  constructor(limits: ShareLimits, clock: Clock) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Pieces of work that wait for their turn. */
  get waiting(): number {
    let sum = 0;
    for (const share of this.#shares.values()) sum += share.queue.length;
    return sum;
  }

  /**
   * Does the work when it is the tenant's turn.
   * @param of tenant, or whoever else is to have a share
   * @param gone aborted when nobody waits for the answer any more: work that has not begun is dropped
   * @throws AppError `client_gone`; `rate_limited` when too much of the tenant's waits already; and what the work throws
   */
  async run<T>(of: string, work: () => Promise<T>, gone?: AbortSignal): Promise<T> {
    const share = this.#shareOf(of);
    await this.#turn(share, gone);
    const begun = this.#clock.monotonic();
    try {
      return await work();
    } finally {
      share.served += this.#clock.monotonic() - begun;
      share.running -= 1;
      this.#running -= 1;
      this.#next();
    }
  }

  async #turn(share: Share, gone: AbortSignal | undefined): Promise<void> {
    if (gone?.aborted) throw clientGone();
    if (share.queue.length === 0 && this.#mayRun(share)) return this.#begin(share);
    if (share.queue.length >= this.#limits.waiting) throw new AppError('rate_limited', 429, 'Too many requests of this tenant wait already.', { retryAfter: 1 });
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const begin = (): void => resolve(undefined);
    const leave = (): void => {
      const at = share.queue.indexOf(begin);
      // Whose turn it is already has a place, which the work gives back.
      if (at === -1) return;
      share.queue.splice(at, 1);
      reject(clientGone());
    };
    share.queue.push(begin);
    gone?.addEventListener('abort', leave, { once: true });
    try {
      await promise;
    } finally {
      gone?.removeEventListener('abort', leave);
    }
  }

  #begin(share: Share): void {
    share.running += 1;
    this.#running += 1;
  }

  #mayRun(share: Share): boolean {
    return this.#running < this.#limits.places && share.running < this.#mostOf(share);
  }

  #mostOf(share: Share): number {
    const { alone, beside, against } = this.#limits;
    if (this.#shares.size === 1) return alone;
    return this.#running > share.running ? against : beside;
  }

  /** Lets in whom the places allow, the least served first. */
  #next(): void {
    for (let next = this.#leastServed(); next; next = this.#leastServed()) {
      this.#begin(next);
      next.queue.shift()?.();
    }
  }

  #leastServed(): Share | undefined {
    let least: Share | undefined;
    for (const share of this.#shares.values()) {
      if (share.queue.length === 0 || !this.#mayRun(share)) continue;
      if (!least || share.served < least.served || (share.served === least.served && share.running < least.running)) least = share;
    }
    return least;
  }

  #shareOf(of: string): Share {
    const now = this.#clock.monotonic();
    this.#forget(now);
    const share = this.#shares.get(of) ?? { running: 0, queue: [], served: 0, lastAskedMs: now };
    this.#shares.set(of, share);
    share.lastAskedMs = now;
    // Who had nothing to do begins where the least served of the busy stands: having been away earns no right to all places.
    if (!isBusy(share)) share.served = Math.max(share.served, this.#leastOfBusy());
    return share;
  }

  #leastOfBusy(): number {
    let least = Infinity;
    for (const share of this.#shares.values()) if (isBusy(share)) least = Math.min(least, share.served);
    return Number.isFinite(least) ? least : 0;
  }

  /** Lets go of those who have not asked for a while: who is left is who the server is shared with. */
  #forget(now: number): void {
    if (now - this.#forgottenMs < ASKING_MS) return;
    this.#forgottenMs = now;
    for (const [of, share] of this.#shares) {
      if (!isBusy(share) && share.lastAskedMs <= now - ASKING_MS) this.#shares.delete(of);
    }
  }
}
