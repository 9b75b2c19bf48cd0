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

export interface Member {
  userId: string;
  position: number;
  weight: number;
}

export async function membersOf(tx: TenantTx, queueIds: readonly string[]): Promise<Map<string, Member[]>> {
  const rows = await tx.db
    .selectFrom('queue_members')
    .select(['queue_id', 'user_id', 'position', 'weight'])
    .where('queue_id', '=', sql<string>`any(${queueIds}::uuid[])`)
    .orderBy('user_id')
    .execute();
  const found = new Map<string, Member[]>();
  for (const { queue_id, user_id, position, weight } of rows) found.set(queue_id, [...(found.get(queue_id) ?? []), { userId: user_id, position, weight }]);
  return found;
}

export interface QueuePatch {
  name: string;
  required_skills: string;
  offer_timeout_ms: number;
  wrap_up_ms: number;
  wrap_up_mode: string;
  wrap_up_required: boolean;
  wrap_up_extensions: number;
  wrap_up_extend_ms: number;
  wrap_up_group_id: string | null;
  script_id: string | null;
  missed_offers_to_away: number;
  service_level_ms: number;
  record: boolean;
  hold_alarm_seconds: number | null;
  agent_order: string;
  weight: number;
  ageing_per_minute: number;
  skill_expression: string;
  rings: string;
  max_wait_ms: number;
  max_length: number;
  no_agents: string;
  last_agent_ms: number;
  owner_ms: number;
  calendar_id: string | null;
}

export async function insertQueue(tx: TenantTx, id: string, code: string, name: string): Promise<void> {
  await tx.db.insertInto('queues').values({ tenant_id: tx.tenantId, id, code, name }).execute();
}

/** Which of these queues the tenant has. */
export async function knownQueues(tx: TenantTx, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await tx.db.selectFrom('queues').select('id').where('id', '=', sql<string>`any(${ids}::uuid[])`).execute();
  return new Set(rows.map(({ id }) => id));
}

/** Places of members who are there. */
export async function setPlaces(tx: TenantTx, queueId: string, members: readonly Member[]): Promise<void> {
  for (const { userId, position, weight } of members) {
    await tx.db.updateTable('queue_members').set({ position, weight }).where('queue_id', '=', queueId).where('user_id', '=', userId).execute();
  }
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
