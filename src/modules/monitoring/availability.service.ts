import { SERVICE_OBJECTIVE, type ServerClockView, type ServiceStatus } from '../../../shared/api/service-status.ts';
import type { TenantTx } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { addDays, dayOf, dayStart, daysBetween } from '../support/japan-days.ts';
import { downTime, LONGEST_GAP_MS, type OutageRow } from './availability.ts';
import { outagesSince, readAvailability } from './availability.queries.ts';

const DAY_MS = 86_400_000;
const PERIOD_DAYS = 30;
const LISTED_DAYS = 90;
const MOST_LISTED = 100;

/** How the tenant's service did, of the last 30 days and day by day. */
export async function serviceStatus(tx: TenantTx, clock: Clock, serverClock: ServerClockView, filesAreScanned: boolean): Promise<ServiceStatus> {
  const now = clock.wall();
  const known = await readAvailability(tx);
  const rows = await outagesSince(tx, new Date(now - LISTED_DAYS * DAY_MS));
  const from = Math.max(now - PERIOD_DAYS * DAY_MS, known?.measuredSinceWall ?? now);
  const [measuredMs, downMs] = [now - from, downTime(rows, from, now, now)];
  // Whoever asks is answered by a program that runs, so only a measuring that stands still is no news of the service.
  const isCurrent = known !== null && now - known.lastLookWall <= LONGEST_GAP_MS;
  return {
    at: new Date(now).toISOString(),
    clock: serverClock,
    filesAreScanned,
    isUp: isCurrent ? known.open === null : null,
    measuredSince: known === null ? null : new Date(known.measuredSinceWall).toISOString(),
    period: {
      measuredMs,
      downMs,
      availability: measuredMs > 0 ? 1 - downMs / measuredMs : null,
      allowedDownMs: Math.round(PERIOD_DAYS * DAY_MS * (1 - SERVICE_OBJECTIVE)),
    },
    objective: SERVICE_OBJECTIVE,
    days: known === null ? [] : daysOf(rows, from, now),
    outages: rows.slice(0, MOST_LISTED).map((row) => outageView(row, now)),
  };
}

const outageView = ({ id, beganWall, endedWall, reason }: OutageRow, now: number) => ({
  id,
  beganAt: new Date(beganWall).toISOString(),
  endedAt: endedWall === null ? null : new Date(endedWall).toISOString(),
  durationMs: Math.max(0, (endedWall ?? now) - beganWall),
  reason,
});

function daysOf(rows: readonly OutageRow[], from: number, now: number): ServiceStatus['days'] {
  const first = dayOf(from);
  return Array.from({ length: daysBetween(first, dayOf(now)) + 1 }, (_none, at) => {
    const day = addDays(first, at);
    return { day, downMs: downTime(rows, Math.max(from, dayStart(day)), dayStart(day) + DAY_MS, now) };
  });
}
