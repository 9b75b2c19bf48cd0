import type { Insertable, Updateable } from 'kysely';
import type { DB } from '../../db/schema.generated.ts';
import type { TenantTx } from '../../db/types.ts';

export const findCalendar = (tx: TenantTx, id: string) => tx.db.selectFrom('calendars').selectAll().where('id', '=', id).executeTakeFirst();

export type CalendarRow = NonNullable<Awaited<ReturnType<typeof findCalendar>>>;

export function listCalendarRows(tx: TenantTx, after: string | null, limit: number): Promise<CalendarRow[]> {
  const query = tx.db.selectFrom('calendars').selectAll().orderBy('id').limit(limit);
  return (after ? query.where('id', '>', after) : query).execute();
}

/** @throws AppError `duplicate` when the code is taken */
export async function insertCalendar(tx: TenantTx, row: Omit<Insertable<DB['calendars']>, 'tenant_id'>): Promise<void> {
  await tx.db.insertInto('calendars').values({ tenant_id: tx.tenantId, ...row }).execute();
}

export async function patchCalendar(tx: TenantTx, id: string, patch: Updateable<DB['calendars']>): Promise<void> {
  await tx.db.updateTable('calendars').set(patch).where('id', '=', id).execute();
}

export async function removeCalendar(tx: TenantTx, id: string): Promise<void> {
  await tx.db.deleteFrom('calendars').where('id', '=', id).execute();
}
