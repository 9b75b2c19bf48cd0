/** Runs work strictly one after the other; what is synchronous runs at once when nothing is before it. */
export class EffectQueue {
  readonly #items: (() => Promise<void> | void)[] = [];
  readonly #onError: (error: unknown) => void;
  #running = false;
  #ended = false;

  /** @param onError receives what an item threw; the next one runs all the same */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  add(work: () => Promise<void> | void): void {
    if (this.#ended) return;
    this.#items.push(work);
    if (!this.#running) void this.#run();
  }

  /** Resolves when everything that was added before has run. */
  settled(): Promise<void> {
    return this.#ended ? Promise.resolve() : new Promise((resolve) => this.add(resolve));
  }

  /** What waits is not done any more, and nothing new is taken. */
  end(): void {
    this.#ended = true;
    this.#items.length = 0;
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
