import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { systemClock } from '../lib/clock.ts';
import { AppError, messageOf, notFound, unavailable } from '../lib/errors.ts';
import { shredBelow, syncFolder } from '../lib/shred.ts';
import type { ObjectInfo, ObjectStore } from './object-store.ts';

const SEGMENT = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/;
const MAX_SEGMENTS = 8;
const FOLDER_KNOWN_MS = 2000;
/** Unfinished files; cannot be the name of an object, because those do not start with a dot. */
const TEMPORARY_PREFIX = '.new-';

const isMissing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');

/** The object store in a folder of this machine. */
class FileStore implements ObjectStore {
  readonly #root: string;
  /** Folders that were there, and until when they are believed to be; monotonic, ms. */
  readonly #folders = new Map<string, number>();

  constructor(root: string) {
    this.#root = root;
  }

  async put(path: string, content: Buffer | Readable): Promise<number> {
    const target = await this.localPath(path);
    const folder = dirname(target);
    const temporary = join(folder, `${TEMPORARY_PREFIX}${randomBytes(8).toString('hex')}`);
    try {
      const size = await this.#write(temporary, content);
      await rename(temporary, target);
      await syncFolder(folder);
      return size;
    } catch (error) {
      await rm(temporary, { force: true });
      if (['ENOSPC', 'EIO', 'EROFS', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')) {
        throw unavailable('store_unavailable', `The object store cannot be written: ${messageOf(error)}`);
      }
      throw error;
    }
  }

  async read(path: string, range?: { start: number; end: number }): Promise<Readable> {
    const file = this.#resolve(path);
    await this.info(path);
    return createReadStream(file, range ?? {});
  }

  async info(path: string): Promise<ObjectInfo> {
    try {
      const found = await stat(this.#resolve(path));
      if (found.isFile()) return { path, sizeBytes: found.size };
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    throw notFound('stored object');
  }

  async delete(path: string): Promise<void> {
    const file = this.#resolve(path);
    await rm(file, { force: true });
    await syncFolder(dirname(file)).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
  }

  async *list(prefix: string): AsyncIterable<ObjectInfo> {
    const folder = this.#resolve(prefix);
    const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw error;
    });
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = `${prefix}/${entry.name}`;
      if (entry.isDirectory()) yield* this.list(path);
      else if (entry.isFile() && !entry.name.startsWith(TEMPORARY_PREFIX)) yield await this.info(path);
    }
  }

  async folders(): Promise<string[]> {
    const entries = await readdir(this.#root, { withFileTypes: true }).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw error;
    });
    return entries.filter((entry) => entry.isDirectory() && SEGMENT.test(entry.name)).map(({ name }) => name).toSorted();
  }

  erase(prefix: string): Promise<{ files: number; bytes: number }> {
    const folder = this.#resolve(prefix);
    for (const known of this.#folders.keys()) if (known === folder || known.startsWith(`${folder}/`)) this.#folders.delete(known);
    return shredBelow(folder);
  }

  async localPath(path: string): Promise<string> {
    const file = this.#resolve(path);
    // A folder that was there a moment ago is there: it is not asked for with every recording of a busy tenant.
    const now = systemClock.monotonic();
    if (now < (this.#folders.get(dirname(file)) ?? 0)) return file;
    const created = await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    // A new folder is durable only when its parents are.
    for (let folder = dirname(file); created !== undefined && folder.length >= dirname(created).length; folder = dirname(folder)) {
      await syncFolder(folder);
    }
    this.#folders.set(dirname(file), now + FOLDER_KNOWN_MS);
    return file;
  }

  async #write(file: string, content: Buffer | Readable): Promise<number> {
    const handle = await open(file, 'wx', 0o600);
    try {
      let size = 0;
      for await (const chunk of Buffer.isBuffer(content) ? [content] : content) {
        const bytes = Buffer.from(chunk as Uint8Array | string);
        await handle.writeFile(bytes);
        size += bytes.length;
      }
      await handle.sync();
      return size;
    } finally {
      await handle.close();
    }
  }

  #resolve(path: string): string {
    const segments = path.split('/');
    if (segments.length > MAX_SEGMENTS || !segments.every((segment) => SEGMENT.test(segment))) {
      throw new AppError('bad_object_path', 500, 'An object path has a forbidden form.');
    }
    return join(this.#root, ...segments);
  }
}

/** @param root absolute path of the store's folder; made when first written */
export const createFileStore = (root: string): ObjectStore => new FileStore(root);
