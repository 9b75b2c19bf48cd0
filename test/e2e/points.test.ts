/** A whole installation is lost; it comes back as it was at a moment between two things that people did. */
import { execFile } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openAsOwner } from '../../src/db/open.ts';
import { asOwner } from '../../src/db/prepare.ts';
import { silentLogger } from '../../src/lib/logger.ts';
import { startProduct, type Product } from '../support/product.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');
const spare = mkdtempSync(join(tmpdir(), 'scc-e2e-points-'));
chmodSync(spare, 0o755);
const backupDir = join(spare, 'backups');

let product: Product;

beforeAll(async () => {
  product = await startProduct({ environment: { SCC_BACKUP_DIR: backupDir, SCC_BACKUP_HOURS: '168' } });
}, 120_000);
afterAll(async () => {
  rmSync(spare, { recursive: true, force: true });
  rmSync(product.dataDir, { recursive: true, force: true });
});

const scc = (environment: Readonly<Record<string, string>>, ...args: string[]) => run(process.execPath, ['--no-warnings', join(root, 'src/main.ts'), ...args], { cwd: root, env: { ...process.env, ...environment } });

/** The figure of a gauge at the operator's port. */
async function gauge(name: string): Promise<number> {
  const text = await (await fetch(`${product.operatorUrl}/metrics`)).text();
  return Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
}

/** Until one can go back to a moment. */
async function archived(at: number): Promise<void> {
  for (const deadline = performance.now() + 60_000; performance.now() < deadline; await sleep(200)) {
    const { stdout } = await scc(product.environment, 'backup', 'list');
    const [, from, to] = /any moment from (\S+) to (\S+):/.exec(stdout) ?? [];
    if (from !== undefined && to !== undefined && Date.parse(from) <= at && Date.parse(to) >= at) return;
  }
  throw new Error(`Not archived:\n${product.output()}`);
}

it('is lost and comes back as it was at a moment', async () => {
  for (const deadline = performance.now() + 60_000; Number.isNaN(await gauge('scc_points_archived_age_seconds')) && performance.now() < deadline; ) await sleep(200);
  await scc(product.environment, 'operator', 'reset-password', 'before');
  const at = Date.now();
  await sleep(50);
  await scc(product.environment, 'operator', 'reset-password', 'after');
  await archived(at);
  expect([await gauge('scc_points_good'), (await gauge('scc_points_archived_age_seconds')) < 60]).toEqual([1, true]);
  expect((await scc(product.environment, 'doctor').catch((error: { stdout: string }) => error)).stdout).toMatch(/ok +points in time +any moment from /);
  await scc(product.environment, 'backup');
  expect((await scc(product.environment, 'backup', 'verify')).stdout).toMatch(/point +\S+: \d+ rows read, \d+ indexes and 1 audit chains whole, \d+ sealed records opened[\s\S]*good +yes/);
  const time = new Date(at).toISOString();
  await expect(scc(product.environment, 'restore', '--at', time)).rejects.toMatchObject({ stderr: expect.stringContaining('There is a database in') });
  await product.killTree();
  const dataDir = join(spare, 'data');
  const environment = { ...product.environment, SCC_DATA_DIR: dataDir, SCC_MASTER_KEY_FILE: join(spare, 'master.key') };
  copyFileSync(join(product.dataDir, 'master.key'), environment.SCC_MASTER_KEY_FILE);
  await expect(scc(environment, 'restore', '--at', 'yesterday')).rejects.toMatchObject({ stderr: expect.stringContaining('is no moment') });
  await expect(scc(environment, 'restore', '--at', new Date(Date.now() + 3_600_000).toISOString())).rejects.toMatchObject({ stderr: expect.stringContaining('has not come yet') });
  expect(existsSync(join(dataDir, 'postgres', 'pgdata'))).toBe(false);
  expect((await scc(environment, 'restore', '--at', time)).stdout).toContain(`reached  ${time}`);
  expect((await scc(environment, 'verify-audit', '--tenant', 'demo')).stdout).toContain('whole    yes');
  const owned = await openAsOwner({ config: { dataDir, databaseUrl: undefined, masterKeyFile: '' }, logger: silentLogger });
  try {
    const logins = await asOwner(owned.owner, async (client) => (await client.query<{ login: string }>('select login_id as login from operators')).rows.map(({ login }) => login));
    expect([logins.includes('before'), logins.includes('after')]).toEqual([true, false]);
    const left = await asOwner(owned.superuser ?? {}, async (client) => (await client.query<{ n: string }>('select count(*) as n from sessions')).rows[0]?.n);
    expect(left).toBe('0');
  } finally {
    await owned.close();
  }
}, 240_000);
