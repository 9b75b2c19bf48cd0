import type { TenantTx } from '../../db/types.ts';

const imports = (tx: TenantTx) =>
  tx.db
    .selectFrom('user_imports')
    .selectAll('user_imports')
    .select((eb) => [
      eb.selectFrom('users').whereRef('users.import_id', '=', 'user_imports.id').where('users.status', '=', 'active').select((n) => n.fn.countAll<string>().as('n')).as('active'),
      eb
        .selectFrom('users')
        .whereRef('users.import_id', '=', 'user_imports.id')
        .where('users.status', '=', 'active')
        .where('users.password_until', 'is not', null)
        .select((n) => n.fn.countAll<string>().as('n'))
        .as('waiting'),
    ]);

export const findImport = (tx: TenantTx, id: string) => imports(tx).where('user_imports.id', '=', id).executeTakeFirst();

export type ImportRow = NonNullable<Awaited<ReturnType<typeof findImport>>>;

/** The newest first. */
export function listImportRows(tx: TenantTx, before: string | null, limit: number): Promise<ImportRow[]> {
  const query = imports(tx).orderBy('user_imports.id', 'desc').limit(limit);
  return (before ? query.where('user_imports.id', '<', before) : query).execute();
}

export async function insertImport(tx: TenantTx, row: { id: string; sealed: Buffer; created: number; changed: number; unchanged: number }): Promise<void> {
  await tx.db.insertInto('user_imports').values({ tenant_id: tx.tenantId, ...row }).execute();
}

export async function markUndone(tx: TenantTx, id: string, at: Date): Promise<void> {
  await tx.db.updateTable('user_imports').set({ undone_at: at }).where('id', '=', id).execute();
}
