import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';

const customers = (tx: TenantTx) => tx.db.selectFrom('customers').selectAll();

export const findCustomer = (tx: TenantTx, id: string) => customers(tx).where('id', '=', id).executeTakeFirst();

export type CustomerRow = NonNullable<Awaited<ReturnType<typeof findCustomer>>>;

export const lockCustomer = (tx: TenantTx, id: string) => customers(tx).where('id', '=', id).forUpdate().executeTakeFirst();

export const customersById = (tx: TenantTx, ids: readonly string[]): Promise<CustomerRow[]> =>
  customers(tx).where('id', '=', sql<string>`any(${ids}::uuid[])`).orderBy('id').execute();

export function listCustomerRows(tx: TenantTx, query: { after: string | null; companyId: string | undefined; limit: number }): Promise<CustomerRow[]> {
  let rows = customers(tx).orderBy('id').limit(query.limit);
  if (query.after) rows = rows.where('id', '>', query.after);
  if (query.companyId) rows = rows.where('company_id', '=', query.companyId);
  return rows.execute();
}

export async function insertCustomer(tx: TenantTx, row: { id: string; companyId: string | null; ownerId: string | null; sealed: Buffer }): Promise<void> {
  await tx.db.insertInto('customers').values({ tenant_id: tx.tenantId, id: row.id, company_id: row.companyId, owner_id: row.ownerId, sealed: row.sealed }).execute();
}

export async function updateCustomerRow(tx: TenantTx, row: { id: string; companyId: string | null; ownerId: string | null; sealed: Buffer }): Promise<void> {
  await tx.db.updateTable('customers').set({ company_id: row.companyId, owner_id: row.ownerId, sealed: row.sealed }).where('id', '=', row.id).execute();
}
