import type { WithTenant } from '../db/types.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { activateDue } from '../modules/flows/flow-versions.service.ts';

/** A timer cannot be longer than 24 days; and the wall clock may be set meanwhile, ms. */
const LONGEST_MS = 60 * 60_000;
/** When the database could not be asked, ms. */
const AGAIN_MS = 10_000;

export interface FlowScheduleDeps {
  tenantId: string;
  database: { withTenant: WithTenant };
  clock: Clock;
  logger: Logger;
  /** Versions have changed: the configuration is to be read again. */
  changed: () => void;
}

/** Lets versions of flows take over at their time. */
export class FlowSchedule {
  readonly #deps: FlowScheduleDeps;
  #cancel: () => void = () => undefined;

  constructor(deps: FlowScheduleDeps) {
    this.#deps = deps;
  }

  /** @param due when the next version takes over, ms since the epoch; null = none waits */
  expect(due: number | null): void {
    this.#cancel();
    if (due === null) return;
    const { clock } = this.#deps;
    const left = due - clock.wall();
    this.#cancel = clock.after(Math.min(Math.max(left, 0), LONGEST_MS), () => {
      if (due > clock.wall()) this.expect(due);
      else void this.#activate();
    });
  }

  stop(): void {
    this.#cancel();
  }

  async #activate(): Promise<void> {
    const { database, tenantId, clock, logger, changed } = this.#deps;
    try {
      await database.withTenant(tenantId, { kind: 'system', id: 'schedule', ip: '' }, (tx) => activateDue(tx, clock.wall()));
      changed();
    } catch (error) {
      logger.warn({ error: messageOf(error) }, 'a version of a flow could not take over at its time');
      this.#cancel = clock.after(AGAIN_MS, () => void this.#activate());
    }
  }
}
