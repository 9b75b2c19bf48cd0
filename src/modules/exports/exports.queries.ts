import { sql, type Insertable, type Updateable } from 'kysely';
import type { DB } from '../../db/schema.generated.ts';
import type { TenantTx } from '../../db/types.ts';
import { notFound } from '../../lib/errors.ts';
import type { Unreadable } from './export-target.ts';

/** Sealed part of an export (`tenant_exports.sealed`). */
export interface ExportContent {
  /** Why it was asked for, as typed. */
  reason: string;
  unreadable: Unreadable[];
}

const place = (id: string) => ({ table: 'tenant_exports', column: 'sealed', id });

export const findExport = (tx: TenantTx, id: string) => tx.db.selectFrom('tenant_exports').selectAll().where('id', '=', id).executeTakeFirst();
export type ExportRow = NonNullable<Awaited<ReturnType<typeof findExport>>>;

export const lockExport = (tx: TenantTx, id: string) => tx.db.selectFrom('tenant_exports').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();

export const openExport = (tx: TenantTx, row: Pick<ExportRow, 'id' | 'sealed'>): ExportContent => tx.vault.open<ExportContent>(place(row.id), row.sealed);

/** @throws AppError `not_found` */
export async function exportContent(tx: TenantTx, id: string): Promise<ExportContent> {
  const row = await findExport(tx, id);
  if (!row) throw notFound('export');
  return openExport(tx, row);
}

export async function sealExport(tx: TenantTx, id: string, content: ExportContent): Promise<void> {
  await patchExport(tx, id, { sealed: tx.vault.seal(place(id), content), unreadable: content.unreadable.length });
}

/** @throws AppError `duplicate` when another one of the tenant waits or runs */
export async function insertExport(tx: TenantTx, id: string, content: ExportContent, state: 'waiting' | 'finished' = 'waiting'): Promise<void> {
  const { wrapped, keyVersion } = tx.vault.newObjectKey(id);
  await tx.db.insertInto('tenant_exports').values({ tenant_id: tx.tenantId, id, state, sealed: tx.vault.seal(place(id), content), key_version: keyVersion, wrapped_key: wrapped }).execute();
}

export async function patchExport(tx: TenantTx, id: string, patch: Updateable<DB['tenant_exports']>): Promise<void> {
  await tx.db.updateTable('tenant_exports').set(patch).where('id', '=', id).execute();
}

/** The same while it runs. @returns whether it does */
export async function patchRunning(tx: TenantTx, id: string, patch: Updateable<DB['tenant_exports']>): Promise<boolean> {
  const done = await tx.db.updateTable('tenant_exports').set(patch).where('id', '=', id).where('state', '=', 'running').executeTakeFirst();
  return done.numUpdatedRows > 0n;
}

/** Newest first. */
export function listExportRows(tx: TenantTx, before: string | null, limit: number): Promise<ExportRow[]> {
  const query = tx.db.selectFrom('tenant_exports').selectAll().orderBy('id', 'desc').limit(limit);
  return (before === null ? query : query.where('id', '<', before)).execute();
}

/** The one that waits or runs. */
export const goingExport = (tx: TenantTx) => tx.db.selectFrom('tenant_exports').select(['id', 'created_at']).where('state', 'in', ['waiting', 'running']).executeTakeFirst();

/** Finished ones whose time is over. */
export const overdueExports = (tx: TenantTx, now: Date) => tx.db.selectFrom('tenant_exports').select('id').where('state', '=', 'finished').where('expires_at', '<=', now).execute();

/** Over, and their files may still be there. */
export const unclearedExports = (tx: TenantTx) => tx.db.selectFrom('tenant_exports').select('id').where('state', 'in', ['failed', 'cancelled', 'expired']).where('cleared', '=', false).execute();

// Files ---------------------------------------------------------------------------------------------------------------------

const files = (tx: TenantTx, exportId: string) => tx.db.selectFrom('tenant_export_files').selectAll().where('export_id', '=', exportId);

export type FileRow = Awaited<ReturnType<typeof fileRows>>[number];

/** In their order, from behind a position. */
export const fileRows = (tx: TenantTx, exportId: string, after: number, limit: number) => files(tx, exportId).where('position', '>', after).orderBy('position').limit(limit).execute();

export const fileAt = (tx: TenantTx, exportId: string, position: number) => files(tx, exportId).where('position', '=', position).executeTakeFirst();

/** The last file whose head begins at or before a byte of the archive. */
export const fileCovering = (tx: TenantTx, exportId: string, byte: number) =>
  files(tx, exportId).where('archive_at', '<=', String(byte)).orderBy('archive_at', 'desc').limit(1).executeTakeFirst();

export const insertFile = (tx: TenantTx, row: Insertable<DB['tenant_export_files']>) => tx.db.insertInto('tenant_export_files').values(row).execute();

/** Files but those of recordings: some hundred at most. */
export const otherFilesOf = (tx: TenantTx, exportId: string) => files(tx, exportId).where('path', 'not like', 'recordings/%').where('path', 'not like', 'voicemails/%').execute();

/** Where an export is. `recording` is the path of the last recording in order of ids, whose order the positions have. */
export async function lastRecordingOf(tx: TenantTx, exportId: string): Promise<{ last: FileRow | undefined; count: number; bytes: number; recording: string | null }> {
  const last = await files(tx, exportId).orderBy('position', 'desc').limit(1).executeTakeFirst();
  const ofRecordings = sql<boolean>`(path like 'recordings/%' or path like 'voicemails/%')`;
  const sums = await tx.db
    .selectFrom('tenant_export_files')
    .select((eb) => [eb.fn.countAll<string>().as('count'), eb.fn.coalesce(eb.fn.sum<string>('bytes'), sql<string>`0`).as('bytes')])
    .where('export_id', '=', exportId)
    .where(ofRecordings)
    .executeTakeFirst();
  const recording = await files(tx, exportId).where(ofRecordings).orderBy('position', 'desc').limit(1).executeTakeFirst();
  return { last, count: Number(sums?.count ?? 0), bytes: Number(sums?.bytes ?? 0), recording: recording?.path ?? null };
}

export async function deleteFiles(tx: TenantTx, exportId: string): Promise<void> {
  await tx.db.deleteFrom('tenant_export_files').where('export_id', '=', exportId).execute();
}
