import type { RecordingComment } from '../../../shared/api/recordings.ts';
import type { TenantTx } from '../../db/types.ts';
import { notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { userNames } from '../support/references.ts';

const place = (id: string) => ({ table: 'recording_comments', column: 'sealed', id });

/** The user of an actor text; null for programs. */
const userOf = (actor: string): string | null => (actor.startsWith('user:') ? actor.slice('user:'.length) : null);

/** Comments of a recording in order of their places in it. */
export async function commentsOf(tx: TenantTx, recordingId: string): Promise<RecordingComment[]> {
  const rows = await tx.db.selectFrom('recording_comments').selectAll().where('recording_id', '=', recordingId).orderBy('at_ms').orderBy('id').limit(500).execute();
  const names = await userNames(tx, rows.map((row) => userOf(row.created_by)));
  return rows.map((row) => ({
    id: row.id,
    atMs: row.at_ms,
    text: tx.vault.open<{ text: string }>(place(row.id), row.sealed).text,
    authorId: userOf(row.created_by),
    authorName: names.get(userOf(row.created_by) ?? '') ?? '',
    createdAt: row.created_at.toISOString(),
  }));
}

/** Adds a comment at a place of the recording. @returns all comments */
export async function addComment(tx: TenantTx, recordingId: string, given: { atMs: number; text: string }): Promise<{ items: RecordingComment[] }> {
  const id = newId();
  await tx.db.insertInto('recording_comments').values({ tenant_id: tx.tenantId, id, recording_id: recordingId, at_ms: given.atMs, sealed: tx.vault.seal(place(id), { text: given.text }) }).execute();
  await tx.audit({ code: 'recording.commented', subject: { kind: 'recording', id: recordingId }, detail: { commentId: id, atMs: given.atMs } });
  return { items: await commentsOf(tx, recordingId) };
}

/**
 * Takes a comment back.
 * @param author only when it is this actor's; null = whoever wrote it
 * @throws AppError `not_found`, also for a comment of somebody else
 */
export async function removeComment(tx: TenantTx, id: string, author: string | null): Promise<void> {
  const query = tx.db.deleteFrom('recording_comments').where('id', '=', id);
  const removed = await (author === null ? query : query.where('created_by', '=', author)).returning('recording_id').executeTakeFirst();
  if (!removed) throw notFound('comment');
  await tx.audit({ code: 'recording.comment_removed', subject: { kind: 'recording', id: removed.recording_id }, detail: { commentId: id } });
}
