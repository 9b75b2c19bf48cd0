import type { z } from 'zod';
import type { createNumber as createContract, ServiceNumber, updateNumber as updateContract } from '../../../shared/api/numbers.ts';
import type { TenantTx } from '../../db/types.ts';
import { conflict, invalid, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { toE164 } from '../../vault/phone.ts';
import { decodeIdCursor, pageOf } from '../support/paging.ts';
import { changesOf, recordOf, withoutUndefined } from '../support/records.ts';
import { displayNumber } from './phone-number.ts';
import { findFlow, findNumber, insertNumber, listNumberRows, numberIsUsed, outboundNumberRows, patchNumber, removeNumber, type NumberRow } from './telephony.queries.ts';
import { findTrunk } from './trunks.queries.ts';

const numberView = (row: NumberRow): ServiceNumber => ({
  ...recordOf(row),
  number: row.number,
  display: displayNumber(row.number),
  label: row.label,
  flowId: row.flow_id,
  flowName: row.flow_name,
  outbound: row.outbound,
  trunkId: row.trunk_id,
});

export async function listNumbers(tx: TenantTx, query: { limit: number; cursor?: string | undefined }) {
  const rows = await listNumberRows(tx, decodeIdCursor(query.cursor), query.limit + 1);
  return pageOf(rows, query.limit, numberView, (row) => ({ key: '', id: row.id }));
}

async function viewById(tx: TenantTx, id: string): Promise<ServiceNumber> {
  const row = await findNumber(tx, id);
  if (!row) throw notFound('number');
  return numberView(row);
}

/** @throws AppError `invalid` when flow or trunk are not the tenant's */
async function checkReferences(tx: TenantTx, given: { flowId?: string | undefined; trunkId?: string | null | undefined }): Promise<void> {
  const errors = [];
  const flow = given.flowId === undefined ? null : await findFlow(tx, given.flowId);
  if (flow === undefined) errors.push({ path: 'body.flowId', message: 'no such flow' });
  if (flow?.version === 0) errors.push({ path: 'body.flowId', message: 'this flow was not published yet' });
  if (given.trunkId && !(await findTrunk(tx, given.trunkId))) errors.push({ path: 'body.trunkId', message: 'no such trunk' });
  if (errors.length > 0) throw invalid('What the number refers to does not exist.', { errors });
}

/**
 * Adds a number; one that any tenant has is taken.
 * @throws AppError `number_taken`, `invalid`
 */
export async function createNumber(tx: TenantTx, given: z.output<typeof createContract.body>): Promise<ServiceNumber> {
  const number = toE164(given.number, 'JP');
  if (number === null) throw invalid('This is no telephone number.', { errors: [{ path: 'body.number', message: 'not a telephone number' }] });
  await checkReferences(tx, given);
  const id = newId();
  const isOurs = await insertNumber(tx, { id, number, label: given.label, flow_id: given.flowId, outbound: given.outbound, trunk_id: given.trunkId });
  if (!isOurs) throw conflict('number_taken', 'This number is in use.');
  await tx.audit({ code: 'number.created', subject: { kind: 'number', id }, detail: { number, flowId: given.flowId } });
  return viewById(tx, id);
}

/** @throws AppError `not_found`, `invalid` */
export async function updateNumber(tx: TenantTx, id: string, patch: z.output<typeof updateContract.body>): Promise<ServiceNumber> {
  const before = await viewById(tx, id);
  await checkReferences(tx, patch);
  const after = { ...before, ...withoutUndefined(patch) };
  const changes = changesOf(before, after);
  if (Object.keys(changes.after).length === 0) return before;
  await patchNumber(tx, id, { label: after.label, flow_id: after.flowId, outbound: after.outbound, trunk_id: after.trunkId });
  await tx.audit({ code: 'number.updated', subject: { kind: 'number', id }, detail: changes });
  return viewById(tx, id);
}

/** @throws AppError `not_found`, `number_in_use` */
export async function deleteNumber(tx: TenantTx, id: string): Promise<void> {
  const { number } = await viewById(tx, id);
  if (await numberIsUsed(tx, id, number)) throw conflict('number_in_use', 'A call, the web call page or a flow uses this number.');
  await removeNumber(tx, id, number);
  await tx.audit({ code: 'number.removed', subject: { kind: 'number', id }, detail: { number } });
}

/** Numbers that may be shown on calls out, the oldest first. */
export async function callerIds(tx: TenantTx) {
  const rows = await outboundNumberRows(tx);
  return { callerIds: rows.map(({ number, label }) => ({ number, display: displayNumber(number), label })) };
}
