/** Care breaks in the database, so that a restart does not end them. */
import { int4Array, timeArray, uuidArray } from '../db/binary-arrays.ts';
import type { JournalTx } from '../db/journal-transaction.ts';
import type { TenantTx } from '../db/types.ts';
import type { CareBreakChanged } from './journal.ts';

/** Of several changes of one agent's break the last counts. */
export function writeCareBreaks(tx: JournalTx, changes: readonly CareBreakChanged[]): void {
  const last = [...new Map(changes.map((change) => [change.agentId, change.care]))];
  const over = last.flatMap(([agentId, care]) => (care ? [] : [agentId]));
  const there = last.flatMap(([agentId, care]) => (care ? [{ agentId, ...care }] : []));
  if (over.length > 0) tx.send({ name: 'j_care_over', text: 'delete from care_breaks where tenant_id = $1 and user_id = any ($2::uuid[])', values: [tx.tenantId, uuidArray(over)] });
  if (there.length === 0) return;
  tx.send({
    name: 'j_care',
    text: `insert into care_breaks (tenant_id, user_id, minutes, ends_at) select $1, * from unnest($2::uuid[], $3::int4[], $4::timestamptz[])
      on conflict (tenant_id, user_id) do update set minutes = excluded.minutes, ends_at = excluded.ends_at`,
    values: [
      tx.tenantId,
      uuidArray(there.map(({ agentId }) => agentId)),
      int4Array(there.map(({ minutes }) => minutes)),
      timeArray(there.map(({ untilWall }) => untilWall)),
    ],
  });
}

/** A care break that was not over when core ended. */
export interface StoredCare {
  agentId: string;
  minutes: number;
  /** Ms since the epoch; null = it had not begun. */
  until: number | null;
}

export async function readCareBreaks(tx: TenantTx): Promise<StoredCare[]> {
  const rows = await tx.db.selectFrom('care_breaks').select(['user_id', 'minutes', 'ends_at']).execute();
  return rows.map((row) => ({ agentId: row.user_id, minutes: row.minutes, until: row.ends_at?.getTime() ?? null }));
}
