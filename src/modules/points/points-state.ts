import type { PointsView } from '../../../shared/api/operator.ts';
import { messageOf } from '../../lib/errors.ts';
import { listLines, readLineState, readNotBefore, usableBases, walFolder, type PointsPlace } from './points-folder.ts';
import { coveredUntil, listPieces } from './wal-files.ts';

/** Older than this, what is archived counts as late: the recovery point that is promised, ms. */
export const RECOVERY_POINT_MS = 60_000;

/** A stretch of time within which one can go back to any moment, ISO 8601. */
export interface Reach {
  line: string;
  from: string;
  to: string;
}

/** Where one can go back to, oldest first. Lines of before the destruction of a tenant are none. */
export async function reachOf(place: PointsPlace): Promise<Reach[]> {
  const notBefore = await readNotBefore(place);
  const reach: Reach[] = [];
  for (const id of await listLines(place.folder)) {
    const state = await readLineState(place, id);
    const pieces = await listPieces({ folder: walFolder(place.folder, id), timeline: state.line.timeline });
    // From a base before a gap in the log one gets no further than to the gap.
    const first = usableBases(state).find(({ startLsn }) => state.head !== null && coveredUntil(pieces, startLsn) >= state.head.lsn);
    if (first && state.head && Date.parse(state.line.at) >= notBefore) reach.push({ line: id, from: first.at, to: state.head.at });
  }
  return reach;
}

/**
 * How points in time stand, from the folder.
 * @param days null: none are kept
 * @param failure what the keeper says of itself
 * @param now ms since the epoch
 */
export async function pointsState(place: PointsPlace, days: number | null, failure: string | null, now: number): Promise<PointsView> {
  if (days === null) return { days, reach: [], archivedTo: null, lastBase: null, failure: null, isLate: false };
  try {
    const id = (await listLines(place.folder)).at(-1);
    const current = id === undefined ? null : await readLineState(place, id);
    const base = current?.bases.at(-1);
    const archivedTo = current?.head?.at ?? null;
    return {
      days,
      reach: (await reachOf(place)).map(({ from, to }) => ({ from, to })),
      archivedTo,
      lastBase: base ? { at: base.at, bytes: base.tar.bytes, ms: base.ms } : null,
      failure,
      isLate: archivedTo === null || now - Date.parse(archivedTo) > RECOVERY_POINT_MS,
    };
  } catch (error) {
    return { days, reach: [], archivedTo: null, lastBase: null, failure: messageOf(error), isLate: true };
  }
}
