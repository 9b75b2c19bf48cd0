import type { TenantTx } from '../../db/types.ts';

const numbers = (tx: TenantTx) =>
  tx.db.selectFrom('numbers').innerJoin('flows', 'flows.id', 'numbers.flow_id').selectAll('numbers').select('flows.name as flow_name');

export function listNumberRows(tx: TenantTx, after: string | null, limit: number) {
  const query = numbers(tx).orderBy('numbers.id').limit(limit);
  return (after ? query.where('numbers.id', '>', after) : query).execute();
}

export type NumberRow = Awaited<ReturnType<typeof listNumberRows>>[number];

export const findFlow = (tx: TenantTx, id: string) => tx.db.selectFrom('flows').selectAll().where('id', '=', id).executeTakeFirst();

export type FlowRow = NonNullable<Awaited<ReturnType<typeof findFlow>>>;

export function listFlowRows(tx: TenantTx, after: string | null, limit: number): Promise<FlowRow[]> {
  const query = tx.db.selectFrom('flows').selectAll().orderBy('id').limit(limit);
  return (after ? query.where('id', '>', after) : query).execute();
}

export const findDevice = (tx: TenantTx, id: string) => tx.db.selectFrom('sip_devices').selectAll().where('id', '=', id).executeTakeFirst();

export type DeviceRow = NonNullable<Awaited<ReturnType<typeof findDevice>>>;

export function listDeviceRows(tx: TenantTx, after: string | null, limit: number): Promise<DeviceRow[]> {
  const query = tx.db.selectFrom('sip_devices').selectAll().orderBy('id').limit(limit);
  return (after ? query.where('id', '>', after) : query).execute();
}

export async function insertDevice(tx: TenantTx, row: { id: string; username: string; userId: string | null; sealed: Buffer }): Promise<void> {
  await tx.db
    .insertInto('sip_devices')
    .values({ tenant_id: tx.tenantId, id: row.id, username: row.username, user_id: row.userId, sealed: row.sealed })
    .execute();
}
