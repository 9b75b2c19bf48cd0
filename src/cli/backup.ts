import type { SccDatabase } from '../db/database.ts';
import type { Config } from '../lib/config.ts';
import { createLogger, silentLogger } from '../lib/logger.ts';
import { systemClock } from '../lib/clock.ts';
import { openAsOwner } from '../db/open.ts';
import { asOwner } from '../db/prepare.ts';
import { makeBackup } from '../modules/backup/backup.service.ts';
import { recordBackup } from '../modules/backup/backup-record.ts';
import { BackupError, listSets, readManifest, SCOPES } from '../modules/backup/backup-set.ts';
import { verifyBackup } from '../modules/backup/backup-verify.ts';
import { restoreAll, restoreTenant, type RestoreResult } from '../modules/backup/restore.service.ts';
import { drillPoint } from '../modules/points/drill-point.ts';
import { lostEntries } from '../modules/points/lost-entries.ts';
import { supersedeCheckpoint, witnessFolder } from '../modules/audit/audit-witness.ts';
import { createFileStore } from '../store/file-store.ts';
import type { MasterKey } from '../vault/master-key.ts';
import { openMasterKey } from '../vault/open-master-key.ts';
import { loadConfig } from './environment.ts';
import { print, table } from './output.ts';
import { layPointCommand, pointsLines, pointsNote, restoreAtCommand } from './points.ts';
import { cliActor, tenantIdOf, withDatabase } from './with-database.ts';

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const megabytes = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(1)} MiB`;

/** `scc backup`: now, beside the running product or on a stopped one. */
export async function backupCommand(): Promise<void> {
  await withDatabase(async (_database, { config, master, owner }) => {
    const store = createFileStore(config.storeDir);
    try {
      const made = await makeBackup({ owner, master, store, folder: config.backupDir, clock: systemClock });
      await recordBackup(owner, { code: 'backup_made', actor: cliActor.id, result: made });
      print(`backup ${made.id} in ${config.backupDir}, ${seconds(made.ms)}`);
      print(`${made.tenants} tenants, ${made.rows} rows, ${made.objects} objects (${made.objectsCopied} new), ${megabytes(made.bytes)} written`);
      if (made.missing > 0) print(`${made.missing} objects are named by rows and are not in the store; the manifest lists them`);
      for (const id of made.removed) print(`removed ${id}: older than 90 days`);
      const note = await pointsNote(config, owner);
      if (note !== null) print(note);
    } catch (error) {
      // When the database is what failed, that is the reason to tell.
      await recordBackup(owner, { code: 'backup_failed', actor: cliActor.id, error }).catch(() => undefined);
      throw error;
    }
  });
}

/** `scc backup list`. */
export async function listBackupsCommand(): Promise<void> {
  const config = loadConfig();
  const { backupDir } = config;
  const master = await openMasterKey(config);
  const rows: string[][] = [];
  const faults: string[] = [];
  for (const id of await listSets(backupDir)) {
    const manifest = await readManifest(backupDir, id, master).catch((error: unknown) => {
      if (error instanceof BackupError) return error;
      throw error;
    });
    if (manifest instanceof BackupError) {
      faults.push(manifest.message);
      continue;
    }
    const rowsOf = (scope: (typeof SCOPES)[number]): string => String(manifest.parts.filter((part) => part.scope === scope).reduce((sum, part) => sum + part.rows, 0));
    const bytes = [...manifest.parts, ...manifest.objects.map(({ sizeBytes }) => ({ bytes: sizeBytes }))].reduce((sum, part) => sum + part.bytes, 0);
    rows.push([id, manifest.at, String(manifest.tenants.length), ...SCOPES.map(rowsOf), String(manifest.objects.length), megabytes(bytes)]);
  }
  for (const line of table([['BACKUP', 'OF', 'TENANTS', ...SCOPES.map((scope) => scope.toUpperCase()), 'OBJECTS', 'SIZE'], ...rows])) print(line);
  for (const fault of faults) print(`FAULT  ${fault}`);
  for (const line of await pointsLines(config)) print(line);
}

async function idOrLatest(folder: string, id: string | undefined): Promise<string> {
  const latest = id ?? (await listSets(folder)).at(-1);
  if (latest === undefined) throw new BackupError(`There is no backup in ${folder}.`);
  return latest;
}

/** The newest point in time, compared with the running database: what was acknowledged before it has to be in it. */
async function drillNewestPoint(database: SccDatabase, config: Config, master: MasterKey, signal: AbortSignal): Promise<string[]> {
  const drill = await drillPoint({ signal, folder: config.backupDir, master, clock: systemClock, logger: silentLogger });
  if (!drill) return [];
  const faults = [...drill.faults, ...(drill.good ? await lostEntries(database, drill) : [])];
  print(`point    ${drill.at}: ${drill.rows} rows read, ${drill.indexes} indexes and ${drill.heads.length} audit chains whole, ${drill.opened} sealed records opened, ${seconds(drill.ms)}`);
  return faults;
}

/** `scc backup verify [ID]`: a drill of the restore, and of the newest point in time. @returns the exit code, 0 = good */
export async function verifyBackupCommand(given: string | undefined): Promise<number> {
  const config = loadConfig();
  const id = await idOrLatest(config.backupDir, given);
  const stop = new AbortController();
  // The product stops in the middle of a drill: the database of the drill must not stay behind on the disk.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
  const master = await openMasterKey(config);
  const result = await verifyBackup({ master, folder: config.backupDir, clock: systemClock, signal: stop.signal }, id);
  print(`backup   ${id} of ${result.at}`);
  print(`compared ${result.rows} rows in ${result.tables} tables, ${result.objects} objects, ${result.opened} sealed records opened, ${seconds(result.ms)}`);
  await withDatabase(async (database, { owner }) => {
    if (given === undefined) result.faults.push(...(await drillNewestPoint(database, config, master, stop.signal)));
    result.good = result.faults.length === 0;
    await recordBackup(owner, { code: 'backup_verified', actor: cliActor.id, result });
  });
  for (const fault of result.faults) print(`FAULT    ${fault}`);
  print(`good     ${result.good ? 'yes' : 'NO'}`);
  return result.good ? 0 : 1;
}

function tell(result: RestoreResult): void {
  print(`restored ${result.rows} rows and ${result.objects} objects of ${result.at}: ${result.tenants.join(', ')}`);
  if (result.destroyed.length > 0) print(`not restored, because their keys were destroyed: ${result.destroyed.join(', ')}`);
}

/** `scc restore`: everything into an empty installation; the product must be stopped. */
async function restoreAllCommand(given: string | undefined): Promise<void> {
  const config = loadConfig();
  const id = await idOrLatest(config.backupDir, given);
  const master = await openMasterKey(config);
  const owned = await openAsOwner({ config, logger: createLogger('error', 'scc') });
  try {
    const result = await restoreAll({ owner: owned.owner, master, folder: config.backupDir, store: createFileStore(config.storeDir) }, id);
    const ids = await asOwner(owned.owner, async (client) => (await client.query<{ id: string }>('select id from tenants')).rows.map((row) => row.id));
    for (const tenantId of ids) await supersedeCheckpoint(witnessFolder(config.dataDir), tenantId, systemClock.wall());
    await recordBackup(owned.owner, { code: 'backup_restored', actor: cliActor.id, result });
    tell(result);
  } finally {
    await owned.close();
  }
}

async function restoreTenantCommand(given: string | undefined, slug: string, isReplacing: boolean): Promise<void> {
  await withDatabase(async (database, { config, master, owner }) => {
    const id = await idOrLatest(config.backupDir, given);
    const result = await restoreTenant({ owner, master, folder: config.backupDir, store: createFileStore(config.storeDir) }, id, slug, isReplacing);
    const tenantId = await tenantIdOf(database, slug);
    await supersedeCheckpoint(witnessFolder(config.dataDir), tenantId, systemClock.wall());
    await database.keys.refresh(tenantId);
    await database.withTenant(tenantId, cliActor, (tx) => tx.audit({ code: 'tenant.restored', subject: { kind: 'tenant', id: tenantId }, detail: { backup: id, of: result.at, rows: result.rows } }));
    await recordBackup(owner, { code: 'backup_restored', actor: cliActor.id, result });
    tell(result);
    print(`${slug} is suspended. When it is as it should be: npm run scc -- tenant resume ${slug}`);
  });
}

/** `scc restore [ID] [--tenant T] [--replace]`, `scc restore --at TIME [--to FOLDER]`. */
export async function restoreCommand(id: string | undefined, { at, to, tenant, replace }: { at?: string; to?: string; tenant?: string; replace?: true }): Promise<void> {
  if (at !== undefined) {
    if (id !== undefined || tenant !== undefined) throw new BackupError('restore --at brings everything back as it was at a moment: neither a backup nor a tenant is named with it.');
    return to === undefined ? restoreAtCommand(at) : layPointCommand(at, to);
  }
  if (to !== undefined) throw new BackupError('--to goes with --at.');
  return tenant === undefined ? restoreAllCommand(id) : restoreTenantCommand(id, tenant, replace === true);
}
