import type { Cell } from '../calls/cell.ts';
import type { Clock } from '../lib/clock.ts';
import type { LiveFigures } from '../modules/alerts/alert-job.ts';

/** What alert rules watch of a tenant; null while this cell does not have it. */
export function liveFigures(cell: Pick<Cell, 'tenant' | 'telephony'>, clock: Clock, tenantId: string): LiveFigures | null {
  const tenant = cell.tenant(tenantId);
  if (!tenant) return null;
  const { runtime, counters } = tenant;
  const now = clock.monotonic();
  const { callsLastHour = 0, refused = 0, cost = 0, stops = 0 } = cell.telephony.dialFigures(tenantId) ?? {};
  return {
    queues: runtime.queues().map((queue) => {
      const day = counters.of(queue.queueId, clock.wall());
      return {
        queueId: queue.queueId,
        name: queue.name,
        waiting: queue.waiting,
        longestWaitMs: queue.oldestSince === null ? null : now - queue.oldestSince,
        availableAgents: queue.routable,
        offeredToday: day.offered,
        answeredToday: day.answered,
        abandonedToday: day.abandoned,
      };
    }),
    unhealthyAgents: runtime.agents().filter(({ presence, problems }) => presence === 'available' && problems.length > 0).length,
    outbound: { callsLastHour, refused, cost, stops },
  };
}
