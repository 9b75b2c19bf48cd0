/** Runs the overload machine on the clock, and words the refusal. */
import type { Clock } from '../../lib/clock.ts';
import type { EventLoopDelay } from '../../lib/event-loop-delay.ts';
import { DEFAULT_OVERLOAD_LIMITS, OVERLOAD_START, overloadStep, type OverloadLimits } from './overload.ts';

export interface OverloadOptions {
  delay: Pick<EventLoopDelay, 'takeP95' | 'stop'>;
  /** How long what arrives waits in the network's queue, ms: asked with every sample. */
  receiveWait?(): number;
  limits?: Partial<OverloadLimits>;
  /** Told of every change. */
  onChange?(active: boolean, lateMs: number): void;
}

const SAMPLE_MS = 500;
/** Callers come back spread over this, s: all at once would be the next overload. */
const RETRY_FROM_S = 5;
const RETRY_SPREAD_S = 20;

export class OverloadControl {
  readonly #options: OverloadOptions;
  readonly #limits: OverloadLimits;
  readonly #clock: Clock;
  readonly #random: () => number;
  #state = OVERLOAD_START;
  #lateMs = 0;
  #refused = 0;
  /** Since the last sample. */
  #seen = { taken: 0, refused: 0 };
  /** What is owed to callers of the share that is taken: a call is taken when it comes to one. */
  #owed = 0;
  #stopTimer: () => void = () => undefined;

  /** @param random a number of [0, 1) */
  constructor(options: OverloadOptions, clock: Clock, random: () => number) {
    this.#options = options;
    this.#limits = { ...DEFAULT_OVERLOAD_LIMITS, ...options.limits };
    this.#clock = clock;
    this.#random = random;
  }

  start(): void {
    this.#stopTimer = this.#clock.after(SAMPLE_MS, () => {
      this.#sample();
      this.start();
    });
  }

  stop(): void {
    this.#stopTimer();
    this.#options.delay.stop();
  }

  /** @returns null when the call may come, else the Retry-After of its 503, s */
  refusal(): number | null {
    if (this.#isTaken()) {
      this.#seen.taken++;
      return null;
    }
    this.#seen.refused++;
    this.#refused++;
    return RETRY_FROM_S + Math.floor(this.#random() * RETRY_SPREAD_S);
  }

  dump(): Record<string, unknown> {
    return { active: this.#state.share < 1, share: Math.round(this.#state.share * 100) / 100, lateMs: Math.round(this.#lateMs), refused: this.#refused };
  }

  #isTaken(): boolean {
    if (this.#state.share === 1) return true;
    this.#owed += this.#state.share;
    if (this.#owed < 1) return false;
    this.#owed -= 1;
    return true;
  }

  #sample(): void {
    this.#lateMs = Math.max(this.#options.delay.takeP95(), this.#options.receiveWait?.() ?? 0);
    const before = this.#state.share < 1;
    const [taken, refused] = [this.#seen.taken, this.#seen.refused].map((calls) => (calls * 1000) / SAMPLE_MS) as [number, number];
    this.#seen = { taken: 0, refused: 0 };
    this.#state = overloadStep(this.#limits, this.#state, { lateMs: this.#lateMs, taken, refused });
    const isActive = this.#state.share < 1;
    if (isActive !== before) this.#options.onChange?.(isActive, this.#lateMs);
  }
}
