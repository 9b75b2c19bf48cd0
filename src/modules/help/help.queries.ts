import type { TenantTx } from '../../db/types.ts';

export interface HelpRow {
  id: string;
  kind: string;
  userId: string;
  callId: string | null;
  raisedAt: Date;
  sealed: Buffer;
}

export async function insertHelp(tx: TenantTx, row: HelpRow): Promise<void> {
  const { id, kind, userId, callId, raisedAt, sealed } = row;
  await tx.db.insertInto('help_requests').values({ tenant_id: tx.tenantId, id, kind, user_id: userId, call_id: callId, raised_at: raisedAt, sealed }).execute();
}

export async function patchHelp(
  tx: TenantTx,
  id: string,
  patch: { sealed?: Buffer; acknowledged_at?: Date; acknowledged_by?: string; ended_at?: Date; end_reason?: string },
): Promise<void> {
  await tx.db.updateTable('help_requests').set(patch).where('id', '=', id).where('ended_at', 'is', null).execute();
}

/** Requests that nobody ended, oldest first. */
export const openHelp = (tx: TenantTx) =>
  tx.db.selectFrom('help_requests').selectAll().where('tenant_id', '=', tx.tenantId).where('ended_at', 'is', null).orderBy('raised_at').limit(500).execute();
