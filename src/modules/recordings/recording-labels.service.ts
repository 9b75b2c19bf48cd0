import type { z } from 'zod';
import type { createRecordingLabel, RecordingLabel, updateRecordingLabel } from '../../../shared/api/recording-keeping.ts';
import type { TenantTx } from '../../db/types.ts';
import { invalid, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import type { Session } from '../support/binding.ts';
import { changesOf, recordOf, withoutUndefined } from '../support/records.ts';
import { allLabels, findLabel, insertLabel, labelsOfRecordings, linkLabels, patchLabel, unlinkLabels, type LabelRow, type LabelValues } from './recording-labels.queries.ts';
import { concerns, tellOf, type NewsWays } from './recording-news.ts';
import { findNoticed } from './recording-notices.queries.ts';
import { listNotices } from './recording-notices.service.ts';
import { ownRecording } from './recordings.service.ts';

const viewOf = (row: LabelRow): RecordingLabel => ({
  ...recordOf(row),
  label: row.label,
  labelEn: row.label_en,
  retentionDays: row.retention_days,
  sensitive: row.sensitive,
  position: row.position,
  active: row.active,
});

const valuesOf = (given: Omit<RecordingLabel, keyof ReturnType<typeof recordOf>>): LabelValues => ({
  label: given.label,
  label_en: given.labelEn,
  retention_days: given.retentionDays,
  sensitive: given.sensitive,
  position: given.position,
  active: given.active,
});

export const listLabels = async (tx: TenantTx): Promise<{ items: RecordingLabel[] }> => ({ items: (await allLabels(tx)).map(viewOf) });

async function labelView(tx: TenantTx, id: string): Promise<RecordingLabel> {
  const row = await findLabel(tx, id);
  if (!row) throw notFound('label');
  return viewOf(row);
}

export async function createLabel(tx: TenantTx, given: z.output<typeof createRecordingLabel.body>): Promise<RecordingLabel> {
  const id = newId();
  await insertLabel(tx, id, valuesOf({ ...given, active: true }));
  await tx.audit({ code: 'recording_label.created', subject: { kind: 'recordingLabel', id }, detail: { ...given } });
  return labelView(tx, id);
}

/** @throws AppError `not_found` */
export async function updateLabel(tx: TenantTx, id: string, patch: z.output<typeof updateRecordingLabel.body>): Promise<RecordingLabel> {
  const before = await labelView(tx, id);
  const after = { ...before, ...withoutUndefined(patch) };
  const changes = changesOf(before, after);
  if (Object.keys(changes.after).length === 0) return before;
  await patchLabel(tx, id, valuesOf(after));
  await tx.audit({ code: 'recording_label.updated', subject: { kind: 'recordingLabel', id }, detail: changes });
  return labelView(tx, id);
}

/** Gives a recording exactly these labels, and tells whoever wants to know of one that is new. A retired label stays where it is. @throws AppError `not_found`, `invalid` */
export async function labelRecording(tx: TenantTx, session: Session, id: string, labelIds: readonly string[], ways: NewsWays): Promise<{ labelIds: string[] }> {
  await ownRecording(tx, session, id);
  const before = (await labelsOfRecordings(tx, [id])).get(id) ?? [];
  const known = new Map((await allLabels(tx)).map((label) => [label.id, label]));
  const added = [...new Set(labelIds)].filter((labelId) => !before.includes(labelId));
  const unknown = added.filter((labelId) => known.get(labelId)?.active !== true);
  if (unknown.length > 0) throw invalid('There is no such label.', { errors: unknown.map(() => ({ path: 'body.labelIds', message: 'no such label' })) });
  const removed = before.filter((labelId) => !labelIds.includes(labelId));
  await unlinkLabels(tx, id, removed);
  await linkLabels(tx, id, added);
  const names = (ids: readonly string[]): string[] => ids.map((labelId) => known.get(labelId)?.label ?? labelId);
  if (added.length + removed.length > 0) {
    await tx.audit({ code: 'recording.labelled', subject: { kind: 'recording', id }, detail: { added: names(added), removed: names(removed) } });
  }
  await tellOfLabels(tx, id, added, ways);
  return { labelIds: (await labelsOfRecordings(tx, [id])).get(id) ?? [] };
}

/** One that is still being recorded is told of when it is saved. */
async function tellOfLabels(tx: TenantTx, id: string, added: readonly string[], ways: NewsWays): Promise<void> {
  const recording = added.length === 0 ? null : await findNoticed(tx, id);
  if (!recording) return;
  for (const notice of await listNotices(tx)) {
    if (notice.labelId !== null && added.includes(notice.labelId) && concerns(notice, recording)) await tellOf(tx, recording, notice, ways);
  }
}
