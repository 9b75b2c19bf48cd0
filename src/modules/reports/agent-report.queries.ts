import { sql } from 'kysely';
import type { StateChange } from '../../../shared/metrics/agent-time.ts';
import type { TenantTx } from '../../db/types.ts';
import type { Period } from './report-periods.ts';

/** A state older than this says nothing: whoever left the desk that long ago is offline. */
export const STALE = sql`interval '2 days'`;

export interface StoredChange extends StateChange {
  agentId: string;
  callId: string | null;
}

type Row = { user_id: string; at: Date; presence: string; work: string; problems: string[]; call_id: string | null };

const changeOf = (row: Row): StoredChange => ({
  agentId: row.user_id,
  at: row.at.getTime(),
  presence: row.presence,
  work: row.work,
  problems: row.problems,
  callId: row.call_id,
});

const COLUMNS = sql`user_id, at, presence, work, problems, call_id`;

/** Agents with any state in the period or shortly before it. */
export async function agentsWithStates(tx: TenantTx, period: Period, agentId: string | null): Promise<string[]> {
  const { rows } = await sql<{ user_id: string }>`
    select distinct user_id from agent_states
    where at >= ${period.from}::timestamptz - ${STALE} and at < ${period.to}
      ${agentId === null ? sql`` : sql`and user_id = ${agentId}`}
    order by user_id limit 5000`.execute(tx.db);
  return rows.map((row) => row.user_id);
}

/** One agent's changes of state in a period, oldest first, begun with the last one before it. */
export async function changesOfAgent(tx: TenantTx, agentId: string, period: Period): Promise<StoredChange[]> {
  const { rows } = await sql<Row>`
    (select ${COLUMNS} from agent_states
      where user_id = ${agentId} and at < ${period.from} and at >= ${period.from}::timestamptz - ${STALE}
      order by at desc, id desc limit 1)
    union all
    (select ${COLUMNS} from agent_states
      where user_id = ${agentId} and at >= ${period.from} and at < ${period.to} order by at, id)`.execute(tx.db);
  return rows.map(changeOf).toSorted((a, b) => a.at - b.at);
}

/** The state of every agent at an instant, of those who had one shortly before. */
export async function statesAt(tx: TenantTx, at: Date): Promise<StoredChange[]> {
  const { rows } = await sql<Row>`
    select distinct on (user_id) ${COLUMNS} from agent_states
    where at <= ${at} and at >= ${at}::timestamptz - ${STALE}
    order by user_id, at desc limit 5000`.execute(tx.db);
  return rows.map(changeOf);
}
