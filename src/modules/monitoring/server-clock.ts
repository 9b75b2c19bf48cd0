import type { ServerClockView } from '../../../shared/api/service-status.ts';
import type { Clock } from '../../lib/clock.ts';
import { askTime } from '../../lib/sntp.ts';

/** Time servers are asked no oftener than NTP's shortest common interval, ms. */
const ASK_EVERY_MS = 64_000;

/** What is said where no time server is configured. */
export const NO_TIME_SERVER: ServerClockView = { source: null, offsetMs: null, checkedAt: null };

/** How far the server's clock is from a time server's (white paper 12.4.4). */
export class ServerClock {
  readonly #source: string | null;
  readonly #clock: Clock;
  #askedAt = -Infinity;
  #known: { offsetMs: number; wall: number } | null = null;

  /** @param source `host` or `host:port`; null = none is configured */
  constructor(source: string | null, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
  }

  /** Asks when it is time to. @returns the offset, ms; undefined when none is configured @throws SntpError when the server does not answer */
  async offset(): Promise<number | undefined> {
    if (this.#source === null) return undefined;
    const now = this.#clock.monotonic();
    if (now - this.#askedAt >= ASK_EVERY_MS) {
      this.#askedAt = now;
      this.#known = null;
      const { offsetMs } = await askTime(this.#source, this.#clock);
      this.#known = { offsetMs, wall: this.#clock.wall() };
    }
    // It did not answer the last time it was asked.
    if (!this.#known) throw new Error('The time server did not answer.');
    return this.#known.offsetMs;
  }

  /** What people are told, and what is written on exports. */
  view(): ServerClockView {
    return { source: this.#source, offsetMs: this.#known?.offsetMs ?? null, checkedAt: this.#known ? new Date(this.#known.wall).toISOString() : null };
  }
}
