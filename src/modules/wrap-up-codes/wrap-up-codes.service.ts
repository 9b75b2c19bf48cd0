import type { WrapUpCode } from '../../../shared/api/wrap-up-codes.ts';
import type { TenantTx } from '../../db/types.ts';
import { notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { decodeCursor, pageOf } from '../support/paging.ts';
import { changesOf, recordOf, withoutUndefined } from '../support/records.ts';
import { findWrapUpCode, insertWrapUpCode, listWrapUpCodeRows, patchWrapUpCode, type WrapUpCodeRow } from './wrap-up-codes.queries.ts';

const viewOf = (row: WrapUpCodeRow): WrapUpCode => ({
  ...recordOf(row),
  code: row.code,
  label: row.label,
  labelEn: row.label_en,
  position: row.position,
  active: row.active,
});

async function viewById(tx: TenantTx, id: string): Promise<WrapUpCode> {
  const row = await findWrapUpCode(tx, id);
  if (!row) throw notFound('wrap-up code');
  return viewOf(row);
}

export async function listWrapUpCodes(tx: TenantTx, query: { limit: number; cursor?: string | undefined }) {
  const cursor = decodeCursor(query.cursor);
  const after = cursor && cursor.id !== '' ? { position: Number.parseInt(cursor.key, 10) || 0, id: cursor.id } : null;
  const rows = await listWrapUpCodeRows(tx, after, query.limit + 1);
  return pageOf(rows, query.limit, viewOf, (row) => ({ key: String(row.position), id: row.id }));
}

/** @throws AppError `duplicate` when the code is taken */
export async function createWrapUpCode(tx: TenantTx, given: { code: string; label: string; labelEn: string; position: number }): Promise<WrapUpCode> {
  const id = newId();
  await insertWrapUpCode(tx, { id, code: given.code, label: given.label, label_en: given.labelEn, position: given.position });
  await tx.audit({ code: 'wrap_up_code.created', subject: { kind: 'wrapUpCode', id }, detail: { ...given } });
  return viewById(tx, id);
}

interface Change {
  label?: string | undefined;
  labelEn?: string | undefined;
  position?: number | undefined;
  active?: boolean | undefined;
}

/** @throws AppError `not_found` */
export async function updateWrapUpCode(tx: TenantTx, id: string, patch: Change): Promise<WrapUpCode> {
  const before = await viewById(tx, id);
  const after = { ...before, ...withoutUndefined(patch) };
  const changes = changesOf(before, after);
  if (Object.keys(changes.after).length === 0) return before;
  await patchWrapUpCode(tx, id, { label: after.label, label_en: after.labelEn, position: after.position, active: after.active });
  await tx.audit({ code: 'wrap_up_code.updated', subject: { kind: 'wrapUpCode', id }, detail: changes });
  return viewById(tx, id);
}
