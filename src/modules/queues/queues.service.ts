import type { z } from 'zod';
import type { Queue, updateQueueSchema } from '../../../shared/api/queues.ts';
import type { TenantTx } from '../../db/types.ts';
import { invalid, notFound } from '../../lib/errors.ts';
import { decodeIdCursor, pageOf } from '../support/paging.ts';
import { changesOf, recordOf, withoutUndefined } from '../support/records.ts';
import { userNames } from '../support/references.ts';
import { findWrapUpCode } from '../wrap-up-codes/wrap-up-codes.queries.ts';
import { addMembers, findQueue, listQueueRows, membersOf, patchQueue, removeMembers, type QueueRow } from './queues.queries.ts';

async function views(tx: TenantTx, rows: readonly QueueRow[]): Promise<Queue[]> {
  const members = await membersOf(tx, rows.map((row) => row.id));
  return rows.map((row) => ({
    ...recordOf(row),
    code: row.code,
    name: row.name,
    requiredSkills: row.required_skills as Record<string, number>,
    offerTimeoutMs: row.offer_timeout_ms,
    wrapUpMs: row.wrap_up_ms,
    wrapUpMode: row.wrap_up_mode as Queue['wrapUpMode'],
    wrapUpRequired: row.wrap_up_required,
    wrapUpExtensions: row.wrap_up_extensions,
    wrapUpExtendMs: row.wrap_up_extend_ms,
    wrapUpGroupId: row.wrap_up_group_id,
    missedOffersToAway: row.missed_offers_to_away,
    serviceLevelMs: row.service_level_ms,
    record: row.record,
    memberIds: members.get(row.id) ?? [],
    stationCount: Number(row.station_count ?? 0),
  }));
}

/** @throws AppError `not_found` */
export async function queueView(tx: TenantTx, id: string): Promise<Queue> {
  const row = await findQueue(tx, id);
  const [view] = row ? await views(tx, [row]) : [];
  if (!view) throw notFound('queue');
  return view;
}

export async function listQueues(tx: TenantTx, query: { limit: number; cursor?: string | undefined }) {
  const rows = await listQueueRows(tx, decodeIdCursor(query.cursor), query.limit + 1);
  return pageOf(await views(tx, rows), query.limit, (view) => view, (view) => ({ key: '', id: view.id }));
}

/** Changes the given settings and members. @throws AppError `not_found`, `invalid` when a member is not the tenant's user */
export async function updateQueue(tx: TenantTx, id: string, patch: z.output<typeof updateQueueSchema>): Promise<Queue> {
  const before = await queueView(tx, id);
  const after = { ...before, ...withoutUndefined(patch) };
  const memberIds = [...new Set(after.memberIds)].toSorted();
  const changes = changesOf(before, { ...withoutUndefined(patch), ...(patch.memberIds ? { memberIds } : {}) });
  if (Object.keys(changes.after).length === 0) return before;
  if (after.wrapUpGroupId !== before.wrapUpGroupId) await demandGroup(tx, after.wrapUpGroupId);
  await changeMembers(tx, id, before.memberIds, memberIds);
  await patchQueue(tx, id, {
    name: after.name,
    required_skills: JSON.stringify(after.requiredSkills),
    offer_timeout_ms: after.offerTimeoutMs,
    wrap_up_ms: after.wrapUpMs,
    wrap_up_mode: after.wrapUpMode,
    wrap_up_required: after.wrapUpRequired,
    wrap_up_extensions: after.wrapUpExtensions,
    wrap_up_extend_ms: after.wrapUpExtendMs,
    wrap_up_group_id: after.wrapUpGroupId,
    missed_offers_to_away: after.missedOffersToAway,
    service_level_ms: after.serviceLevelMs,
    record: after.record,
  });
  await tx.audit({ code: 'queue.updated', subject: { kind: 'queue', id }, detail: changes });
  return queueView(tx, id);
}

async function demandGroup(tx: TenantTx, id: string | null): Promise<void> {
  if (id === null || (await findWrapUpCode(tx, id))) return;
  throw invalid('There is no such wrap-up code.', { errors: [{ path: 'body.wrapUpGroupId', message: 'no such wrap-up code' }] });
}

async function changeMembers(tx: TenantTx, id: string, before: readonly string[], after: readonly string[]): Promise<void> {
  const added = after.filter((userId) => !before.includes(userId));
  const known = await userNames(tx, added);
  const errors = added.filter((userId) => !known.has(userId)).map((userId) => ({ path: 'body.memberIds', message: `no such user: ${userId}` }));
  if (errors.length > 0) throw invalid('A member does not exist.', { errors });
  await removeMembers(tx, id, before.filter((userId) => !after.includes(userId)));
  await addMembers(tx, id, added);
}
