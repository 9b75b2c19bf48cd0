/**
 * New calls stand in line: what belongs to calls that are up goes first, and of what time is left new ones are taken, oldest first. So
 * a call waits as long as we are late, whatever it is that takes the time, and as many are taken as can be done. A burst is worked off; when calls
 * wait too long for longer than that, more come than can be done, and those that have waited too long are refused (loss-based
 * control, RFC 6357 section 5.10 and RFC 7339, decided here instead of by the neighbour). Repetitions of a call in line are the same call.
 */
import type { Clock } from '../../lib/clock.ts';

export interface CallLineLimits {
  /** For new calls, of each turn of the event loop, ms. */
  sliceMs: number;
  /** The same while messages lie in the network's queue, which are those of calls that are up, too. */
  behindSliceMs: number;
  /** Who waits longer is refused while more come than can be done, ms. Well below T1 (500 ms), after which callers repeat themselves. */
  lateMs: number;
  /** For so long calls may wait longer, before it is more than a burst, ms. */
  patienceMs: number;
  /** Nobody refused for so long: it is over, ms. */
  calmMs: number;
  /** Calls in line; those beyond are refused at once. */
  calls: number;
}

export const DEFAULT_CALL_LINE_LIMITS: CallLineLimits = { sliceMs: 4, behindSliceMs: 0.2, lateMs: 200, patienceMs: 1000, calmMs: 1000, calls: 5000 };

export interface CallLineOptions<Call> {
  clock: Clock;
  take(call: Call): void;
  refuse(call: Call): void;
  /** How long what arrives waits in the network's queue before it gets here, ms; asked a few times a second. */
  receiveWait(): number;
  /** Whether there is more in that queue than was read in this turn. */
  isBehind(): boolean;
  /** Told of every change. @param lateMs what a call waited */
  onChange?(active: boolean, lateMs: number): void;
  /** Runs once after everything that has arrived was looked at. */
  defer?: (run: () => void) => void;
  limits?: Partial<CallLineLimits>;
}

const SAMPLE_MS = 250;

export class CallLine<Call> {
  readonly #options: CallLineOptions<Call>;
  readonly #limits: CallLineLimits;
  readonly #defer: (run: () => void) => void;
  /** By what is the same in all repetitions of a call; in the order in which they came. */
  readonly #waiting = new Map<string, { call: Call; sinceMs: number }>();
  #spentMs = 0;
  #isDeferred = false;
  #networkMs = 0;
  #lateSinceMs: number | null = null;
  #refusedAtMs = 0;
  #active = false;
  #refused = 0;
  #stopTimer: () => void = () => undefined;

  constructor(options: CallLineOptions<Call>) {
    this.#options = options;
    this.#limits = { ...DEFAULT_CALL_LINE_LIMITS, ...options.limits };
    this.#defer = options.defer ?? ((run) => void setImmediate(run));
  }

  start(): void {
    this.#stopTimer = this.#options.clock.after(SAMPLE_MS, () => {
      this.#networkMs = this.#options.receiveWait();
      this.#endWhenCalm();
      this.start();
    });
  }

  /** Who still waits gets no answer and calls another server. */
  stop(): void {
    this.#stopTimer();
    this.#waiting.clear();
  }

  /** @param key the same for all repetitions @param sinceMs when it came, monotonic */
  add(key: string, call: Call, sinceMs: number): void {
    if (this.#waiting.has(key)) return;
    if (this.#waiting.size >= this.#limits.calls) {
      this.#refuse(call);
      return;
    }
    this.#waiting.set(key, { call, sinceMs });
    // Others before it: their turn comes after what has arrived was looked at.
    if (this.#waiting.size === 1) this.#work();
  }

  /** Takes a call out of turn, for something that is about it. */
  takeNow(key: string): void {
    const entry = this.#waiting.get(key);
    if (!entry || !this.#waiting.delete(key)) return;
    this.#options.take(entry.call);
  }

  /** Whether a call that waited so long is refused. @param lateMs in line and in the network's queue */
  refuses(lateMs: number): boolean {
    const now = this.#options.clock.monotonic();
    const isLate = lateMs > this.#limits.lateMs;
    if (this.#active) return isLate;
    this.#lateSinceMs = isLate ? (this.#lateSinceMs ?? now) : null;
    if (this.#lateSinceMs === null || now - this.#lateSinceMs < this.#limits.patienceMs) return false;
    this.#change(true, lateMs);
    return true;
  }

  dump(): Record<string, unknown> {
    return { active: this.#active, waiting: this.#waiting.size, networkMs: Math.round(this.#networkMs), refused: this.#refused };
  }

  #work(): void {
    const { clock } = this.#options;
    const sliceMs = this.#options.isBehind() ? this.#limits.behindSliceMs : this.#limits.sliceMs;
    let now = clock.monotonic();
    for (const [key, { call, sinceMs }] of this.#waiting) {
      if (this.#spentMs >= sliceMs) break;
      this.#waiting.delete(key);
      if (this.refuses(now - sinceMs + this.#networkMs)) this.#refuse(call);
      else this.#options.take(call);
      const after = clock.monotonic();
      this.#spentMs += after - now;
      now = after;
    }
    if (this.#isDeferred) return;
    this.#isDeferred = true;
    this.#defer(this.#nextTurn);
  }

  readonly #nextTurn = (): void => {
    this.#isDeferred = false;
    this.#spentMs = 0;
    if (this.#waiting.size > 0) this.#work();
  };

  #refuse(call: Call): void {
    this.#refused++;
    this.#refusedAtMs = this.#options.clock.monotonic();
    this.#options.refuse(call);
  }

  #endWhenCalm(): void {
    if (this.#active && this.#options.clock.monotonic() - this.#refusedAtMs >= this.#limits.calmMs) this.#change(false, this.#networkMs);
  }

  #change(active: boolean, lateMs: number): void {
    this.#active = active;
    this.#lateSinceMs = null;
    this.#options.onChange?.(active, lateMs);
  }
}
