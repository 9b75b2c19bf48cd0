import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { copyIn } from '../../db/copy.ts';
import { migrate, readMigrations } from '../../db/migrate.ts';
import { asOwner } from '../../db/prepare.ts';
import type { ObjectStore } from '../../store/object-store.ts';
import type { MasterKey } from '../../vault/master-key.ts';
import { BackupError, hashMatches, objectFile, readKeys, readManifest, setFolder, type BackupPart, type Manifest } from './backup-set.ts';
import { backupTables, columnList, EXACT_TEXT } from './backup-tables.ts';
import { readSealedFile } from './sealed-file.ts';

export interface RestoreDeps {
  owner: pg.ClientConfig;
  master: MasterKey;
  /** Of the backups, absolute. */
  folder: string;
  /** Null: rows only. */
  store: ObjectStore | null;
}

export interface RestoreResult {
  id: string;
  at: string;
  tenants: string[];
  /** Codes of tenants whose keys were destroyed since: they do not come back. */
  destroyed: string[];
  rows: number;
  objects: number;
}

interface Loading {
  client: pg.Client;
  deps: RestoreDeps;
  manifest: Manifest;
  setKey: Buffer;
}

/** Rows go through a table of this session: `COPY` into a table with row level security is refused, and its policy is a check more. */
async function loadPart({ client, deps, manifest, setKey }: Loading, part: BackupPart, tail: string, values: readonly unknown[] = []): Promise<number> {
  const of = { setKey, setId: manifest.id, name: part.name };
  const columns = columnList(part.columns);
  await client.query(`create temporary table arriving on commit drop as select ${columns} from "${part.table}" limit 0`);
  const arrived = await copyIn(client, `copy arriving (${columns}) from stdin`, readSealedFile(join(setFolder(deps.folder, manifest.id), part.name), of));
  if (arrived !== part.rows) throw new BackupError(`${part.name} has ${arrived} rows instead of ${part.rows}.`);
  const { rowCount } = await client.query(`insert into "${part.table}" (${columns}) select ${columns} from arriving ${tail}`, [...values]);
  await client.query('drop table arriving');
  return rowCount ?? 0;
}

async function loadKeys({ client, deps }: Loading, tenantId: string): Promise<boolean> {
  const keys = await readKeys(deps.folder, tenantId);
  for (const { version, wrapped } of keys) {
    await client.query('insert into tenant_keys (tenant_id, version, wrapped) values ($1, $2, $3)', [tenantId, version, Buffer.from(wrapped, 'base64')]);
  }
  return keys.length > 0;
}

const bind = (client: pg.Client, tenantId: string): Promise<unknown> =>
  client.query("select set_config('app.tenant_id', $1, true), set_config('app.actor', 'operator:restore', true)", [tenantId]);

/** Mail that waited then has been sent since, or is out of date. */
const stopMail = (client: pg.Client, tenantId: string): Promise<unknown> =>
  client.query("update outbox set status = 'failed', last_error = 'restored from a backup' where tenant_id = $1 and status = 'waiting'", [tenantId]);

/**
 * A rotation that was going on is over: the keys beside the set may be newer than it, and then its work is done under none of them.
 * What is sealed under an older version opens, and the next rotation finds it.
 */
const endRotation = async (client: pg.Client, tenantId: string): Promise<void> => {
  await client.query("update key_rotations set state = 'done', finished_at = now() where tenant_id = $1 and state <> 'done'", [tenantId]);
  await client.query("update tenants set key_state = 'stable' where id = $1", [tenantId]);
};

async function loadTenant(loading: Loading, tenantId: string, isExact: boolean): Promise<number> {
  const { client, manifest } = loading;
  await bind(client, tenantId);
  const order = (await backupTables(client)).map(({ table }) => table);
  const parts = manifest.parts.filter((part) => part.tenantId === tenantId).toSorted((a, b) => order.indexOf(a.table) - order.indexOf(b.table));
  let rows = 0;
  for (const part of parts) rows += await loadPart(loading, part, '');
  if (isExact) return rows;
  await stopMail(client, tenantId);
  await endRotation(client, tenantId);
  return rows;
}

async function loadDirectories(loading: Loading, tenants: readonly string[]): Promise<number> {
  // Destroyed ones come back as what is left of them, a code that nobody else gets.
  const tails: Readonly<Record<string, string>> = {
    tenants: "where id = any ($1::uuid[]) or key_state = 'destroyed'",
    number_directory: 'where tenant = any ($1::uuid[]) or tenant in (select id from tenants)',
  };
  const parts = loading.manifest.parts.filter(({ tenantId }) => tenantId === null).toSorted((a) => (a.table === 'tenants' ? -1 : 1));
  let rows = 0;
  for (const part of parts) {
    const tail = tails[part.table];
    rows += await loadPart(loading, part, tail ?? '', tail ? [tenants] : []);
  }
  return rows;
}

/** Tenants of the set whose keys are still there. */
async function livingTenants(deps: RestoreDeps, manifest: Manifest): Promise<{ living: Manifest['tenants']; destroyed: string[] }> {
  const living: Manifest['tenants'] = [];
  const destroyed: string[] = [];
  for (const tenant of manifest.tenants) {
    if ((await readKeys(deps.folder, tenant.id)).length > 0) living.push(tenant);
    else destroyed.push(tenant.slug);
  }
  return { living, destroyed };
}

async function transaction<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query('begin');
  try {
    const result = await work();
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

/** @throws BackupError when a copy is not what was backed up */
async function putObjects({ folder, store }: RestoreDeps, manifest: Manifest, isWanted: (path: string) => boolean): Promise<number> {
  if (!store) return 0;
  let count = 0;
  for (const { path, sha256 } of manifest.objects.filter((object) => isWanted(object.path))) {
    const file = objectFile(folder, path);
    if (!(await hashMatches(file, sha256))) throw new BackupError(`The copy of ${path} was changed or is missing.`);
    await store.put(path, createReadStream(file));
    count += 1;
  }
  return count;
}

function openSet(deps: RestoreDeps, manifest: Manifest): Buffer {
  const known = readMigrations().length;
  if (manifest.schemaVersion > known) throw new BackupError(`Backup ${manifest.id} has schema ${manifest.schemaVersion}; this version knows ${known}. Install the version that made it, or a newer one.`);
  return deps.master.unwrapBackupKey(manifest.id, Buffer.from(manifest.wrappedKey, 'base64'));
}

/**
 * Brings everything back into a database that has nothing in it. Either all of it is there afterwards, or no row.
 * @param options.exact leave every row as it was, for comparing
 * @throws BackupError
 */
export async function restoreAll(deps: RestoreDeps, id: string, { exact: isExact = false }: { exact?: boolean } = {}): Promise<RestoreResult> {
  const manifest = await readManifest(deps.folder, id, deps.master);
  const setKey = openSet(deps, manifest);
  const { living, destroyed } = await livingTenants(deps, manifest);
  const ids = living.map((tenant) => tenant.id);
  const isOfLiving = (path: string): boolean => ids.some((tenantId) => path.split('/')[1] === tenantId);
  const { rows, objects } = await asOwner({ ...deps.owner, application_name: 'scc-restore' }, async (client) => {
    const migrations = readMigrations();
    const present = await client.query<{ present: boolean }>("select to_regclass('public.tenants') is not null as present");
    if (present.rows[0]?.present) {
      if (((await client.query('select from tenants limit 1')).rowCount ?? 0) > 0) throw new BackupError('There are tenants in this database already. Everything is restored into an empty one; one tenant with --tenant.');
      const version = await client.query<{ version: number }>('select max(version) as version from schema_migrations');
      if ((version.rows[0]?.version ?? 0) > manifest.schemaVersion) throw new BackupError('The database has a newer schema than the backup. Restore into an empty data folder.');
    }
    await migrate(client, migrations.slice(0, manifest.schemaVersion));
    await client.query(EXACT_TEXT);
    const loaded = await transaction(client, async () => {
      const loading = { client, deps, manifest, setKey };
      // Operators of an installation that was only started, never used.
      for (const table of ['operator_sessions', 'operator_events', 'operators']) await client.query(`delete from ${table}`);
      let count = await loadDirectories(loading, ids);
      for (const tenantId of ids) {
        await bind(client, tenantId);
        await loadKeys(loading, tenantId);
        count += await loadTenant(loading, tenantId, isExact);
      }
      // Before the rows are there for good: when an object cannot be put back, it is done again from the beginning.
      return { rows: count, objects: await putObjects(deps, manifest, isOfLiving) };
    });
    await migrate(client, migrations);
    return loaded;
  });
  return { id, at: manifest.at, tenants: living.map(({ slug }) => slug), destroyed, rows, objects };
}

async function demandReplaceable(client: pg.Client, tenantId: string, slug: string, isReplacing: boolean): Promise<boolean> {
  const { rows } = await client.query<{ status: string; key_state: string }>('select status, key_state from tenants where id = $1 for update', [tenantId]);
  const [present] = rows;
  if (!present) return false;
  if (present.key_state === 'destroyed') throw new BackupError(`The keys of ${slug} were destroyed: it does not come back.`);
  if (!isReplacing) throw new BackupError(`${slug} is there already. With --replace what it has now is removed and the backup takes its place.`);
  if (present.status !== 'suspended') throw new BackupError(`Suspend ${slug} first (npm run scc -- tenant suspend ${slug}), so that nobody works in it.`);
  return true;
}

async function removeTenantRows(client: pg.Client, tenantId: string): Promise<void> {
  await client.query('delete from cell_leases where tenant = $1', [tenantId]);
  await client.query('delete from number_directory where tenant = $1', [tenantId]);
  const tables = await backupTables(client);
  await client.query('delete from sessions where tenant_id = $1', [tenantId]);
  for (const { table, tenantColumn } of tables.toReversed()) if (tenantColumn) await client.query(`delete from "${table}" where tenant_id = $1`, [tenantId]);
  await client.query('delete from tenant_keys where tenant_id = $1', [tenantId]);
}

/**
 * Brings one tenant back beside the others, who do not notice. It is suspended afterwards, for somebody to look at it first.
 * @param isReplacing remove what it has now
 * @throws BackupError
 */
export async function restoreTenant(deps: RestoreDeps, id: string, slug: string, isReplacing: boolean): Promise<RestoreResult> {
  const manifest = await readManifest(deps.folder, id, deps.master);
  const setKey = openSet(deps, manifest);
  const tenant = manifest.tenants.find((entry) => entry.slug === slug);
  if (!tenant) throw new BackupError(`Backup ${id} has no tenant ${slug}.`);
  const { rows, objects } = await asOwner({ ...deps.owner, application_name: 'scc-restore' }, async (client) => {
    await migrate(client);
    if (readMigrations().length !== manifest.schemaVersion) throw new BackupError('One tenant is restored from a backup of the same schema only. Restore everything into an empty data folder, which brings it up to date, and back it up again.');
    await client.query(EXACT_TEXT);
    return transaction(client, async () => {
      const loading = { client, deps, manifest, setKey };
      const isThere = await demandReplaceable(client, tenant.id, slug, isReplacing);
      await bind(client, tenant.id);
      if (isThere) await removeTenantRows(client, tenant.id);
      const directory = manifest.parts.filter(({ tenantId }) => tenantId === null);
      const part = (table: string): BackupPart[] => directory.filter((entry) => entry.table === table);
      if (!isThere) for (const entry of part('tenants')) await loadPart(loading, entry, 'where id = $1', [tenant.id]);
      for (const entry of part('number_directory')) await loadPart(loading, entry, 'where tenant = $1', [tenant.id]);
      if (!(await loadKeys(loading, tenant.id))) throw new BackupError(`The keys of ${slug} were destroyed: it does not come back.`);
      await client.query("update tenants set status = 'suspended', key_generation = key_generation + 1 where id = $1", [tenant.id]);
      const count = await loadTenant(loading, tenant.id, false);
      return { rows: count, objects: await putObjects(deps, manifest, (path) => path.split('/')[1] === tenant.id) };
    });
  });
  return { id, at: manifest.at, tenants: [slug], destroyed: [], rows, objects };
}
