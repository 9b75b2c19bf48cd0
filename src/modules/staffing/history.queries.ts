import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';
import type { Period } from '../reports/report-periods.ts';

/** More calls of one day are not replayed. */
export const MOST_CALLS = 100_000;

/** More changes of state of one day are not read: 2,000 agents with a hundred each. */
export const MOST_STATES = 200_000;

export interface CallRow {
  queue_id: string;
  queued_at: Date;
  outcome: string;
  queue_ms: number | null;
  ring_ms: number | null;
  talk_ms: number | null;
  hold_ms: number | null;
  aside_ms: number;
  wrap_up_ms: number | null;
  answered: boolean;
  required_skills: Record<string, number> | null;
}

/** Calls that began to wait in a period, in order, with the skills that they asked for. One more than the limit says that there are more. */
export async function queuedCalls(tx: TenantTx, { from, to }: Period): Promise<CallRow[]> {
  const { rows } = await sql<CallRow>`
    select calls.queue_id, calls.queued_at, calls.outcome, calls.queue_ms, calls.ring_ms, calls.talk_ms, calls.hold_ms, calls.aside_ms, calls.wrap_up_ms,
      calls.agent_answered_at is not null as answered, first.required_skills
    from calls left join lateral (
      select required_skills from routing_decisions
      where routing_decisions.tenant_id = calls.tenant_id and routing_decisions.call_id = calls.id order by at limit 1
    ) first on true
    where calls.started_at >= ${from}::timestamptz - interval '1 day' and calls.started_at < ${to}
      and calls.queued_at >= ${from} and calls.queued_at < ${to}
      and calls.direction = 'inbound' and calls.queue_id is not null and calls.outcome is not null
    order by calls.queued_at limit ${MOST_CALLS + 1}`.execute(tx.db);
  return rows;
}

export interface StateRow {
  user_id: string;
  at: Date;
  presence: string;
  work: string;
  problems: string[];
  queue_id: string | null;
}

/** Changes of state of all agents in a period, in order, begun with the last one of each before it. More than the limit says that there are more. */
export async function statesOfDay(tx: TenantTx, { from, to }: Period): Promise<StateRow[]> {
  const { rows } = await sql<StateRow>`
    select * from (
      (select distinct on (user_id) user_id, at, presence, work, problems, queue_id from agent_states
        where at < ${from} and at >= ${from}::timestamptz - interval '2 days' order by user_id, at desc)
      union all
      (select user_id, at, presence, work, problems, queue_id from agent_states where at >= ${from} and at < ${to} order by at limit ${MOST_STATES + 1})
    ) changes order by at`.execute(tx.db);
  return rows;
}

/** Waiting time of all queued calls of a period and how many were abandoned, by queue: what patience is read from. */
export async function waitsOf(tx: TenantTx, { from, to }: Period): Promise<Map<string, { waitedMs: number; abandoned: number }>> {
  const { rows } = await sql<{ queue_id: string; waited: string; abandoned: string }>`
    select queue_id, coalesce(sum(queue_ms), 0) as waited, count(*) filter (where agent_answered_at is null and outcome = 'abandoned') as abandoned
    from calls
    where started_at >= ${from}::timestamptz - interval '1 day' and started_at < ${to} and queued_at >= ${from} and queued_at < ${to}
      and direction = 'inbound' and queue_id is not null and outcome is not null
    group by 1`.execute(tx.db);
  return new Map(rows.map(({ queue_id, waited, abandoned }) => [queue_id, { waitedMs: Number(waited), abandoned: Number(abandoned) }]));
}
