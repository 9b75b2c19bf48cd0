import type { Insertable, Updateable } from 'kysely';
import type { DB } from '../../db/schema.generated.ts';
import type { TenantTx } from '../../db/types.ts';

export const findTrunk = (tx: TenantTx, id: string) => tx.db.selectFrom('trunks').selectAll().where('id', '=', id).executeTakeFirst();

export type TrunkRow = NonNullable<Awaited<ReturnType<typeof findTrunk>>>;

export function listTrunkRows(tx: TenantTx, after: string | null, limit: number): Promise<TrunkRow[]> {
  const query = tx.db.selectFrom('trunks').selectAll().orderBy('id').limit(limit);
  return (after ? query.where('id', '>', after) : query).execute();
}

export type TrunkColumns = Omit<Insertable<DB['trunks']>, 'tenant_id'>;

export async function insertTrunk(tx: TenantTx, row: TrunkColumns): Promise<void> {
  await tx.db.insertInto('trunks').values({ tenant_id: tx.tenantId, ...row }).execute();
}

export async function patchTrunk(tx: TenantTx, id: string, patch: Updateable<DB['trunks']>): Promise<void> {
  await tx.db.updateTable('trunks').set(patch).where('id', '=', id).execute();
}

export async function removeTrunk(tx: TenantTx, id: string): Promise<void> {
  await tx.db.deleteFrom('trunks').where('id', '=', id).execute();
}

export async function trunkIsUsed(tx: TenantTx, id: string): Promise<boolean> {
  const route = await tx.db.selectFrom('outbound_route_trunks').select('route_id').where('trunk_id', '=', id).executeTakeFirst();
  const number = await tx.db.selectFrom('numbers').select('id').where('trunk_id', '=', id).executeTakeFirst();
  return route !== undefined || number !== undefined;
}

export const listRouteRows = (tx: TenantTx) => tx.db.selectFrom('outbound_routes').selectAll().orderBy('position').execute();

export const listRouteTrunkRows = (tx: TenantTx) => tx.db.selectFrom('outbound_route_trunks').selectAll().orderBy('position').execute();

/** Puts `routes` in the place of all routes there are. */
export async function replaceRoutes(tx: TenantTx, routes: readonly { id: string; name: string; prefix: string; trunkIds: readonly string[] }[]): Promise<void> {
  await tx.db.deleteFrom('outbound_routes').where('tenant_id', '=', tx.tenantId).execute();
  const tenant = { tenant_id: tx.tenantId };
  const rows = routes.map(({ id, name, prefix }, position) => ({ ...tenant, id, name, prefix, position }));
  const trunks = routes.flatMap(({ id, trunkIds }) => trunkIds.map((trunkId, position) => ({ ...tenant, route_id: id, trunk_id: trunkId, position })));
  if (rows.length === 0) return;
  await tx.db.insertInto('outbound_routes').values(rows).execute();
  await tx.db.insertInto('outbound_route_trunks').values(trunks).execute();
}
