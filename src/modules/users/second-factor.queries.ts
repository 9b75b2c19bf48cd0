import type { TenantTx } from '../../db/types.ts';

/** The second factor of a user, locked, so that one code cannot be spent by two logins at once. */
export const lockFactor = (tx: TenantTx, userId: string) =>
  tx.db.selectFrom('second_factors').select(['sealed', 'confirmed_at', 'last_step']).where('user_id', '=', userId).forUpdate().executeTakeFirst();

export const findFactor = (tx: TenantTx, userId: string) =>
  tx.db.selectFrom('second_factors').select(['sealed', 'confirmed_at']).where('user_id', '=', userId).executeTakeFirst();

/** Starts over: an unconfirmed secret is replaced. */
export async function putUnconfirmedFactor(tx: TenantTx, userId: string, sealed: Buffer): Promise<void> {
  await tx.db
    .insertInto('second_factors')
    .values({ tenant_id: tx.tenantId, user_id: userId, sealed })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'user_id']).doUpdateSet({ sealed, confirmed_at: null, last_step: 0 }))
    .execute();
}

export async function patchFactor(tx: TenantTx, userId: string, patch: { sealed?: Buffer; confirmed_at?: Date | null; last_step?: number }): Promise<void> {
  await tx.db.updateTable('second_factors').set(patch).where('user_id', '=', userId).execute();
}

/** Takes the second factor away; false when there was none. */
export async function deleteFactor(tx: TenantTx, userId: string): Promise<boolean> {
  const gone = await tx.db.deleteFrom('second_factors').where('user_id', '=', userId).returning('user_id').executeTakeFirst();
  return gone !== undefined;
}
