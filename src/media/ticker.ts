import type { Clock } from '../lib/clock.ts';

/** Length of one frame of sound, ms; also the packet time of everything we send. */
export const FRAME_MS = 20;
/** Samples (and G.711 bytes) in a frame. */
export const FRAME_SAMPLES = 160;

/** Frames in arrears beyond which time is skipped, so that a stalled process does not flood its peers afterwards. */
const MAX_CATCH_UP_FRAMES = 10;
const LATENESS_WINDOW = 500;

/** Called with the number of frames that fell due since the last call (usually 1) and the monotonic time in ms. */
export type TickListener = (frames: number, nowMs: number) => void;

/**
 * The one 20 ms heartbeat of a media process. Due times are multiples of 20 ms from the first tick, so lateness of one
 * tick does not move the next; it runs only while somebody listens.
 */
export class Ticker {
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;
  readonly #listeners = new Set<TickListener>();
  readonly #lateness = new Float64Array(LATENESS_WINDOW);
  #ticks = 0;
  #dueMs = 0;
  #cancel: (() => void) | null = null;

  /** @param onError receives what a listener threw; the others are still called */
  constructor(clock: Clock, onError: (error: unknown) => void) {
    this.#clock = clock;
    this.#onError = onError;
  }

  /** Adds a listener; the returned function removes it. */
  add(listener: TickListener): () => void {
    this.#listeners.add(listener);
    if (!this.#cancel) {
      this.#dueMs = this.#clock.monotonic() + FRAME_MS;
      this.#schedule();
    }
    return () => this.#listeners.delete(listener);
  }

  /** 99th percentile of how late the last 500 ticks (10 s) were, ms. */
  lateP99(): number {
    const seen = Math.min(this.#ticks, LATENESS_WINDOW);
    if (seen === 0) return 0;
    const sorted = this.#lateness.slice(0, seen).sort();
    return sorted[Math.min(seen - 1, Math.floor(seen * 0.99))] ?? 0;
  }

  /** Stops for good. */
  close(): void {
    this.#listeners.clear();
    this.#cancel?.();
    this.#cancel = null;
  }

  #schedule(): void {
    const wait = Math.max(0, Math.ceil(this.#dueMs - this.#clock.monotonic()));
    this.#cancel = this.#clock.after(wait, () => this.#run());
  }

  #run(): void {
    if (this.#listeners.size === 0) {
      this.#cancel = null;
      return;
    }
    const now = this.#clock.monotonic();
    let frames = Math.floor((now - this.#dueMs) / FRAME_MS) + 1;
    if (frames > 0) {
      this.#lateness[this.#ticks++ % LATENESS_WINDOW] = now - this.#dueMs;
      this.#dueMs += frames * FRAME_MS;
      frames = Math.min(frames, MAX_CATCH_UP_FRAMES);
      for (const listener of this.#listeners) {
        try {
          listener(frames, now);
        } catch (error) {
          this.#onError(error);
        }
      }
    }
    this.#schedule();
  }
}
