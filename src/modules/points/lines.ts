import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { segmentStart } from '../../db/replication/lsn.ts';
import { ReplicationSession, type SystemIdentity } from '../../db/replication/replication-session.ts';
import { shredBelow, shredFile, syncFolder } from '../../lib/shred.ts';
import { newSetId, timeOfSet } from '../backup/backup-set.ts';
import { takeBase, type BaseDeps } from './base-backup.ts';
import { basesFolder, GONE, keyOfLine, lineFolder, listLines, pointsFolder, readLine, slotOf, UNFINISHED, writeLine, type Base, type Line, type PointsPlace } from './points-folder.ts';

/** The newest line of this cluster on this timeline, which is the one that is written; null when there is none. */
export async function currentLine(place: PointsPlace, { systemId, timeline }: SystemIdentity): Promise<Line | null> {
  for (const id of (await listLines(place.folder)).toReversed()) {
    const line = await readLine(place, id);
    if (line.systemId === systemId && line.timeline === timeline) return line;
  }
  return null;
}

/** Removes what killed runs left of lines and bases, and slots that no line has. Only while nobody makes one. */
async function sweep({ folder, server }: BaseDeps): Promise<void> {
  const lines = await listLines(folder);
  for (const name of await readdir(pointsFolder(folder))) {
    if (name.startsWith(UNFINISHED)) await rm(join(pointsFolder(folder), name), { recursive: true, force: true });
    if (name.startsWith(GONE)) await shredBelow(join(pointsFolder(folder), name));
  }
  for (const id of lines) {
    for (const name of await readdir(basesFolder(folder, id))) if (name.startsWith('.')) await rm(join(basesFolder(folder, id), name), { recursive: true, force: true });
  }
  // The slot of the line before stays until the new one is there.
  for (const { name } of await server.slots()) if (!lines.some((id) => slotOf(id) === name)) await server.dropSlot(name);
}

async function makeLine(deps: BaseDeps): Promise<Line> {
  const { folder, server, master } = deps;
  const { at } = await server.mark();
  const last = (await listLines(folder)).at(-1);
  // Ids are in the order in which the lines were begun, though the server's clock was set back.
  const id = newSetId(Math.max(Date.parse(at), last === undefined ? 0 : timeOfSet(last) + 1));
  const key = randomBytes(32);
  const unfinished = lineFolder(folder, `${UNFINISHED}${id}`);
  await mkdir(join(unfinished, 'bases'), { recursive: true, mode: 0o700 });
  await mkdir(join(unfinished, 'wal'), { mode: 0o700 });
  const session = await ReplicationSession.open(server.connection);
  try {
    const { systemId } = await session.identify();
    // Before the base is begun: from here on nothing of the log is lost.
    await session.createSlot(slotOf(id));
    const base = await takeBase(deps, key, id, join(unfinished, 'bases'));
    const line: Line = { id, at, systemId, timeline: base.timeline, startLsn: segmentStart(base.startLsn), wrappedKey: master.wrapBackupKey(id, key).toString('base64') };
    await writeLine(deps, unfinished, line);
    // From here on it is the one that is written.
    await rename(unfinished, lineFolder(folder, id));
    await syncFolder(pointsFolder(folder));
    return line;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true }).catch(() => undefined);
    // Else the server would keep its log for nobody.
    await server.dropSlot(slotOf(id)).catch(() => undefined);
    throw error;
  } finally {
    session.close();
  }
}

/**
 * Begins a line with its first base. Whoever writes the line before it goes on with this one.
 * @throws ReplicationError, PointsError `not_supported`, Error from the disk
 */
export async function beginLine(deps: BaseDeps): Promise<Line> {
  await deps.server.demand();
  await mkdir(pointsFolder(deps.folder), { recursive: true, mode: 0o700 });
  return deps.server.alone(async () => {
    await sweep(deps);
    return makeLine(deps);
  });
}

/** Takes another base in a line, and removes what killed runs left. */
export const addBase = (deps: BaseDeps, line: Line): Promise<Base> =>
  deps.server.alone(async () => {
    await sweep(deps);
    return takeBase(deps, keyOfLine(deps, line), line.id, basesFolder(deps.folder, line.id));
  });

/** What was removed. */
export interface RemovedFiles {
  files: number;
  bytes: number;
}

/** Overwrites and removes a line: its key first, without which the rest opens nowhere. Interrupted, the next sweep ends it. */
export async function removeLine(folder: string, id: string): Promise<RemovedFiles> {
  const gone = lineFolder(folder, `${GONE}${id}`);
  await rename(lineFolder(folder, id), gone);
  await syncFolder(pointsFolder(folder));
  const keyBytes = (await shredFile(join(gone, 'line.json'))) ?? 0;
  // Who wrote it may put a last file there.
  for (let tries = 0; ; tries += 1) {
    try {
      const { files, bytes } = await shredBelow(gone);
      return { files: files + 1, bytes: bytes + keyBytes };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY' || tries === 5) throw error;
    }
  }
}

/** Removes every line, whatever killed runs left of them too: nothing can be gone back to. */
export async function removeAllLines(folder: string): Promise<void> {
  for (const id of await listLines(folder)) await removeLine(folder, id);
  await shredBelow(pointsFolder(folder));
}
