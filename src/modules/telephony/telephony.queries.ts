import { sql, type Insertable, type Updateable } from 'kysely';
import type { DB } from '../../db/schema.generated.ts';
import type { TenantTx } from '../../db/types.ts';

const numbers = (tx: TenantTx) =>
  tx.db.selectFrom('numbers').innerJoin('flows', 'flows.id', 'numbers.flow_id').selectAll('numbers').select('flows.name as flow_name');

export function listNumberRows(tx: TenantTx, after: string | null, limit: number) {
  const query = numbers(tx).orderBy('numbers.id').limit(limit);
  return (after ? query.where('numbers.id', '>', after) : query).execute();
}

export const findNumber = (tx: TenantTx, id: string) => numbers(tx).where('numbers.id', '=', id).executeTakeFirst();

/** Adds a number to the directory of all numbers and to the tenant. @returns false when any tenant has it */
export async function insertNumber(tx: TenantTx, row: Omit<Insertable<DB['numbers']>, 'tenant_id'>): Promise<boolean> {
  const entry = { number: row.number, tenant: tx.tenantId };
  const listed = await tx.db.insertInto('number_directory').values(entry).onConflict((conflict) => conflict.column('number').doNothing()).returning('number').executeTakeFirst();
  if (!listed) return false;
  await tx.db.insertInto('numbers').values({ tenant_id: tx.tenantId, ...row }).execute();
  return true;
}

export async function patchNumber(tx: TenantTx, id: string, patch: Updateable<DB['numbers']>): Promise<void> {
  await tx.db.updateTable('numbers').set(patch).where('id', '=', id).execute();
}

export const outboundNumberRows = (tx: TenantTx) =>
  tx.db.selectFrom('numbers').select(['number', 'label']).where('outbound', '=', true).orderBy('id').execute();

/** A call in progress, the web call page, or a flow that shows it. */
export async function numberIsUsed(tx: TenantTx, id: string, number: string): Promise<boolean> {
  const call = await tx.db.selectFrom('calls').select('id').where('number_id', '=', id).where('ended_at', 'is', null).executeTakeFirst();
  const page = await tx.db.selectFrom('tenant_settings').select('web_call_number').where('web_call_number', '=', number).executeTakeFirst();
  const flow = await tx.db
    .selectFrom('flows')
    .select('id')
    .where(sql<boolean>`exists (select from jsonb_each(definition -> 'nodes') node where node.value ->> 'verb' = 'dial' and node.value ->> 'callerId' = ${number})`)
    .executeTakeFirst();
  return call !== undefined || page !== undefined || flow !== undefined;
}

/** Takes a number from the tenant, and from the directory of all numbers. */
export async function removeNumber(tx: TenantTx, id: string, number: string): Promise<void> {
  await tx.db.deleteFrom('numbers').where('id', '=', id).execute();
  await tx.db.deleteFrom('number_directory').where('number', '=', number).where('tenant', '=', tx.tenantId).execute();
}

export type NumberRow = Awaited<ReturnType<typeof listNumberRows>>[number];

export const findFlow = (tx: TenantTx, id: string) => tx.db.selectFrom('flows').selectAll().where('id', '=', id).executeTakeFirst();

/** An enabled telephone by its name, whose user is not disabled, or the decoy that is given: one row of the same size, so that the time of the look-up says nothing. */
export async function findDeviceOrDecoy(tx: TenantTx, username: string, decoy: { id: string; sealed: Buffer }) {
  const { rows } = await sql<{ id: string; sealed: Buffer; allow_md5: boolean }>`
    select coalesce(device.id, ${decoy.id}::uuid) as id, coalesce(device.sealed, ${decoy.sealed}::bytea) as sealed, coalesce(device.allow_md5, false) as allow_md5
    from (select 1) as one
    left join (sip_devices as device left join users as owner on owner.tenant_id = device.tenant_id and owner.id = device.user_id)
      on device.tenant_id = ${tx.tenantId} and device.username = ${username} and device.enabled and coalesce(owner.status, 'active') = 'active'`.execute(tx.db);
  return rows[0] ?? { ...decoy, allow_md5: false };
}

export const findDevice = (tx: TenantTx, id: string) => tx.db.selectFrom('sip_devices').selectAll().where('id', '=', id).executeTakeFirst();

export type DeviceRow = NonNullable<Awaited<ReturnType<typeof findDevice>>>;

export function listDeviceRows(tx: TenantTx, after: string | null, limit: number): Promise<DeviceRow[]> {
  const query = tx.db.selectFrom('sip_devices').selectAll().orderBy('id').limit(limit);
  return (after ? query.where('id', '>', after) : query).execute();
}

export async function insertDevice(tx: TenantTx, row: { id: string; username: string; userId: string | null; label: string; srtp: string; wideband: boolean; allowMd5: boolean; sealed: Buffer }): Promise<void> {
  await tx.db
    .insertInto('sip_devices')
    .values({ tenant_id: tx.tenantId, id: row.id, username: row.username, user_id: row.userId, label: row.label, srtp: row.srtp, wideband: row.wideband, allow_md5: row.allowMd5, sealed: row.sealed })
    .execute();
}

export async function patchDevice(tx: TenantTx, id: string, patch: Updateable<DB['sip_devices']>): Promise<void> {
  await tx.db.updateTable('sip_devices').set(patch).where('id', '=', id).execute();
}

/** The tenant's own name in addresses; also its digest realm. */
export async function tenantSlug(tx: TenantTx): Promise<string> {
  const { slug } = await tx.db.selectFrom('tenants').select('slug').where('id', '=', tx.tenantId).executeTakeFirstOrThrow();
  return slug;
}
