import type { TenantTx } from '../../db/types.ts';

const emergencies = (tx: TenantTx) => tx.db.selectFrom('emergency_switches').selectAll();

export const findEmergency = (tx: TenantTx, id: string) => emergencies(tx).where('id', '=', id).executeTakeFirst();

export type EmergencyRow = NonNullable<Awaited<ReturnType<typeof findEmergency>>>;

/** Newest first; ids are in order of time. */
export function listEmergencyRows(tx: TenantTx, before: string | null, limit: number): Promise<EmergencyRow[]> {
  const rows = emergencies(tx).orderBy('id', 'desc').limit(limit);
  return (before ? rows.where('id', '<', before) : rows).execute();
}

export async function insertEmergency(tx: TenantTx, row: { id: string; queueId: string | null; sealed: Buffer; endsAt: Date }): Promise<void> {
  await tx.db.insertInto('emergency_switches').values({ tenant_id: tx.tenantId, id: row.id, queue_id: row.queueId, sealed: row.sealed, ends_at: row.endsAt }).execute();
}

export async function closeEmergency(tx: TenantTx, id: string, at: Date, by: string): Promise<void> {
  await tx.db.updateTable('emergency_switches').set({ ended_at: at, ended_by: by }).where('id', '=', id).where('ended_at', 'is', null).execute();
}
