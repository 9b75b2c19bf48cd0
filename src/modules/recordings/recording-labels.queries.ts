import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';

const labels = (tx: TenantTx) => tx.db.selectFrom('recording_labels').selectAll();

export const findLabel = (tx: TenantTx, id: string) => labels(tx).where('id', '=', id).executeTakeFirst();

export type LabelRow = NonNullable<Awaited<ReturnType<typeof findLabel>>>;

/** All of a tenant, in their order; a few dozen at most. */
export const allLabels = (tx: TenantTx): Promise<LabelRow[]> => labels(tx).orderBy('position').orderBy('id').limit(500).execute();

export interface LabelValues {
  label: string;
  label_en: string;
  retention_days: number | null;
  sensitive: boolean;
  position: number;
  active: boolean;
}

export async function insertLabel(tx: TenantTx, id: string, values: LabelValues): Promise<void> {
  await tx.db.insertInto('recording_labels').values({ tenant_id: tx.tenantId, id, ...values }).execute();
}

export async function patchLabel(tx: TenantTx, id: string, values: LabelValues): Promise<void> {
  await tx.db.updateTable('recording_labels').set(values).where('id', '=', id).execute();
}

/** Ids of the labels of each recording. */
export async function labelsOfRecordings(tx: TenantTx, recordingIds: readonly string[]): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  if (recordingIds.length === 0) return found;
  const rows = await tx.db
    .selectFrom('recording_label_links')
    .innerJoin('recording_labels', 'recording_labels.id', 'recording_label_links.label_id')
    .select(['recording_id', 'label_id'])
    .where('recording_id', '=', sql<string>`any(${recordingIds}::uuid[])`)
    .orderBy('recording_labels.position')
    .execute();
  for (const row of rows) found.set(row.recording_id, [...(found.get(row.recording_id) ?? []), row.label_id]);
  return found;
}

export async function isSensitive(tx: TenantTx, recordingId: string): Promise<boolean> {
  const row = await tx.db
    .selectFrom('recording_label_links')
    .innerJoin('recording_labels', 'recording_labels.id', 'recording_label_links.label_id')
    .select('recording_labels.id')
    .where('recording_id', '=', recordingId)
    .where('sensitive', '=', true)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export async function linkLabels(tx: TenantTx, recordingId: string, labelIds: readonly string[]): Promise<void> {
  if (labelIds.length === 0) return;
  await tx.db.insertInto('recording_label_links').values(labelIds.map((labelId) => ({ tenant_id: tx.tenantId, recording_id: recordingId, label_id: labelId }))).execute();
}

export async function unlinkLabels(tx: TenantTx, recordingId: string, labelIds: readonly string[]): Promise<void> {
  if (labelIds.length === 0) return;
  await tx.db.deleteFrom('recording_label_links').where('recording_id', '=', recordingId).where('label_id', '=', sql<string>`any(${labelIds}::uuid[])`).execute();
}
