import type { OutageReason } from '../../../shared/api/service-status.ts';
import type { TenantTx } from '../../db/types.ts';
import type { Availability, OutageRow } from './availability.ts';

const rowOf = (row: { id: string; began_at: Date; ended_at: Date | null; reason: string }): OutageRow => ({
  id: row.id,
  beganWall: row.began_at.getTime(),
  endedWall: row.ended_at?.getTime() ?? null,
  reason: row.reason as OutageReason,
});

/** What was measured so far; null = nothing yet. */
export async function readAvailability(tx: TenantTx): Promise<Availability | null> {
  const looks = await tx.db.selectFrom('service_looks').select(['measured_since', 'last_look_at']).executeTakeFirst();
  if (!looks) return null;
  const open = await tx.db.selectFrom('service_outages').selectAll().where('ended_at', 'is', null).orderBy('began_at', 'desc').executeTakeFirst();
  return { measuredSinceWall: looks.measured_since.getTime(), lastLookWall: looks.last_look_at.getTime(), open: open ? rowOf(open) : null };
}

/** Writes the last look, and outages that began or ended since the last time. */
export async function writeAvailability(tx: TenantTx, { measuredSinceWall, lastLookWall }: Availability, outages: readonly OutageRow[]): Promise<void> {
  const last_look_at = new Date(lastLookWall);
  await tx.db
    .insertInto('service_looks')
    .values({ tenant_id: tx.tenantId, measured_since: new Date(measuredSinceWall), last_look_at })
    .onConflict((conflict) => conflict.column('tenant_id').doUpdateSet({ last_look_at }))
    .execute();
  for (const { id, beganWall, endedWall, reason } of outages) {
    const ended_at = endedWall === null ? null : new Date(endedWall);
    await tx.db
      .insertInto('service_outages')
      .values({ tenant_id: tx.tenantId, id, began_at: new Date(beganWall), ended_at, reason })
      .onConflict((conflict) => conflict.columns(['tenant_id', 'id']).doUpdateSet({ ended_at }))
      .execute();
  }
}

/** Outages that go on or ended after a time, newest first. */
export async function outagesSince(tx: TenantTx, since: Date): Promise<OutageRow[]> {
  const rows = await tx.db
    .selectFrom('service_outages')
    .selectAll()
    .where((where) => where.or([where('ended_at', 'is', null), where('ended_at', '>', since)]))
    .orderBy('began_at', 'desc')
    .orderBy('id', 'desc')
    .execute();
  return rows.map(rowOf);
}
