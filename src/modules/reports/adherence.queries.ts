import { sql } from 'kysely';
import type { PlannedChange } from '../../../shared/metrics/adherence.ts';
import type { TenantTx } from '../../db/types.ts';
import type { Period } from './report-periods.ts';

interface Row {
  at: Date;
  presence: string;
  work: string;
  problems: string[];
  call_id: string | null;
  productive: boolean | null;
}

/** One agent's changes of state in a period, oldest first, begun with the last one shortly before it, and whether the reason named counts as work. */
export async function plannedChangesOf(tx: TenantTx, agentId: string, { from, to }: Period): Promise<PlannedChange[]> {
  const { rows } = await sql<Row>`
    select changes.at, changes.presence, changes.work, changes.problems, changes.call_id, status_reasons.productive from (
      (select at, presence, work, problems, call_id, reason_id from agent_states
        where user_id = ${agentId} and at < ${from} and at >= ${from}::timestamptz - interval '2 days' order by at desc limit 1)
      union all
      (select at, presence, work, problems, call_id, reason_id from agent_states where user_id = ${agentId} and at >= ${from} and at < ${to})
    ) changes left join status_reasons on status_reasons.id = changes.reason_id
    order by changes.at`.execute(tx.db);
  return rows.map(({ at, call_id, productive, ...state }) => ({ ...state, at: at.getTime(), callId: call_id, productive: productive ?? false }));
}
