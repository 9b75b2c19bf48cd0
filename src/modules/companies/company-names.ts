import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';
import type { CompanyContent } from './company-content.ts';

/** Names of companies by id; ids that are not the tenant's are left out. */
export async function companyNames(tx: TenantTx, ids: readonly (string | null)[]): Promise<Map<string, string>> {
  const wanted = [...new Set(ids.filter((id) => id !== null))];
  if (wanted.length === 0) return new Map();
  const rows = await tx.db.selectFrom('companies').select(['id', 'sealed']).where('id', '=', sql<string>`any(${wanted}::uuid[])`).execute();
  return new Map(rows.map((row) => [row.id, tx.vault.open<CompanyContent>({ table: 'companies', column: 'sealed', id: row.id }, row.sealed).name]));
}
