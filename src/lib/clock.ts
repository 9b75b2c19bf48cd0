/**
 * The only door to time. `wall()` is for timestamps that people read; `monotonic()` is for durations, because the wall
 * clock may step. Tests and simulations pass a clock of their own.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  wall(): number;
  /** Milliseconds from an arbitrary point, never going back. */
  monotonic(): number;
  /** Calls `run` once after `ms`; the returned function cancels it. */
  after(ms: number, run: () => void): () => void;
}

/** The real clock of this process. */
export const systemClock: Clock = {
  wall: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

interface Due {
  at: number;
  order: number;
  run: () => void;
}

/** A clock that stands still until it is told to move; timers run in due order while it moves. */
export class FakeClock implements Clock {
  #now: number;
  #order = 0;
  #due = new Set<Due>();

  /** @param startMs the first wall time, ms since the epoch */
  constructor(startMs = Date.UTC(2026, 0, 5, 0, 0, 0)) {
    this.#now = startMs;
  }

  wall(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const entry: Due = { at: this.#now + Math.max(0, ms), order: this.#order++, run };
    this.#due.add(entry);
    return () => this.#due.delete(entry);
  }

  /** Moves time on by `ms`, running every timer that falls due on the way. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#earliest(end);
      if (!next) break;
      this.#due.delete(next);
      this.#now = next.at;
      next.run();
    }
    this.#now = end;
  }

  /** Number of timers not yet run; a leak check. */
  get pending(): number {
    return this.#due.size;
  }

  #earliest(end: number): Due | undefined {
    let best: Due | undefined;
    for (const entry of this.#due) {
      if (entry.at > end) continue;
      if (!best || entry.at < best.at || (entry.at === best.at && entry.order < best.order)) best = entry;
    }
    return best;
  }
}
