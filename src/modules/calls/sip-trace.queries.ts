import type { TenantTx } from '../../db/types.ts';

export async function insertSipTrace(tx: TenantTx, callId: string, sealed: Buffer): Promise<void> {
  await tx.db
    .insertInto('call_sip_traces')
    .values({ tenant_id: tx.tenantId, call_id: callId, sealed })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'call_id']).doUpdateSet({ sealed }))
    .execute();
}

export const findSipTrace = (tx: TenantTx, callId: string) =>
  tx.db.selectFrom('call_sip_traces').select('sealed').where('tenant_id', '=', tx.tenantId).where('call_id', '=', callId).executeTakeFirst();

export async function deleteSipTraces(tx: TenantTx, before: Date): Promise<void> {
  await tx.db.deleteFrom('call_sip_traces').where('tenant_id', '=', tx.tenantId).where('created_at', '<', before).execute();
}
