import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';

const companies = (tx: TenantTx) => tx.db.selectFrom('companies').selectAll();

export const findCompany = (tx: TenantTx, id: string) => companies(tx).where('id', '=', id).executeTakeFirst();

export type CompanyRow = NonNullable<Awaited<ReturnType<typeof findCompany>>>;

export const lockCompany = (tx: TenantTx, id: string) => companies(tx).where('id', '=', id).forUpdate().executeTakeFirst();

export const companiesById = (tx: TenantTx, ids: readonly string[]): Promise<CompanyRow[]> =>
  companies(tx).where('id', '=', sql<string>`any(${ids}::uuid[])`).orderBy('id').execute();

export function listCompanyRows(tx: TenantTx, after: string | null, limit: number): Promise<CompanyRow[]> {
  const rows = companies(tx).orderBy('id').limit(limit);
  return (after ? rows.where('id', '>', after) : rows).execute();
}

export async function insertCompany(tx: TenantTx, id: string, ownerId: string | null, sealed: Buffer): Promise<void> {
  await tx.db.insertInto('companies').values({ tenant_id: tx.tenantId, id, owner_id: ownerId, sealed }).execute();
}

export async function updateCompanyRow(tx: TenantTx, id: string, ownerId: string | null, sealed: Buffer): Promise<void> {
  await tx.db.updateTable('companies').set({ owner_id: ownerId, sealed }).where('id', '=', id).execute();
}
