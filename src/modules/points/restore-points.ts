import { existsSync } from 'node:fs';
import { appendFile, chown, mkdir, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { hasCluster } from '../../db/embedded/layout.ts';
import type { Connection } from '../../db/embedded/embedded.ts';
import { recoverCluster, RecoveryError, replaySettings } from '../../db/embedded/recover.ts';
import { formatLsn, SEGMENT_BYTES, segmentName, segmentStart, type Lsn } from '../../db/replication/lsn.ts';
import { asOwner } from '../../db/prepare.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { readSealedFile } from '../backup/sealed-file.ts';
import { baseFile, baseFileNames } from './base-backup.ts';
import { PointsError } from './points-error.ts';
import { basesFolder, keyOfLine, listLines, pointsFolder, readLineState, readNotBefore, usableBases, walFolder, type Base, type Head, type Line, type LineState, type PointsPlace } from './points-folder.ts';
import { unpackTar, type Owner } from './tar.ts';
import { coveredUntil, listPieces, readSegment, type WalPlace } from './wal-files.ts';

export interface RecoverDeps extends PointsPlace {
  /** Without a database in it. */
  dataDir: string;
  clock: Clock;
  logger: Logger;
  /** Ends it early; then nothing is left of it. */
  signal?: AbortSignal;
}

/** What was gone back to. */
export interface RecoveredPoint {
  /** The moment asked for, ISO 8601: everything acknowledged before is there, nothing committed after. */
  at: string;
  /** The last transaction before it, ISO 8601; null when the base was the last that was written. */
  lastCommitAt: string | null;
  line: string;
  base: string;
  /** Of the log that was replayed. */
  segments: number;
  ms: number;
}

/** A base and the log that leads from it to the moment. */
interface Way {
  line: Line;
  base: Base;
  /** The log is needed up to here. */
  until: Lsn;
}

function wayIn({ line, head, bases }: LineState & { head: Head }, at: number): Way | null {
  if (at > Date.parse(head.at)) return null;
  const usable = usableBases({ head, bases });
  const base = usable.findLast((each) => Date.parse(each.at) <= at);
  if (!base) return null;
  // Everything acknowledged before the next base was begun is in the log before it.
  const next = usable.find((each) => Date.parse(each.begunAt) > at);
  return { line, base, until: next?.stopLsn ?? head.lsn };
}

function noWay(folder: string, at: number, states: readonly LineState[], wasDestroyed: boolean): PointsError {
  const asked = new Date(at).toISOString();
  const bases = states.flatMap(usableBases);
  if (wasDestroyed && bases.every((base) => Date.parse(base.at) > at)) return new PointsError('destroyed_since', `A tenant was destroyed after ${asked}: nobody goes back to before that.`);
  const later = bases.map((base) => base.at).toSorted().find((each) => Date.parse(each) > at);
  const earlier = states.flatMap(({ head }) => head?.at ?? []).toSorted().findLast((each) => Date.parse(each) < at);
  const base = bases.some((each) => Date.parse(each.at) <= at);
  if (!base) return new PointsError('no_base', `There is no base before ${asked} in ${pointsFolder(folder)}; ${later === undefined ? 'there is none at all' : `the first one leads to ${later}`}.`);
  return new PointsError('not_archived', `The write-ahead log of ${asked} is not in the archive: it was archived until ${earlier ?? 'never'}${later === undefined ? '' : `, and again from ${later}`}.`);
}

/** @param at ms since the epoch @throws PointsError */
async function findWay(place: PointsPlace, at: number, now: number): Promise<Way> {
  if (at > now) throw new PointsError('in_future', `${new Date(at).toISOString()} has not come yet.`);
  const notBefore = await readNotBefore(place);
  const states: LineState[] = [];
  let wasDestroyed = notBefore > at;
  for (const id of (await listLines(place.folder)).toReversed()) {
    const state = await readLineState(place, id);
    if (Date.parse(state.line.at) < notBefore) {
      wasDestroyed = true;
      continue;
    }
    states.push(state);
    const way = state.head ? wayIn({ ...state, head: state.head }, at) : null;
    if (way) return way;
  }
  throw noWay(place.folder, at, states, wasDestroyed);
}

const filesSchema = z.looseObject({ Files: z.array(z.looseObject({ Path: z.string(), Checksum: z.string() })) });

async function contentOf(source: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const bytes of source) parts.push(bytes);
  return Buffer.concat(parts).toString('utf8');
}

type LayDeps = PointsPlace & Pick<RecoverDeps, 'signal'>;

async function* until(source: AsyncIterable<Buffer>, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  for await (const bytes of source) {
    signal?.throwIfAborted();
    yield bytes;
  }
}

async function unpackBase(place: LayDeps, { line, base }: Way, folder: string, owner: Owner): Promise<void> {
  const path = join(basesFolder(place.folder, line.id), base.id);
  const key = keyOfLine(place, line);
  const open = (name: 'base.tar' | 'base.files'): AsyncGenerator<Buffer> => readSealedFile(join(path, name), baseFile(key, line.id, base.id, name));
  try {
    const hashes = await unpackTar(until(open(baseFileNames.tar), place.signal), folder, owner);
    const { Files: listed } = filesSchema.parse(JSON.parse(await contentOf(open(baseFileNames.files))));
    const wrong = listed.find(({ Path: file, Checksum: sha256 }) => hashes.get(file) !== sha256);
    if (wrong) throw new PointsError('damaged', `${wrong.Path} of the base ${base.id} is not what was copied.`);
  } catch (error) {
    place.signal?.throwIfAborted();
    if (error instanceof PointsError || (error as NodeJS.ErrnoException).code === 'ENOSPC') throw error;
    throw new PointsError('damaged', `The base ${base.id} was changed or cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/** Puts the log into the cluster's own folder. @returns how many segments */
async function layLog(place: WalPlace & Pick<RecoverDeps, 'signal'>, { base, until: end }: Way, folder: string, owner: Owner): Promise<number> {
  const pieces = await listPieces(place);
  const covered = coveredUntil(pieces, base.startLsn);
  if (covered < end) throw new PointsError('gap', `The write-ahead log from ${formatLsn(covered)} (${segmentName(place.timeline, segmentStart(covered))}) to ${formatLsn(end)} has a gap: this moment cannot be gone back to.`);
  let segments = 0;
  await mkdir(join(folder, 'pg_wal'), { recursive: true, mode: 0o700 });
  for (let start = segmentStart(base.startLsn); start < end; start += BigInt(SEGMENT_BYTES)) {
    place.signal?.throwIfAborted();
    const path = join(folder, 'pg_wal', segmentName(place.timeline, start));
    await writeFile(path, await readSegment(place, pieces, start), { mode: 0o600, flag: 'wx' });
    if (owner) await chown(path, owner.uid, owner.gid);
    segments += 1;
  }
  return segments;
}

async function demandRoom({ base, until }: Way, folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const needed = base.tar.plainBytes + Number(until - segmentStart(base.startLsn)) + 2 * SEGMENT_BYTES;
  if (bavail * bsize < needed) throw new PointsError('no_room', `Going back needs ${Math.ceil(needed / 1024 ** 2)} MiB in ${folder}, and ${Math.floor((bavail * bsize) / 1024 ** 2)} MiB are free.`);
}

const placeOf = (place: PointsPlace, line: Line): WalPlace => ({ folder: walFolder(place.folder, line.id), lineId: line.id, key: keyOfLine(place, line), timeline: line.timeline });

/**
 * Puts a base, the log after it and the settings that lead to a moment into a new or empty folder: a data folder for the administrator of
 * a database server, who starts his server on it.
 * @param at ms since the epoch
 * @throws PointsError; then the folder is empty
 */
export async function layPoint(deps: Omit<RecoverDeps, 'dataDir' | 'logger'>, at: number, folder: string): Promise<Pick<RecoveredPoint, 'base' | 'segments'>> {
  const way = await findWay(deps, at, deps.clock.wall());
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await readdir(folder)).length > 0) throw new PointsError('not_empty', `${folder} is not empty. Nothing was changed.`);
  try {
    await demandRoom(way, folder);
    await unpackBase(deps, way, folder, null);
    const segments = await layLog(placeOf(deps, way.line), way, folder, null);
    const settings = Object.entries(replaySettings(at)).map(([name, value]) => `${name} = '${value}'\n`);
    await appendFile(join(folder, 'postgresql.auto.conf'), settings.join(''), { mode: 0o600 });
    await writeFile(join(folder, 'recovery.signal'), '', { mode: 0o600 });
    return { base: way.base.id, segments };
  } catch (error) {
    for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true });
    throw error;
  }
}

async function lastCommit(superuser: Connection): Promise<string | null> {
  const { rows } = await asOwner({ ...superuser }, (client) => client.query<{ at: Date | null }>('select pg_last_xact_replay_timestamp() as at'));
  return rows[0]?.at?.toISOString() ?? null;
}

/**
 * Makes the database of a data folder that has none as it was at a moment: everything acknowledged before it, nothing committed after.
 * Either all of it is there afterwards, or nothing.
 * @param at ms since the epoch
 * @param work on the recovered database, before it is anybody's
 * @throws PointsError
 */
export async function recoverPoint(deps: RecoverDeps, at: number, work: (superuser: Connection, way: Pick<RecoveredPoint, 'at' | 'base' | 'lastCommitAt'>) => Promise<void>, isDrill: boolean): Promise<RecoveredPoint> {
  const begun = deps.clock.monotonic();
  if (hasCluster(deps.dataDir)) throw new PointsError('not_empty', `There is a database in ${deps.dataDir} already: going back needs an empty data folder (SCC_DATA_DIR). Nothing was changed.`);
  const way = await findWay(deps, at, deps.clock.wall());
  const { line, base } = way;
  const point: RecoveredPoint = { at: new Date(at).toISOString(), lastCommitAt: null, line: line.id, base: base.id, segments: 0, ms: 0 };
  try {
    await recoverCluster({
      dataDir: deps.dataDir,
      logger: deps.logger,
      at,
      isDrill,
      signal: deps.signal,
      async prepare(folder, owner) {
        await demandRoom(way, folder);
        await unpackBase(deps, way, folder, owner);
        if (!existsSync(join(folder, 'app.secret'))) throw new PointsError('not_supported', 'This is of a database server: restore --at TIME --to FOLDER puts it into a folder for its administrator.');
        point.segments = await layLog({ ...placeOf(deps, line), ...(deps.signal ? { signal: deps.signal } : {}) }, way, folder, owner);
      },
      async work(superuser) {
        point.lastCommitAt = await lastCommit(superuser);
        await work(superuser, point);
      },
    });
  } catch (error) {
    if (error instanceof RecoveryError) throw new PointsError('not_reached', `${error.message}. Nothing was changed.`, { cause: error });
    throw error;
  }
  return { ...point, ms: Math.round(deps.clock.monotonic() - begun) };
}
