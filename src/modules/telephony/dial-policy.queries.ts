import type { Insertable } from 'kysely';
import { sql } from 'kysely';
import type { DB } from '../../db/schema.generated.ts';
import type { TenantTx } from '../../db/types.ts';

export const findPolicy = (tx: TenantTx) => tx.db.selectFrom('dial_policies').selectAll().where('tenant_id', '=', tx.tenantId).executeTakeFirst();

export async function storePolicy(tx: TenantTx, row: Omit<Insertable<DB['dial_policies']>, 'tenant_id'>): Promise<void> {
  await tx.db
    .insertInto('dial_policies')
    .values({ tenant_id: tx.tenantId, ...row })
    .onConflict((conflict) => conflict.column('tenant_id').doUpdateSet(row))
    .execute();
}

export const findStop = (tx: TenantTx, id: string) => tx.db.selectFrom('dial_stops').selectAll().where('id', '=', id).executeTakeFirst();

export type StopRow = NonNullable<Awaited<ReturnType<typeof findStop>>>;

export const openStopRows = (tx: TenantTx) => tx.db.selectFrom('dial_stops').selectAll().where('released_at', 'is', null).orderBy('id').execute();

/** Those that hold first, then the newest. */
export const latestStopRows = (tx: TenantTx, limit: number) =>
  tx.db.selectFrom('dial_stops').selectAll().orderBy(sql`released_at is null`, 'desc').orderBy('id', 'desc').limit(limit).execute();

export async function insertStop(tx: TenantTx, row: Omit<Insertable<DB['dial_stops']>, 'tenant_id'>): Promise<void> {
  await tx.db.insertInto('dial_stops').values({ tenant_id: tx.tenantId, ...row }).execute();
}

/** @returns whether it held until now */
export async function closeStop(tx: TenantTx, id: string, at: Date, by: string): Promise<boolean> {
  const { numUpdatedRows } = await tx.db.updateTable('dial_stops').set({ released_at: at, released_by: by }).where('id', '=', id).where('released_at', 'is', null).executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function deviceNames(tx: TenantTx, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.db.selectFrom('sip_devices').select(['id', 'username']).where('id', '=', sql<string>`any(${[...ids]}::uuid[])`).execute();
  return new Map(rows.map(({ id, username }) => [id, username]));
}
