import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';

/** Readings of changed configurations that are going on, so that who made a change can wait until calls go by it. */
export class ConfigReadings {
  readonly #read: (tenantId: string) => Promise<void>;
  readonly #logger: Logger;
  readonly #going = new Map<string, Promise<void>>();

  constructor(read: (tenantId: string) => Promise<void>, logger: Logger) {
    this.#read = read;
    this.#logger = logger;
  }

  /** Settles when every change of the tenant that was told before is in force; never rejects. */
  settled(tenantId: string): Promise<void> {
    return this.#going.get(tenantId) ?? Promise.resolve();
  }

  /** Reads a tenant's configuration again. The last of several readings counts as over when those before are. */
  begin(tenantId: string): void {
    const before = this.settled(tenantId);
    const reading = this.#read(tenantId)
      .catch((error: unknown) => this.#logger.error({ tenantId, error: messageOf(error) }, 'tenant could not be reloaded'))
      .then(() => before)
      .finally(() => {
        if (this.#going.get(tenantId) === reading) this.#going.delete(tenantId);
      });
    this.#going.set(tenantId, reading);
  }
}
