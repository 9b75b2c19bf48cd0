import { open, readdir, rm, rmdir, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const isMissing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');

/** Zeros are written in pieces of this size. */
const PIECE = Buffer.alloc(1024 * 1024);

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function overwrite(file: FileHandle): Promise<number> {
  const { size } = await file.stat();
  for (let at = 0; at < size; at += PIECE.length) await file.write(PIECE, 0, Math.min(PIECE.length, size - at), at);
  await file.sync();
  return size;
}

/**
 * Overwrites a file and removes it. Whether the disk keeps the old blocks is the disk's business; what is sealed under destroyed keys
 * is not opened by them.
 * @returns its size in bytes; null when there is none
 */
export async function shredFile(path: string): Promise<number | null> {
  const file = await open(path, 'r+').catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw error;
  });
  if (!file) return null;
  let size: number;
  try {
    size = await overwrite(file);
  } finally {
    await file.close();
  }
  await rm(path);
  await syncFolder(dirname(path));
  return size;
}

/** The same with everything below a folder, and the folder. Does nothing when it is not there. */
export async function shredBelow(folder: string): Promise<{ files: number; bytes: number }> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw error;
  });
  const done = { files: 0, bytes: 0 };
  if (!entries) return done;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      const below = await shredBelow(path);
      done.files += below.files;
      done.bytes += below.bytes;
    } else {
      done.bytes += (await shredFile(path)) ?? 0;
      done.files += 1;
    }
  }
  await rmdir(folder);
  await syncFolder(dirname(folder));
  return done;
}
