import type { Clock } from '../lib/clock.ts';

/** Something whose written data can be forced to the disk. Must not reject: it deals with its own failure. */
export interface Syncable {
  sync(): Promise<void>;
}

const EVERY_MS = 1000;

/** How long a file that is finished waits for others, ms. */
const GATHER_MS = 40;

/**
 * Forces what was written to the disk once a second, all files in one go: the first sync makes the file system commit what
 * the others need too, which costs far less than each file for itself at its own time.
 */
export class SyncGroup {
  readonly #clock: Clock;
  #dirty = new Set<Syncable>();
  #scheduled = false;
  #leaving: { file: Syncable; resolve: () => void }[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** To be called after a write. */
  mark(file: Syncable): void {
    this.#dirty.add(file);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#clock.after(EVERY_MS, () => void this.#run());
  }

  /** Forces a finished file to the disk soon, with others that end at the same time. Resolves after its sync. */
  leave(file: Syncable): Promise<void> {
    return new Promise((resolve) => {
      this.#leaving.push({ file, resolve });
      if (this.#leaving.length === 1) this.#clock.after(GATHER_MS, () => void this.#runLeaving());
    });
  }

  async #runLeaving(): Promise<void> {
    const leaving = this.#leaving;
    this.#leaving = [];
    for (const { file, resolve } of leaving) {
      this.#dirty.delete(file);
      await file.sync();
      resolve();
    }
  }

  async #run(): Promise<void> {
    const files = this.#dirty;
    this.#dirty = new Set();
    for (const file of files) await file.sync();
    this.#scheduled = false;
    const again = this.#dirty.values().next().value;
    if (again) this.mark(again);
  }
}
