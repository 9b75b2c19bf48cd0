import { Emitter } from '../lib/emitter.ts';
import type { Logger } from '../lib/logger.ts';

const RETRY_MS = 250;
const IDLE_CHECK_MS = 2_000;

/** Knows whether the database answers: told of failures by its users, asks by itself when all is quiet. */
export class HealthMonitor {
  readonly #events: Emitter<{ change: boolean }>;
  readonly #probe: () => Promise<void>;
  readonly #logger: Logger;
  #healthy = true;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param probe resolves when the database answered */
  constructor(probe: () => Promise<void>, logger: Logger) {
    this.#probe = probe;
    this.#logger = logger;
    this.#events = new Emitter((error) => logger.error({ err: error }, 'a listener of the database health failed'));
    this.#schedule(IDLE_CHECK_MS);
  }

  get healthy(): boolean {
    return this.#healthy;
  }

  on(listener: (healthy: boolean) => void): () => void {
    return this.#events.on('change', listener);
  }

  /** A connection failed: asks again soon, until the database answers. */
  suspect(): void {
    if (this.#closed || !this.#healthy) return;
    this.#schedule(0);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #schedule(ms: number): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#check(), ms);
    this.#timer.unref();
  }

  async #check(): Promise<void> {
    const answered = await this.#probe().then(
      () => true,
      () => false,
    );
    if (this.#closed) return;
    this.#become(answered);
    this.#schedule(answered ? IDLE_CHECK_MS : RETRY_MS);
  }

  #become(healthy: boolean): void {
    if (healthy === this.#healthy) return;
    this.#healthy = healthy;
    if (healthy) this.#logger.info({}, 'the database answers again');
    else this.#logger.error({}, 'the database cannot be reached');
    this.#events.emit('change', healthy);
  }
}
