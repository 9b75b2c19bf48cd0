import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';

const queues = (tx: TenantTx) =>
  tx.db
    .selectFrom('queues')
    .selectAll('queues')
    .select((eb) => eb.selectFrom('stations').whereRef('stations.queue_id', '=', 'queues.id').select((count) => count.fn.countAll<string>().as('n')).as('station_count'));

export const findQueue = (tx: TenantTx, id: string) => queues(tx).where('queues.id', '=', id).executeTakeFirst();

export type QueueRow = NonNullable<Awaited<ReturnType<typeof findQueue>>>;

export function listQueueRows(tx: TenantTx, after: string | null, limit: number): Promise<QueueRow[]> {
  const query = queues(tx).orderBy('queues.id').limit(limit);
  return (after ? query.where('queues.id', '>', after) : query).execute();
}

export async function membersOf(tx: TenantTx, queueIds: readonly string[]): Promise<Map<string, string[]>> {
  const rows = await tx.db
    .selectFrom('queue_members')
    .select(['queue_id', 'user_id'])
    .where('queue_id', '=', sql<string>`any(${queueIds}::uuid[])`)
    .orderBy('user_id')
    .execute();
  const found = new Map<string, string[]>();
  for (const row of rows) found.set(row.queue_id, [...(found.get(row.queue_id) ?? []), row.user_id]);
  return found;
}

export interface QueuePatch {
  name?: string;
  required_skills?: string;
  offer_timeout_ms?: number;
  wrap_up_ms?: number;
  wrap_up_mode?: string;
  wrap_up_required?: boolean;
  wrap_up_extensions?: number;
  wrap_up_extend_ms?: number;
  wrap_up_group_id?: string | null;
  missed_offers_to_away?: number;
  service_level_ms?: number;
  record?: boolean;
}

export async function patchQueue(tx: TenantTx, id: string, patch: QueuePatch): Promise<void> {
  await tx.db.updateTable('queues').set(patch).where('id', '=', id).execute();
}

export async function addMembers(tx: TenantTx, queueId: string, userIds: readonly string[]): Promise<void> {
  if (userIds.length === 0) return;
  await tx.db.insertInto('queue_members').values(userIds.map((userId) => ({ tenant_id: tx.tenantId, queue_id: queueId, user_id: userId }))).execute();
}

export async function removeMembers(tx: TenantTx, queueId: string, userIds: readonly string[]): Promise<void> {
  if (userIds.length === 0) return;
  await tx.db.deleteFrom('queue_members').where('queue_id', '=', queueId).where('user_id', '=', sql<string>`any(${userIds}::uuid[])`).execute();
}
