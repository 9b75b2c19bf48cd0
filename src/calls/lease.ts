import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { SccDatabase } from '../db/database.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import { isUuid, newId } from '../lib/ids.ts';
import type { Logger } from '../lib/logger.ts';

/** How long a lease holds without being renewed, s. */
const LEASE_SECONDS = 30;
const RENEW_EVERY_MS = 10_000;

/** The id of the cell in this data folder: the same after a restart, so that it gets its own leases back at once. */
export function cellIdOf(dataDir: string): string {
  const file = join(dataDir, 'cell-id');
  try {
    const known = readFileSync(file, 'utf8').trim();
    if (isUuid(known)) return known;
  } catch {
    // The first start in this folder.
  }
  const fresh = newId();
  writeFileSync(file, `${fresh}\n`, { mode: 0o600 });
  return fresh;
}

/**
 * Takes or renews the lease of a tenant: its live state is owned by one cell at a time.
 * @returns false when another cell holds it
 */
export async function takeLease(database: Pick<SccDatabase, 'withDirectory'>, tenantId: string, cellId: string): Promise<boolean> {
  return database.withDirectory(async (db) => {
    const until = sql<Date>`now() + make_interval(secs => ${LEASE_SECONDS})`;
    const row = await db
      .insertInto('cell_leases')
      .values({ tenant: tenantId, cell_id: cellId, expires_at: until })
      .onConflict((conflict) =>
        conflict
          .column('tenant')
          .doUpdateSet({ cell_id: cellId, expires_at: until })
          .where((where) => where.or([where('cell_leases.cell_id', '=', cellId), where('cell_leases.expires_at', '<', sql<Date>`now()`)])),
      )
      .returning('tenant')
      .executeTakeFirst();
    return row !== undefined;
  });
}

export interface LeaseHolder {
  readonly tenantId: string;
  /** Set to false when another cell took the tenant. */
  accepting: boolean;
}

/** Renews the leases of the tenants that this cell has. @returns ends it */
export function keepLeases(deps: { database: Pick<SccDatabase, 'withDirectory'>; clock: Clock; logger: Logger; cellId: string; tenants: () => readonly LeaseHolder[] }): () => void {
  const { database, clock, logger, cellId, tenants } = deps;
  let cancel = (): void => undefined;
  const renew = (tenant: LeaseHolder): void => {
    const { tenantId } = tenant;
    takeLease(database, tenantId, cellId).then(
      (mine) => {
        if (mine) return;
        tenant.accepting = false;
        logger.error({ tenantId }, 'another cell took this tenant: no new calls here');
      },
      (error: unknown) => logger.warn({ tenantId, error: messageOf(error) }, 'lease could not be renewed'),
    );
  };
  const next = (): void => {
    cancel = clock.after(RENEW_EVERY_MS, () => {
      for (const tenant of tenants()) renew(tenant);
      next();
    });
  };
  next();
  return () => cancel();
}

/** Gives one tenant up. */
export async function dropLease(database: Pick<SccDatabase, 'withDirectory'>, tenantId: string, cellId: string): Promise<void> {
  await database.withDirectory((db) => db.deleteFrom('cell_leases').where('tenant', '=', tenantId).where('cell_id', '=', cellId).execute());
}

export async function dropLeases(database: Pick<SccDatabase, 'withDirectory'>, cellId: string): Promise<void> {
  await database.withDirectory((db) => db.deleteFrom('cell_leases').where('cell_id', '=', cellId).execute());
}
