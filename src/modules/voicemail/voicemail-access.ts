import { sql, type RawBuilder } from 'kysely';
import type { TenantTx } from '../../db/types.ts';
import type { Session } from '../support/binding.ts';

/** SQL: the boxes of which this user is a member, by name or through a queue. */
const boxesOf = (userId: string): RawBuilder<string> => sql<string>`
  select box_id from voicemail_box_users where user_id = ${userId}
  union select link.box_id from voicemail_box_queues link join queue_members member on member.queue_id = link.queue_id where member.user_id = ${userId}`;

export const hearsAll = (session: Session): boolean => session.permissions.has('recording.play.all');

/** SQL: the box is one that the session may listen to. @param box column with the box's id */
export const mayOpen = (session: Session, box: RawBuilder<unknown>): RawBuilder<boolean> =>
  hearsAll(session) ? sql<boolean>`true` : sql<boolean>`${box} in (${boxesOf(session.userId)})`;

/** SQL: the message lies in such a box, or is given to the session's user. */
export const mayHear = (session: Session): RawBuilder<boolean> =>
  sql<boolean>`(${mayOpen(session, sql`voicemails.box_id`)} or voicemails.assignee_id = ${session.userId})`;

/** Whether a recording is a message that the session may hear because of a box. */
export async function hearsMessage(tx: TenantTx, session: Session, recordingId: string): Promise<boolean> {
  const row = await tx.db.selectFrom('voicemails').select('id').where('id', '=', recordingId).where(mayHear(session)).executeTakeFirst();
  return row !== undefined;
}
