import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';

/** What an origin is known by. */
export type OriginKind = 'browser' | 'address' | 'session';

export interface OriginKey {
  userId: string;
  kind: OriginKind;
  token: Buffer;
}

const COLUMNS = ['kind', 'origin_token', 'failed_logins', 'locked_until'] as const;

const ofKey = (tx: TenantTx, { userId, kind, token }: OriginKey) =>
  tx.db.selectFrom('login_origins').where('user_id', '=', userId).where('kind', '=', kind).where('origin_token', '=', token);

export const findOrigin = (tx: TenantTx, key: OriginKey) => ofKey(tx, key).select(COLUMNS).executeTakeFirst();

/** Whether anybody of the tenant has logged in from an origin since a time. */
export async function isOriginOfAnybody(tx: TenantTx, kind: OriginKind, token: Buffer, since: Date): Promise<boolean> {
  return (await tx.db.selectFrom('login_origins').select('user_id').where('kind', '=', kind).where('origin_token', '=', token).where('used_at', '>', since).limit(1).executeTakeFirst()) !== undefined;
}

/** Locks of origins, by user. */
export async function originLocks(tx: TenantTx, userIds: readonly string[]): Promise<Map<string, { failed_logins: number; locked_until: Date | null }[]>> {
  const rows = await tx.db.selectFrom('login_origins').select(['user_id', 'failed_logins', 'locked_until']).where('user_id', '=', sql<string>`any(${userIds}::uuid[])`).where('failed_logins', '>', 0).execute();
  return Map.groupBy(rows, (row) => row.user_id);
}

/** Writes that the user logged in from there; what was counted there stays. */
export async function touchOrigin(tx: TenantTx, { userId, kind, token }: OriginKey, at: Date): Promise<void> {
  await tx.db
    .insertInto('login_origins')
    .values({ tenant_id: tx.tenantId, user_id: userId, kind, origin_token: token, used_at: at })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'user_id', 'kind', 'origin_token']).doUpdateSet({ used_at: at }))
    .execute();
}

/** Writes how many failed there in a row. */
export async function setOriginFailures(tx: TenantTx, { userId, kind, token }: OriginKey, state: { failed_logins: number; locked_until: Date | null }, at: Date): Promise<void> {
  await tx.db
    .insertInto('login_origins')
    .values({ tenant_id: tx.tenantId, user_id: userId, kind, origin_token: token, used_at: at, ...state })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'user_id', 'kind', 'origin_token']).doUpdateSet(state))
    .execute();
}

export async function clearOriginFailures(tx: TenantTx, userId: string): Promise<void> {
  await tx.db.updateTable('login_origins').set({ failed_logins: 0, locked_until: null }).where('user_id', '=', userId).execute();
}

export async function deleteOrigins(tx: TenantTx, userId: string): Promise<void> {
  await tx.db.deleteFrom('login_origins').where('user_id', '=', userId).execute();
}

/** Forgets origins that were not used since a time, and of each kind all but the ones used last. */
export async function pruneOrigins(tx: TenantTx, userId: string, since: Date, most: number): Promise<void> {
  await sql`delete from login_origins where user_id = ${userId}::uuid and (used_at < ${since} or (kind, origin_token) in (
    select kind, origin_token from (
      select kind, origin_token, row_number() over (partition by kind order by used_at desc, origin_token) as place from login_origins where user_id = ${userId}::uuid
    ) placed where place > ${most}))`.execute(tx.db);
}
