import type { Actor, WithTenant } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { ObjectStore } from '../../store/object-store.ts';
import { clearExports } from './export-clear.ts';
import { goingExport } from './exports.queries.ts';

const ACTOR: Actor = { kind: 'system', id: 'exports', ip: '' };

/** Exit code of a process that did nothing, because another one is making an export (sysexits: try later). */
export const BUSY = 75;

export interface LineDeps {
  withTenant: WithTenant;
  store: Pick<ObjectStore, 'localPath'>;
  clock: Clock;
  logger: Logger;
  /** Makes one export in a process of its own, so that calls do not wait for it. @returns its exit code */
  run: (tenantId: string, exportId: string) => Promise<number>;
}

/**
 * The exports that were asked for, one at a time in the order of asking. Looked for in each tenant again and again, so that what a killed
 * process has left goes on.
 */
export class ExportLine {
  readonly name = 'exports';
  readonly #deps: LineDeps;
  /** Tenants whose export waits, with it and when it was asked for, ms since the epoch. */
  readonly #waiting = new Map<string, { exportId: string; at: number }>();
  /** Id of the export that is made now. */
  #current: string | null = null;
  #isStopped = false;

  constructor(deps: LineDeps) {
    this.#deps = deps;
  }

  async run(tenantId: string): Promise<void> {
    const { withTenant, store, clock } = this.#deps;
    await clearExports({ database: { withTenant }, store, clock }, tenantId);
    const going = await withTenant(tenantId, ACTOR, goingExport);
    if (going && going.id !== this.#current) this.#waiting.set(tenantId, { exportId: going.id, at: going.created_at.getTime() });
    else this.#waiting.delete(tenantId);
    this.#next();
  }

  /** Looks at a tenant now: somebody has asked. */
  wake(tenantId: string): void {
    this.run(tenantId).catch((error: unknown) => this.#deps.logger.warn({ tenantId, error: messageOf(error) }, 'could not begin an export'));
  }

  /** Begins no other one. */
  stop(): void {
    this.#isStopped = true;
  }

  #next(): void {
    if (this.#current !== null || this.#isStopped) return;
    const [first] = [...this.#waiting].toSorted(([, a], [, b]) => a.at - b.at);
    if (!first) return;
    const [tenantId, { exportId }] = first;
    this.#waiting.delete(tenantId);
    this.#current = exportId;
    void this.#deps.run(tenantId, exportId).then((code) => {
      this.#current = null;
      // Met again in the next round when it is not over.
      if (code !== 0 && code !== BUSY && !this.#isStopped) this.#deps.logger.warn({ tenantId, exportId, code }, 'an export was interrupted; it goes on');
      this.#next();
    });
  }
}
