import { systemClock, type Clock } from './clock.ts';

export interface GatherOptions {
  /** How long packets may wait for others, ms. */
  periodMs: number;
  /** Below this many packets a second few would come together, and each is looked at when it comes. */
  minRate: number;
}

const WINDOW_MS = 200;

/** What a rest takes from the system. */
export interface RestSystem {
  /** Calls back when everything that has arrived has been looked at. */
  afterPoll(run: () => void): void;
  /** Blocks the thread. */
  rest(ms: number): void;
}

const cell = new Int32Array(new SharedArrayBuffer(4));

const SYSTEM: RestSystem = {
  afterPoll: (run) => void setImmediate(run),
  // Nobody ever changes or wakes the cell.
  rest: (ms) => void Atomics.wait(cell, 0, 0, ms),
};

/**
 * Lets packets of many calls come together. A process that sleeps until the next packet goes to sleep and is woken for each,
 * which costs as much as receiving it; so when many come, it looks for them at most once in a period. The period counts from
 * the last look: a process that has too much to do never rests.
 */
export class Gather {
  readonly #options: GatherOptions;
  readonly #clock: Clock;
  readonly #system: RestSystem;
  #isArmed = false;
  #isBusy = false;
  #packets = 0;
  #windowAtMs = 0;
  #lookedAtMs = 0;

  constructor(options: GatherOptions, clock: Clock = systemClock, system: RestSystem = SYSTEM) {
    this.#options = options;
    this.#clock = clock;
    this.#system = system;
  }

  /** To be called for each packet that has come. */
  packet(nowMs: number): void {
    this.#packets++;
    if (nowMs - this.#windowAtMs >= WINDOW_MS) this.#measure(nowMs);
    if (!this.#isBusy || this.#isArmed) return;
    this.#isArmed = true;
    this.#system.afterPoll(this.#rest);
  }

  readonly #rest = (): void => {
    this.#isArmed = false;
    const leftMs = this.#lookedAtMs + this.#options.periodMs - this.#clock.monotonic();
    if (leftMs > 0) this.#system.rest(leftMs);
    this.#lookedAtMs = this.#clock.monotonic();
  };

  #measure(nowMs: number): void {
    this.#isBusy = (this.#packets * 1000) / (nowMs - this.#windowAtMs) >= this.#options.minRate;
    this.#packets = 0;
    this.#windowAtMs = nowMs;
  }
}
