/** What registered telephones have here (contacts, subscriptions), so that they need not come back by themselves after a restart. */
import type { TenantTx } from '../../db/types.ts';

/** One device's state; the shape is the owner's. */
export interface DeviceState<T> {
  deviceId: string;
  state: T;
  /** Wall clock, ms: later nothing of it counts any more. */
  expiresAt: number;
}

const sealOf = (id: string) => ({ table: 'sip_device_states', column: 'sealed', id });

/** Writes the states, and forgets those of `gone`. */
export async function storeDeviceStates<T>(tx: TenantTx, states: readonly DeviceState<T>[], gone: readonly string[]): Promise<void> {
  if (states.length > 0) {
    const rows = states.map(({ deviceId, state, expiresAt }) => ({
      tenant_id: tx.tenantId,
      device_id: deviceId,
      sealed: tx.vault.seal(sealOf(deviceId), state),
      expires_at: new Date(expiresAt),
    }));
    await tx.db
      .insertInto('sip_device_states')
      .values(rows)
      .onConflict((oc) => oc.columns(['tenant_id', 'device_id']).doUpdateSet((eb) => ({ sealed: eb.ref('excluded.sealed'), expires_at: eb.ref('excluded.expires_at') })))
      .execute();
  }
  if (gone.length > 0) await tx.db.deleteFrom('sip_device_states').where('tenant_id', '=', tx.tenantId).where('device_id', 'in', gone).execute();
}

/** States of devices that may still register, and have not run out at `now`. */
export async function readDeviceStates<T>(tx: TenantTx, now: Date): Promise<Pick<DeviceState<T>, 'deviceId' | 'state'>[]> {
  const rows = await tx.db
    .selectFrom('sip_device_states as s')
    .innerJoin('sip_devices as d', (join) => join.onRef('d.tenant_id', '=', 's.tenant_id').onRef('d.id', '=', 's.device_id'))
    .select(['s.device_id', 's.sealed'])
    .where('s.tenant_id', '=', tx.tenantId)
    .where('s.expires_at', '>', now)
    .where('d.enabled', '=', true)
    .execute();
  return rows.map(({ device_id: deviceId, sealed }) => ({ deviceId, state: tx.vault.open<T>(sealOf(deviceId), sealed) }));
}
