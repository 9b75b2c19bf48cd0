import type { Clock } from '../lib/clock.ts';

/** Something whose data can be written and forced to the disk. Must not fail: it deals with its own failure. */
export interface Syncable {
  /** Begins to write what is held. */
  write(): void;
  sync(): Promise<void>;
}

const SYNC_EVERY_MS = 1000;

/** What waits for this is in memory no longer than a second, together with what a recorder itself keeps back. */
const WRITE_EVERY_MS = 100;

/** How long a file that is finished waits for others, ms; nobody hears its end sooner. */
const GATHER_MS = 100;

/**
 * Writes files ten times a second, and forces them to the disk once a second, all in one go. A write at its own time wakes
 * a thread, which costs more than the write; the first sync makes the file system commit what the others need too.
 */
export class SyncGroup {
  readonly #clock: Clock;
  #dirty = new Set<Syncable>();
  #scheduled = false;
  #held = new Set<Syncable>();
  #leaving: { file: Syncable; resolve: () => void }[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The file has something to write. */
  hold(file: Syncable): void {
    if (this.#held.size === 0) this.#clock.after(WRITE_EVERY_MS, () => this.#write());
    this.#held.add(file);
  }

  /** To be called after a write. */
  mark(file: Syncable): void {
    this.#dirty.add(file);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#clock.after(SYNC_EVERY_MS, () => void this.#run());
  }

  /** Writes what a finished file holds and forces it to the disk soon, with others that end at the same time. Resolves after its sync. */
  leave(file: Syncable): Promise<void> {
    return new Promise((resolve) => {
      this.#leaving.push({ file, resolve });
      if (this.#leaving.length === 1) this.#clock.after(GATHER_MS, () => this.#runLeaving());
    });
  }

  /** All at once: they share a commit of the file system, and the threads are woken once. */
  #runLeaving(): void {
    const leaving = this.#leaving;
    this.#leaving = [];
    for (const { file, resolve } of leaving) {
      this.#held.delete(file);
      this.#dirty.delete(file);
      file.write();
      void file.sync().then(() => {
        this.#dirty.delete(file);
        resolve();
      });
    }
  }

  #write(): void {
    const files = this.#held;
    this.#held = new Set();
    for (const file of files) file.write();
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
