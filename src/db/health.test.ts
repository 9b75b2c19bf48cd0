import { mkdtempSync, chmodSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestTenant, testActor } from '../../test/support/database.ts';
import { silentLogger } from '../lib/logger.ts';
import { appendAudit } from '../modules/audit/audit-append.ts';
import { createJournal } from './group-commit.ts';
import { openDatabase, type OpenDatabase } from './open.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'scc-health-'));
chmodSync(dataDir, 0o755);
let opened: OpenDatabase;
beforeAll(async () => {
  const config = { dataDir, databaseUrl: undefined, masterKeyFile: join(dataDir, 'master.key') };
  opened = await openDatabase({ config, logger: silentLogger, appendAudit });
});
afterAll(async () => {
  await opened.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const postmaster = (): number => Number(readFileSync(join(dataDir, 'postgres', 'pgdata', 'postmaster.pid'), 'utf8').split('\n')[0]);
const children = (pid: number): number[] => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);

it.skipIf(process.platform !== 'linux')('says that the server is gone, and that it is back; writes wait in the journal', async () => {
  const { database } = opened;
  const tenant = await createTestTenant(database);
  const journal = createJournal({ database, logger: silentLogger });
  const changes: boolean[] = [];
  database.onHealth((healthy) => changes.push(healthy));

  process.kill(postmaster(), 'SIGKILL');
  const write = journal.append(tenant.id, testActor, async (tx) => {
    tx.audit({ code: 'call.started', subject: { kind: 'call', id: 'kept' }, detail: {} });
    await Promise.resolve();
  });
  await write;
  while (changes.at(-1) !== true && database.healthy === false) await sleep(20);

  const rows = await database.withTenant(tenant.id, testActor, ({ db }) => db.selectFrom('audit_events').select('subject_id').execute());
  expect(rows).toEqual([{ subject_id: 'kept' }]);
  expect(database.healthy).toBe(true);
});

it.skipIf(process.platform !== 'linux')('notices a server that hangs without closing connections, and refuses at once', async () => {
  const { database } = opened;
  const tenant = await createTestTenant(database);
  const pids = [postmaster(), ...children(postmaster())];
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  try {
    const from = performance.now();
    while (database.healthy && performance.now() - from < 10_000) await sleep(20);
    expect(database.healthy).toBe(false);
    const asked = performance.now();
    await expect(database.withTenant(tenant.id, testActor, () => Promise.resolve())).rejects.toMatchObject({ code: 'database_unavailable', status: 503 });
    expect(performance.now() - asked).toBeLessThan(500);
  } finally {
    for (const pid of pids) process.kill(pid, 'SIGCONT');
  }
  const from = performance.now();
  while (!database.healthy && performance.now() - from < 10_000) await sleep(20);
  expect(await database.withTenant(tenant.id, testActor, () => Promise.resolve(1))).toBe(1);
});

it('refuses to start with the master key of another installation, and without one', async () => {
  const { loadMasterKey } = await import('../vault/master-key-file.ts');
  await createTestTenant(opened.database);
  const config = { dataDir, databaseUrl: undefined, masterKeyFile: join(dataDir, 'other.key') };
  const open = () => openDatabase({ config, logger: silentLogger, appendAudit, attach: true });
  await opened.close();
  await expect(open()).rejects.toThrow(/is missing, but there is data/);
  loadMasterKey(config.masterKeyFile, true);
  await expect(open()).rejects.toThrow(/does not belong to this database/);
});
