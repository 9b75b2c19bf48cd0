import type { Clock } from '../../lib/clock.ts';
import type { Hop } from '../transport.ts';

/** How long a server that failed is asked last, ms; and the longest that it may ask for by Retry-After. */
const DEAD_MS = 30_000;
const DEAD_MAX_MS = 300_000;
const KEPT = 1000;

const keyOf = ({ transport, host, port }: Hop): string => `${transport} ${host}:${port}`;

/** Remembers which servers failed a moment ago. They are tried after the others, never left out. */
export class DeadTargets {
  readonly #clock: Clock;
  readonly #until = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param ms how long, when the server said so */
  add(hop: Hop, ms = DEAD_MS): void {
    const key = keyOf(hop);
    this.#until.delete(key);
    this.#until.set(key, this.#clock.monotonic() + Math.min(ms, DEAD_MAX_MS));
    if (this.#until.size > KEPT) for (const oldest of this.#until.keys()) {
      this.#until.delete(oldest);
      break;
    }
  }

  has(hop: Hop): boolean {
    const key = keyOf(hop);
    const until = this.#until.get(key);
    if (until === undefined) return false;
    if (this.#clock.monotonic() < until) return true;
    this.#until.delete(key);
    return false;
  }

  /** The living first, each in its order. */
  last(hops: readonly Hop[]): Hop[] {
    return [...hops.filter((hop) => !this.has(hop)), ...hops.filter((hop) => this.has(hop))];
  }

  get size(): number {
    return this.#until.size;
  }
}
