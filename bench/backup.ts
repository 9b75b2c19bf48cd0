import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openAsOwner } from '../src/db/open.ts';
import { systemClock } from '../src/lib/clock.ts';
import { newId } from '../src/lib/ids.ts';
import { silentLogger } from '../src/lib/logger.ts';
import { makeBackup, type BackupDeps } from '../src/modules/backup/backup.service.ts';
import { listSets, UNFINISHED } from '../src/modules/backup/backup-set.ts';
import { verifyBackup } from '../src/modules/backup/backup-verify.ts';
import { restoreAll } from '../src/modules/backup/restore.service.ts';
import { recordingPath } from '../src/modules/recordings/recording-place.ts';
import { seededRandom } from '../src/simulate/random.ts';
import { createFileStore } from '../src/store/file-store.ts';
import { benchPoints } from './_points.ts';
import { addCustomers, figuresOf, openBenchDatabase, type BenchDatabase } from './_customers.ts';

/*
 * How long a backup of sealed customers and recordings takes, what people feel of it, how long a restore and a drill take, and whether
 * killed backups leave anything that looks whole; then points in time: how old the newest one is, what they cost, how long going back takes: `npm run bench -- backup --records 100000 --objects 500 --kills 20 --point-seconds 60`.
 */

const MAIN = join(import.meta.dirname, '..', 'src', 'main.ts');

async function addObjects(bench: BenchDatabase, store: ReturnType<typeof createFileStore>, count: number, bytes: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const id = newId();
    const path = recordingPath(bench.tenantId, id);
    await store.put(path, randomBytes(bytes));
    await bench.opened.database.withTenant(bench.tenantId, bench.actor, async (tx) => {
      const call = newId();
      await tx.db.insertInto('calls').values({ tenant_id: tx.tenantId, id: call, direction: 'inbound', channel: 'sip', started_at: new Date(), sealed: tx.vault.seal({ table: 'calls', column: 'sealed', id: call }, {}) }).execute();
      const { wrapped, keyVersion } = tx.vault.newObjectKey(id);
      await tx.db.insertInto('recordings').values({ tenant_id: tx.tenantId, id, call_id: call, status: 'complete', object_path: path, key_version: keyVersion, wrapped_key: wrapped }).execute();
    });
  }
}

/** Transactions of one person until told to stop. @returns their times, ms */
async function work(bench: BenchDatabase, isEnded: () => boolean): Promise<number[]> {
  const samples: number[] = [];
  while (!isEnded()) {
    const begun = performance.now();
    await bench.opened.database.withTenant(bench.tenantId, bench.actor, (tx) => tx.audit({ code: 'customer.updated', subject: { kind: 'customer', id: 'x' }, detail: { n: samples.length } }));
    samples.push(performance.now() - begun);
    await sleep(5);
  }
  return samples;
}

async function beside<T>(bench: BenchDatabase, job: () => Promise<T>): Promise<{ result: T; samples: number[] }> {
  let ended = false;
  const working = work(bench, () => ended);
  const result = await job();
  ended = true;
  return { result, samples: await working };
}

const withoutSamples = ({ samplesMs: _samples, ...figures }: ReturnType<typeof figuresOf>) => figures;

/** Kills the command with SIGKILL at any moment of its writing. */
async function killOnes(bench: BenchDatabase, folder: string, kills: number): Promise<{ kills: number; inTheMiddle: number; setsThatAppeared: number; finishedBefore: number }> {
  const random = seededRandom(5);
  const env = { ...process.env, SCC_DATA_DIR: bench.folder, SCC_BACKUP_DIR: folder };
  const counts = { kills, inTheMiddle: 0, setsThatAppeared: 0, finishedBefore: 0 };
  const unfinished = (): boolean => existsSync(join(folder, 'sets')) && readdirSync(join(folder, 'sets')).some((name) => name.startsWith(UNFINISHED));
  for (let n = 0; n < kills; n += 1) {
    const before = (await listSets(folder)).length;
    const child = spawn(process.execPath, ['--no-warnings', MAIN, 'backup'], { env, stdio: 'ignore' });
    const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    for (const deadline = performance.now() + 20_000; !unfinished() && child.exitCode === null && performance.now() < deadline; ) await sleep(2);
    await sleep(random.next() * 400);
    child.kill('SIGKILL');
    const code = await ended;
    if (code === 0) counts.finishedBefore += 1;
    else {
      if (unfinished()) counts.inTheMiddle += 1;
      if ((await listSets(folder)).length !== before) counts.setsThatAppeared += 1;
    }
    for (const name of readdirSync(join(folder, 'sets'))) if (name.startsWith(UNFINISHED)) await rm(join(folder, 'sets', name), { recursive: true });
  }
  return counts;
}

async function restoreElsewhere(deps: BackupDeps, folder: string, id: string): Promise<{ rows: number; objects: number; ms: number }> {
  const owned = await openAsOwner({ config: { dataDir: join(folder, 'elsewhere'), databaseUrl: undefined, masterKeyFile: '' }, logger: silentLogger });
  const begun = performance.now();
  try {
    const { rows, objects } = await restoreAll({ owner: owned.owner, master: deps.master, folder: deps.folder, store: createFileStore(join(folder, 'elsewhere', 'store')) }, id);
    return { rows, objects, ms: Math.round(performance.now() - begun) };
  } finally {
    await owned.discard();
  }
}

export async function run(args: Record<string, string>): Promise<object> {
  const records = Number(args['records'] ?? 2_000);
  const objects = Number(args['objects'] ?? 20);
  const objectBytes = Number(args['object-bytes'] ?? 500_000);
  const kills = Number(args['kills'] ?? 3);
  const bench = await openBenchDatabase();
  try {
    const store = createFileStore(join(bench.folder, 'store'));
    await addCustomers(bench, records);
    await addObjects(bench, store, objects, objectBytes);
    const { owner, master } = bench.opened;
    const deps: BackupDeps = { owner, master, store, folder: join(bench.folder, 'backups'), clock: systemClock };
    const alone = await beside(bench, () => sleep(2_000));
    const first = await beside(bench, () => makeBackup(deps));
    const again = await makeBackup(deps);
    const killed = await killOnes(bench, deps.folder, kills);
    const verified = await verifyBackup(deps, again.id);
    const restored = await restoreElsewhere(deps, bench.folder, again.id);
    const points = await benchPoints(bench, join(bench.folder, 'points'), Number(args['point-seconds'] ?? 5), async (job) => (await beside(bench, job)).samples);
    return {
      records,
      objects,
      objectBytes,
      first: first.result,
      incremental: again,
      peopleAlone: withoutSamples(figuresOf(alone.samples)),
      peopleBeside: withoutSamples(figuresOf(first.samples)),
      killed,
      verified,
      restored,
      points,
      samplesMs: { alone: figuresOf(alone.samples).samplesMs, beside: figuresOf(first.samples).samplesMs },
    };
  } finally {
    await bench.close();
  }
}
