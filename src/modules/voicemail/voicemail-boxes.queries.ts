import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';
import type { Session } from '../support/binding.ts';
import { mayOpen } from './voicemail-access.ts';

const boxes = (tx: TenantTx) => tx.db.selectFrom('voicemail_boxes').selectAll();

export const findBox = (tx: TenantTx, id: string) => boxes(tx).where('id', '=', id).executeTakeFirst();

export type BoxRow = NonNullable<Awaited<ReturnType<typeof findBox>>>;

/** The box of a number, which nobody else changes until the transaction ends. */
export const lockBoxOfNumber = (tx: TenantTx, number: string) => boxes(tx).where('number', '=', number).forUpdate().executeTakeFirst();

/** A tenant has some dozens at most. */
export const listBoxRows = (tx: TenantTx, session: Session): Promise<BoxRow[]> =>
  boxes(tx).where(mayOpen(session, sql`voicemail_boxes.id`)).orderBy('number').limit(1000).execute();

export interface BoxValues {
  number: string;
  name: string;
  greeting: string;
  retention_days: number | null;
  active: boolean;
  sealed: Buffer;
  has_pin: boolean;
}

export async function insertBox(tx: TenantTx, id: string, values: BoxValues): Promise<void> {
  await tx.db.insertInto('voicemail_boxes').values({ tenant_id: tx.tenantId, id, ...values }).execute();
}

export async function patchBox(tx: TenantTx, id: string, patch: Partial<BoxValues> & { pin_failures?: number; pin_locked_until?: Date | null }): Promise<void> {
  await tx.db.updateTable('voicemail_boxes').set(patch).where('id', '=', id).execute();
}

export interface BoxMembers {
  memberIds: string[];
  queueIds: string[];
}

/** Members by box. */
export async function membersOfBoxes(tx: TenantTx, ids: readonly string[]): Promise<Map<string, BoxMembers>> {
  const found = new Map<string, BoxMembers>(ids.map((id) => [id, { memberIds: [], queueIds: [] }]));
  const wanted = sql<string>`any(${ids}::uuid[])`;
  const users = await tx.db.selectFrom('voicemail_box_users').select(['box_id', 'user_id']).where('box_id', '=', wanted).orderBy('user_id').execute();
  const queues = await tx.db.selectFrom('voicemail_box_queues').select(['box_id', 'queue_id']).where('box_id', '=', wanted).orderBy('queue_id').execute();
  for (const { box_id, user_id } of users) found.get(box_id)?.memberIds.push(user_id);
  for (const { box_id, queue_id } of queues) found.get(box_id)?.queueIds.push(queue_id);
  return found;
}

/** Makes these the members of a box. */
export async function setMembers(tx: TenantTx, boxId: string, { memberIds, queueIds }: BoxMembers): Promise<void> {
  await tx.db.deleteFrom('voicemail_box_users').where('box_id', '=', boxId).execute();
  await tx.db.deleteFrom('voicemail_box_queues').where('box_id', '=', boxId).execute();
  const base = { tenant_id: tx.tenantId, box_id: boxId };
  if (memberIds.length > 0) await tx.db.insertInto('voicemail_box_users').values([...new Set(memberIds)].map((user_id) => ({ ...base, user_id }))).execute();
  if (queueIds.length > 0) await tx.db.insertInto('voicemail_box_queues').values([...new Set(queueIds)].map((queue_id) => ({ ...base, queue_id }))).execute();
}

export interface MessageCounts {
  newMessages: number;
  heardMessages: number;
}

/** Messages that can be listened to, by box. */
export async function countMessages(tx: TenantTx, ids: readonly string[]): Promise<Map<string, MessageCounts>> {
  const { rows } = await sql<{ box_id: string; fresh: string; heard: string }>`
    select box_id, count(*) filter (where r.played_at is null) as fresh, count(*) filter (where r.played_at is not null) as heard
    from voicemails v join recordings r on r.id = v.id
    where v.box_id = any(${ids}::uuid[]) and v.deleted_at is null and r.status in ('complete', 'interrupted') group by box_id`.execute(tx.db);
  return new Map(rows.map(({ box_id, fresh, heard }) => [box_id, { newMessages: Number(fresh), heardMessages: Number(heard) }]));
}
