import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { copyOut } from '../../db/copy.ts';
import { openAsOwner } from '../../db/open.ts';
import { asOwner } from '../../db/prepare.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import { silentLogger } from '../../lib/logger.ts';
import type { MasterKey } from '../../vault/master-key.ts';
import { LoadedTenantVault } from '../../vault/tenant-vault.ts';
import { BackupError, hashMatches, objectFile, readKeys, readManifest, setFolder, type Manifest } from './backup-set.ts';
import { backupTables, copyOutText, EXACT_TEXT } from './backup-tables.ts';
import { restoreAll } from './restore.service.ts';

/** Sealed records opened in each tenant, to see that its keys fit. */
const SAMPLE = 100;

export interface VerifyDeps {
  master: MasterKey;
  /** Of the backups, absolute. */
  folder: string;
  clock: Clock;
  /** Ends the drill early: what it has made is removed. */
  signal?: AbortSignal;
}

/** What a drill found. */
export interface VerifyResult {
  id: string;
  at: string;
  good: boolean;
  /** One English sentence each. */
  faults: string[];
  /** Compared row by row: the same bytes came back. */
  rows: number;
  tables: number;
  objects: number;
  /** Sealed records that opened. */
  opened: number;
  ms: number;
}

async function fileFaults({ folder, signal }: VerifyDeps, manifest: Manifest): Promise<string[]> {
  const faults: string[] = [];
  const hold = async (path: string, sha256: string, what: string): Promise<void> => {
    signal?.throwIfAborted();
    if (!(await hashMatches(path, sha256))) faults.push(`${what} was changed or is missing.`);
  };
  for (const { name, sha256 } of manifest.parts) await hold(join(setFolder(folder, manifest.id), name), sha256, name);
  for (const { path, sha256 } of manifest.objects) await hold(objectFile(folder, path), sha256, `The copy of ${path}`);
  return faults;
}

interface Compared {
  rows: number;
  tables: number;
  opened: number;
  faults: string[];
}

async function compareRows(client: pg.Client, manifest: Manifest, isRestored: (tenantId: string) => boolean, into: Compared): Promise<void> {
  const tables = new Map((await backupTables(client)).map((table) => [table.table, table]));
  for (const part of manifest.parts) {
    if (part.tenantId !== null) {
      if (!isRestored(part.tenantId)) continue;
      await client.query("select set_config('app.tenant_id', $1, false)", [part.tenantId]);
    } else if (part.table === 'tenants' && manifest.tenants.some(({ id }) => !isRestored(id))) continue;
    const digest = createHash('sha256');
    const key = tables.get(part.table)?.key ?? part.columns;
    for await (const bytes of copyOut(client, copyOutText({ table: part.table, columns: part.columns, key }, part.tenantId))) digest.update(bytes as Buffer);
    if (digest.digest('hex') !== part.plainSha256) into.faults.push(`The rows of ${part.name} are not the same after the restore.`);
    into.rows += part.rows;
    into.tables += 1;
  }
}

/** Opens the newest sealed records of a tenant. @param keys its wrapped keys, by version */
export async function openSample(client: pg.Client, master: MasterKey, tenant: { id: string; slug: string }, keys: ReadonlyMap<number, Buffer>, into: Pick<Compared, 'opened' | 'faults'>): Promise<void> {
  const vault = new LoadedTenantVault(tenant.id, new Map([...keys].map(([version, wrapped]) => [version, master.unwrapTenantKey(tenant.id, version, wrapped)])));
  await client.query("select set_config('app.tenant_id', $1, false)", [tenant.id]);
  for (const table of ['users', 'customers', 'calls']) {
    const { rows } = await client.query<{ id: string; sealed: Buffer }>(`select id, sealed from ${table} where tenant_id = $1 order by id desc limit ${SAMPLE}`, [tenant.id]);
    for (const { id, sealed } of rows) {
      try {
        vault.open({ table, column: 'sealed', id }, sealed);
        into.opened += 1;
      } catch {
        into.faults.push(`A record of ${tenant.slug} does not open: ${table} ${id}.`);
      }
    }
  }
}

async function drill(deps: VerifyDeps, manifest: Manifest, into: Compared): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'scc-drill-'));
  try {
    const owned = await openAsOwner({ config: { dataDir: scratch, databaseUrl: undefined, masterKeyFile: '' }, logger: silentLogger });
    let closing: Promise<void> | undefined;
    // Whatever works on the database fails with it.
    const close = (): void => void (closing = owned.close());
    deps.signal?.addEventListener('abort', close, { once: true });
    try {
      deps.signal?.throwIfAborted();
      const restored = await restoreAll({ ...deps, owner: owned.owner, store: null }, manifest.id, { exact: true });
      const living = manifest.tenants.filter(({ slug }) => restored.tenants.includes(slug));
      await asOwner(owned.owner, async (client) => {
        await client.query(EXACT_TEXT);
        await compareRows(client, manifest, (tenantId) => living.some(({ id }) => id === tenantId), into);
        for (const tenant of living) {
          const keys = await readKeys(deps.folder, tenant.id);
          await openSample(client, deps.master, tenant, new Map(keys.map(({ version, wrapped }) => [version, Buffer.from(wrapped, 'base64')])), into);
        }
      });
    } finally {
      deps.signal?.removeEventListener('abort', close);
      await closing;
      await owned.discard();
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/**
 * Drills a restore: every file is hashed, all rows go into a database of their own that is thrown away afterwards, are read back and
 * compared byte by byte, and sealed records are opened with the tenants' keys. A drill that could not run has failed.
 * @throws BackupError when it was ended by the signal
 */
export async function verifyBackup(deps: VerifyDeps, id: string): Promise<VerifyResult> {
  const begun = deps.clock.monotonic();
  const compared: Compared = { rows: 0, tables: 0, opened: 0, faults: [] };
  let manifest: Manifest | null = null;
  try {
    manifest = await readManifest(deps.folder, id, deps.master);
    compared.faults.push(...(await fileFaults(deps, manifest)));
    if (compared.faults.length === 0) await drill(deps, manifest, compared);
  } catch (error) {
    if (deps.signal?.aborted) throw new BackupError('The drill was stopped before its end.');
    compared.faults.push(messageOf(error));
  }
  return { id, at: manifest?.at ?? '', good: compared.faults.length === 0, objects: manifest?.objects.length ?? 0, ...compared, ms: Math.round(deps.clock.monotonic() - begun) };
}
