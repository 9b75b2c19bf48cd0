/** Dropped entries are cut off when there are so many, and as many as those that are left. */
const CUT_AT = 256;

/** Counts what happened within the last `spanMs`; each happening costs the same however many there are. */
export class SlidingWindow {
  readonly #spanMs: number;
  /** Oldest first. */
  #times: number[] = [];
  /** Before it everything is too old. */
  #begin = 0;

  /** @param spanMs how far back it counts, ms */
  constructor(spanMs: number) {
    this.#spanMs = spanMs;
  }

  /** @param at monotonic ms, not before that of the last one */
  add(at: number): void {
    this.#times.push(at);
  }

  /** How many there were in the span that ends at `at`, monotonic ms. */
  countAt(at: number): number {
    const times = this.#times;
    while (this.#begin < times.length && at - (times[this.#begin] ?? at) >= this.#spanMs) this.#begin++;
    if (this.#begin >= CUT_AT && this.#begin * 2 >= times.length) {
      this.#times = times.slice(this.#begin);
      this.#begin = 0;
    }
    return this.#times.length - this.#begin;
  }
}
