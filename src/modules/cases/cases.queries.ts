import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';

const cases = (tx: TenantTx) => tx.db.selectFrom('cases').selectAll();

export const findCase = (tx: TenantTx, id: string) => cases(tx).where('id', '=', id).executeTakeFirst();

export type CaseRow = NonNullable<Awaited<ReturnType<typeof findCase>>>;

export const lockCase = (tx: TenantTx, id: string) => cases(tx).where('id', '=', id).forUpdate().executeTakeFirst();

export interface CaseFilter {
  before: number | null;
  customerId?: string | undefined;
  status?: string | undefined;
  ownerId?: string | undefined;
  limit: number;
}

export function listCaseRows(tx: TenantTx, filter: CaseFilter): Promise<CaseRow[]> {
  let query = cases(tx).orderBy('number', 'desc').limit(filter.limit);
  if (filter.before !== null) query = query.where('number', '<', filter.before);
  if (filter.customerId) query = query.where('customer_id', '=', filter.customerId);
  if (filter.status) query = query.where('status', '=', filter.status);
  if (filter.ownerId) query = query.where('owner_id', '=', filter.ownerId);
  return query.execute();
}

/** The next number of the tenant; those who create at the same time wait for each other. */
export async function nextCaseNumber(tx: TenantTx): Promise<number> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`cases/${tx.tenantId}`}, 0))`.execute(tx.db);
  const row = await tx.db.selectFrom('cases').select((eb) => eb.fn.max('number').as('last')).executeTakeFirst();
  return Number(row?.last ?? 0) + 1;
}

export interface NewCase {
  id: string;
  number: number;
  customerId: string;
  ownerId: string | null;
  priority: string;
  sealed: Buffer;
}

export async function insertCase(tx: TenantTx, row: NewCase): Promise<void> {
  await tx.db
    .insertInto('cases')
    .values({ tenant_id: tx.tenantId, id: row.id, number: row.number, customer_id: row.customerId, owner_id: row.ownerId, priority: row.priority, sealed: row.sealed })
    .execute();
}

export interface CasePatch {
  owner_id: string | null;
  status: string;
  priority: string;
  sealed: Buffer;
  closed_at: Date | null;
}

export async function updateCaseRow(tx: TenantTx, id: string, patch: CasePatch): Promise<void> {
  await tx.db.updateTable('cases').set(patch).where('id', '=', id).execute();
}
