/** Whether a service answers, as a pure machine: looks come in, outages go out. */
import type { OutageReason } from '../../../shared/api/service-status.ts';

/** Without a look for longer than this nothing ran, ms. Looks are 10 s apart, and written once a minute. */
export const LONGEST_GAP_MS = 90_000;

export interface OutageRow {
  id: string;
  beganWall: number;
  /** Null while it goes on. */
  endedWall: number | null;
  reason: OutageReason;
}

export interface Availability {
  measuredSinceWall: number;
  lastLookWall: number;
  open: OutageRow | null;
}

/**
 * Takes one look. An outage lasts from the first look that failed to the first one that did not.
 * @param state null = the first look ever
 * @param reason null = the service answered
 * @param wall ms since the epoch
 * @returns the state after it, and outages that began, ended or were found
 */
export function takeLook(state: Availability | null, reason: OutageReason | null, wall: number, newId: () => string): { state: Availability; changed: OutageRow[] } {
  const changed: OutageRow[] = [];
  let open = state?.open ?? null;
  const end = (at: number): void => {
    if (open) changed.push({ ...open, endedWall: Math.max(open.beganWall, at) });
    open = null;
  };
  if (state && wall - state.lastLookWall > LONGEST_GAP_MS) {
    end(state.lastLookWall);
    changed.push({ id: newId(), beganWall: state.lastLookWall, endedWall: wall, reason: 'stopped' });
  }
  if (open?.reason !== reason) {
    end(wall);
    if (reason !== null) changed.push((open = { id: newId(), beganWall: wall, endedWall: null, reason }));
  }
  return { state: { measuredSinceWall: state?.measuredSinceWall ?? wall, lastLookWall: wall, open }, changed };
}

/** How much of a span outages cover, ms; those that go on count until `nowWall`. */
export function downTime(outages: readonly OutageRow[], fromWall: number, toWall: number, nowWall: number): number {
  return outages.reduce((sum, { beganWall, endedWall }) => sum + Math.max(0, Math.min(toWall, endedWall ?? nowWall) - Math.max(fromWall, beganWall)), 0);
}
