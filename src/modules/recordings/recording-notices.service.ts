import type { z } from 'zod';
import type { createRecordingNotice, RecordingNotice, updateRecordingNotice } from '../../../shared/api/recording-notices.ts';
import type { TenantTx } from '../../db/types.ts';
import { invalid, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { changesOf, recordOf, withoutUndefined } from '../support/records.ts';
import { queueNames } from '../support/references.ts';
import { newSecret } from '../users/secrets.ts';
import { findLabel } from './recording-labels.queries.ts';
import { allNotices, findNotice, insertNotice, patchNotice, removeNotice, type NoticeRow, type NoticeValues } from './recording-notices.queries.ts';

type Given = z.output<typeof createRecordingNotice.body>;

/** What is sealed of a notice. */
interface NoticeContent {
  name: string;
  recipients: string[];
  webhookUrl: string;
  webhookSecret: string;
}

const place = (id: string) => ({ table: 'recording_notices', column: 'sealed', id });

export const noticeView = (tx: TenantTx, row: NoticeRow): RecordingNotice => ({
  ...recordOf(row),
  ...tx.vault.open<NoticeContent>(place(row.id), row.sealed),
  kind: row.kind as RecordingNotice['kind'],
  queueId: row.queue_id,
  queueName: row.queue_name ?? '',
  labelId: row.label_id,
  active: row.active,
});

const valuesOf = (tx: TenantTx, id: string, given: Given, webhookSecret: string, since: Date): NoticeValues => ({
  kind: given.kind,
  queue_id: given.queueId,
  label_id: given.labelId,
  active: given.active,
  since,
  sealed: tx.vault.seal(place(id), { name: given.name, recipients: given.recipients, webhookUrl: given.webhookUrl, webhookSecret } satisfies NoticeContent),
});

async function demandSense(tx: TenantTx, { queueId, labelId }: Pick<Given, 'queueId' | 'labelId'>): Promise<void> {
  const refuse = (field: string, message: string) => invalid(message, { errors: [{ path: `body.${field}`, message }] });
  if (queueId !== null && !(await queueNames(tx, [queueId])).has(queueId)) throw refuse('queueId', 'There is no such queue.');
  if (labelId !== null && !(await findLabel(tx, labelId))) throw refuse('labelId', 'There is no such label.');
}

async function rowOf(tx: TenantTx, id: string): Promise<NoticeRow> {
  const row = await findNotice(tx, id);
  if (!row) throw notFound('recording notice');
  return row;
}

export const listNotices = async (tx: TenantTx): Promise<RecordingNotice[]> => (await allNotices(tx)).map((row) => noticeView(tx, row));

/** @param now recordings from before are not told of @throws AppError `invalid` */
export async function createNotice(tx: TenantTx, given: Given, now: Date): Promise<RecordingNotice> {
  await demandSense(tx, given);
  const id = newId();
  await insertNotice(tx, id, valuesOf(tx, id, given, given.webhookUrl === '' ? '' : newSecret(), now));
  await tx.audit({ code: 'recording_notice.created', subject: { kind: 'recordingNotice', id }, detail: { ...given } });
  return noticeView(tx, await rowOf(tx, id));
}

/** One that is switched on again tells of recordings from then on. @throws AppError `not_found`, `invalid` */
export async function updateNotice(tx: TenantTx, id: string, patch: z.output<typeof updateRecordingNotice.body>, now: Date): Promise<RecordingNotice> {
  const row = await rowOf(tx, id);
  const before = noticeView(tx, row);
  const changes = changesOf(before, withoutUndefined(patch));
  if (Object.keys(changes.after).length === 0) return before;
  const after = { ...before, ...withoutUndefined(patch) };
  await demandSense(tx, after);
  const secret = after.webhookUrl === '' ? '' : after.webhookUrl === before.webhookUrl ? before.webhookSecret : newSecret();
  await patchNotice(tx, id, valuesOf(tx, id, after, secret, after.active && !before.active ? now : row.since));
  await tx.audit({ code: 'recording_notice.updated', subject: { kind: 'recordingNotice', id }, detail: changes });
  return noticeView(tx, await rowOf(tx, id));
}

/** @throws AppError `not_found` */
export async function deleteNotice(tx: TenantTx, id: string): Promise<void> {
  const { name } = noticeView(tx, await rowOf(tx, id));
  await removeNotice(tx, id);
  await tx.audit({ code: 'recording_notice.removed', subject: { kind: 'recordingNotice', id }, detail: { name } });
}
