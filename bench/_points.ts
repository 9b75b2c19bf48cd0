import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { planLayout } from '../src/db/embedded/layout.ts';
import { chooseIdentity } from '../src/db/embedded/identity.ts';
import { systemClock } from '../src/lib/clock.ts';
import { silentLogger } from '../src/lib/logger.ts';
import { lineFolder, listLines, readHead, readLineState, walFolder, type PointsPlace } from '../src/modules/points/points-folder.ts';
import { PointsServer } from '../src/modules/points/points-server.ts';
import { reachOf } from '../src/modules/points/points-state.ts';
import { recoverPoint } from '../src/modules/points/restore-points.ts';
import { figuresOf, type BenchDatabase } from './_customers.ts';

const MAIN = join(import.meta.dirname, '..', 'src', 'main.ts');
const GB = 1024 ** 3;

const sizeOf = (folder: string): number => readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce((sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0), 0);

/** The process that the product starts; priority and pauses are its own. */
function startKeeper(bench: BenchDatabase, folder: string): ChildProcess {
  return spawn(process.execPath, ['--no-warnings', MAIN, 'backup', 'keep-points'], { env: { ...process.env, SCC_DATA_DIR: bench.folder, SCC_BACKUP_DIR: folder, SCC_POINTS_DAYS: '7' }, stdio: 'ignore' });
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + 600_000; performance.now() < deadline; await sleep(50)) if (await isSo().catch(() => false)) return;
  throw new Error('The points in time were not kept within ten minutes.');
}

/** Age of the newest moment that one could go back to, sampled; ms. */
async function ages(place: PointsPlace, line: string, isEnded: () => boolean): Promise<number[]> {
  const samples: number[] = [];
  while (!isEnded()) {
    const head = await readHead(place, line);
    if (head) samples.push(Math.max(0, systemClock.wall() - Date.parse(head.at)));
    await sleep(100);
  }
  return samples;
}

/** What is written into the log and into the archive in a while. */
async function volume(place: PointsPlace, server: PointsServer, line: string, work: () => Promise<void>): Promise<{ seconds: number; logBytes: number; archiveBytes: number }> {
  const [begun, from, before] = [performance.now(), (await server.mark()).lsn, sizeOf(walFolder(place.folder, line))];
  await work();
  const to = await server.mark();
  await until(async () => ((await readHead(place, line))?.lsn ?? 0n) >= to.lsn);
  return { seconds: (performance.now() - begun) / 1000, logBytes: Number(to.lsn - from), archiveBytes: sizeOf(walFolder(place.folder, line)) - before };
}

/** Brings the newest moment back in a folder that is then removed. */
async function restore(place: PointsPlace, folder: string): Promise<{ ms: number; segments: number; gigabytes: number; secondsPerGigabyte: number }> {
  const dataDir = join(folder, 'then');
  const at = Date.parse((await reachOf(place)).at(-1)?.to ?? '');
  try {
    const { ms, segments } = await recoverPoint({ ...place, dataDir, clock: systemClock, logger: silentLogger }, at, () => Promise.resolve(), false);
    const gigabytes = sizeOf(planLayout(dataDir, chooseIdentity()).pgdata) / GB;
    return { ms, segments, gigabytes, secondsPerGigabyte: ms / 1000 / gigabytes };
  } finally {
    await rm(planLayout(dataDir, chooseIdentity()).base, { recursive: true, force: true });
  }
}

/**
 * Points in time beside people who work.
 * @param beside runs a job beside one person's transactions and gives their times, ms
 * @param seconds of writing that is measured
 */
export async function benchPoints(bench: BenchDatabase, folder: string, seconds: number, beside: (job: () => Promise<void>) => Promise<number[]>): Promise<object> {
  const place: PointsPlace = { folder, master: bench.opened.master };
  const server = new PointsServer(bench.opened.superuser ?? bench.opened.owner);
  const figures = (samples: readonly number[]) => {
    const { samplesMs: _samples, ...rest } = figuresOf(samples);
    return rest;
  };
  const keeper = startKeeper(bench, folder);
  const ended = new Promise<void>((resolve) => keeper.once('exit', () => resolve()));
  try {
    const whileBase = await beside(() => until(async () => (await reachOf(place)).length > 0));
    const line = (await listLines(folder)).at(-1) ?? '';
    const { bases: [base] } = await readLineState(place, line);
    let isEnded = false;
    const aging = ages(place, line, () => isEnded);
    let whileReading: number[] = [];
    const written = await volume(place, server, line, async () => {
      whileReading = await beside(() => sleep(seconds * 1000));
    });
    isEnded = true;
    const atRest = await volume(place, server, line, () => sleep(seconds * 1000));
    const restored = await restore(place, bench.folder);
    return {
      base: { ms: base?.ms, plainBytes: base?.tar.plainBytes, bytes: base?.tar.bytes },
      recoveryPointMs: figures(await aging),
      peopleWhileBase: figures(whileBase),
      peopleWhileReading: figures(whileReading),
      written,
      atRest,
      filesInLine: readdirSync(lineFolder(folder, line), { recursive: true }).length,
      restored,
    };
  } finally {
    keeper.kill('SIGTERM');
    await ended;
  }
}
