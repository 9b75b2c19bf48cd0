/** Keeps what each tenant's service did: looks in memory, written once a minute and at each change. */
import type { OutageReason } from '../../../shared/api/service-status.ts';
import type { Actor, WithTenant } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import type { Logger } from '../../lib/logger.ts';
import { takeLook, type Availability, type OutageRow } from './availability.ts';
import { readAvailability, writeAvailability } from './availability.queries.ts';

const WRITE_EVERY_MS = 60_000;
const ACTOR: Actor = { kind: 'system', id: 'monitoring', ip: '' };

export interface ServiceLook {
  tenantId: string;
  /** Null = it answered, or is not to answer: a suspended tenant's pause is no outage. */
  reason: OutageReason | null;
}

interface Kept {
  state: Availability;
  /** By id, as they are to be written. */
  unwritten: Map<string, OutageRow>;
  /** Monotonic, ms; null = not yet. */
  writtenAt: number | null;
}

export interface AvailabilityRecorderDeps {
  withTenant: WithTenant;
  isDatabaseHealthy: () => boolean;
  clock: Clock;
  logger: Logger;
}

export class AvailabilityRecorder {
  readonly #deps: AvailabilityRecorderDeps;
  readonly #kept = new Map<string, Kept>();

  constructor(deps: AvailabilityRecorderDeps) {
    this.#deps = deps;
  }

  /** One look at every tenant. A tenant whose past cannot be read yet is looked at next time: the gap counts then. */
  async take(looks: readonly ServiceLook[]): Promise<void> {
    const wall = this.#deps.clock.wall();
    for (const { tenantId, reason } of looks) {
      try {
        await this.#takeOne(tenantId, reason, wall);
      } catch (error) {
        this.#deps.logger.warn({ tenantId, error: messageOf(error) }, 'availability could not be written yet');
      }
    }
    const seen = new Set(looks.map(({ tenantId }) => tenantId));
    for (const tenantId of this.#kept.keys()) if (!seen.has(tenantId)) this.#kept.delete(tenantId);
  }

  /** Writes what was seen last, so that the time until the next start is counted to the second. */
  async close(): Promise<void> {
    if (!this.#deps.isDatabaseHealthy()) return;
    for (const [tenantId, kept] of this.#kept) {
      await this.#write(tenantId, kept).catch((error: unknown) => this.#deps.logger.warn({ tenantId, error: messageOf(error) }, 'availability could not be written'));
    }
  }

  async #takeOne(tenantId: string, reason: OutageReason | null, wall: number): Promise<void> {
    const { clock } = this.#deps;
    const kept = this.#kept.get(tenantId) ?? (await this.#load(tenantId, wall));
    if (!kept) return;
    const { state, changed } = takeLook(kept.state, reason, wall, newId);
    kept.state = state;
    for (const row of changed) kept.unwritten.set(row.id, row);
    const isDue = kept.writtenAt === null || clock.monotonic() - kept.writtenAt >= WRITE_EVERY_MS;
    if ((isDue || kept.unwritten.size > 0) && this.#deps.isDatabaseHealthy()) await this.#write(tenantId, kept);
  }

  async #load(tenantId: string, wall: number): Promise<Kept | null> {
    const { withTenant, isDatabaseHealthy } = this.#deps;
    if (!isDatabaseHealthy()) return null;
    const state = (await withTenant(tenantId, ACTOR, readAvailability)) ?? takeLook(null, null, wall, newId).state;
    const kept: Kept = { state, unwritten: new Map(), writtenAt: null };
    this.#kept.set(tenantId, kept);
    return kept;
  }

  async #write(tenantId: string, kept: Kept): Promise<void> {
    const { clock, withTenant } = this.#deps;
    const rows = [...kept.unwritten.values()];
    await withTenant(tenantId, ACTOR, (tx) => writeAvailability(tx, kept.state, rows));
    kept.writtenAt = clock.monotonic();
    for (const row of rows) if (kept.unwritten.get(row.id) === row) kept.unwritten.delete(row.id);
  }
}
