import { resolve } from 'node:path';
import type pg from 'pg';
import { asOwner } from '../db/prepare.ts';
import type { SccDatabase } from '../db/database.ts';
import { systemClock } from '../lib/clock.ts';
import { newId } from '../lib/ids.ts';
import { createLogger } from '../lib/logger.ts';
import { readCheckpoint, witnessFolder } from '../modules/audit/audit-witness.ts';
import { BUSY } from '../modules/exports/export-line.ts';
import { ExportProgress, type ProgressFigures } from '../modules/exports/export-progress.ts';
import { runExport, type RunDeps } from '../modules/exports/export-run.ts';
import { verifyFolder } from '../modules/exports/export-verify.ts';
import { recordHandedOver } from '../modules/exports/exports.service.ts';
import { hasRoomFor, workOnExport } from '../modules/exports/export-work.ts';
import { FolderTarget } from '../modules/exports/folder-target.ts';
import { ServerClock } from '../modules/monitoring/server-clock.ts';
import { insertEvent } from '../modules/operator/operator.queries.ts';
import { logKeyUse } from '../modules/recordings/recordings.queries.ts';
import { createFileStore } from '../store/file-store.ts';
import { print } from './output.ts';
import { ownPublicKey } from './own-key.ts';
import { cliActor, withDatabase, type Around } from './with-database.ts';

/** One export at a time on a database; an arbitrary constant. */
const LOCK_KEY = 7_262_013;

/** @returns null when another export is being made */
async function alone<T>(owner: pg.ClientConfig, work: () => Promise<T>): Promise<{ result: T } | null> {
  return asOwner({ ...owner, application_name: 'scc-export' }, async (client) => {
    const { rows } = await client.query<{ free: boolean }>('select pg_try_advisory_lock($1) as free', [LOCK_KEY]);
    return rows[0]?.free ? { result: await work() } : null;
  });
}

async function runDeps(database: SccDatabase, { config, dataDir, sign, master }: Around): Promise<Omit<RunDeps, 'store'>> {
  const serverClock = new ServerClock(config.ntpServer, systemClock);
  // Without an answer the export says that nothing is known.
  await serverClock.offset().catch(() => undefined);
  return {
    database,
    signer: master.signer,
    clock: () => serverClock.view(),
    checkpoint: (tenantId) => readCheckpoint(witnessFolder(dataDir), tenantId, sign),
    time: systemClock,
  };
}

/** `scc tenant export-run TENANT EXPORT`: what the running product starts for an export that a tenant has asked for. @returns the exit code */
export async function runExportCommand(tenantId: string, exportId: string): Promise<number> {
  return withDatabase(async (database, around) => {
    const deps = await runDeps(database, around);
    const { storeDir } = around.config;
    const work = { ...deps, database, store: createFileStore(storeDir), hasRoom: () => hasRoomFor(storeDir), logger: createLogger('error', 'export') };
    return (await alone(around.owner, () => workOnExport(work, tenantId, exportId))) ? 0 : BUSY;
  });
}

const megabytes = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(1)} MiB`;

function tellProgress({ workDone, workTotal, filesDone, rowsDone, bytesDone }: ProgressFigures, sinceMs: number): void {
  const share = workTotal === 0 ? 0 : Math.min(1, workDone / workTotal);
  const leftMs = share > 0 ? ((systemClock.monotonic() - sinceMs) / share) * (1 - share) : 0;
  print(`${(share * 100).toFixed(1).padStart(5)} %  ${filesDone} files  ${rowsDone} rows  ${megabytes(bytesDone)}  about ${Math.ceil(leftMs / 1000)} s left`);
}

/** `scc tenant export CODE --to FOLDER`: everything of a tenant in the clear. */
export async function exportTenantCommand(slug: string, to: string, reason: string): Promise<void> {
  const folder = resolve(to);
  await withDatabase(async (database, around) => {
    const tenant = await database.directory.tenantBySlug(slug);
    if (!tenant) throw new Error(`There is no tenant ${slug}.`);
    const done = await alone(around.owner, async () => {
      const begin = { tenantId: tenant.id, exportId: newId(), askedAt: new Date(systemClock.wall()).toISOString() };
      const target = await FolderTarget.open(folder, begin);
      if (target.goesOn) print(`goes on with the export that was begun on ${target.start.askedAt}`);
      await record(database, tenant.id, slug, { exportId: target.start.exportId, reason, goesOn: target.goesOn });
      const of = { ...target.start, tenantCode: slug, tenantName: tenant.name, reason, askedBy: 'operator:cli' };
      const begunAt = systemClock.monotonic();
      const progress = new ExportProgress(systemClock, (figures) => Promise.resolve(tellProgress(figures, begunAt)));
      await runExport({ ...(await runDeps(database, around)), store: createFileStore(around.config.storeDir) }, of, cliActor, target, progress);
      const { unreadable } = await target.begun();
      await target.finish();
      await database.withTenant(tenant.id, cliActor, (tx) => recordHandedOver(tx, target.start.exportId, { reason, unreadable: [...unreadable] }, progress.figures, systemClock.wall()));
      const seconds = (systemClock.monotonic() - begunAt) / 1000;
      print(`${folder}: ${progress.figures.filesDone} files, ${progress.figures.rowsDone} rows, ${megabytes(progress.figures.bytesDone)} in ${seconds.toFixed(1)} s`);
      print(`verify it with: npm run scc -- verify-export ${folder} --public-key ${around.master.signer.publicKey}`);
    });
    if (!done) throw new Error('Another export is being made. Try again when it is finished.');
  });
}

/** The tenant and the provider both see that all of it went out. */
async function record(database: SccDatabase, tenantId: string, tenant: string, what: { exportId: string; reason: string; goesOn: boolean }): Promise<void> {
  const { exportId, reason, goesOn } = what;
  await database.withTenant(tenantId, cliActor, async (tx) => {
    await logKeyUse(tx, { keyVersion: tx.vault.keyVersion, purpose: 'tenant_export', subject: exportId });
    await tx.audit({ code: 'export.requested', subject: { kind: 'export', id: exportId }, detail: { by: 'command line', reason, goesOn } });
    await insertEvent(tx.db, { at: new Date(systemClock.wall()), code: 'tenant_exported', actor: cliActor.id, ip: '', detail: { tenant, reason } });
  });
}

/** `scc verify-export FOLDER`: without database and keys. @returns the exit code, 0 = whole */
export async function verifyExportCommand(folder: string, publicKey: string | undefined): Promise<number> {
  const expected = publicKey ?? (await ownPublicKey());
  const report = await verifyFolder(resolve(folder), expected);
  print(`folder   ${resolve(folder)}`);
  print(`tenant   ${report.tenant}`);
  print(`made     ${report.finishedAt}`);
  print(`files    ${report.files}, ${megabytes(report.bytes)}, ${report.rows} rows`);
  if (report.unreadable > 0) print(`         ${report.unreadable} sounds or values could not be read when it was made; the manifest lists them`);
  print(`key      ${report.publicKey}${report.publicKey === expected ? ', as expected' : ''}`);
  if (expected === null) print('         NOT COMPARED: give --public-key as the provider told it before');
  for (const fault of report.faults) print(`FAULT    ${fault}`);
  print(`whole    ${report.whole ? 'yes' : 'NO'}`);
  return report.whole ? 0 : 1;
}
