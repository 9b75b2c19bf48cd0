import type { Clock } from '../lib/clock.ts';

export interface WebCallLimits {
  /** Calls one address may begin within the window. */
  perAddress: number;
  windowMs: number;
  /** Visitors' calls in progress of one tenant. */
  perTenant: number;
}

export const WEB_CALL_LIMITS: WebCallLimits = { perAddress: 5, windowMs: 10 * 60_000, perTenant: 10 };

/** Addresses remembered at most; the oldest are forgotten first. */
const MAX_ADDRESSES = 10_000;

/** Keeps anonymous visitors from filling queues. */
export class WebCallGate {
  readonly #clock: Clock;
  readonly #limits: WebCallLimits;
  readonly #begun = new Map<string, number[]>();
  readonly #active = new Map<string, number>();

  constructor(clock: Clock, limits: WebCallLimits = WEB_CALL_LIMITS) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** @returns the function that gives the place back, or null when the call is one too many */
  enter(address: string, tenantId: string): (() => void) | null {
    const now = this.#clock.monotonic();
    const recent = (this.#begun.get(address) ?? []).filter((at) => now - at < this.#limits.windowMs);
    const active = this.#active.get(tenantId) ?? 0;
    if (recent.length >= this.#limits.perAddress || active >= this.#limits.perTenant) return null;
    this.#begun.delete(address);
    this.#begun.set(address, [...recent, now]);
    if (this.#begun.size > MAX_ADDRESSES) for (const oldest of this.#begun.keys()) {
      this.#begun.delete(oldest);
      break;
    }
    this.#active.set(tenantId, active + 1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#active.set(tenantId, (this.#active.get(tenantId) ?? 1) - 1);
    };
  }
}
