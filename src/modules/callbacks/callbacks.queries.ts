import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';

const callbacks = (tx: TenantTx) => tx.db.selectFrom('callbacks').selectAll();

export const findCallback = (tx: TenantTx, id: string) => callbacks(tx).where('id', '=', id).executeTakeFirst();

export type CallbackRow = NonNullable<Awaited<ReturnType<typeof findCallback>>>;

/** Newest first; ids are in order of time. */
export function listCallbackRows(tx: TenantTx, query: { before: string | null; open: boolean | null; ownerId: string | null; limit: number }): Promise<CallbackRow[]> {
  let rows = callbacks(tx).orderBy('id', 'desc').limit(query.limit);
  if (query.before) rows = rows.where('id', '<', query.before);
  if (query.ownerId !== null) rows = rows.where('owner_id', '=', query.ownerId);
  if (query.open !== null) rows = rows.where('status', query.open ? 'in' : 'not in', ['waiting', 'dialling']);
  return rows.execute();
}

/** Those that are still to be called. */
export const openCallbackRows = (tx: TenantTx): Promise<CallbackRow[]> => callbacks(tx).where('status', 'in', ['waiting', 'dialling']).orderBy('id').execute();

export interface NewCallback {
  id: string;
  kind: 'queue' | 'scheduled';
  queueId: string;
  ownerId: string | null;
  customerId: string | null;
  originCallId: string | null;
  priority: number;
  queuedAt: Date;
  dueAt: Date;
  expiresAt: Date;
  sealed: Buffer;
}

export async function insertCallback(tx: TenantTx, row: NewCallback): Promise<void> {
  await tx.db
    .insertInto('callbacks')
    .values({
      tenant_id: tx.tenantId, id: row.id, kind: row.kind, status: 'waiting', queue_id: row.queueId, owner_id: row.ownerId, customer_id: row.customerId,
      origin_call_id: row.originCallId, priority: row.priority, queued_at: row.queuedAt, due_at: row.dueAt, expires_at: row.expiresAt, sealed: row.sealed,
    })
    .execute();
}

export async function strikeOff(tx: TenantTx, id: string): Promise<void> {
  await tx.db.updateTable('callbacks').set({ status: 'cancelled' }).where('id', '=', id).execute();
}

export async function countAttempt(tx: TenantTx, id: string, callId: string): Promise<void> {
  await tx.db
    .updateTable('callbacks')
    .set({ status: 'dialling', last_call_id: callId, attempts: sql`attempts + 1` })
    .where('id', '=', id)
    .execute();
}
