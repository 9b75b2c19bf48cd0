import { sql } from 'kysely';
import type { MinuteSpan } from '../../../shared/staffing-times.ts';
import type { TenantTx } from '../../db/types.ts';
import { invalid } from '../../lib/errors.ts';

/** More shifts than this are not given at once: 400 agents in a month. */
export const MOST_SHIFTS = 20_000;

export interface ShiftRow {
  id: string;
  user_id: string;
  day: string;
  start_minute: number;
  end_minute: number;
  breaks: MinuteSpan[];
}

const COLUMNS = sql`id, user_id, to_char(day, 'YYYY-MM-DD') as day, start_minute, end_minute, breaks`;

/**
 * Shifts of some days, in order of day, agent and time. @param userId null = everybody's
 * @throws AppError `invalid` when there are more than `MOST_SHIFTS`: a part of them would be taken for all
 */
export async function shiftsOf(tx: TenantTx, fromDay: string, toDay: string, userId: string | null = null): Promise<ShiftRow[]> {
  const { rows } = await sql<ShiftRow>`
    select ${COLUMNS} from shifts where day between ${fromDay}::date and ${toDay}::date ${userId === null ? sql`` : sql`and user_id = ${userId}`}
    order by shifts.day, user_id, start_minute limit ${MOST_SHIFTS + 1}`.execute(tx.db);
  if (rows.length > MOST_SHIFTS) throw invalid(`These days have more than ${MOST_SHIFTS} shifts; ask for fewer days.`, { errors: [{ path: 'query.toDay', message: 'too many shifts' }] });
  return rows;
}

export async function shiftsById(tx: TenantTx, ids: readonly string[]): Promise<ShiftRow[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<ShiftRow>`select ${COLUMNS} from shifts where id = any(${ids}::uuid[]) order by shifts.day, user_id, start_minute for update`.execute(tx.db);
  return rows;
}

/** Shifts of these agents on these days and those before and after, which may reach into them. */
export async function neighbours(tx: TenantTx, userIds: readonly string[], fromDay: string, toDay: string): Promise<ShiftRow[]> {
  const { rows } = await sql<ShiftRow>`
    select ${COLUMNS} from shifts where user_id = any(${userIds}::uuid[]) and day between ${fromDay}::date - 1 and ${toDay}::date + 1`.execute(tx.db);
  return rows;
}

export async function insertShifts(tx: TenantTx, shifts: readonly ShiftRow[]): Promise<void> {
  if (shifts.length === 0) return;
  const rows = JSON.stringify(shifts);
  await sql`
    insert into shifts (tenant_id, id, user_id, day, start_minute, end_minute, breaks)
    select ${tx.tenantId}, id, user_id, day, start_minute, end_minute, breaks
    from jsonb_to_recordset(${rows}::jsonb) as given (id uuid, user_id uuid, day date, start_minute int, end_minute int, breaks jsonb)`.execute(tx.db);
}

export async function deleteShifts(tx: TenantTx, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await sql`delete from shifts where id = any(${ids}::uuid[])`.execute(tx.db);
}

/** One change of shifts of a tenant after the other, so that two cannot overlap without seeing each other. */
export async function lockShifts(tx: TenantTx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('shifts ' || ${tx.tenantId}::text, 0))`.execute(tx.db);
}

/** Ids of users by the name they log in with. */
export async function usersByLogin(tx: TenantTx, logins: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; login_id: string }>`select id, login_id from users where login_id = any(${logins}) and status = 'active'`.execute(tx.db);
  return new Map(rows.map(({ id, login_id }) => [login_id, id]));
}

/** Names that users log in with, by id. */
export async function loginsOf(tx: TenantTx, ids: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; login_id: string }>`select id, login_id from users where id = any(${ids}::uuid[])`.execute(tx.db);
  return new Map(rows.map(({ id, login_id }) => [id, login_id]));
}

/** Time on shift of a queue's members on a day, breaks taken out, as spans of minutes of that day. */
export async function memberShifts(tx: TenantTx, queueId: string, fromDay: string, toDay: string): Promise<ShiftRow[]> {
  const { rows } = await sql<ShiftRow>`
    select ${COLUMNS} from shifts where day between ${fromDay}::date and ${toDay}::date
      and user_id in (select user_id from queue_members where queue_id = ${queueId})`.execute(tx.db);
  return rows;
}

const templates = (tx: TenantTx) => tx.db.selectFrom('shift_templates').selectAll();

export const findTemplate = (tx: TenantTx, id: string) => templates(tx).where('id', '=', id).executeTakeFirst();

export type TemplateRow = NonNullable<Awaited<ReturnType<typeof findTemplate>>>;

export const listTemplates = (tx: TenantTx): Promise<TemplateRow[]> => templates(tx).orderBy('position').orderBy('name').limit(500).execute();

export const templateNamed = (tx: TenantTx, name: string) => templates(tx).where('name', '=', name).executeTakeFirst();

export interface TemplateValues {
  name: string;
  start_minute: number;
  end_minute: number;
  breaks: string;
  position: number;
}

export async function insertTemplate(tx: TenantTx, id: string, values: TemplateValues): Promise<void> {
  await tx.db.insertInto('shift_templates').values({ tenant_id: tx.tenantId, id, ...values }).execute();
}

export async function patchTemplate(tx: TenantTx, id: string, values: TemplateValues): Promise<void> {
  await tx.db.updateTable('shift_templates').set(values).where('id', '=', id).execute();
}

export async function removeTemplate(tx: TenantTx, id: string): Promise<void> {
  await tx.db.deleteFrom('shift_templates').where('id', '=', id).execute();
}
