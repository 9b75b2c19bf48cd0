import { statfs } from 'node:fs/promises';
import { systemClock, type Clock } from '../lib/clock.ts';

/** A minute of one recording. */
const LEAST_BYTES = 1024 * 1024;
/** Recordings that begin within this ask the file system once, ms. */
const FRESH_MS = 1000;

/** Whether it makes sense to begin a recording: on a full disk a file can still be made, but nothing written. */
export class FreeSpace {
  readonly #clock: Clock;
  readonly #answers = new Map<string, { atMs: number; enough: Promise<boolean> }>();

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** True also when the file system does not say: opening the file tells why. */
  in(folder: string): Promise<boolean> {
    const nowMs = this.#clock.monotonic();
    const known = this.#answers.get(folder);
    if (known && nowMs - known.atMs < FRESH_MS) return known.enough;
    const enough = statfs(folder).then(({ bavail, bsize }) => bavail * bsize >= LEAST_BYTES, () => true);
    this.#answers.set(folder, { atMs: nowMs, enough });
    return enough;
  }
}
