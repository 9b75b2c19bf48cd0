import type { z } from 'zod';
import { EXPORT_DAYS, type exportFileSchema, type TenantExport } from '../../../shared/api/exports.ts';
import type { TenantTx } from '../../db/types.ts';
import { AppError, conflict, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { logKeyUse } from '../recordings/recordings.queries.ts';
import type { Session } from '../support/binding.ts';
import { decodeCursor, decodeIdCursor, pageOf } from '../support/paging.ts';
import { isoOrNull, recordOf } from '../support/records.ts';
import { withOwnProof } from '../users/own-account.service.ts';
import type { UserDeps } from '../users/users.service.ts';
import type { ProgressFigures } from './export-progress.ts';
import { type ExportContent, fileRows, findExport, goingExport, insertExport, listExportRows, lockExport, openExport, patchExport, type ExportRow, type FileRow } from './exports.queries.ts';

/** Of a file: what the column holds. */
const MAX_POSITION = 2 ** 31 - 1;

export const EXPORT_DAYS_MS = EXPORT_DAYS * 86_400_000;

export interface AskDeps extends UserDeps {
  /** Nearly no room is left. */
  isStorageFull: () => boolean;
  /** Somebody should look whether there is something to do. */
  wakeExports: (tenantId: string) => void;
}

/** Share of the work that is done, 0 to 1. */
function shareOf(row: ExportRow): number {
  if (row.state === 'finished' || row.state === 'expired') return 1;
  const total = Number(row.work_total);
  return total === 0 ? 0 : Math.min(0.999, Number(row.work_done) / total);
}

/** @param now ms since the epoch */
function readyAt(row: ExportRow, share: number, now: number): string | null {
  if (row.state !== 'running' || row.started_at === null || share <= 0) return null;
  const took = now - row.started_at.getTime();
  return new Date(now + (took / share) * (1 - share)).toISOString();
}

/** @param now ms since the epoch */
export function exportView(tx: TenantTx, row: ExportRow, now: number): TenantExport {
  const progress = shareOf(row);
  return {
    ...recordOf(row),
    state: row.state as TenantExport['state'],
    reason: openExport(tx, row).reason,
    failure: row.failure as TenantExport['failure'],
    startedAt: isoOrNull(row.started_at),
    finishedAt: isoOrNull(row.finished_at),
    expiresAt: isoOrNull(row.expires_at),
    progress,
    readyAt: readyAt(row, progress, now),
    filesDone: row.files_done,
    filesTotal: row.files_total,
    rowsDone: Number(row.rows_done),
    bytesDone: Number(row.bytes_done),
    archiveBytes: row.archive_bytes === null ? null : Number(row.archive_bytes),
    unreadable: row.unreadable,
    byOperator: row.by_operator,
  };
}

export async function listExports(tx: TenantTx, query: { limit: number; cursor?: string | undefined }, now: number) {
  const rows = await listExportRows(tx, decodeIdCursor(query.cursor), query.limit + 1);
  return pageOf(rows, query.limit, (row) => exportView(tx, row, now), ({ id }) => ({ key: '', id }));
}

/** @throws AppError `not_found` */
export async function oneExport(tx: TenantTx, id: string, now: number): Promise<TenantExport> {
  const row = await findExport(tx, id);
  if (!row) throw notFound('export');
  return exportView(tx, row, now);
}

/**
 * Puts an export into the line.
 * @throws AppError `export_in_progress` while another one of the tenant waits or runs
 */
export async function requestExport(tx: TenantTx, reason: string): Promise<string> {
  if (await goingExport(tx)) throw conflict('export_in_progress', 'An export is being made already.');
  const id = newId();
  await insertExport(tx, id, { reason, unreadable: [] });
  await tx.audit({ code: 'export.requested', subject: { kind: 'export', id }, detail: { reason } });
  return id;
}

/** What the provider has written into a folder for the tenant counts as returned, too. @param finishedAt ms since the epoch */
export async function recordHandedOver(tx: TenantTx, id: string, content: ExportContent, done: ProgressFigures, finishedAt: number): Promise<void> {
  await insertExport(tx, id, content, 'finished');
  const at = new Date(finishedAt);
  const figures = { work_total: done.workTotal, work_done: done.workTotal, files_total: done.filesDone, files_done: done.filesDone, rows_done: done.rowsDone, bytes_done: done.bytesDone };
  await patchExport(tx, id, { ...figures, by_operator: true, cleared: true, started_at: at, finished_at: at, unreadable: content.unreadable.length });
  await tx.audit({ code: 'export.finished', subject: { kind: 'export', id }, detail: { by: 'command line', files: done.filesDone, rows: done.rowsDone, bytes: done.bytesDone } });
}

/** @throws AppError `storage_full`, `password_refused`, `forbidden` for a program, `export_in_progress` */
export async function askExport(deps: AskDeps, session: Session, { reason, password }: { reason: string; password: string }): Promise<TenantExport> {
  if (deps.isStorageFull()) throw new AppError('storage_full', 507, 'Nearly no room is left on the disk; it is kept for calls.');
  const view = await withOwnProof(deps, session, password, async (tx) => oneExport(tx, await requestExport(tx, reason), deps.clock.wall()));
  deps.wakeExports(session.tenantId);
  return view;
}

/** @throws AppError `not_found`, `export_over` */
export async function cancelExport(tx: TenantTx, id: string, now: number): Promise<TenantExport> {
  const row = await lockExport(tx, id);
  if (!row) throw notFound('export');
  if (row.state !== 'waiting' && row.state !== 'running') throw conflict('export_over', 'The export is not being made any more.');
  await patchExport(tx, id, { state: 'cancelled' });
  await tx.audit({ code: 'export.cancelled', subject: { kind: 'export', id }, detail: { filesDone: row.files_done } });
  return oneExport(tx, id, now);
}

/** A finished export that is still there. @throws AppError `not_found`, `export_not_ready`, `export_expired` */
export async function readyExport(tx: TenantTx, id: string, now: number): Promise<ExportRow> {
  const row = await findExport(tx, id);
  if (!row) throw notFound('export');
  if (row.state === 'expired' || row.by_operator || (row.expires_at !== null && row.expires_at.getTime() <= now)) throw new AppError('export_expired', 410, 'The files of this export were deleted.');
  if (row.state !== 'finished') throw conflict('export_not_ready', 'The export is not finished.');
  return row;
}

const fileView = (row: FileRow): z.infer<typeof exportFileSchema> => ({
  number: row.position,
  path: row.path,
  bytes: Number(row.bytes),
  sha256: row.sha256,
  table: row.table_name,
  rows: row.rows === null ? null : Number(row.rows),
});

/** @throws AppError as `readyExport`, `invalid_cursor` */
export async function listFiles(tx: TenantTx, id: string, query: { limit: number; cursor?: string | undefined }, now: number) {
  await readyExport(tx, id, now);
  const after = Number(decodeCursor(query.cursor)?.key ?? 0);
  if (!Number.isInteger(after) || after < 0 || after > MAX_POSITION) throw new AppError('invalid_cursor', 400, 'This cursor was not given by a list of this kind.');
  const rows = await fileRows(tx, id, after, query.limit + 1);
  return pageOf(rows, query.limit, fileView, ({ position }) => ({ key: String(position), id: '' }));
}

/** Each download is in the audit log and the key log before its first byte goes out. */
export async function recordDownload(tx: TenantTx, row: ExportRow, what: { path: string | null; bytes: number }): Promise<void> {
  await logKeyUse(tx, { keyVersion: row.key_version, purpose: 'export_download', subject: row.id });
  await tx.audit({ code: 'export.downloaded', subject: { kind: 'export', id: row.id }, detail: { ...what } });
}
