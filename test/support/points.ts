import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLogger } from '../../src/lib/logger.ts';
import { readSealedFile } from '../../src/modules/backup/sealed-file.ts';
import { baseFile, baseFileNames } from '../../src/modules/points/base-backup.ts';
import { PointsKeeper } from '../../src/modules/points/points-keeper.ts';
import { basesFolder, keyOfLine, listLines, readLineState, walFolder, type PointsPlace } from '../../src/modules/points/points-folder.ts';
import { PointsServer } from '../../src/modules/points/points-server.ts';
import { reachOf } from '../../src/modules/points/points-state.ts';
import { listPieces, readSegment } from '../../src/modules/points/wal-files.ts';
import type { MasterKey } from '../../src/vault/master-key.ts';

/** A keeper that runs in this process. */
export interface RunningKeeper {
  /** What it said of itself, oldest first. */
  states: (string | null)[];
  stop(): Promise<void>;
}

/** Keeps points in time, with short pauses. */
export function runKeeper(place: PointsPlace, connection: pg.ClientConfig): RunningKeeper {
  const end = new AbortController();
  const states: (string | null)[] = [];
  const onState = (state: string | null): void => void (states.at(-1) === state || states.push(state));
  const running = new PointsKeeper({ ...place, server: new PointsServer(connection), clock: systemClock, logger: silentLogger, keepMs: 7 * 86_400_000, flushMs: 100, onState }).run(end.signal);
  return {
    states,
    async stop() {
      end.abort();
      await running;
    },
  };
}

/** The same in a process of its own, to be killed. */
export function spawnKeeper(folder: string, masterKeyFile: string, connection: pg.ClientConfig): { kill(): Promise<void> } {
  const script = `
    const { runKeeper } = await import(${JSON.stringify(join(import.meta.dirname, 'points.ts'))});
    const { loadMasterKey } = await import(${JSON.stringify(join(import.meta.dirname, '../../src/vault/master-key-file.ts'))});
    runKeeper({ folder: ${JSON.stringify(folder)}, master: loadMasterKey(${JSON.stringify(masterKeyFile)}, false) }, ${JSON.stringify(connection)});`;
  const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], { stdio: ['ignore', 'ignore', 'inherit'] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return { kill: () => (child.kill('SIGKILL'), exited) };
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + 60_000; performance.now() < deadline; await sleep(25)) if (await isSo().catch(() => false)) return;
  throw new Error('It was not archived within a minute.');
}

/** Waits until one can go back to a moment. @param at ms since the epoch */
export const archivedTo = (place: PointsPlace, at: number): Promise<void> => until(async () => (await reachOf(place)).some(({ from, to }) => Date.parse(from) <= at && Date.parse(to) >= at));

/** Waits until one can go back to somewhere in the newest line, which is another one than `line`. */
export const lineAfter = (place: PointsPlace, line: string | null): Promise<void> =>
  until(async () => {
    const newest = (await listLines(place.folder)).at(-1);
    return newest !== undefined && newest !== line && (await reachOf(place)).at(-1)?.line === newest;
  });

async function contains(source: AsyncIterable<Buffer>, forms: readonly Buffer[]): Promise<boolean[]> {
  const longest = Math.max(0, ...forms.map(({ length }) => length));
  const found = forms.map(() => false);
  let tail: Buffer = Buffer.alloc(0);
  for await (const bytes of source) {
    const all = Buffer.concat([tail, bytes]);
    for (const [index, form] of forms.entries()) found[index] ||= all.includes(form);
    tail = all.subarray(Math.max(0, all.length - longest));
  }
  return found;
}

/** Which of the texts stand anywhere in bases and log, as whoever has the master key reads them. */
export async function textsInPoints(place: { folder: string; master: MasterKey }, texts: readonly string[]): Promise<string[]> {
  const forms = texts.map((text) => Buffer.from(text));
  const found = new Set<string>();
  const note = (hits: readonly boolean[]): void => texts.forEach((text, index) => hits[index] && found.add(text));
  for (const id of await listLines(place.folder)) {
    const { line, bases } = await readLineState(place, id);
    const key = keyOfLine(place, line);
    for (const { id: base } of bases) note(await contains(readSealedFile(join(basesFolder(place.folder, id), base, baseFileNames.tar), baseFile(key, id, base, baseFileNames.tar)), forms));
    const wal = { folder: walFolder(place.folder, id), lineId: id, key, timeline: line.timeline };
    const pieces = await listPieces(wal);
    for (const segment of new Set(pieces.map((piece) => piece.segment))) {
      const bytes = await readSegment(wal, pieces, segment);
      note(forms.map((form) => bytes.includes(form)));
    }
  }
  return [...found].toSorted();
}
