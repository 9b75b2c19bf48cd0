import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { copyOut } from '../../db/copy.ts';
import { asOwner } from '../../db/prepare.ts';
import type { Clock } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import { syncFolder } from '../../lib/shred.ts';
import type { ObjectStore } from '../../store/object-store.ts';
import type { MasterKey } from '../../vault/master-key.ts';
import {
  BackupError, listSets, newSetId, objectFile, pruneSets, readKeys, readManifest, removeUnfinished, RETENTION_MS, setFolder, UNFINISHED, writeKeys, writeManifest,
  type BackedUpKey, type BackupObject, type BackupPart, type UnsignedManifest,
} from './backup-set.ts';
import { backupTables, copyOutText, EXACT_TEXT, scopeOf, type BackupTable } from './backup-tables.ts';
import { writeSealedFile } from './sealed-file.ts';

/** One backup at a time on a database, and none while sets are changed; an arbitrary constant. */
export const BACKUP_LOCK = 7_262_012;

export interface BackupDeps {
  owner: pg.ClientConfig;
  master: MasterKey;
  store: Pick<ObjectStore, 'read'>;
  /** Absolute. */
  folder: string;
  clock: Clock;
}

/** What a backup came to. */
export interface BackupResult {
  id: string;
  at: string;
  tenants: number;
  rows: number;
  /** On the disk: rows, and objects copied now. */
  bytes: number;
  objects: number;
  objectsCopied: number;
  missing: number;
  removed: string[];
  ms: number;
}

interface Snapshot {
  at: string;
  schemaVersion: number;
  tenants: { id: string; slug: string }[];
  parts: BackupPart[];
  keys: Map<string, { version: number; wrapped: Buffer }[]>;
  /** Paths in the store that the rows name. */
  paths: string[];
}

/** @returns null for a table without rows */
async function writePart(client: pg.Client, set: { folder: string; id: string; key: Buffer }, table: BackupTable, tenantId: string | null): Promise<BackupPart | null> {
  const name = `${tenantId ?? 'directory'}.${table.table}`;
  // Most tables of most tenants are empty: no file is made for them.
  const some = await client.query(tenantId === null ? `select from "${table.table}" limit 1` : `select from "${table.table}" where tenant_id = '${tenantId}' limit 1`);
  if ((some.rowCount ?? 0) === 0) return null;
  let rows = 0;
  // Begun with the first read: a COPY that nobody reads would have nobody to tell its error to.
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of copyOut(client, copyOutText(table, tenantId)) as AsyncIterable<Buffer>) {
      // COPY's text form ends each row with a line feed, and has none inside.
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) rows += 1;
      yield chunk;
    }
  };
  const written = await writeSealedFile(join(set.folder, name), { setKey: set.key, setId: set.id, name }, counted());
  return { name, tenantId, table: table.table, columns: table.columns, scope: scopeOf(table.table), rows, ...written };
}

async function readTenant(client: pg.Client, tenantId: string, snapshot: Snapshot): Promise<void> {
  const keys = await client.query<{ version: number; wrapped: Buffer }>('select version, wrapped from tenant_keys where tenant_id = $1 order by version', [tenantId]);
  snapshot.keys.set(tenantId, keys.rows);
  const { rows } = await client.query<{ path: string }>(
    `select object_path as path from recordings where tenant_id = $1 and status in ('complete', 'interrupted') union select object_path from prompts where tenant_id = $1 order by 1`,
    [tenantId],
  );
  snapshot.paths.push(...rows.map(({ path }) => path).filter((path) => path !== ''));
}

/** All rows of one moment, whatever people write meanwhile. */
async function readRows(client: pg.Client, set: { folder: string; id: string; key: Buffer }): Promise<Snapshot> {
  await client.query(EXACT_TEXT);
  await client.query('begin isolation level repeatable read read only');
  const head = await client.query<{ at: Date; version: number }>('select now() as at, (select max(version) from schema_migrations) as version');
  const tenants = await client.query<{ id: string; slug: string }>("select id, slug from tenants where key_state <> 'destroyed' order by id");
  const snapshot: Snapshot = { at: head.rows[0]?.at.toISOString() ?? '', schemaVersion: head.rows[0]?.version ?? 0, tenants: tenants.rows, parts: [], keys: new Map(), paths: [] };
  const tables = await backupTables(client);
  for (const tenantId of [null, ...tenants.rows.map(({ id }) => id)]) {
    if (tenantId !== null) {
      await client.query("select set_config('app.tenant_id', $1, true)", [tenantId]);
      await readTenant(client, tenantId, snapshot);
    }
    for (const table of tables.filter(({ tenantColumn }) => (tenantColumn === null) === (tenantId === null))) {
      const part = await writePart(client, set, table, tenantId);
      if (part) snapshot.parts.push(part);
    }
  }
  await client.query('commit');
  return snapshot;
}

/** Copies an object that no earlier set has. @returns null when the store does not have it */
async function copyObject({ store, folder }: BackupDeps, path: string): Promise<{ sizeBytes: number; sha256: string } | null> {
  const target = objectFile(folder, path);
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const source = await store.read(path).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'not_found') return null;
    throw error;
  });
  if (!source) return null;
  const digest = createHash('sha256');
  const temporary = `${target}.new`;
  const file = await open(temporary, 'w', 0o600);
  try {
    await pipeline(source, async (bytes: AsyncIterable<Buffer>) => {
      for await (const chunk of bytes) {
        digest.update(chunk);
        await file.writeFile(chunk);
      }
    });
    await file.sync();
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  await rename(temporary, target);
  await syncFolder(dirname(target));
  return { sizeBytes: (await stat(target)).size, sha256: digest.digest('hex') };
}

/** Objects never change: those that the last set has are there already. */
async function copyObjects(deps: BackupDeps, paths: readonly string[]): Promise<{ objects: BackupObject[]; missing: string[]; copied: number; bytes: number }> {
  const last = (await listSets(deps.folder)).at(-1);
  const before = last === undefined ? null : await readManifest(deps.folder, last, deps.master).catch(() => null);
  const known = new Map(before?.objects.map((object) => [object.path, object]));
  const result = { objects: [] as BackupObject[], missing: [] as string[], copied: 0, bytes: 0 };
  for (const path of paths) {
    const have = known.get(path);
    const size = have ? await stat(objectFile(deps.folder, path)).then(({ size: bytes }) => bytes, () => -1) : -1;
    if (have && size === have.sizeBytes) {
      result.objects.push(have);
      continue;
    }
    const made = await copyObject(deps, path);
    if (!made) result.missing.push(path);
    else {
      result.objects.push({ path, scope: path.startsWith('recordings/') ? 'recordings' : 'pbx', ...made });
      result.copied += 1;
      result.bytes += made.sizeBytes;
    }
  }
  return result;
}

/** Keeps the versions that older sets may still need. */
async function keepKeysOf(folder: string, at: string, tenantId: string, found: readonly { version: number; wrapped: Buffer }[]): Promise<void> {
  const now = found.map(({ version, wrapped }): BackedUpKey => ({ version, wrapped: wrapped.toString('base64'), seenAt: at }));
  const older = (await readKeys(folder, tenantId)).filter(
    ({ version, seenAt }) => !now.some((key) => key.version === version) && Date.parse(at) - Date.parse(seenAt) <= RETENTION_MS,
  );
  await writeKeys(folder, tenantId, [...older, ...now].toSorted((a, b) => a.version - b.version));
}

/** Of tenants that were destroyed since the snapshot nothing is kept: who destroys marks the tenant first, which waits for this lock. */
async function keepKeys(client: pg.Client, folder: string, { at, keys }: Snapshot): Promise<void> {
  for (const [tenantId, found] of keys) {
    await client.query('begin');
    const { rowCount } = await client.query("select from tenants where id = $1 and key_state <> 'destroyed' for share", [tenantId]);
    if (rowCount === 1) await keepKeysOf(folder, at, tenantId, found);
    await client.query('commit');
  }
}

async function writeSet(deps: BackupDeps, client: pg.Client, id: string, unfinished: string): Promise<Omit<BackupResult, 'removed' | 'ms'>> {
  const { folder, master } = deps;
  const key = randomBytes(32);
  const snapshot = await readRows(client, { folder: unfinished, id, key });
  const { objects, missing, copied, bytes } = await copyObjects(deps, snapshot.paths);
  await keepKeys(client, folder, snapshot);
  const { at, schemaVersion, tenants, parts } = snapshot;
  const manifest: UnsignedManifest = { id, at, schemaVersion, wrappedKey: master.wrapBackupKey(id, key).toString('base64'), tenants, parts, objects, missing };
  await writeManifest(unfinished, manifest, master);
  // From here on the set is there, as a whole.
  await rename(unfinished, setFolder(folder, id));
  await syncFolder(join(folder, 'sets'));
  return {
    id,
    at,
    tenants: tenants.length,
    rows: parts.reduce((sum, { rows }) => sum + rows, 0),
    bytes: parts.reduce((sum, part) => sum + part.bytes, 0) + bytes,
    objects: objects.length,
    objectsCopied: copied,
    missing: missing.length,
  };
}

/**
 * Makes a backup of everything while people work: all rows of one moment, and the objects they name. What a killed run leaves is
 * no set, and is removed when the next one begins.
 * @throws BackupError when another one is running
 */
export async function makeBackup(deps: BackupDeps): Promise<BackupResult> {
  const begun = deps.clock.monotonic();
  const id = newSetId(deps.clock.wall());
  return asOwner({ ...deps.owner, application_name: 'scc-backup' }, async (client) => {
    const { rows } = await client.query<{ free: boolean }>('select pg_try_advisory_lock($1) as free', [BACKUP_LOCK]);
    if (!rows[0]?.free) throw new BackupError('Another backup of this database is running.');
    await removeUnfinished(deps.folder);
    const unfinished = setFolder(deps.folder, `${UNFINISHED}${id}`);
    await mkdir(unfinished, { recursive: true, mode: 0o700 });
    const made = await writeSet(deps, client, id, unfinished).catch(async (error: unknown) => {
      // Half a set must not fill the disk until the next try.
      await rm(unfinished, { recursive: true, force: true }).catch(() => undefined);
      throw error;
    });
    const removed = await pruneSets(deps.folder, deps.master, deps.clock.wall());
    return { ...made, removed, ms: Math.round(deps.clock.monotonic() - begun) };
  });
}
