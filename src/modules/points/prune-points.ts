import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { segmentStart } from '../../db/replication/lsn.ts';
import { syncFolder } from '../../lib/shred.ts';
import { RETENTION_MS } from '../backup/backup-set.ts';
import { removeLine } from './lines.ts';
import { basesFolder, listLines, readLineState, readNotBefore, UNFINISHED, walFolder, type Base, type LineState, type PointsPlace } from './points-folder.ts';
import { listPieces } from './wal-files.ts';

/** The oldest base that is still needed to go back `keepMs`; null = all are too old to be kept at all. */
function firstNeeded(bases: readonly Base[], keepMs: number, now: number): Base | null {
  const young = bases.filter(({ at }) => now - Date.parse(at) <= RETENTION_MS);
  return young.findLast(({ at }) => now - Date.parse(at) >= keepMs) ?? young[0] ?? null;
}

async function pruneLine({ folder }: PointsPlace, { line, bases }: LineState, first: Base): Promise<string[]> {
  const removed = bases.filter(({ at }) => at < first.at);
  for (const { id } of removed) {
    // At once: half a base must not look whole.
    const gone = join(basesFolder(folder, line.id), `${UNFINISHED}${id}`);
    await rename(join(basesFolder(folder, line.id), id), gone);
    await rm(gone, { recursive: true });
  }
  const wal = walFolder(folder, line.id);
  const until = segmentStart(first.startLsn);
  const old = (await listPieces({ folder: wal, timeline: line.timeline })).filter(({ segment }) => segment < until);
  for (const { name } of old) await rm(join(wal, name), { force: true });
  if (old.length > 0) await syncFolder(wal);
  return removed.map(({ id }) => id);
}

/**
 * Removes bases that nobody needs to go back `keepMs`, with the log before them; lines that end before that; and what is older than
 * 90 days or than the destruction of a tenant.
 * @param now ms since the epoch
 * @param isKept false: no line is being written
 * @returns ids of removed bases and lines
 */
export async function prunePoints(place: PointsPlace, keepMs: number, now: number, isKept = true): Promise<string[]> {
  const removed: string[] = [];
  const ids = await listLines(place.folder);
  const notBefore = await readNotBefore(place);
  for (const id of ids) {
    const state = await readLineState(place, id);
    const isCurrent = isKept && id === ids.at(-1);
    const first = firstNeeded(state.bases, keepMs, now);
    const isOver = !isCurrent && now - Date.parse(state.head?.at ?? state.line.at) >= keepMs;
    if (!first || isOver || (!isCurrent && Date.parse(state.line.at) < notBefore)) {
      await removeLine(place.folder, id);
      removed.push(id);
    } else removed.push(...(await pruneLine(place, state, first)));
  }
  return removed;
}
