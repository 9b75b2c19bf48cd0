import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { asOwner } from '../../db/prepare.ts';
import { shredBelow, shredFile } from '../../lib/shred.ts';
import type { MasterKey } from '../../vault/master-key.ts';
import { BACKUP_LOCK } from './backup.service.ts';
import { BackupError, forgetKeys, listSets, readManifest, setFolder, writeManifest, type BackupPart, type Manifest } from './backup-set.ts';
import { readSealedFile, writeSealedFile } from './sealed-file.ts';

export interface StripDeps {
  owner: pg.ClientConfig;
  master: MasterKey;
  /** Of the backups, absolute. */
  folder: string;
}

/** What was taken out of the backups. */
export interface StripResult {
  /** Sets that held something of the tenant. */
  sets: number;
  files: number;
  bytes: number;
  /** Moment of the newest of them, ISO 8601; null when there was none. */
  lastSetAt: string | null;
}

/** Directories that name tenants, with the column that does. */
const NAMING: Readonly<Record<string, string>> = { tenants: 'id', number_directory: 'tenant' };

/** Lines of COPY's text form without those of one tenant. */
async function* withoutTenant(source: AsyncIterable<Buffer>, at: number, tenantId: string): AsyncGenerator<Buffer> {
  let rest = '';
  for await (const chunk of source) {
    // One byte a character: a chunk may end inside of one, and what is compared is plain ASCII.
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    const kept = lines.filter((line) => line.split('\t')[at] !== tenantId);
    if (kept.length > 0) yield Buffer.from(`${kept.join('\n')}\n`, 'latin1');
  }
}

/** Writes a directory's part anew without the tenant. Interrupted before the manifest names the new file, it is done again. */
async function rewritePart(folder: string, manifest: Manifest, setKey: Buffer, part: BackupPart, tenantId: string): Promise<BackupPart> {
  const path = join(setFolder(folder, manifest.id), part.name);
  const of = { setKey, setId: manifest.id, name: part.name };
  const column = part.columns.indexOf(NAMING[part.table] ?? '');
  let rows = 0;
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const bytes of withoutTenant(readSealedFile(path, of), column, tenantId)) {
      for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) rows += 1;
      yield bytes;
    }
  };
  await rm(`${path}.new`, { force: true });
  const written = await writeSealedFile(`${path}.new`, of, counted());
  await shredFile(path);
  await rename(`${path}.new`, path);
  return { ...part, rows, ...written };
}

/** A rewrite that was killed between removing the old file and renaming the new one. */
async function finishRewrites(folder: string, id: string): Promise<void> {
  const path = setFolder(folder, id);
  const names = new Set(await readdir(path));
  for (const name of names) if (name.startsWith('directory.') && name.endsWith('.new') && !names.has(name.slice(0, -4))) await rename(join(path, name), join(path, name.slice(0, -4)));
}

async function stripSet({ master, folder }: StripDeps, manifest: Manifest, tenantId: string): Promise<void> {
  const setKey = master.unwrapBackupKey(manifest.id, Buffer.from(manifest.wrappedKey, 'base64'));
  await finishRewrites(folder, manifest.id);
  const tenants = manifest.tenants.filter(({ id }) => id !== tenantId);
  // What is nobody's by its path may have been the tenant's.
  const isOthers = (path: string): boolean => tenants.some(({ id }) => path.split('/')[1] === id);
  const parts: BackupPart[] = [];
  for (const part of manifest.parts.filter((each) => each.tenantId !== tenantId)) {
    parts.push(part.tenantId === null && part.table in NAMING ? await rewritePart(folder, manifest, setKey, part, tenantId) : part);
  }
  const { signature: _signature, format: _format, ...unsigned } = manifest;
  const rest = { parts, tenants, objects: manifest.objects.filter(({ path }) => isOthers(path)), missing: manifest.missing.filter(isOthers) };
  await writeManifest(setFolder(folder, manifest.id), { ...unsigned, ...rest }, master);
}

/** Files of a set that are the tenant's by their name. */
async function shredFiles(path: string, tenantId: string): Promise<{ files: number; bytes: number }> {
  const done = { files: 0, bytes: 0 };
  for (const name of await readdir(path)) {
    if (!name.startsWith(`${tenantId}.`)) continue;
    done.bytes += (await shredFile(join(path, name))) ?? 0;
    done.files += 1;
  }
  return done;
}

/**
 * Takes one tenant out of every set in the folder: its rows, objects, keys and its lines in the directories are overwritten and removed,
 * the others' stay as they are, and each set still verifies. Waits for a backup that is being made. Interrupted, it is done again.
 * A set whose manifest cannot be read loses the tenant's files all the same.
 * @throws BackupError when another backup makes it wait too long, Error from the disk
 */
export async function stripTenant(deps: StripDeps, tenantId: string): Promise<StripResult> {
  const { owner, master, folder } = deps;
  return asOwner({ ...owner, application_name: 'scc-backup-strip' }, async (client) => {
    await client.query('select pg_advisory_lock($1)', [BACKUP_LOCK]);
    const result: StripResult = { sets: 0, files: 0, bytes: 0, lastSetAt: null };
    const add = ({ files, bytes }: { files: number; bytes: number }): void => {
      result.files += files;
      result.bytes += bytes;
    };
    for (const id of await listSets(folder)) {
      const manifest = await readManifest(folder, id, master).catch((error: unknown) => {
        if (error instanceof BackupError) return null;
        throw error;
      });
      if (manifest) await stripSet(deps, manifest, tenantId);
      const found = await shredFiles(setFolder(folder, id), tenantId);
      add(found);
      if (found.files === 0 && !manifest?.tenants.some((tenant) => tenant.id === tenantId)) continue;
      result.sets += 1;
      result.lastSetAt = manifest?.at ?? result.lastSetAt;
    }
    for (const kind of await readdir(join(folder, 'objects')).catch(() => [])) add(await shredBelow(join(folder, 'objects', kind, tenantId)));
    await forgetKeys(folder, tenantId);
    return result;
  });
}
