import { rm } from 'node:fs/promises';
import type { Actor, TenantTx, WithTenant } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ObjectStore } from '../../store/object-store.ts';
import { deleteFiles, overdueExports, patchExport, unclearedExports } from './exports.queries.ts';
import { exportFolder } from './sealed-target.ts';

const ACTOR: Actor = { kind: 'system', id: 'exports', ip: '' };

export interface ClearDeps {
  database: { withTenant: WithTenant };
  store: Pick<ObjectStore, 'localPath'>;
}

/** Deletes all files of an export, also one whose row was never written. */
export async function clearExport({ database, store }: ClearDeps, tenantId: string, exportId: string): Promise<void> {
  await rm(await store.localPath(exportFolder(tenantId, exportId)), { recursive: true, force: true });
  await database.withTenant(tenantId, ACTOR, async (tx) => {
    await deleteFiles(tx, exportId);
    await patchExport(tx, exportId, { cleared: true });
  });
}

async function expire(tx: TenantTx, now: Date): Promise<void> {
  for (const { id } of await overdueExports(tx, now)) {
    await patchExport(tx, id, { state: 'expired' });
    await tx.audit({ code: 'export.expired', subject: { kind: 'export', id }, detail: {} });
  }
}

/** Ends what has waited long enough, and deletes the files of what is over; what a crash leaves is met again in a later round. */
export async function clearExports(deps: ClearDeps & { clock: Clock }, tenantId: string): Promise<void> {
  const over = await deps.database.withTenant(tenantId, ACTOR, async (tx) => {
    await expire(tx, new Date(deps.clock.wall()));
    return unclearedExports(tx);
  });
  for (const { id } of over) await clearExport(deps, tenantId, id);
}
