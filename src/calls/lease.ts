import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { SccDatabase } from '../db/database.ts';
import { isUuid, newId } from '../lib/ids.ts';

/** How long a lease holds without being renewed, s. */
const LEASE_SECONDS = 30;

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

export async function dropLeases(database: Pick<SccDatabase, 'withDirectory'>, cellId: string): Promise<void> {
  await database.withDirectory((db) => db.deleteFrom('cell_leases').where('cell_id', '=', cellId).execute());
}
