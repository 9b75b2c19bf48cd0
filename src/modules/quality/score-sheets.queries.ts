import type { SheetDefinition } from '../../../shared/score-sheet.ts';
import type { TenantTx } from '../../db/types.ts';

const sheets = (tx: TenantTx) => tx.db.selectFrom('score_sheets').selectAll();

export const findSheet = (tx: TenantTx, id: string) => sheets(tx).where('id', '=', id).executeTakeFirst();

export const lockSheet = (tx: TenantTx, id: string) => sheets(tx).where('id', '=', id).forUpdate().executeTakeFirst();

type SheetRow = NonNullable<Awaited<ReturnType<typeof findSheet>>>;

export function listSheetRows(tx: TenantTx, after: string | null, limit: number): Promise<SheetRow[]> {
  const query = sheets(tx).orderBy('id').limit(limit);
  return (after ? query.where('id', '>', after) : query).execute();
}

export async function insertSheet(tx: TenantTx, row: { id: string; name: string; draft: SheetDefinition }): Promise<void> {
  await tx.db.insertInto('score_sheets').values({ tenant_id: tx.tenantId, id: row.id, name: row.name, draft: JSON.stringify(row.draft) }).execute();
}

export async function patchSheet(tx: TenantTx, id: string, patch: { name: string; active: boolean; draft: SheetDefinition }): Promise<void> {
  await tx.db.updateTable('score_sheets').set({ name: patch.name, active: patch.active, draft: JSON.stringify(patch.draft) }).where('id', '=', id).execute();
}

/** Publishes a version. */
export async function insertSheetVersion(tx: TenantTx, id: string, version: number, definition: SheetDefinition, comment: string): Promise<void> {
  await tx.db.insertInto('score_sheet_versions').values({ tenant_id: tx.tenantId, sheet_id: id, version, definition: JSON.stringify(definition), comment }).execute();
  await tx.db.updateTable('score_sheets').set({ version }).where('id', '=', id).execute();
}

export const sheetVersionsOf = (tx: TenantTx, id: string) =>
  tx.db.selectFrom('score_sheet_versions').selectAll().where('sheet_id', '=', id).orderBy('version', 'desc').limit(200).execute();

export const findSheetVersion = (tx: TenantTx, id: string, version: number) =>
  tx.db.selectFrom('score_sheet_versions').selectAll().where('sheet_id', '=', id).where('version', '=', version).executeTakeFirst();
