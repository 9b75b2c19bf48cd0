import { sql, type RawBuilder } from 'kysely';
import type { OfferFigure, TimeClass } from '../../../shared/metrics/agent-time.ts';
import type { TenantTx } from '../../db/types.ts';
import { STALE } from './agent-report.queries.ts';
import type { Period } from './report-periods.ts';

/** What the figures of the agents' report are made of: offers, which it counts, and stretches of time, which it adds up. */

/** Whose; null = everybody's. */
type Agent = string | null;

/** A page of a list, newest first. */
interface Page {
  before: { at: Date; id: string } | null;
  limit: number;
}

const ofAgent = (column: RawBuilder<string>, agentId: Agent): RawBuilder<unknown> => (agentId === null ? sql`` : sql`and ${column} = ${agentId}`);
const beforePage = (at: RawBuilder<Date>, id: RawBuilder<string>, { before }: Page): RawBuilder<unknown> =>
  before === null ? sql`` : sql`and (${at}, ${id}) < (${before.at}, ${before.id}::uuid)`;

/** A call rings at one agent for ten minutes at most; the rest is for what is written late. */
const LONGEST_OFFER = sql`interval '11 minutes'`;

/**
 * SQL: offers of a period to people, each with whether the agent had the call before it rang there again. The history of states
 * says so: the record of a call names the one who had it last, who need not be the one who took it.
 */
const offers = ({ from, to }: Period, agentId: Agent): RawBuilder<unknown> => sql`
  select offered.*, exists (
      select from agent_states s
      where s.user_id = offered.agent_id and s.call_id = offered.call_id and s.work = 'talking'
        and s.at >= offered.at and s.at < least(offered.again_at, offered.at + ${LONGEST_OFFER})
    ) as taken
  from (
    select id, agent_id, call_id, at, lead(at) over (partition by agent_id, call_id order by at, id) as again_at
    from routing_decisions
    where agent_id is not null and at >= ${from} and at < ${to}::timestamptz + ${LONGEST_OFFER} ${ofAgent(sql`agent_id`, agentId)}
  ) offered
  where offered.at < ${to} and exists (select from users where users.id = offered.agent_id)`;

/** Offers of a period by agent. */
export async function offersOf(tx: TenantTx, period: Period, agentId: Agent): Promise<Map<string, Record<OfferFigure, number>>> {
  const { rows } = await sql<{ agent_id: string; offers: string; taken: string }>`
    select agent_id, count(*) as offers, count(*) filter (where taken) as taken from (${offers(period, agentId)}) o group by 1`.execute(tx.db);
  return new Map(rows.map((row) => [row.agent_id, { offers: Number(row.offers), taken: Number(row.taken), notTaken: Number(row.offers) - Number(row.taken) }]));
}

export interface PartRow {
  id: string;
  agentId: string;
  callId: string | null;
  at: Date;
  kind: 'taken' | 'notTaken' | TimeClass;
  ms: number | null;
}

/** The offers behind one count, newest first. */
export async function offerParts(tx: TenantTx, period: Period, wanted: { agentId: Agent; figure: OfferFigure } & Page): Promise<PartRow[]> {
  const { agentId, figure, limit } = wanted;
  const { rows } = await sql<{ id: string; agent_id: string; call_id: string; at: Date; taken: boolean }>`
    select id, agent_id, call_id, at, taken from (${offers(period, agentId)}) o
    where ${figure === 'offers' ? sql`true` : sql`taken = ${figure === 'taken'}`} ${beforePage(sql`at`, sql`id`, wanted)}
    order by at desc, id desc limit ${limit}`.execute(tx.db);
  return rows.map((row) => ({ id: row.id, agentId: row.agent_id, callId: row.call_id, at: row.at, kind: row.taken ? 'taken' : 'notTaken', ms: null }));
}

/** `timeClass` of `shared/metrics/agent-time.ts`, in SQL. */
const TIME_CLASS = sql<TimeClass>`case
  when work in ('talking', 'wrapUp') then work
  when work = 'offered' then 'ringing'
  when presence in ('break', 'away') then presence
  when presence <> 'available' then 'offline'
  when cardinality(problems) > 0 then 'unhealthy' else 'idle' end`;

/**
 * The stretches of time of some kinds within a period, newest first; together they are as long as the report says.
 * @param wanted.now what is after it has not happened
 */
export async function timeParts(tx: TenantTx, { from, to }: Period, wanted: { agentId: Agent; kinds: readonly TimeClass[]; now: Date } & Page): Promise<PartRow[]> {
  const { agentId, kinds, now, limit } = wanted;
  const { rows } = await sql<{ id: string; user_id: string; call_id: string | null; began: Date; kind: TimeClass; ms: string }>`
    with changes as (
      (select distinct on (user_id) id, user_id, at, presence, work, problems, call_id from agent_states
        where at < ${from} and at >= ${from}::timestamptz - ${STALE} ${ofAgent(sql`user_id`, agentId)}
        order by user_id, at desc, id desc)
      union all
      select id, user_id, at, presence, work, problems, call_id from agent_states
        where at >= ${from} and at < ${to} ${ofAgent(sql`user_id`, agentId)}
    ), stretches as (
      select id, user_id, call_id, ${TIME_CLASS} as kind, greatest(at, ${from}) as began,
        least(lead(at) over (partition by user_id order by at, id), ${to}, ${now}) as ended
      from changes
    )
    select id, user_id, call_id, kind, began, extract(epoch from ended - began) * 1000 as ms from stretches
    where ended > began and kind = any(${kinds}) ${beforePage(sql`began`, sql`id`, wanted)}
    order by began desc, id desc limit ${limit}`.execute(tx.db);
  return rows.map((row) => ({ id: row.id, agentId: row.user_id, callId: row.call_id, at: row.began, kind: row.kind, ms: Number(row.ms) }));
}
