import type { OperatorOverview } from '../../../shared/api/operator.ts';
import type { TenantRow } from '../../db/types.ts';
import { backupState } from '../backup/backup-job.ts';
import { masterKeyUses } from '../keys/master-key.service.ts';
import { countRefusedSince, countTenant, keysOfTenant, latestEvents } from './operator.queries.ts';
import type { OperatorDeps, OperatorSession } from './operator-types.ts';

const EVENTS_SHOWN = 50;
/** Counting in every tenant is not done more often than this, however many pages are open. */
const COUNT_EVERY_MS = 15_000;
const JST_OFFSET_MS = 9 * 3_600_000;
const DAY_MS = 86_400_000;

type Records = NonNullable<OperatorOverview['records']>;
type Counts = Map<string, { users: number; refusedLogins: number; key: Awaited<ReturnType<typeof keysOfTenant>> }>;
/** Uses of keys are counted so far back. */
const KEY_USES_MS = 30 * DAY_MS;

const midnightInJapan = (wall: number): number => Math.floor((wall + JST_OFFSET_MS) / DAY_MS) * DAY_MS - JST_OFFSET_MS;

/** What operators see: how the product does, and counts of tenants. Never what is in a tenant. */
export class OperatorOverviews {
  readonly #deps: OperatorDeps;
  readonly #startedAt: number;
  #counts: { at: number; midnight: number; of: Counts } | null = null;

  constructor(deps: OperatorDeps) {
    this.#deps = deps;
    this.#startedAt = deps.clock.monotonic();
  }

  async overview(session: OperatorSession, reasons: OperatorOverview['reasons']): Promise<OperatorOverview> {
    const { clock, database, databaseKind, live, version } = this.#deps;
    const [media, records] = await Promise.all([live.media(), this.#records()]);
    return {
      at: new Date(clock.wall()).toISOString(),
      loginId: session.loginId,
      role: session.role,
      version,
      nodeVersion: process.version,
      uptimeMs: Math.round(clock.monotonic() - this.#startedAt),
      ready: reasons.length === 0,
      reasons,
      database: { kind: databaseKind, healthy: database.healthy },
      media,
      liveCalls: live.calls(),
      masterKey: this.#deps.masterKeyView(),
      records,
    };
  }

  /** Null while the database is away. */
  async #records(): Promise<Records | null> {
    const { database } = this.#deps;
    if (!database.healthy) return null;
    try {
      return await this.#readRecords();
    } catch (error) {
      // It went away while we asked.
      if (!database.healthy) return null;
      throw error;
    }
  }

  async #readRecords(): Promise<Records> {
    const { database, clock, live } = this.#deps;
    const midnight = midnightInJapan(clock.wall());
    const tenants = await database.directory.tenants();
    const counts = await this.#countsOf(tenants, midnight);
    const own = await database.withDirectory(async (db) => ({
      refused: await countRefusedSince(db, new Date(midnight)),
      events: await latestEvents(db, EVENTS_SHOWN),
      masterKeyUses: await masterKeyUses(db, new Date(clock.wall() - KEY_USES_MS)),
    }));
    return {
      tenants: tenants.map((row) => ({ ...row, users: counts.get(row.id)?.users ?? 0, liveCalls: live.callsOf(row.id) })),
      keys: tenants.flatMap(({ id, slug, name }) => {
        const key = counts.get(id)?.key;
        return key ? [{ tenantId: id, slug, name, ...key }] : [];
      }),
      masterKeyUses: own.masterKeyUses,
      backups: await backupState(database, this.#deps.backupHours, clock.wall()),
      points: await this.#deps.points(),
      refusedLogins: { tenants: [...counts.values()].reduce((sum, { refusedLogins }) => sum + refusedLogins, 0), operator: own.refused },
      events: own.events.map(({ at, detail, ...event }) => ({ ...event, at: at.toISOString(), detail: detail as Record<string, string> })),
    };
  }

  /** Whoever waits for a rotation sees how far it is. */
  #isRotating(): boolean {
    return [...(this.#counts?.of.values() ?? [])].some(({ key }) => key.state === 'rotating');
  }

  /** What was counted is not true any more. */
  forget(): void {
    this.#counts = null;
  }

  async #countsOf(tenants: readonly TenantRow[], midnight: number): Promise<Counts> {
    const now = this.#deps.clock.monotonic();
    const known = this.#counts;
    const isFresh = known !== null && !this.#isRotating() && known.midnight === midnight && now - known.at < COUNT_EVERY_MS && tenants.every(({ id }) => known.of.has(id));
    if (isFresh) return known.of;
    const of: Counts = new Map();
    await this.#deps.database.unbound(async (db) => {
      const usedSince = new Date(this.#deps.clock.wall() - KEY_USES_MS);
      for (const { id } of tenants) of.set(id, { ...(await countTenant(db, id, new Date(midnight))), key: await keysOfTenant(db, id, usedSince) });
    });
    this.#counts = { at: now, midnight, of };
    return of;
  }
}
