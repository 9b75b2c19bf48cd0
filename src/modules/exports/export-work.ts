import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SccDatabase } from '../../db/database.ts';
import type { Actor, TenantTx } from '../../db/types.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { ObjectStore } from '../../store/object-store.ts';
import { UnknownKeyVersion } from '../../vault/tenant-vault.ts';
import { logKeyUse } from '../recordings/recordings.queries.ts';
import { archiveBytes } from './export-archive.ts';
import { clearExport } from './export-clear.ts';
import type { ExportOf } from './export-end.ts';
import { ExportProgress, ExportStopped, type ProgressFigures } from './export-progress.ts';
import { runExport, type RunDeps } from './export-run.ts';
import { lockExport, openExport, patchRunning, type ExportRow } from './exports.queries.ts';
import { EXPORT_DAYS_MS } from './exports.service.ts';
import { exportKeyOf, SealedTarget } from './sealed-target.ts';

/** Processes that may end in the middle of an export before it is given up. */
const MAX_ATTEMPTS = 20;
/** No export takes the last room of a disk, % in use. */
const FULL_PERCENT = 90;

const ACTOR: Actor = { kind: 'system', id: 'exports', ip: '' };

export interface WorkDeps extends Omit<RunDeps, 'store' | 'database'> {
  database: Pick<SccDatabase, 'withTenant' | 'withSnapshot' | 'directory'>;
  store: ObjectStore;
  /** Whether there is room for more. */
  hasRoom: () => Promise<boolean>;
  logger: Logger;
}

/** Whether a disk has room for an export. @param folder on it, perhaps not made yet */
export async function hasRoomFor(folder: string): Promise<boolean> {
  const { blocks, bavail } = await statfs(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return statfs(dirname(folder));
  });
  return blocks === 0 || (1 - bavail / blocks) * 100 < FULL_PERCENT;
}

const columnsOf = (figures: ProgressFigures) => ({
  work_total: figures.workTotal,
  work_done: figures.workDone,
  files_total: figures.filesTotal,
  files_done: figures.filesDone,
  rows_done: figures.rowsDone,
  bytes_done: figures.bytesDone,
});

interface Taken {
  row: ExportRow;
  key: Buffer;
  reason: string;
}

/** @returns null when it is over, or was begun too often */
async function take(tx: TenantTx, exportId: string, now: Date): Promise<Taken | null> {
  const row = await lockExport(tx, exportId);
  if (!row || (row.state !== 'waiting' && row.state !== 'running')) return null;
  const attempts = row.attempts + 1;
  await tx.db
    .updateTable('tenant_exports')
    .set({ state: 'running', attempts, started_at: row.started_at ?? now })
    .where('id', '=', exportId)
    .execute();
  if (attempts > MAX_ATTEMPTS) {
    await fail(tx, exportId, 'interrupted');
    return null;
  }
  if (row.started_at === null) await logKeyUse(tx, { keyVersion: tx.vault.keyVersion, purpose: 'tenant_export', subject: exportId });
  return { row, key: exportKeyOf(tx, row), reason: openExport(tx, row).reason };
}

async function fail(tx: TenantTx, exportId: string, failure: 'storage_full' | 'interrupted' | 'error'): Promise<void> {
  if (await patchRunning(tx, exportId, { state: 'failed', failure })) await tx.audit({ code: 'export.failed', subject: { kind: 'export', id: exportId }, detail: { failure } });
}

async function finish(tx: TenantTx, exportId: string, target: SealedTarget, progress: ExportProgress, now: number): Promise<void> {
  const { filesDone, rowsDone, bytesDone } = progress.figures;
  const patch = { ...columnsOf(progress.figures), state: 'finished', finished_at: new Date(now), expires_at: new Date(now + EXPORT_DAYS_MS), archive_bytes: archiveBytes(target.archived), files_total: filesDone };
  if (!(await patchRunning(tx, exportId, patch))) throw new ExportStopped();
  await tx.audit({ code: 'export.finished', subject: { kind: 'export', id: exportId }, detail: { files: filesDone, rows: rowsDone, bytes: bytesDone, archiveBytes: archiveBytes(target.archived) } });
}

async function ofTenant({ database }: WorkDeps, tenantId: string, { row, reason }: Taken): Promise<ExportOf> {
  const tenant = (await database.directory.tenants()).find(({ id }) => id === tenantId);
  return { tenantId, tenantCode: tenant?.slug ?? '', tenantName: tenant?.name ?? '', exportId: row.id, reason, askedBy: row.created_by, askedAt: row.created_at.toISOString() };
}

const isFull = (error: unknown): boolean => error instanceof AppError && (error.code === 'storage_full' || error.code === 'store_unavailable');
/** The database is away for a moment, or a new key is not known here yet: the export goes on later. */
const isPassing = (error: unknown): boolean => error instanceof UnknownKeyVersion || (error instanceof AppError && error.status === 503 && error.code !== 'store_unavailable');

/**
 * Makes an export that was asked for, or goes on with it.
 * @returns what became of it; `gone` = there was nothing to do
 * @throws when the database is away; then it is still running, for a later try
 */
export async function workOnExport(deps: WorkDeps, tenantId: string, exportId: string): Promise<'finished' | 'failed' | 'stopped' | 'gone'> {
  const inTenant = <T>(work: (tx: TenantTx) => Promise<T>): Promise<T> => deps.database.withTenant(tenantId, ACTOR, work);
  const taken = await inTenant((tx) => take(tx, exportId, new Date(deps.time.wall())));
  if (!taken) return 'gone';
  const target = new SealedTarget({ withTenant: deps.database.withTenant, store: deps.store, actor: ACTOR }, { tenantId, exportId, key: taken.key });
  const progress = new ExportProgress(deps.time, async (figures) => {
    if (!(await deps.hasRoom())) throw new AppError('storage_full', 507, 'Nearly no room is left on the disk; it is kept for calls.');
    if (!(await inTenant((tx) => patchRunning(tx, exportId, columnsOf(figures))))) throw new ExportStopped();
  });
  try {
    await runExport(deps, await ofTenant(deps, tenantId, taken), ACTOR, target, progress);
    await inTenant((tx) => finish(tx, exportId, target, progress, deps.time.wall()));
    return 'finished';
  } catch (error) {
    if (isPassing(error)) throw error;
    const isStopped = error instanceof ExportStopped;
    if (!isStopped) {
      deps.logger.error({ tenantId, exportId, error: messageOf(error) }, 'an export failed');
      await inTenant((tx) => fail(tx, exportId, isFull(error) ? 'storage_full' : 'error'));
    }
    await clearExport(deps, tenantId, exportId);
    return isStopped ? 'stopped' : 'failed';
  }
}
