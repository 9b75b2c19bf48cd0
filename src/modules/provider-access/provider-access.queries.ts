import type { TenantTx } from '../../db/types.ts';
import { newId } from '../../lib/ids.ts';
import type { ProviderAccess } from '../../../shared/api/provider-access.ts';

export interface AccessRow {
  id: string;
  operator_id: string;
  operator: string;
  scope: ProviderAccess['scope'];
  minutes: number;
  urgent: boolean;
  sealed: Buffer;
  status: ProviderAccess['status'];
  approved_by: string | null;
  opened_at: Date | null;
  until: Date | null;
  ended_at: Date | null;
  ended_how: ProviderAccess['endedHow'];
  created_at: Date;
}

const COLUMNS = ['id', 'operator_id', 'operator', 'scope', 'minutes', 'urgent', 'sealed', 'status', 'approved_by', 'opened_at', 'until', 'ended_at', 'ended_how', 'created_at'] as const;

const accesses = (tx: TenantTx) => tx.db.selectFrom('provider_accesses').select(COLUMNS).$castTo<AccessRow>();

/** The newest first. */
export function listAccessRows(tx: TenantTx, before: string | null, limit: number): Promise<AccessRow[]> {
  const query = accesses(tx).orderBy('id', 'desc').limit(limit);
  return (before === null ? query : query.where('id', '<', before)).execute();
}

export const findAccess = (tx: TenantTx, id: string) => accesses(tx).where('id', '=', id).executeTakeFirst();

/** Kept from being changed until the transaction ends: nobody looks while it is being ended. */
export const shareAccess = (tx: TenantTx, id: string) => accesses(tx).where('id', '=', id).forShare().executeTakeFirst();

export const lockAccess = (tx: TenantTx, id: string) => accesses(tx).where('id', '=', id).forUpdate().executeTakeFirst();

/** Those that are asked for or open. */
export const goingOn = (tx: TenantTx) => accesses(tx).where('status', '<>', 'ended').orderBy('id').forUpdate().execute();

export async function countOpen(tx: TenantTx, now: Date): Promise<number> {
  const row = await tx.db
    .selectFrom('provider_accesses')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('status', '=', 'open')
    .where('until', '>', now)
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

export async function insertAccess(tx: TenantTx, row: Pick<AccessRow, 'id' | 'operator_id' | 'operator' | 'scope' | 'minutes' | 'urgent' | 'sealed' | 'status'> & Partial<Pick<AccessRow, 'opened_at' | 'until' | 'created_at'>>): Promise<void> {
  await tx.db.insertInto('provider_accesses').values({ tenant_id: tx.tenantId, ...row }).execute();
}

export async function patchAccess(tx: TenantTx, id: string, patch: Partial<Pick<AccessRow, 'status' | 'approved_by' | 'opened_at' | 'until' | 'ended_at' | 'ended_how'>>): Promise<void> {
  await tx.db.updateTable('provider_accesses').set(patch).where('id', '=', id).execute();
}

export async function insertView(tx: TenantTx, view: { accessId: string; at: Date; view: string; subject: string }): Promise<void> {
  await tx.db
    .insertInto('provider_access_views')
    .values({ tenant_id: tx.tenantId, id: newId(), access_id: view.accessId, at: view.at, view: view.view, subject: view.subject })
    .execute();
}

/** Looks of some accesses, oldest first, at most `most` of each, with how many there are. */
export async function viewsOf(tx: TenantTx, accessIds: readonly string[], most: number): Promise<{ access_id: string; at: Date; view: string; subject: string; count: number }[]> {
  if (accessIds.length === 0) return [];
  const ranked = tx.db
    .selectFrom('provider_access_views')
    .select(['access_id', 'at', 'view', 'subject', 'id'])
    .select((eb) => [
      eb.fn.agg<string>('row_number').over((over) => over.partitionBy('access_id').orderBy('at').orderBy('id')).as('place'),
      eb.fn.countAll<string>().over((over) => over.partitionBy('access_id')).as('count'),
    ])
    .where('access_id', 'in', [...accessIds])
    .as('ranked');
  const rows = await tx.db.selectFrom(ranked).select(['access_id', 'at', 'view', 'subject', 'count']).where('place', '<=', String(most)).orderBy('at').orderBy('id').execute();
  return rows.map((row) => ({ ...row, count: Number(row.count) }));
}
