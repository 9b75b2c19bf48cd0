import type { Clock } from '../../lib/clock.ts';

/** Runs work at once and then not again within its interval; what came meanwhile is one more run at its end. By key. */
export class Throttle {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, { again: boolean; cancel: () => void }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param everyMs shortest time between two runs of this key, ms */
  run(key: string, everyMs: number, work: () => void): void {
    const waiting = this.#waiting.get(key);
    if (waiting) {
      waiting.again = true;
      return;
    }
    const entry = { again: false, cancel: (): void => undefined };
    entry.cancel = this.#clock.after(everyMs, () => {
      this.#waiting.delete(key);
      if (entry.again) this.run(key, everyMs, work);
    });
    this.#waiting.set(key, entry);
    work();
  }

  stop(): void {
    for (const { cancel } of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }
}
