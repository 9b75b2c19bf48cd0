import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';

const cautions = (tx: TenantTx) => tx.db.selectFrom('customer_cautions').selectAll();

export const lockCaution = (tx: TenantTx, id: string) => cautions(tx).where('id', '=', id).forUpdate().executeTakeFirst();

export const findCaution = (tx: TenantTx, id: string) => cautions(tx).where('id', '=', id).executeTakeFirst();

export type CautionRow = NonNullable<Awaited<ReturnType<typeof findCaution>>>;

export const cautionsOf = (tx: TenantTx, customerId: string): Promise<CautionRow[]> =>
  cautions(tx).where('customer_id', '=', customerId).orderBy('created_at', 'desc').orderBy('id', 'desc').limit(100).execute();

/** Flags that are in force, newest first. */
export const cautionsInForce = (tx: TenantTx, customerIds: readonly string[]) =>
  tx.db
    .selectFrom('customer_cautions')
    .select(['id', 'customer_id', 'sealed'])
    .where('customer_id', '=', sql<string>`any(${customerIds}::uuid[])`)
    .where('lifted_at', 'is', null)
    .where('expires_at', '>', sql<Date>`now()`)
    .orderBy('created_at', 'desc')
    .execute();

export async function insertCaution(tx: TenantTx, row: { id: string; customerId: string; incidentId: string | null; expiresAt: Date; sealed: Buffer }): Promise<void> {
  const { id, customerId, incidentId, expiresAt, sealed } = row;
  await tx.db.insertInto('customer_cautions').values({ tenant_id: tx.tenantId, id, customer_id: customerId, incident_id: incidentId, expires_at: expiresAt, sealed }).execute();
}

export async function patchCaution(tx: TenantTx, id: string, patch: { expires_at: Date; objected_at: Date | null; lifted_at: Date | null; sealed: Buffer }): Promise<void> {
  await tx.db.updateTable('customer_cautions').set(patch).where('id', '=', id).execute();
}
