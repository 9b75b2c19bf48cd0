import { timingSafeEqual } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { canonicalJson } from '../../lib/canonical-json.ts';
import { shredFile, syncFolder } from '../../lib/shred.ts';
import type { MasterKey } from '../../vault/master-key.ts';
import { hashOfFile } from './sealed-file.ts';

/**
 * A folder of backups:
 *
 *     sets/<id>/manifest.json       what a set holds, signed; a set without it is none
 *     sets/<id>/<tenant or directory>.<table>   rows, compressed and sealed
 *     objects/<path in the store>   recordings and sounds, sealed as they are in the store; each once for all sets
 *     keys/<tenant>.json            the tenant's wrapped keys: apart from the sets, so that destroying them makes every set unreadable
 */
const FORMAT = 'scc-backup/1';
/** A set that is being written; never listed. */
export const UNFINISHED = '.new-';
/** White paper CLD.8.1.5: no backup is older. */
export const RETENTION_MS = 90 * 86_400_000;

/** The four parts of clause 12.3.1 of the white paper. */
export const SCOPES = ['crm', 'pbx', 'recordings', 'ai'] as const;
const scope = z.enum(SCOPES);

const partSchema = z.strictObject({
  /** File in the set's folder. */
  name: z.string(),
  /** Null: a directory of the installation. */
  tenantId: z.uuid().nullable(),
  table: z.string(),
  columns: z.array(z.string()),
  scope,
  rows: z.int(),
  bytes: z.int(),
  sha256: z.string(),
  plainBytes: z.int(),
  plainSha256: z.string(),
});
const objectSchema = z.strictObject({ path: z.string(), scope, sizeBytes: z.int(), sha256: z.string() });
const manifestSchema = z.strictObject({
  format: z.literal(FORMAT),
  id: z.string(),
  /** Moment of the snapshot. */
  at: z.string(),
  schemaVersion: z.int(),
  /** The set's key under the master key. */
  wrappedKey: z.base64(),
  tenants: z.array(z.strictObject({ id: z.uuid(), slug: z.string() })),
  parts: z.array(partSchema),
  objects: z.array(objectSchema),
  /** Objects that the rows name and the store did not have. */
  missing: z.array(z.string()),
  signature: z.base64(),
});

export type BackupPart = z.infer<typeof partSchema>;
export type BackupObject = z.infer<typeof objectSchema>;
export type Manifest = z.infer<typeof manifestSchema>;
export type UnsignedManifest = Omit<Manifest, 'signature' | 'format'>;

/** A folder of backups, or a set in it, is not what it should be. The message is one clear sentence. */
export class BackupError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BackupError';
  }
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

export const setFolder = (folder: string, id: string): string => join(folder, 'sets', id);
export const objectFile = (folder: string, path: string): string => join(folder, 'objects', path);
const keyFile = (folder: string, tenantId: string): string => join(folder, 'keys', `${tenantId}.json`);
const manifestFile = (folder: string, id: string): string => join(setFolder(folder, id), 'manifest.json');

const temporaryOf = (path: string): string => `${path}.new`;

/** Writes a file durably in the place of what was there; a reader sees the old or the new one. */
export async function putFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(temporaryOf(path), 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporaryOf(path), path);
  await syncFolder(dirname(path));
}

const signatureOf = (master: MasterKey, unsigned: UnsignedManifest): Buffer => master.sign(canonicalJson(['backup', FORMAT, unsigned]));

/** Whether a file is there with this SHA-256 (hex). */
export const hashMatches = (path: string, sha256: string): Promise<boolean> =>
  hashOfFile(path).then(
    (found) => found === sha256,
    (error: unknown) => {
      if (isMissing(error)) return false;
      throw error;
    },
  );

/** Writes the manifest of a set in the folder `path`. */
export const writeManifest = (path: string, unsigned: UnsignedManifest, master: MasterKey): Promise<void> =>
  putFile(join(path, 'manifest.json'), `${JSON.stringify({ format: FORMAT, ...unsigned, signature: signatureOf(master, unsigned).toString('base64') })}\n`);

/** @throws BackupError when there is no such set, or it was changed, or belongs to another master key */
export async function readManifest(folder: string, id: string, master: MasterKey): Promise<Manifest> {
  const text = await readFile(manifestFile(folder, id), 'utf8').catch((error: unknown) => {
    if (isMissing(error)) throw new BackupError(`There is no backup ${id} in ${folder}.`);
    throw error;
  });
  let parsed: Manifest;
  try {
    parsed = manifestSchema.parse(JSON.parse(text));
  } catch {
    throw new BackupError(`The manifest of backup ${id} is damaged.`);
  }
  const { signature, format: _format, ...unsigned } = parsed;
  const given = Buffer.from(signature, 'base64');
  const expected = signatureOf(master, unsigned);
  if (given.length !== expected.length || !timingSafeEqual(given, expected) || parsed.id !== id) {
    throw new BackupError(`The manifest of backup ${id} was changed, or was made with another master key.`);
  }
  return parsed;
}

/** The id of a set that is begun now. @param now ms since the epoch */
export const newSetId = (now: number): string => new Date(now).toISOString().replaceAll(/[-:.]/g, '');

/** When a set was begun, ms since the epoch. @param id such as 20261129T181246315Z */
export const timeOfSet = (id: string): number => Date.parse(id.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z$/, '$1-$2-$3T$4:$5:$6.$7Z'));

/** Ids of the finished sets, oldest first. */
export async function listSets(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, 'sets')).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  return names.filter((name) => !name.startsWith('.')).toSorted();
}

const keysSchema = z.strictObject({ tenantId: z.uuid(), keys: z.array(z.strictObject({ version: z.int(), wrapped: z.base64(), seenAt: z.string() })) });
export type BackedUpKey = z.infer<typeof keysSchema>['keys'][number];

/** A tenant's wrapped keys; empty when they were destroyed, or never backed up. */
export async function readKeys(folder: string, tenantId: string): Promise<BackedUpKey[]> {
  const text = await readFile(keyFile(folder, tenantId), 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw error;
  });
  return text === null ? [] : keysSchema.parse(JSON.parse(text)).keys;
}

export const writeKeys = (folder: string, tenantId: string, keys: readonly BackedUpKey[]): Promise<void> =>
  putFile(keyFile(folder, tenantId), `${JSON.stringify({ tenantId, keys })}\n`);

/** Removes a destroyed tenant's keys: from now on no set opens its content. */
export async function forgetKeys(folder: string, tenantId: string): Promise<void> {
  // What a killed run was writing beside it holds the same keys.
  for (const path of [keyFile(folder, tenantId), temporaryOf(keyFile(folder, tenantId))]) await shredFile(path);
}

/** Tenants whose keys are there. */
const keptTenants = async (folder: string): Promise<string[]> =>
  (await readdir(join(folder, 'keys')).catch(() => [])).filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length));

/** @throws BackupError, AppError `master_key_mismatch` when a set or a key does not open with this master key */
export async function demandBackups(folder: string, master: MasterKey): Promise<void> {
  try {
    for (const id of await listSets(folder)) master.unwrapBackupKey(id, Buffer.from((await readManifest(folder, id, master)).wrappedKey, 'base64'));
  } catch (error) {
    throw error instanceof BackupError ? new BackupError(`${error.message} Set it aside first.`) : error;
  }
  for (const tenantId of await keptTenants(folder)) {
    for (const { version, wrapped } of await readKeys(folder, tenantId)) master.unwrapTenantKey(tenantId, version, Buffer.from(wrapped, 'base64'));
  }
}

/** Puts all sets and keys under a new master key; may run again after a crash. @throws BackupError */
export async function rewrapBackups(folder: string, old: MasterKey, next: MasterKey): Promise<void> {
  for (const id of await listSets(folder)) {
    const isNew = await readManifest(folder, id, next).then(
      () => true,
      () => false,
    );
    if (isNew) continue;
    const { signature: _signature, format: _format, ...unsigned } = await readManifest(folder, id, old);
    const key = old.unwrapBackupKey(id, Buffer.from(unsigned.wrappedKey, 'base64'));
    await writeManifest(setFolder(folder, id), { ...unsigned, wrappedKey: next.wrapBackupKey(id, key).toString('base64') }, next);
  }
  for (const tenantId of await keptTenants(folder)) {
    const keys = (await readKeys(folder, tenantId)).map((entry) => ({ ...entry, wrapped: rewrapped(old, next, tenantId, entry) }));
    await writeKeys(folder, tenantId, keys);
  }
}

function rewrapped(old: MasterKey, next: MasterKey, tenantId: string, { version, wrapped }: BackedUpKey): string {
  const bytes = Buffer.from(wrapped, 'base64');
  try {
    next.unwrapTenantKey(tenantId, version, bytes);
    return wrapped;
  } catch {
    return next.wrapTenantKey(tenantId, version, old.unwrapTenantKey(tenantId, version, bytes)).toString('base64');
  }
}

async function filesBelow(folder: string, prefix = ''): Promise<string[]> {
  const entries = await readdir(join(folder, prefix), { withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const entry of entries) {
    const path = join(prefix, entry.name);
    if (entry.isDirectory()) found.push(...(await filesBelow(folder, path)));
    else found.push(path);
  }
  return found;
}

/** Removes what killed runs left of sets. */
export async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(join(folder, 'sets')).catch(() => [])) {
    if (name.startsWith(UNFINISHED)) await rm(setFolder(folder, name), { recursive: true, force: true });
  }
}

/**
 * Removes sets older than the retention (the newest one stays), leftovers of killed runs, and objects that no set names.
 * @param now ms since the epoch
 * @returns ids of the removed sets
 */
export async function pruneSets(folder: string, master: MasterKey, now: number): Promise<string[]> {
  const sets = await listSets(folder);
  const removed: string[] = [];
  const named = new Set<string>();
  let isAllKnown = true;
  for (const id of sets) {
    const manifest = await readManifest(folder, id, master).catch((error: unknown) => {
      if (error instanceof BackupError) return null;
      throw error;
    });
    if (!manifest) isAllKnown = false;
    else if (now - Date.parse(manifest.at) > RETENTION_MS && id !== sets.at(-1)) {
      // At once: half a set must not look whole.
      await rename(setFolder(folder, id), setFolder(folder, `${UNFINISHED}${id}`));
      removed.push(id);
    } else for (const { path } of manifest.objects) named.add(path);
  }
  await removeUnfinished(folder);
  // A set that cannot be read may name any object.
  if (isAllKnown) for (const path of await filesBelow(join(folder, 'objects'))) if (!named.has(path)) await rm(objectFile(folder, path), { force: true });
  return removed;
}
