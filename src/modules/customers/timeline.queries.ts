import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';

export interface TimelineRow {
  id: string;
  kind: 'call' | 'note' | 'voicemail';
  occurred_at: Date;
  created_by: string;
  case_id: string | null;
  call_id: string | null;
  /** Sealed text of the activity; null for a call about which nothing was written. */
  sealed: Buffer | null;
}

/** Activities of a customer, and calls that have none, newest first. */
export async function timelineRows(tx: TenantTx, customerId: string, before: { at: Date; id: string } | null, limit: number): Promise<TimelineRow[]> {
  const older = before ? sql`and (occurred_at, id) < (${before.at}, ${before.id}::uuid)` : sql``;
  const { rows } = await sql<TimelineRow>`
    select * from (
      select id, kind, occurred_at, created_by, coalesce(case_id, (select c.case_id from calls c where c.id = call_id)) as case_id, call_id, sealed
      from activities where customer_id = ${customerId}
      union all
      select c.id, 'call', c.started_at, c.created_by, c.case_id, c.id, null
      from calls c where c.customer_id = ${customerId}
        and not exists (select from activities a where a.call_id = c.id and a.customer_id = ${customerId} and a.kind in ('call', 'voicemail'))
    ) as entries
    where true ${older}
    order by occurred_at desc, id desc
    limit ${limit}`.execute(tx.db);
  return rows;
}
