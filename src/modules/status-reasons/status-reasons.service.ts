import type { z } from 'zod';
import type { createStatusReason as createContract, StatusReason, updateStatusReason as updateContract } from '../../../shared/api/status-reasons.ts';
import type { TenantTx } from '../../db/types.ts';
import { notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { decodeCursor, pageOf } from '../support/paging.ts';
import { changesOf, recordOf, withoutUndefined } from '../support/records.ts';
import { findStatusReason, insertStatusReason, listStatusReasonRows, patchStatusReason, type StatusReasonRow } from './status-reasons.queries.ts';

const viewOf = (row: StatusReasonRow): StatusReason => ({
  ...recordOf(row),
  presence: row.presence as StatusReason['presence'],
  label: row.label,
  labelEn: row.label_en,
  productive: row.productive,
  position: row.position,
  active: row.active,
});

async function viewById(tx: TenantTx, id: string): Promise<StatusReason> {
  const row = await findStatusReason(tx, id);
  if (!row) throw notFound('status reason');
  return viewOf(row);
}

export async function listStatusReasons(tx: TenantTx, query: { limit: number; cursor?: string | undefined }) {
  const cursor = decodeCursor(query.cursor);
  const after = cursor && cursor.id !== '' ? { position: Number.parseInt(cursor.key, 10) || 0, id: cursor.id } : null;
  const rows = await listStatusReasonRows(tx, after, query.limit + 1);
  return pageOf(rows, query.limit, viewOf, (row) => ({ key: String(row.position), id: row.id }));
}

export async function createStatusReason(tx: TenantTx, given: z.output<(typeof createContract)['body']>): Promise<StatusReason> {
  const id = newId();
  const { presence, label, labelEn, productive, position } = given;
  await insertStatusReason(tx, { id, presence, label, label_en: labelEn, productive, position });
  await tx.audit({ code: 'status_reason.created', subject: { kind: 'statusReason', id }, detail: { ...given } });
  return viewById(tx, id);
}

/** @throws AppError `not_found` */
export async function updateStatusReason(tx: TenantTx, id: string, patch: z.output<(typeof updateContract)['body']>): Promise<StatusReason> {
  const before = await viewById(tx, id);
  const after = { ...before, ...withoutUndefined(patch) };
  const changes = changesOf(before, after);
  if (Object.keys(changes.after).length === 0) return before;
  const { label, labelEn, productive, position, active } = after;
  await patchStatusReason(tx, id, { label, label_en: labelEn, productive, position, active });
  await tx.audit({ code: 'status_reason.updated', subject: { kind: 'statusReason', id }, detail: changes });
  return viewById(tx, id);
}

/** What every tenant begins with. */
const FIRST_REASONS = [
  { presence: 'break', label: '昼休憩', label_en: 'Lunch', productive: false },
  { presence: 'break', label: '小休憩', label_en: 'Short break', productive: false },
  { presence: 'away', label: '研修', label_en: 'Training', productive: true },
  { presence: 'away', label: '会議', label_en: 'Meeting', productive: true },
  { presence: 'away', label: '事務処理', label_en: 'Back office', productive: true },
] as const;

export async function insertFirstStatusReasons(tx: TenantTx): Promise<void> {
  for (const [index, reason] of FIRST_REASONS.entries()) {
    const id = newId();
    await insertStatusReason(tx, { id, ...reason, position: index + 1 });
    await tx.audit({ code: 'status_reason.created', subject: { kind: 'statusReason', id }, detail: { label: reason.label } });
  }
}
