import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf } from '../lib/errors.ts';

const REASONS: Readonly<Record<string, string>> = {
  EROFS: 'the file system is read-only',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  ENOSPC: 'the disk is full',
  ENOENT: 'no folder can be made there',
};

/** Made one by one: asked for all of them at once, Node hides the real reason and does not return on some file systems. */
function makeFolders(path: string): void {
  if (existsSync(path)) {
    if (!statSync(path).isDirectory()) throw new Error('it is a file');
    return;
  }
  makeFolders(dirname(path));
  mkdirSync(path);
}

/**
 * Makes the data folder where it is missing, and sees that it can be written, before anything else is started.
 * @param path absolute
 * @throws Error with one clear sentence
 */
export function demandDataFolder(path: string): void {
  const probe = join(path, `.write-test-${process.pid}`);
  try {
    makeFolders(path);
    try {
      writeFileSync(probe, 'x', { mode: 0o600 });
    } finally {
      rmSync(probe, { force: true });
    }
  } catch (error) {
    const reason = REASONS[(error as NodeJS.ErrnoException).code ?? ''] ?? messageOf(error);
    throw new Error(`The data folder ${path} cannot be used: ${reason}. SCC_DATA_DIR names another one.`, { cause: error });
  }
}
