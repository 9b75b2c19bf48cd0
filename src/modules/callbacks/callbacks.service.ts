import type { z } from 'zod';
import type { Callback, createCallback as contract } from '../../../shared/api/callbacks.ts';
import type { TenantTx } from '../../db/types.ts';
import { conflict, invalid, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { decodeIdCursor, pageOf } from '../support/paging.ts';
import { recordOf } from '../support/records.ts';
import { customerNames, queueNames, userNames } from '../support/references.ts';
import { displayNumber, comparableNumber } from '../telephony/phone-number.ts';
import { findCallback, insertCallback, listCallbackRows, strikeOff, type CallbackRow } from './callbacks.queries.ts';

/** What people typed or the network told. */
export interface CallbackContent {
  number: string;
  name: string;
  note: string;
}

/** A promise is kept for so long after its time, ms. */
export const KEPT_MS = 24 * 3_600_000;

const place = (id: string) => ({ table: 'callbacks', column: 'sealed', id });

/** Number, name and note as they are stored. */
export const sealCallback = (vault: TenantTx['vault'], id: string, { number, name, note }: CallbackContent): Buffer => vault.seal(place(id), { number, name, note } satisfies CallbackContent);

export const openCallback = (tx: TenantTx, row: CallbackRow): CallbackContent => tx.vault.open<CallbackContent>(place(row.id), row.sealed);

async function views(tx: TenantTx, rows: readonly CallbackRow[]): Promise<Callback[]> {
  const queues = await queueNames(tx, rows.map((row) => row.queue_id));
  const owners = await userNames(tx, rows.map((row) => row.owner_id));
  const customers = await customerNames(tx, rows.map((row) => row.customer_id));
  return rows.map((row) => {
    const { number, name, note } = openCallback(tx, row);
    return {
      ...recordOf(row),
      kind: row.kind as Callback['kind'],
      status: row.status as Callback['status'],
      queueId: row.queue_id,
      queueName: queues.get(row.queue_id) ?? '',
      ownerId: row.owner_id,
      ownerName: owners.get(row.owner_id ?? '') ?? '',
      customerId: row.customer_id,
      customerName: customers.get(row.customer_id ?? '') ?? '',
      number: displayNumber(number),
      name,
      note,
      originCallId: row.origin_call_id,
      lastCallId: row.last_call_id,
      queuedAt: row.queued_at.toISOString(),
      dueAt: row.due_at.toISOString(),
      expiresAt: row.expires_at.toISOString(),
      attempts: row.attempts,
      maxAttempts: row.max_attempts,
      outcome: row.outcome,
    };
  });
}

async function callbackView(tx: TenantTx, id: string): Promise<Callback> {
  const row = await findCallback(tx, id);
  const [view] = row ? await views(tx, [row]) : [];
  if (!view) throw notFound('callback');
  return view;
}

export async function listCallbacks(tx: TenantTx, userId: string, query: { limit: number; cursor?: string | undefined; open?: 'true' | 'false' | undefined; mine?: 'true' | undefined }) {
  const open = query.open === undefined ? null : query.open === 'true';
  const rows = await listCallbackRows(tx, { before: decodeIdCursor(query.cursor), open, ownerId: query.mine ? userId : null, limit: query.limit + 1 });
  return pageOf(await views(tx, rows), query.limit, (view) => view, ({ id }) => ({ key: '', id }));
}

/** @throws AppError `invalid` when queue or customer are not the tenant's, or the number is none */
export async function createCallback(tx: TenantTx, given: z.output<NonNullable<typeof contract.body>>, userId: string): Promise<Callback> {
  const { number, name, note, queueId, customerId, own } = given;
  const errors = [
    ...((await queueNames(tx, [queueId])).has(queueId) ? [] : [{ path: 'body.queueId', message: 'no such queue' }]),
    ...(customerId === null || (await customerNames(tx, [customerId])).has(customerId) ? [] : [{ path: 'body.customerId', message: 'no such customer' }]),
    ...(/^\+?\d{3,15}$/.test(comparableNumber(number)) ? [] : [{ path: 'body.number', message: 'no telephone number' }]),
  ];
  if (errors.length > 0) throw invalid('The callback is not right.', { errors });
  const id = newId();
  const dueAt = new Date(given.dueAt);
  const sealed = sealCallback(tx.vault, id, { number: comparableNumber(number), name, note });
  const ownerId = own ? userId : null;
  await insertCallback(tx, {
    id, kind: 'scheduled', queueId, ownerId, customerId, originCallId: null, priority: 0, queuedAt: dueAt, dueAt, expiresAt: new Date(dueAt.getTime() + KEPT_MS), sealed,
  });
  await tx.audit({ code: 'callback.requested', subject: { kind: 'callback', id }, detail: { kind: 'scheduled', queueId, ownerId, dueAt: given.dueAt } });
  return callbackView(tx, id);
}

/** What a waiting caller asked for. */
export interface CallerRequest extends CallbackContent {
  id: string;
  queueId: string;
  callId: string;
  customerId: string | null;
  priority: number;
  /** Ms since the epoch: the place that is kept. */
  queuedWall: number;
}

/** @throws AppError `not_found`, `callback_over` */
export async function cancelCallback(tx: TenantTx, id: string): Promise<Callback> {
  const before = await callbackView(tx, id);
  if (before.status !== 'waiting') throw conflict('callback_over', 'This callback is over, or being dialled.');
  await strikeOff(tx, id);
  await tx.audit({ code: 'callback.cancelled', subject: { kind: 'callback', id }, detail: {} });
  return callbackView(tx, id);
}
