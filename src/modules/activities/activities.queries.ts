import type { TenantTx } from '../../db/types.ts';

export const findActivity = (tx: TenantTx, id: string) => tx.db.selectFrom('activities').selectAll().where('id', '=', id).executeTakeFirst();

export interface NewActivity {
  id: string;
  customerId: string;
  caseId: string | null;
  callId: string | null;
  kind: 'call' | 'note' | 'voicemail';
  occurredAt: Date;
  sealed: Buffer;
}

export async function insertActivity(tx: TenantTx, row: NewActivity): Promise<void> {
  await tx.db
    .insertInto('activities')
    .values({
      tenant_id: tx.tenantId,
      id: row.id,
      customer_id: row.customerId,
      case_id: row.caseId,
      call_id: row.callId,
      kind: row.kind,
      occurred_at: row.occurredAt,
      sealed: row.sealed,
    })
    .execute();
}

/** Which of the referenced objects are the tenant's. */
export async function knownReferences(tx: TenantTx, given: { customerId: string; caseId: string | null; callId: string | null }) {
  const customer = await tx.db.selectFrom('customers').select('id').where('id', '=', given.customerId).executeTakeFirst();
  const found = given.caseId
    ? await tx.db.selectFrom('cases').select('customer_id').where('id', '=', given.caseId).executeTakeFirst()
    : undefined;
  const call = given.callId ? await tx.db.selectFrom('calls').select('id').where('id', '=', given.callId).executeTakeFirst() : undefined;
  return {
    customer: customer !== undefined,
    case: given.caseId === null || found?.customer_id === given.customerId,
    call: given.callId === null || call !== undefined,
  };
}
