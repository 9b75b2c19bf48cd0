import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../src/lib/clock.ts';
import { newId } from '../src/lib/ids.ts';
import { ExportProgress } from '../src/modules/exports/export-progress.ts';
import { runExport, type RunDeps } from '../src/modules/exports/export-run.ts';
import { verifyFolder } from '../src/modules/exports/export-verify.ts';
import { FolderTarget } from '../src/modules/exports/folder-target.ts';
import { NO_TIME_SERVER } from '../src/modules/monitoring/server-clock.ts';
import { newRecordingSeal } from '../src/modules/recordings/recording-place.ts';
import { createFileStore } from '../src/store/file-store.ts';
import { SEALED_CHUNK_BYTES, SealedStreamWriter } from '../src/vault/stream.ts';
import { addCustomers, openBenchDatabase, type BenchDatabase } from './_customers.ts';

/*
 * How fast a full export of sealed customers and recordings is written and verified, how much memory it takes, and whether one that is killed
 * again and again ends whole: `npm run bench -- export --records 100000 --recordings 200 --kills 10`.
 */

const MAIN = join(import.meta.dirname, '..', 'src', 'main.ts');

/** Recordings of so many seconds, two channels. */
async function addRecordings(bench: BenchDatabase, store: ReturnType<typeof createFileStore>, count: number, seconds: number): Promise<void> {
  const sound = Buffer.alloc(SEALED_CHUNK_BYTES, 0x55);
  const chunks = Math.max(1, Math.round((seconds * 16_000) / SEALED_CHUNK_BYTES));
  for (let n = 0; n < count; n += 1) {
    const [id, call] = [newId(), newId()];
    await bench.opened.database.withTenant(bench.tenantId, bench.actor, async (tx) => {
      const { seal, file } = newRecordingSeal(tx.vault, tx.tenantId, id);
      const writer = new SealedStreamWriter(Buffer.from(seal.key, 'base64'), Buffer.from(seal.associatedData), { sampleRate: 8000, channels: 2, codec: 'PCMU' });
      await store.put(file.objectPath, Buffer.concat([writer.header, ...Array.from({ length: chunks }, (_, chunk) => writer.seal(sound, chunk === chunks - 1))]));
      await tx.db.insertInto('calls').values({ tenant_id: tx.tenantId, id: call, direction: 'inbound', channel: 'sip', started_at: new Date(), sealed: tx.vault.seal({ table: 'calls', column: 'sealed', id: call }, {}) }).execute();
      const values = { tenant_id: tx.tenantId, id, call_id: call, status: 'complete', object_path: file.objectPath, key_version: file.keyVersion, wrapped_key: Buffer.from(file.wrappedKey, 'base64') };
      await tx.db.insertInto('recordings').values({ ...values, duration_ms: seconds * 1000, size_bytes: chunks * SEALED_CHUNK_BYTES }).execute();
    });
  }
}

/** The command, killed with SIGKILL at any moment of its work, until it is through. */
async function killed(bench: BenchDatabase, slug: string, folder: string, kills: number): Promise<{ kills: number; filesAfterEach: number[]; exitCode: number | null }> {
  const env = { ...process.env, SCC_DATA_DIR: bench.folder };
  const filesAfterEach: number[] = [];
  const count = (): number => (existsSync(folder) ? readdirSync(folder, { recursive: true }).length : 0);
  for (let n = 0; ; n += 1) {
    const child = spawn(process.execPath, ['--no-warnings', MAIN, 'tenant', 'export', slug, '--to', folder], { env, stdio: 'ignore' });
    const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    if (n >= kills) return { kills, filesAfterEach, exitCode: await ended };
    const before = count();
    for (const deadline = performance.now() + 30_000; count() <= before && child.exitCode === null && performance.now() < deadline; ) await sleep(5);
    await sleep(100);
    child.kill('SIGKILL');
    if ((await ended) === 0) return { kills: n, filesAfterEach, exitCode: 0 };
    filesAfterEach.push(count());
  }
}

/** Samples the memory of this process while something runs. */
async function watched<T>(job: () => Promise<T>): Promise<{ result: T; ms: number; rssGrowthBytes: number }> {
  const before = process.memoryUsage.rss();
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 50);
  const begun = performance.now();
  try {
    return { result: await job(), ms: Math.round(performance.now() - begun), rssGrowthBytes: most - before };
  } finally {
    clearInterval(timer);
  }
}

export async function run(args: Record<string, string>): Promise<object> {
  const records = Number(args['records'] ?? 5_000);
  const recordings = Number(args['recordings'] ?? 20);
  const seconds = Number(args['seconds'] ?? 60);
  const kills = Number(args['kills'] ?? 3);
  const bench = await openBenchDatabase();
  try {
    const store = createFileStore(join(bench.folder, 'store'));
    await addCustomers(bench, records);
    await addRecordings(bench, store, recordings, seconds);
    const { database, master } = bench.opened;
    const deps: RunDeps = { database, store, signer: master.signer, checkpoint: () => Promise.resolve(null), clock: () => NO_TIME_SERVER, time: systemClock };
    const start = { tenantId: bench.tenantId, exportId: newId(), askedAt: new Date().toISOString() };
    const folder = join(bench.folder, 'export');
    const progress = new ExportProgress(systemClock, () => Promise.resolve());
    const target = await FolderTarget.open(folder, start);
    const of = { ...start, tenantCode: 'bench', tenantName: 'Bench', reason: 'bench', askedBy: 'bench' };
    const written = await watched(() => runExport(deps, of, bench.actor, target, progress));
    await target.finish();
    const verified = await watched(() => verifyFolder(folder, master.signer.publicKey));
    const { slug } = (await database.directory.tenants()).find(({ id }) => id === bench.tenantId) ?? { slug: '' };
    const resumed = join(bench.folder, 'resumed');
    const afterKills = await killed(bench, slug, resumed, kills);
    const { rowsDone, bytesDone, filesDone } = progress.figures;
    return {
      records, recordings, seconds,
      files: filesDone, rows: rowsDone, bytes: bytesDone,
      writeMs: written.ms, rowsPerSecond: Math.round((rowsDone / written.ms) * 1000), mibPerSecond: Math.round((bytesDone / 1024 ** 2 / written.ms) * 10_000) / 10, rssGrowthBytes: written.rssGrowthBytes,
      verifyMs: verified.ms, whole: verified.result.whole,
      killed: { ...afterKills, whole: (await verifyFolder(resumed, master.signer.publicKey)).whole },
    };
  } finally {
    await bench.close();
  }
}
