import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';

const columns = (tx: TenantTx) => tx.db.selectFrom('report_schedules').selectAll();

export const findSchedule = (tx: TenantTx, id: string) => columns(tx).where('id', '=', id).executeTakeFirst();

export const lockSchedule = (tx: TenantTx, id: string) => columns(tx).where('id', '=', id).forUpdate().executeTakeFirst();

export type ScheduleRow = NonNullable<Awaited<ReturnType<typeof findSchedule>>>;

export function listScheduleRows(tx: TenantTx, after: string | null, limit: number): Promise<ScheduleRow[]> {
  const query = columns(tx).orderBy('id').limit(limit);
  return (after ? query.where('id', '>', after) : query).execute();
}

/** What of a schedule is stored plainly. */
export interface ScheduleValues {
  report: string;
  every: string;
  at_minute: number;
  interval_name: string;
  group_by: string;
  format: string;
  lang: string;
  active: boolean;
  next_at: Date;
  sealed: Buffer;
}

export async function insertSchedule(tx: TenantTx, id: string, values: ScheduleValues): Promise<void> {
  await tx.db.insertInto('report_schedules').values({ tenant_id: tx.tenantId, id, ...values }).execute();
}

export async function patchSchedule(tx: TenantTx, id: string, values: Partial<ScheduleValues & { last_run_at: Date; last_error: string }>): Promise<void> {
  await tx.db.updateTable('report_schedules').set(values).where('id', '=', id).execute();
}

export async function removeSchedule(tx: TenantTx, id: string): Promise<void> {
  await tx.db.deleteFrom('report_schedules').where('id', '=', id).execute();
}

/** The schedule that has been due longest, locked; others that look at the same time take another one. */
export async function takeDueSchedule(tx: TenantTx, now: Date): Promise<ScheduleRow | undefined> {
  return columns(tx).where('active', '=', true).where('next_at', '<=', now).orderBy('next_at').limit(1).forUpdate().skipLocked().executeTakeFirst();
}

export const tenantName = async (tx: TenantTx): Promise<string> =>
  (await sql<{ name: string }>`select name from tenants where id = ${tx.tenantId}`.execute(tx.db)).rows[0]?.name ?? '';
