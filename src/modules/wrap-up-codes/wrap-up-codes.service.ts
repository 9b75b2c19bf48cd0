import type { WrapUpCode } from '../../../shared/api/wrap-up-codes.ts';
import type { TenantTx } from '../../db/types.ts';
import { invalid, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { decodeCursor, pageOf } from '../support/paging.ts';
import { changesOf, recordOf, withoutUndefined } from '../support/records.ts';
import { findWrapUpCode, insertWrapUpCode, listWrapUpCodeRows, patchWrapUpCode, wrapUpTree, type WrapUpCodeRow } from './wrap-up-codes.queries.ts';
import { placeFault } from './wrap-up-tree.ts';

const viewOf = (row: WrapUpCodeRow): WrapUpCode => ({
  ...recordOf(row),
  code: row.code,
  label: row.label,
  labelEn: row.label_en,
  position: row.position,
  active: row.active,
  parentId: row.parent_id,
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

/** @throws AppError `duplicate` when the code is taken, `invalid` when its place is not possible */
export async function createWrapUpCode(tx: TenantTx, given: { code: string; label: string; labelEn: string; position: number; parentId: string | null }): Promise<WrapUpCode> {
  const id = newId();
  await demandPlace(tx, id, given.parentId);
  await insertWrapUpCode(tx, { id, code: given.code, label: given.label, label_en: given.labelEn, position: given.position, parent_id: given.parentId });
  await tx.audit({ code: 'wrap_up_code.created', subject: { kind: 'wrapUpCode', id }, detail: { ...given } });
  return viewById(tx, id);
}

interface Change {
  label?: string | undefined;
  labelEn?: string | undefined;
  position?: number | undefined;
  active?: boolean | undefined;
  parentId?: string | null | undefined;
}

/** @throws AppError `not_found`, `invalid` when its place is not possible */
export async function updateWrapUpCode(tx: TenantTx, id: string, patch: Change): Promise<WrapUpCode> {
  const before = await viewById(tx, id);
  const after = { ...before, ...withoutUndefined(patch) };
  const changes = changesOf(before, after);
  if (Object.keys(changes.after).length === 0) return before;
  if ('parentId' in changes.after) await demandPlace(tx, id, after.parentId);
  const { label, labelEn, position, active, parentId } = after;
  await patchWrapUpCode(tx, id, { label, label_en: labelEn, position, active, parent_id: parentId });
  await tx.audit({ code: 'wrap_up_code.updated', subject: { kind: 'wrapUpCode', id }, detail: changes });
  return viewById(tx, id);
}

async function demandPlace(tx: TenantTx, id: string, parentId: string | null): Promise<void> {
  const fault = placeFault(await wrapUpTree(tx), id, parentId);
  if (fault) throw invalid('The code cannot stand there.', { errors: [{ path: 'body.parentId', message: fault }] });
}
