import { open } from 'node:fs/promises';
import { systemClock, type Clock } from '../lib/clock.ts';

/** How long a new name waits for company, ms; sound itself waits up to a second for its sync. */
const GATHER_MS = 250;

/** Makes new names in folders durable, many with one sync. */
export class FolderSync {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Promise<void>>();

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** Resolves when every name that is in the folder now is on the disk. @throws what the file system says */
  sync(folder: string): Promise<void> {
    const waiting = this.#waiting.get(folder);
    if (waiting) return waiting;
    const begun = new Promise<void>((resolve) => this.#clock.after(GATHER_MS, resolve)).then(() => {
      // Names made from now on need the next sync.
      this.#waiting.delete(folder);
      return syncNow(folder);
    });
    this.#waiting.set(folder, begun);
    return begun;
  }
}

async function syncNow(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
