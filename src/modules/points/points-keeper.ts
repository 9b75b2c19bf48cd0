import { existsSync } from 'node:fs';
import { ReplicationSession, type SystemIdentity, type WalStream } from '../../db/replication/replication-session.ts';
import { segmentStart, type Lsn } from '../../db/replication/lsn.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { BaseDeps } from './base-backup.ts';
import { addBase, beginLine, currentLine } from './lines.ts';
import { PointsError } from './points-error.ts';
import { keyOfLine, readBases, slotOf, walFolder, writeHead, type Base, type Line } from './points-folder.ts';
import type { Mark } from './points-server.ts';
import { prunePoints } from './prune-points.ts';
import { WalArchiver } from './wal-archiver.ts';
import { coveredUntil, listPieces, removeHalfWritten, type WalPlace } from './wal-files.ts';

/** The `flushMs` of the product. */
export const FLUSH_MS = 5_000;
/** So much that waits is written at once. */
const FLUSH_BYTES = 8 * 1024 * 1024;
/** The log up to a mark comes in within this, or counts with the next one, ms. */
const ARRIVE_MS = 1_000;
const BASE_EVERY_MS = 24 * 3_600_000;
const BASE_RETRY_MS = 600_000;
const PRUNE_EVERY_MS = 3_600_000;
const RETRY_FIRST_MS = 1_000;
const RETRY_MAX_MS = 30_000;

export interface KeeperDeps extends BaseDeps {
  /** One can go back so far, ms. */
  keepMs: number;
  /** What comes in is durable in the folder after at most this and a write, ms. */
  flushMs: number;
  logger: Logger;
  /** Hears of what fails, and null when it goes well again. */
  onState: (failure: string | null) => void;
}

/** 42704: no such slot; 58P01: the server has removed what was to be read; 55000: the slot was invalidated. */
const BROKEN = new Set(['42704', '58P01', '55000']);

const isBroken = (error: unknown): boolean => (error instanceof PointsError && error.code === 'broken') || BROKEN.has((error as { code?: string }).code ?? '');

/** Waits, at most until the signal. @param wakeable is given what ends it earlier */
function pause(clock: Clock, ms: number, signal: AbortSignal, wakeable: (end: () => void) => void = () => undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(ms, end);
    wakeable(end);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}

/** Reads one line's log into the folder. */
class LineWriter {
  readonly #deps: KeeperDeps;
  readonly #line: Line;
  readonly #archiver: WalArchiver;
  readonly #stream: WalStream;
  #wake = (): void => undefined;
  #isAsked = false;
  /** Why no more comes. */
  #lost: { error: unknown } | null = null;

  private constructor(deps: KeeperDeps, line: Line, session: ReplicationSession, from: Lsn) {
    this.#deps = deps;
    this.#line = line;
    this.#archiver = new WalArchiver(placeOf(deps, line), from);
    this.#stream = session.startWal(slotOf(line.id), from, line.timeline, {
      onWal: (lsn, bytes) => {
        const isMore = this.#archiver.take(lsn, bytes);
        if (this.#archiver.waitingBytes >= FLUSH_BYTES) this.#wake();
        return isMore;
      },
      onAsked: () => {
        this.#isAsked = true;
        this.#wake();
      },
    });
    this.#stream.ended.catch((error: unknown) => {
      this.#lost = { error };
      this.#wake();
    });
  }

  /** @throws PointsError `broken` when the line cannot be gone on with */
  static async open(deps: KeeperDeps, line: Line, session: ReplicationSession): Promise<LineWriter> {
    const slot = (await deps.server.slots()).find(({ name }) => name === slotOf(line.id));
    if (!slot) throw new PointsError('broken', 'The database server does not know the replication slot of the points in time any more.');
    if (!slot.isWhole) throw new PointsError('broken', 'The backups could not be reached for so long that the database server has removed write-ahead log that was not archived.');
    await removeHalfWritten(placeOf(deps, line).folder);
    const [oldest] = await readBases(deps, line.id);
    const pieces = await listPieces(placeOf(deps, line));
    // Again from the beginning of the segment: what is there of it is replaced as it grows. Where a piece has gone missing it is asked
    // for again; when the server does not have it any more, the line is broken.
    return new LineWriter(deps, line, session, segmentStart(coveredUntil(pieces, oldest?.startLsn ?? line.startLsn)));
  }

  get received(): Lsn {
    return this.#archiver.received;
  }

  /** Waits until there is something to do. Rejects when the log has ended. */
  async rest(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#lost && !this.#isAsked && this.#archiver.waitingBytes < FLUSH_BYTES) await pause(this.#deps.clock, ms, signal, (end) => (this.#wake = end));
    if (this.#lost) throw this.#lost.error;
  }

  async arrived(lsn: Lsn, signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    const deadline = clock.monotonic() + ARRIVE_MS;
    while (this.received < lsn && clock.monotonic() < deadline && !signal.aborted) await new Promise<void>((resolve) => clock.after(20, resolve));
  }

  /** Writes what waits, tells the server, and how far everything is there. */
  async flush(mark: Mark | null): Promise<void> {
    this.#isAsked = false;
    await this.#archiver.flush();
    const { safe } = this.#archiver;
    if (mark && safe >= mark.lsn) await writeHead(this.#deps, { line: this.#line.id, lsn: safe, at: mark.at });
    this.#stream.confirm(safe, this.#deps.clock.wall());
    this.#stream.resume();
  }
}

const placeOf = (deps: KeeperDeps, line: Line): WalPlace => ({ folder: walFolder(deps.folder, line.id), lineId: line.id, key: keyOfLine(deps, line), timeline: line.timeline });

/** Keeps points in time: writes the log as it comes, takes bases, removes what is too old, begins anew where it has to. */
export class PointsKeeper {
  readonly #deps: KeeperDeps;
  #retryMs = RETRY_FIRST_MS;
  #basing: Promise<void> | null = null;
  #baseTriedAt = Number.NEGATIVE_INFINITY;
  #prunedAt = Number.NEGATIVE_INFINITY;
  /** The line beside which there is no slot. */
  #cleared: string | null = null;

  constructor(deps: KeeperDeps) {
    this.#deps = deps;
  }

  /** Until the signal; what has come in is written before it ends. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, logger, onState } = this.#deps;
    while (!signal.aborted) {
      try {
        await this.#follow(signal);
        this.#retryMs = RETRY_FIRST_MS;
      } catch (error) {
        if (signal.aborted) break;
        onState(messageOf(error));
        logger.error({ error: messageOf(error), retryInMs: this.#retryMs }, 'points in time are not kept at the moment');
        await pause(clock, this.#retryMs, signal);
        this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MAX_MS);
      }
    }
    await this.#basing;
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const session = await ReplicationSession.open(this.#deps.server.connection);
    try {
      const identity = await session.identify();
      const line = await currentLine(this.#deps, identity);
      // When there is none yet, the next turn goes on with the new one.
      if (!line) await this.#beginFirst(signal);
      else await this.#write(await LineWriter.open(this.#deps, line, session), { line, identity }, signal);
    } catch (error) {
      if (!isBroken(error) || signal.aborted) throw error;
      this.#deps.logger.error({ error: messageOf(error) }, 'the points in time are broken off here; a new base is taken');
      await beginLine({ ...this.#deps, signal });
    } finally {
      session.close();
    }
  }

  async #beginFirst(signal: AbortSignal): Promise<void> {
    const { folder, server } = this.#deps;
    // The server still keeps its log for a line: a disk that is not there must not be taken for a new one.
    if (!existsSync(folder) && (await server.slots()).length > 0) throw new PointsError('no_folder', `The folder of the backups ${folder} is not there. Make it, when it is to be a new one.`);
    await beginLine({ ...this.#deps, signal });
  }

  /** Until the signal, or until another line has begun. */
  async #write(writer: LineWriter, { line, identity }: { line: Line; identity: SystemIdentity }, signal: AbortSignal): Promise<void> {
    const { clock, server, onState, flushMs } = this.#deps;
    let markedAt = Number.NEGATIVE_INFINITY;
    for (;;) {
      const isDue = clock.monotonic() - markedAt >= flushMs || signal.aborted;
      const mark = isDue ? await server.mark() : null;
      if (mark) {
        markedAt = clock.monotonic();
        await writer.arrived(mark.lsn, signal);
      }
      await writer.flush(mark);
      this.#retryMs = RETRY_FIRST_MS;
      onState(null);
      if (signal.aborted) return;
      if (mark) {
        if ((await currentLine(this.#deps, identity))?.id !== line.id) return;
        await this.#keepHouse(line, signal);
      }
      await writer.rest(Math.max(0, flushMs - (clock.monotonic() - markedAt)), signal);
    }
  }

  async #keepHouse(line: Line, signal: AbortSignal): Promise<void> {
    const { clock, keepMs, server } = this.#deps;
    const now = clock.monotonic();
    // The server keeps its log for the slot of a line that nobody writes any more.
    if (this.#cleared !== line.id && (await server.dropOthers(slotOf(line.id)))) this.#cleared = line.id;
    if (!this.#basing && now - this.#baseTriedAt >= BASE_RETRY_MS) await this.#baseWhenDue(line, signal);
    if (now - this.#prunedAt < PRUNE_EVERY_MS) return;
    this.#prunedAt = now;
    await prunePoints(this.#deps, keepMs, clock.wall());
  }

  async #baseWhenDue(line: Line, signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#deps;
    const newest: Base | undefined = (await readBases(this.#deps, line.id)).at(-1);
    if (newest && clock.wall() - Date.parse(newest.at) < BASE_EVERY_MS) return;
    this.#baseTriedAt = clock.monotonic();
    this.#basing = addBase({ ...this.#deps, signal }, line)
      .then(
        () => void (this.#prunedAt = Number.NEGATIVE_INFINITY),
        (error: unknown) => logger.error({ error: messageOf(error) }, 'the base of the points in time could not be taken'),
      )
      .finally(() => (this.#basing = null));
  }
}
