import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { Binaries } from './binaries.ts';
import type { Identity } from './identity.ts';
import type { Layout } from './layout.ts';

const run = promisify(execFile);

/** C.UTF-8 from the server itself: upper and lower case and trigrams are right for every script, sorting is by code point. */
const LOCALE = [
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  `--lc-ctype=${process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8'}`,
];

/** Removes what an interrupted first start left behind. */
function removeLeftovers(layout: Layout): void {
  const prefix = `${basename(layout.pgdata)}.init-`;
  for (const name of readdirSync(layout.base)) {
    if (name.startsWith(prefix)) rmSync(join(layout.base, name), { recursive: true, force: true });
  }
}

/**
 * Makes the cluster if there is none. It is built in a temporary folder and renamed when whole, so that a crash at any
 * moment leaves either no cluster or a good one.
 */
export async function ensureCluster(layout: Layout, binaries: Binaries, identity: Identity): Promise<void> {
  if (existsSync(layout.pgdata)) return;
  removeLeftovers(layout);
  const temporary = mkdtempSync(`${layout.pgdata}.init-`);
  const target = join(temporary, 'pgdata');
  const secretFile = join(temporary, 'secret');
  const own = (path: string): void => {
    if (identity.switched) chownSync(path, identity.uid, identity.gid);
  };
  try {
    writeFileSync(secretFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
    own(temporary);
    own(secretFile);
    const options = ['-U', 'postgres', '-A', 'scram-sha-256', '--pwfile', secretFile, '-E', 'UTF8', ...LOCALE];
    await run(binaries.initdb, ['-D', target, ...options], {
      cwd: '/',
      env: { PATH: process.env['PATH'], LC_ALL: 'C' },
      ...(identity.switched ? { uid: identity.uid, gid: identity.gid } : {}),
    });
    renameSync(secretFile, join(target, basename(layout.secretFile)));
    chmodSync(join(target, basename(layout.secretFile)), 0o600);
    renameSync(target, layout.pgdata);
  } catch (error) {
    if (!existsSync(layout.pgdata)) throw error;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

