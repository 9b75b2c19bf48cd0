import type { z } from 'zod';
import type { createQueueSchema, Queue, updateQueueSchema } from '../../../shared/api/queues.ts';
import type { TenantTx } from '../../db/types.ts';
import { AppError, invalid, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { decodeIdCursor, pageOf } from '../support/paging.ts';
import { changesOf, recordOf, withoutUndefined } from '../support/records.ts';
import { userNames } from '../support/references.ts';
import { findScript } from '../scripts/scripts.queries.ts';
import { findWrapUpCode } from '../wrap-up-codes/wrap-up-codes.queries.ts';
import {
  addMembers,
  findQueue,
  insertQueue,
  knownQueues,
  listQueueRows,
  membersOf,
  patchQueue,
  removeMembers,
  setPlaces,
  type Member,
  type QueuePatch,
  type QueueRow,
} from './queues.queries.ts';

type UpdateQueue = z.output<typeof updateQueueSchema>;

/** A member's place when nobody set one. */
const USUAL = { position: 0, weight: 10 };

const isUsual = ({ position, weight }: Omit<Member, 'userId'>): boolean => position === USUAL.position && weight === USUAL.weight;

const placesOf = (members: readonly Member[]): Queue['places'] =>
  Object.fromEntries(members.filter((member) => !isUsual(member)).map(({ userId, position, weight }) => [userId, { position, weight }]));

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
    scriptId: row.script_id,
    missedOffersToAway: row.missed_offers_to_away,
    serviceLevelMs: row.service_level_ms,
    record: row.record,
    holdAlarmSeconds: row.hold_alarm_seconds,
    memberIds: (members.get(row.id) ?? []).map(({ userId }) => userId),
    order: row.agent_order as Queue['order'],
    weight: row.weight,
    ageingPerMinute: row.ageing_per_minute,
    skillExpression: row.skill_expression,
    // Written below in this shape.
    rings: row.rings as unknown as Queue['rings'],
    maxWaitMs: row.max_wait_ms,
    maxLength: row.max_length,
    noAgents: row.no_agents as Queue['noAgents'],
    lastAgentMs: row.last_agent_ms,
    ownerMs: row.owner_ms,
    calendarId: row.calendar_id,
    places: placesOf(members.get(row.id) ?? []),
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

const columnsOf = (queue: Queue): QueuePatch => ({
  name: queue.name,
  required_skills: JSON.stringify(queue.requiredSkills),
  offer_timeout_ms: queue.offerTimeoutMs,
  wrap_up_ms: queue.wrapUpMs,
  wrap_up_mode: queue.wrapUpMode,
  wrap_up_required: queue.wrapUpRequired,
  wrap_up_extensions: queue.wrapUpExtensions,
  wrap_up_extend_ms: queue.wrapUpExtendMs,
  wrap_up_group_id: queue.wrapUpGroupId,
  script_id: queue.scriptId,
  missed_offers_to_away: queue.missedOffersToAway,
  service_level_ms: queue.serviceLevelMs,
  record: queue.record,
  hold_alarm_seconds: queue.holdAlarmSeconds,
  agent_order: queue.order,
  weight: queue.weight,
  ageing_per_minute: queue.ageingPerMinute,
  skill_expression: queue.skillExpression,
  rings: JSON.stringify(queue.rings),
  max_wait_ms: queue.maxWaitMs,
  max_length: queue.maxLength,
  no_agents: queue.noAgents,
  last_agent_ms: queue.lastAgentMs,
  owner_ms: queue.ownerMs,
  calendar_id: queue.calendarId,
});

/** Writes everything of `after` that differs; returns what changed, for the audit log. */
async function write(tx: TenantTx, before: Queue, patch: UpdateQueue) {
  const given = withoutUndefined(patch);
  const after: Queue = { ...before, ...given };
  const memberIds = [...new Set(after.memberIds)].toSorted();
  const places = Object.fromEntries(Object.entries(after.places).filter(([userId, place]) => memberIds.includes(userId) && !isUsual(place)));
  const changes = changesOf(before, { ...given, ...(patch.memberIds && { memberIds }), ...(patch.places && { places }) });
  if (Object.keys(changes.after).length === 0) return changes;
  await checkRings(tx, after);
  if (after.calendarId !== before.calendarId) await demandCalendar(tx, after.calendarId);
  if (after.scriptId !== before.scriptId) await demandScript(tx, after.scriptId);
  if (after.wrapUpGroupId !== before.wrapUpGroupId) await demandGroup(tx, after.wrapUpGroupId);
  await changeMembers(tx, before.id, before.memberIds, memberIds);
  await setPlaces(tx, before.id, changedPlaces(before.places, places, memberIds));
  await patchQueue(tx, before.id, columnsOf(after));
  return changes;
}

function changedPlaces(before: Queue['places'], after: Queue['places'], memberIds: readonly string[]): Member[] {
  const placed = memberIds.map((userId) => ({ userId, old: before[userId] ?? USUAL, place: after[userId] ?? USUAL }));
  return placed.filter(({ old, place }) => old.position !== place.position || old.weight !== place.weight).map(({ userId, place }) => ({ userId, ...place }));
}

/** Changes the given settings and members. @throws AppError `not_found`, `invalid` when a member or a ring's queue is not the tenant's */
export async function updateQueue(tx: TenantTx, id: string, patch: UpdateQueue): Promise<Queue> {
  const before = await queueView(tx, id);
  const changes = await write(tx, before, patch);
  if (Object.keys(changes.after).length === 0) return before;
  await tx.audit({ code: 'queue.updated', subject: { kind: 'queue', id }, detail: changes });
  return queueView(tx, id);
}

/** @throws AppError `duplicate` when the code is taken, `invalid` as above */
export async function createQueue(tx: TenantTx, { code, ...settings }: z.output<typeof createQueueSchema>): Promise<Queue> {
  const taken = await tx.db.selectFrom('queues').select('id').where('code', '=', code).executeTakeFirst();
  if (taken) throw new AppError('duplicate', 409, 'There is a queue with this code already.');
  const id = newId();
  await insertQueue(tx, id, code, settings.name);
  await write(tx, await queueView(tx, id), settings);
  await tx.audit({ code: 'queue.created', subject: { kind: 'queue', id }, detail: { after: { code, ...settings } } });
  return queueView(tx, id);
}

async function checkRings(tx: TenantTx, { rings }: Queue): Promise<void> {
  const known = await knownQueues(tx, rings.flatMap(({ queueIds }) => queueIds));
  const errors = rings.flatMap(({ queueIds }, index) =>
    queueIds.filter((id) => !known.has(id)).map((id) => ({ path: `body.rings.${index}.queueIds`, message: `no such queue: ${id}` })),
  );
  if (errors.length > 0) throw invalid('A queue of a ring does not exist.', { errors });
}

async function demandCalendar(tx: TenantTx, id: string | null): Promise<void> {
  if (id === null || (await tx.db.selectFrom('calendars').select('id').where('id', '=', id).executeTakeFirst())) return;
  throw invalid('There is no such calendar.', { errors: [{ path: 'body.calendarId', message: 'no such calendar' }] });
}

async function demandGroup(tx: TenantTx, id: string | null): Promise<void> {
  if (id === null || (await findWrapUpCode(tx, id))) return;
  throw invalid('There is no such wrap-up code.', { errors: [{ path: 'body.wrapUpGroupId', message: 'no such wrap-up code' }] });
}

async function demandScript(tx: TenantTx, id: string | null): Promise<void> {
  if (id === null || (await findScript(tx, id))) return;
  throw invalid('There is no such script.', { errors: [{ path: 'body.scriptId', message: 'no such script' }] });
}

async function changeMembers(tx: TenantTx, id: string, before: readonly string[], after: readonly string[]): Promise<void> {
  const added = after.filter((userId) => !before.includes(userId));
  const known = await userNames(tx, added);
  const errors = added.filter((userId) => !known.has(userId)).map((userId) => ({ path: 'body.memberIds', message: `no such user: ${userId}` }));
  if (errors.length > 0) throw invalid('A member does not exist.', { errors });
  await removeMembers(tx, id, before.filter((userId) => !after.includes(userId)));
  await addMembers(tx, id, added);
}
