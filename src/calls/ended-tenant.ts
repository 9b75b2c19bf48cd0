import type { SccDatabase } from '../db/database.ts';
import type { TelephonyDirectory } from '../modules/telephony/sip-directory.ts';
import type { SipUserAgent } from '../sip/sip-agent.ts';
import type { Outside } from './dialing/outside.ts';
import { dropLease } from './lease.ts';
import type { TenantCell } from './tenant-cell.ts';

interface EndedDeps {
  database: Pick<SccDatabase, 'withDirectory'>;
  cellId: string;
  directory: Pick<TelephonyDirectory, 'setServed'>;
  sip: Pick<SipUserAgent, 'forgetDevice'>;
  outside: Pick<Outside, 'forget'>;
  /** Of the cell. */
  tenants: Map<string, TenantCell>;
  /** Waits for work, but not for ever. */
  patiently: (work: readonly Promise<void>[]) => Promise<void>;
}

/** A tenant has ended, and its last call too: its cell is left, and nothing of it stays in memory. */
export async function leaveTenant(tenant: TenantCell, { database, cellId, directory, sip, outside, tenants, patiently }: EndedDeps): Promise<void> {
  const { tenantId } = tenant;
  for (const deviceId of directory.setServed(tenantId, false)) sip.forgetDevice(deviceId);
  tenants.delete(tenantId);
  outside.forget(tenantId);
  tenant.desks.closeAll('shutting_down');
  tenant.drafts.endAll();
  tenant.stop();
  await patiently([tenant.journal.commit()]);
  await dropLease(database, tenantId, cellId);
}
