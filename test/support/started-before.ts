/** Data folders in which the product was started once already: a test that is not about the first start need not wait for it. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
const PREFIX = `scc-test-started-${userInfo().uid}-`;
const DAY_MS = 86_400_000;

/** The same while the product's files are: name, size and time of each. The demo tenant's days begin today, so another day counts too. */
function versionOfProduct(): string {
  const digest = createHash('sha256').update(new Date().toISOString().slice(0, 10));
  for (const folder of ['src', 'shared']) {
    for (const name of readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).toSorted()) {
      const { size, mtimeMs } = statSync(join(ROOT, folder, name));
      digest.update(`${folder}/${name} ${size} ${mtimeMs}\n`);
    }
  }
  return digest.digest('hex').slice(0, 16);
}

/** Of versions that nobody has started for a day. */
function removeOld(): void {
  for (const name of readdirSync(tmpdir()).filter((each) => each.startsWith(PREFIX))) {
    const age = Date.now() - (statSync(join(tmpdir(), name), { throwIfNoEntry: false })?.mtimeMs ?? Infinity);
    if (age > DAY_MS) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

/**
 * Makes a data folder as a stopped product leaves it.
 * @param startOnce starts the product in a folder and stops it; done once for each version of the product's files
 * @returns path of a new folder, the caller's to remove
 */
export async function copyStartedFolder(startOnce: (dataDir: string) => Promise<void>): Promise<string> {
  const kept = join(tmpdir(), PREFIX + versionOfProduct());
  if (!existsSync(kept)) {
    removeOld();
    const fresh = mkdtempSync(join(tmpdir(), 'scc-test-'));
    await startOnce(fresh);
    try {
      renameSync(fresh, kept);
    } catch (error) {
      // Another test process made one meanwhile, which is as good.
      rmSync(fresh, { recursive: true });
      if (!existsSync(kept)) throw error;
    }
  }
  const copy = mkdtempSync(join(tmpdir(), 'scc-test-'));
  // -a keeps the owners: the database's files belong to another account when we are root.
  execFileSync('cp', ['-a', `${kept}/.`, copy]);
  return copy;
}
