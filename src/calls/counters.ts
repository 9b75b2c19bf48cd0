import type { TenantTx } from '../db/types.ts';
import { sql } from 'kysely';
import type { Presence } from '../acd/types.ts';
import type { QueueCounters } from './agent-view.ts';

const JST_OFFSET_MS = 9 * 3_600_000;
const DAY_MS = 86_400_000;

/** Number of the day in Japan. */
const dayOf = (wall: number): number => Math.floor((wall + JST_OFFSET_MS) / DAY_MS);

/** Ms until the next midnight in Japan, when today's counters begin again. @param wall ms since the epoch */
export const untilMidnight = (wall: number): number => (dayOf(wall) + 1) * DAY_MS - JST_OFFSET_MS - wall;

/** Today's counters of a tenant's queues; they begin again at midnight in Japan. */
export class DayCounters {
  #day: number;
  #counters = new Map<string, QueueCounters>();

  constructor(wall: number) {
    this.#day = dayOf(wall);
  }

  of(queueId: string, wall: number): QueueCounters {
    this.#turn(wall);
    return this.#counters.get(queueId) ?? { offered: 0, answered: 0, abandoned: 0, flowedOut: 0 };
  }

  count(what: keyof QueueCounters, queueId: string, wall: number): void {
    const before = this.of(queueId, wall);
    this.#counters.set(queueId, { ...before, [what]: before[what] + 1 });
  }

  /** Takes what the database knows of today. */
  load(counters: ReadonlyMap<string, QueueCounters>): void {
    this.#counters = new Map(counters);
  }

  #turn(wall: number): void {
    const day = dayOf(wall);
    if (day === this.#day) return;
    this.#day = day;
    this.#counters.clear();
  }
}

/** How long ago an agent's state may be to count as the present one, ms. */
const PRESENCE_AGE_MS = 120_000;

/** What agents had chosen shortly before this cell started; must be read before the cell writes states of its own. */
export async function readLastPresence(tx: TenantTx): Promise<{ agentId: string; presence: Presence; reasonId: string | null }[]> {
  const rows = await tx.db
    .selectFrom('agent_states')
    .distinctOn('user_id')
    .select(['user_id', 'presence', 'reason_id'])
    .where('tenant_id', '=', tx.tenantId)
    .where('at', '>', sql<Date>`now() - make_interval(secs => ${PRESENCE_AGE_MS / 1000})`)
    .orderBy('user_id')
    .orderBy('at', 'desc')
    .execute();
  return rows.map(({ user_id, presence, reason_id }) => ({ agentId: user_id, presence: presence as Presence, reasonId: reason_id }));
}

/** Counts the calls of today's records by queue. */
export async function readCounters(tx: TenantTx, wall: number): Promise<Map<string, QueueCounters>> {
  const midnight = new Date(dayOf(wall) * DAY_MS - JST_OFFSET_MS);
  const rows = await tx.db
    .selectFrom('calls')
    .select([
      'queue_id',
      sql<string>`count(*)`.as('offered'),
      sql<string>`count(agent_answered_at)`.as('answered'),
      sql<string>`count(*) filter (where outcome = 'abandoned')`.as('abandoned'),
    ])
    .where('tenant_id', '=', tx.tenantId)
    .where('started_at', '>=', midnight)
    .where('queue_id', 'is not', null)
    .groupBy('queue_id')
    .execute();
  const exits = await tx.db
    .selectFrom('queue_exits')
    .select(['queue_id', sql<string>`count(*)`.as('flowed_out')])
    .where('tenant_id', '=', tx.tenantId)
    .where('at', '>=', midnight)
    .groupBy('queue_id')
    .execute();
  const flowedOut = new Map(exits.map((row) => [row.queue_id, Number(row.flowed_out)]));
  const of = ({ queue_id, offered, answered, abandoned }: (typeof rows)[number]): QueueCounters => ({
    offered: Number(offered),
    answered: Number(answered),
    abandoned: Number(abandoned),
    flowedOut: flowedOut.get(queue_id ?? '') ?? 0,
  });
  return new Map(rows.map((row) => [row.queue_id ?? '', of(row)]));
}
