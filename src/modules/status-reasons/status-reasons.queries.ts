import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';

const reasons = (tx: TenantTx) => tx.db.selectFrom('status_reasons').selectAll();

export const findStatusReason = (tx: TenantTx, id: string) => reasons(tx).where('id', '=', id).executeTakeFirst();

export type StatusReasonRow = NonNullable<Awaited<ReturnType<typeof findStatusReason>>>;

export function listStatusReasonRows(tx: TenantTx, after: { position: number; id: string } | null, limit: number): Promise<StatusReasonRow[]> {
  const query = reasons(tx).orderBy('position').orderBy('id').limit(limit);
  return (after ? query.where(sql<boolean>`(position, id) > (${after.position}, ${after.id}::uuid)`) : query).execute();
}

export interface StatusReasonValues {
  label: string;
  label_en: string;
  productive: boolean;
  position: number;
}

export async function insertStatusReason(tx: TenantTx, row: StatusReasonValues & { id: string; presence: string }): Promise<void> {
  await tx.db.insertInto('status_reasons').values({ tenant_id: tx.tenantId, ...row }).execute();
}

export async function patchStatusReason(tx: TenantTx, id: string, patch: StatusReasonValues & { active: boolean }): Promise<void> {
  await tx.db.updateTable('status_reasons').set(patch).where('id', '=', id).execute();
}
