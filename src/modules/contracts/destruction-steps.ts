import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import type { SccDatabase } from '../../db/database.ts';
import { asOwner } from '../../db/prepare.ts';
import { scrubDatabase } from '../../db/scrub.ts';
import { canonicalJson } from '../../lib/canonical-json.ts';
import type { Clock } from '../../lib/clock.ts';
import { shredFile } from '../../lib/shred.ts';
import type { ObjectStore } from '../../store/object-store.ts';
import type { MasterKey } from '../../vault/master-key.ts';
import { witnessFolder } from '../audit/audit-witness.ts';
import { stripTenant } from '../backup/backup-strip.ts';
import { orderedTables } from '../backup/backup-tables.ts';
import { destroyKeys, inTenantAsOwner } from '../keys/ceremonies.ts';
import { PointsServer } from '../points/points-server.ts';
import { renewPoints, type RenewedPoints } from '../points/renew-points.ts';
import type { Approval } from './contract-machine.ts';

/** What a destruction needs: the application's side, and the owner's login, which alone may delete everything. */
export interface DestructionDeps {
  database: Pick<SccDatabase, 'withTenant' | 'withDirectory' | 'unbound' | 'keys'>;
  owner: pg.ClientConfig;
  /** Of the embedded server; null on a server of others. */
  superuser: pg.ClientConfig | null;
  master: MasterKey;
  store: Pick<ObjectStore, 'folders' | 'list' | 'erase'>;
  /** Of the backups, absolute. */
  backupDir: string;
  dataDir: string;
  /** Whether points in time are kept: a new base is taken when the older ones are removed. */
  keepsPoints: boolean;
  clock: Clock;
}

/** What a tenant had when it was destroyed. */
export interface Inventory {
  /** Tables with rows of it, by name. */
  tables: { table: string; rows: number }[];
  rows: number;
  /** `sha256`: over the lines `path size` of all objects, in order of their paths. */
  objects: { count: number; bytes: number; sha256: string };
  /** The end of its audit chain. */
  auditHead: { seq: number; hash: string };
  /** SHA-256 over the canonical JSON of the four above. */
  rootHash: string;
}

/** Each step in order, with what it says of itself. */
export interface StepDetails {
  /** Versions of the key that there were. */
  begun: { keyVersions: number[] };
  keys: Record<string, never>;
  inventory: Inventory;
  rows: { rows: number };
  objects: { files: number; bytes: number };
  backups: { sets: number; files: number; bytes: number; lastSetAt: string | null };
  traces: { files: number };
  files: { tables: number; log: boolean };
  points: RenewedPoints;
}

export type StepName = keyof StepDetails;

/** What has been done so far; kept beside the contract, so that it goes on after a crash. */
export type Destruction = { [Name in StepName]?: StepDetails[Name] & { at: string } };

export interface DestructionOf {
  tenantId: string;
  approvals: readonly Approval[];
  done: Destruction;
}

type Steps = { [Name in StepName]: (deps: DestructionDeps, of: DestructionOf) => Promise<StepDetails[Name]> };

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

async function takeKeys(deps: DestructionDeps, { tenantId, approvals }: DestructionOf): Promise<Record<string, never>> {
  const [first, second] = approvals;
  if (!first || !second) throw new Error('A destruction has two approvals.');
  const actor = { kind: 'operator', id: second.operatorId, ip: '' } as const;
  await destroyKeys(deps, tenantId, actor, { reason: first.reason, requestedBy: first.loginId, approvedBy: second.loginId });
  return {};
}

async function countRows(client: pg.Client, tenantId: string): Promise<Inventory['tables']> {
  const found: Inventory['tables'] = [];
  for (const { table, tenantColumn } of await orderedTables(client)) {
    if (!tenantColumn) continue;
    const { rows } = await client.query<{ count: string }>(`select count(*) from ${client.escapeIdentifier(table)} where tenant_id = $1`, [tenantId]);
    const count = Number(rows[0]?.count);
    if (count > 0) found.push({ table, rows: count });
  }
  return found.toSorted((a, b) => (a.table < b.table ? -1 : 1));
}

async function listObjects({ store }: DestructionDeps, tenantId: string): Promise<Inventory['objects']> {
  const digest = createHash('sha256');
  const all = { count: 0, bytes: 0 };
  for (const folder of await store.folders()) {
    for await (const { path, sizeBytes } of store.list(`${folder}/${tenantId}`)) {
      digest.update(`${path} ${sizeBytes}\n`, 'utf8');
      all.count += 1;
      all.bytes += sizeBytes;
    }
  }
  return { ...all, sha256: digest.digest('hex') };
}

async function takeInventory(deps: DestructionDeps, { tenantId }: DestructionOf): Promise<Inventory> {
  const objects = await listObjects(deps, tenantId);
  return inTenantAsOwner(deps.owner, tenantId, async (client) => {
    const tables = await countRows(client, tenantId);
    const head = await client.query<{ seq: string; hash: Buffer }>('select seq, hash from audit_heads where tenant_id = $1', [tenantId]);
    const auditHead = { seq: Number(head.rows[0]?.seq ?? 0), hash: head.rows[0]?.hash.toString('hex') ?? '' };
    const existed = { tables, rows: tables.reduce((sum, { rows }) => sum + rows, 0), objects, auditHead };
    return { ...existed, rootHash: sha256(canonicalJson(existed)) };
  });
}

/** Deletes every row: tables that refer to others first. The tenant's own row stays, with its code and without its name. */
async function deleteRows({ owner }: DestructionDeps, { tenantId }: DestructionOf): Promise<{ rows: number }> {
  return inTenantAsOwner(owner, tenantId, async (client) => {
    let rows = 0;
    for (const table of ['cell_leases', 'number_directory']) rows += (await client.query(`delete from ${table} where tenant = $1`, [tenantId])).rowCount ?? 0;
    for (const { table, tenantColumn } of (await orderedTables(client)).toReversed()) {
      if (tenantColumn) rows += (await client.query(`delete from ${client.escapeIdentifier(table)} where tenant_id = $1`, [tenantId])).rowCount ?? 0;
    }
    await client.query("update tenants set name = '', readable_until = null where id = $1", [tenantId]);
    return { rows };
  });
}

async function eraseObjects({ store }: DestructionDeps, { tenantId }: DestructionOf): Promise<{ files: number; bytes: number }> {
  const done = { files: 0, bytes: 0 };
  for (const folder of await store.folders()) {
    const { files, bytes } = await store.erase(`${folder}/${tenantId}`);
    done.files += files;
    done.bytes += bytes;
  }
  return done;
}

/** Checkpoints of the audit chain, with those of before restores. */
async function removeTraces({ dataDir }: DestructionDeps, { tenantId }: DestructionOf): Promise<{ files: number }> {
  const folder = witnessFolder(dataDir);
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith(`${tenantId}.`));
  for (const name of names) await shredFile(join(folder, name));
  return { files: names.length };
}

/** Every table, not only those with rows at the time: the tenant may have had rows in it that it deleted itself. */
async function scrubFiles({ owner, superuser }: DestructionDeps): Promise<{ tables: number; log: boolean }> {
  const tables = await asOwner(owner, orderedTables);
  return scrubDatabase(owner, superuser, [...tables.filter(({ tenantColumn }) => tenantColumn !== null).map(({ table }) => table), 'tenants', 'number_directory', 'cell_leases']);
}

/** In this order: without its keys nothing of the tenant opens, whatever stops the rest. Each may run again. */
export const STEPS: Steps = {
  begun: ({ owner }, { tenantId }) =>
    inTenantAsOwner(owner, tenantId, async (client) => {
      const { rows } = await client.query<{ version: number }>('select version from tenant_keys where tenant_id = $1 order by version', [tenantId]);
      return { keyVersions: rows.map(({ version }) => version) };
    }),
  keys: takeKeys,
  inventory: takeInventory,
  rows: deleteRows,
  objects: eraseObjects,
  backups: ({ owner, master, backupDir }, { tenantId }) => stripTenant({ owner, master, folder: backupDir }, tenantId),
  traces: removeTraces,
  files: scrubFiles,
  // The last: the new base is a copy of the files as they are then.
  points: ({ owner, superuser, master, backupDir, clock, keepsPoints }) => renewPoints({ server: new PointsServer(superuser ?? owner), master, folder: backupDir, clock }, keepsPoints),
};

export const STEP_NAMES = Object.keys(STEPS) as StepName[];
