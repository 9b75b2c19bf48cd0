import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { ReplicationSession, type BaseRange } from '../../db/replication/replication-session.ts';
import type { Clock } from '../../lib/clock.ts';
import { syncFolder } from '../../lib/shred.ts';
import { newSetId } from '../backup/backup-set.ts';
import { writeSealedFile, type SealedFileOf, type WrittenFile } from '../backup/sealed-file.ts';
import { UNFINISHED, writeBase, type Base, type PointsPlace } from './points-folder.ts';
import type { PointsServer } from './points-server.ts';

const TAR = 'base.tar';
/** The server's list of files with their SHA-256. */
const FILES = 'base.files';

/** What a base's files are sealed as. */
export const baseFile = (key: Buffer, lineId: string, baseId: string, name: typeof TAR | typeof FILES): SealedFileOf => ({ setKey: key, setId: `${lineId}/${baseId}`, name });
export const baseFileNames = { tar: TAR, files: FILES } as const;

export interface BaseDeps extends PointsPlace {
  server: PointsServer;
  clock: Clock;
  /** Ends the copying early. */
  signal?: AbortSignal;
}

/** Bytes that one side puts in and the other takes out, one piece at a time. */
class Channel implements AsyncIterable<Buffer> {
  #give: ((bytes: Buffer | null) => void) | null = null;
  #taken: (() => void) | null = null;
  #held: Buffer | null | undefined;
  #isAbandoned = false;

  /** @returns when it has been taken */
  put(bytes: Buffer | null): Promise<void> {
    if (this.#isAbandoned) return Promise.reject(new Error('The copy of the database could not be written.'));
    const give = this.#give;
    this.#give = null;
    if (give) {
      give(bytes);
      return Promise.resolve();
    }
    this.#held = bytes;
    return new Promise((resolve) => (this.#taken = resolve));
  }

  /** Nobody takes any more. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#taken?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    for (;;) {
      const held = this.#held;
      this.#held = undefined;
      if (held !== undefined) this.#taken?.();
      const bytes = held === undefined ? await new Promise<Buffer | null>((resolve) => (this.#give = resolve)) : held;
      if (bytes === null) return;
      yield bytes;
    }
  }
}

interface Copied {
  range: BaseRange;
  tar: WrittenFile;
  files: WrittenFile;
}

async function copyCluster({ server, signal }: BaseDeps, key: Buffer, lineId: string, id: string, folder: string): Promise<Copied> {
  const session = await ReplicationSession.open(server.connection);
  const channel = new Channel();
  const list: Buffer[] = [];
  const stop = (): void => session.close();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const writing = writeSealedFile(join(folder, TAR), baseFile(key, lineId, id, TAR), channel);
    writing.catch(() => channel.abandon());
    const copying = session.baseBackup(`scc ${id}`, { tar: (bytes) => channel.put(bytes), manifest: (bytes) => void list.push(bytes) });
    const range = await copying.catch(async (error: unknown) => {
      // What could not be written says more than what was not copied therefore.
      await Promise.race([writing, channel.put(null)]);
      throw error;
    });
    await channel.put(null);
    const tar = await writing;
    const files = await writeSealedFile(join(folder, FILES), baseFile(key, lineId, id, FILES), Readable.from(list));
    return { range, tar, files };
  } finally {
    signal?.removeEventListener('abort', stop);
    session.close();
  }
}

/**
 * Copies the whole cluster while people work, sealed as it arrives. Interrupted, it leaves an unfinished folder and no base.
 * @param basesPath where the line's bases are, which has another name while the line is made
 * @throws ReplicationError, Error from the disk
 */
export async function takeBase(deps: BaseDeps, key: Buffer, lineId: string, basesPath: string): Promise<Base & { timeline: number }> {
  const begun = deps.clock.monotonic();
  const { at: begunAt } = await deps.server.mark();
  const id = newSetId(Date.parse(begunAt));
  const unfinished = join(basesPath, `${UNFINISHED}${id}`);
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  try {
    const { range, tar, files } = await copyCluster(deps, key, lineId, id, unfinished);
    const { at } = await deps.server.mark();
    const base: Base = { id, line: lineId, begunAt, at, startLsn: range.startLsn, stopLsn: range.stopLsn, tar, files, ms: Math.round(deps.clock.monotonic() - begun) };
    await writeBase(deps, unfinished, base);
    await rename(unfinished, join(basesPath, id));
    await syncFolder(basesPath);
    return { ...base, timeline: range.timeline };
  } catch (error) {
    // Half a copy must not fill the disk until the next try.
    await rm(unfinished, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
}
