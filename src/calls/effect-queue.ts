/** Runs work strictly one after the other; what is synchronous runs at once when nothing is before it. */
export class EffectQueue {
  readonly #items: (() => Promise<void> | void)[] = [];
  readonly #onError: (error: unknown) => void;
  #running = false;

  /** @param onError receives what an item threw; the next one runs all the same */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  add(work: () => Promise<void> | void): void {
    this.#items.push(work);
    if (!this.#running) void this.#run();
  }

  /** Nothing runs and nothing waits. */
  get idle(): boolean {
    return !this.#running;
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let next = this.#items.shift(); next; next = this.#items.shift()) {
      try {
        const waits = next();
        if (waits) await waits;
      } catch (error) {
        this.#onError(error);
      }
    }
    this.#running = false;
  }
}
