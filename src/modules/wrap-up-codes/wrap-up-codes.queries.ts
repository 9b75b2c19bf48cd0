import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';

const codes = (tx: TenantTx) => tx.db.selectFrom('wrap_up_codes').selectAll();

export const findWrapUpCode = (tx: TenantTx, id: string) => codes(tx).where('id', '=', id).executeTakeFirst();

export type WrapUpCodeRow = NonNullable<Awaited<ReturnType<typeof findWrapUpCode>>>;

export function listWrapUpCodeRows(tx: TenantTx, after: { position: number; id: string } | null, limit: number): Promise<WrapUpCodeRow[]> {
  const query = codes(tx).orderBy('position').orderBy('id').limit(limit);
  return (after ? query.where(sql<boolean>`(position, id) > (${after.position}, ${after.id}::uuid)`) : query).execute();
}

export async function insertWrapUpCode(tx: TenantTx, row: { id: string; code: string; label: string; label_en: string; position: number; parent_id: string | null }): Promise<void> {
  await tx.db.insertInto('wrap_up_codes').values({ tenant_id: tx.tenantId, ...row }).execute();
}

export interface WrapUpCodePatch {
  label: string;
  label_en: string;
  position: number;
  active: boolean;
  parent_id: string | null;
}

export async function patchWrapUpCode(tx: TenantTx, id: string, patch: WrapUpCodePatch): Promise<void> {
  await tx.db.updateTable('wrap_up_codes').set(patch).where('id', '=', id).execute();
}

/** Every code with the one above it; a tenant has a few hundred at most. */
export const wrapUpTree = (tx: TenantTx) => tx.db.selectFrom('wrap_up_codes').select(['id', 'parent_id', 'active']).execute();
