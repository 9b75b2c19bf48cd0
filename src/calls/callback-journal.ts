/** What callers ask for and what becomes of it, on the way of all records of calls: it is kept while the database is away. */
import { int4Array, textArray, timeArray, byteaArray, uuidArray } from '../db/binary-arrays.ts';
import type { JournalTx } from '../db/journal-transaction.ts';
import type { Statement } from '../db/pipeline.ts';
import type { Actor } from '../db/types.ts';
import { KEPT_MS, sealCallback } from '../modules/callbacks/callbacks.service.ts';
import type { CallbackChanged, CallbackRequested } from './journal.ts';

/** Places that were kept. */
export function insertRequests(tx: JournalTx, entries: readonly CallbackRequested[]): Statement {
  const requests = entries.map(({ request }) => request);
  return {
    name: 'j_callbacks',
    text: `insert into callbacks (tenant_id, id, kind, status, queue_id, customer_id, origin_call_id, priority, queued_at, due_at, expires_at, sealed)
      select $1, id, 'queue', 'waiting', queue_id, customer_id, call_id, priority, queued_at, at, expires_at, sealed
      from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::int4[], $7::timestamptz[], $8::timestamptz[], $9::timestamptz[], $10::bytea[])
        as r (id, queue_id, customer_id, call_id, priority, queued_at, at, expires_at, sealed)`,
    values: [
      tx.tenantId,
      uuidArray(requests.map(({ id }) => id)),
      uuidArray(requests.map(({ queueId }) => queueId)),
      uuidArray(requests.map(({ customerId }) => customerId)),
      uuidArray(requests.map(({ callId }) => callId)),
      int4Array(requests.map(({ priority }) => priority)),
      timeArray(requests.map(({ queuedWall }) => queuedWall)),
      timeArray(entries.map(({ atWall }) => atWall)),
      timeArray(entries.map(({ atWall }) => atWall + KEPT_MS)),
      byteaArray(requests.map((request) => sealCallback(tx.vault, request.id, request))),
    ],
  };
}

/** One that was struck off meanwhile stays so. */
export const changeCallbacks = (tx: JournalTx, changes: readonly CallbackChanged[]): Statement => ({
  name: 'j_callback_changes',
  text: `update callbacks set status = e.status, outcome = e.outcome, due_at = coalesce(e.due_at, callbacks.due_at)
    from (
      select distinct on (id) id, status, outcome, due_at
      from unnest($2::uuid[], $3::text[], $4::text[], $5::timestamptz[]) with ordinality as u (id, status, outcome, due_at, place) order by id, place desc
    ) as e
    where callbacks.tenant_id = $1 and callbacks.id = e.id and callbacks.status in ('waiting', 'dialling')`,
  values: [
    tx.tenantId,
    uuidArray(changes.map(({ id }) => id)),
    textArray(changes.map(({ status }) => status)),
    textArray(changes.map(({ outcome }) => outcome)),
    timeArray(changes.map(({ dueWall }) => dueWall)),
  ],
});

/** The audit row of an entry; an attempt that comes to nothing has none: its call has. */
export function auditCallback(tx: JournalTx, actor: Actor, entry: CallbackRequested | CallbackChanged): void {
  if (entry.kind === 'callbackRequested') {
    const { id, queueId, callId } = entry.request;
    tx.audit({ code: 'callback.requested', subject: { kind: 'callback', id }, detail: { kind: 'queue', queueId, callId }, actor });
  } else if (entry.status !== 'waiting') {
    const { id, status, outcome, attempts } = entry;
    tx.audit({ code: 'callback.completed', subject: { kind: 'callback', id }, detail: { status, outcome, attempts }, actor });
  }
}
