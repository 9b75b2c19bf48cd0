import { sql } from 'kysely';
import type { Seat } from '../../../shared/api/seat-maps.ts';
import type { TenantTx } from '../../db/types.ts';

/** Plans, by name. */
export const mapRows = (tx: TenantTx) => tx.db.selectFrom('seat_maps').selectAll().orderBy('name').orderBy('id').execute();

export const findMap = (tx: TenantTx, id: string) => tx.db.selectFrom('seat_maps').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();

export type MapRow = NonNullable<Awaited<ReturnType<typeof findMap>>>;

/** Seats of these plans, row by row. */
export function seatRows(tx: TenantTx, mapIds: readonly string[]) {
  return tx.db
    .selectFrom('seats')
    .selectAll()
    .where('map_id', '=', sql<string>`any(${[...mapIds]}::uuid[])`)
    .orderBy('at_row')
    .orderBy('at_column')
    .execute();
}

export async function insertMap(tx: TenantTx, id: string, values: { name: string; columns: number; rows: number }): Promise<void> {
  await tx.db.insertInto('seat_maps').values({ tenant_id: tx.tenantId, id, ...values }).execute();
}

/** The plan and all its seats as given. */
export async function putMap(tx: TenantTx, id: string, values: { name: string; columns: number; rows: number; version: number }, seats: readonly Seat[]): Promise<void> {
  await tx.db.updateTable('seat_maps').set(values).where('id', '=', id).execute();
  await tx.db.deleteFrom('seats').where('map_id', '=', id).execute();
  if (seats.length === 0) return;
  await tx.db
    .insertInto('seats')
    .values(seats.map(({ column, row, label, userId }) => ({ tenant_id: tx.tenantId, map_id: id, at_column: column, at_row: row, label, user_id: userId })))
    .execute();
}

export async function removeMap(tx: TenantTx, id: string): Promise<void> {
  await tx.db.deleteFrom('seat_maps').where('id', '=', id).execute();
}
