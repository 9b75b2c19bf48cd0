import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';

const incidents = (tx: TenantTx) => tx.db.selectFrom('incidents').selectAll();

export const findIncident = (tx: TenantTx, id: string) => incidents(tx).where('id', '=', id).executeTakeFirst();

export const lockIncident = (tx: TenantTx, id: string) => incidents(tx).where('id', '=', id).forUpdate().executeTakeFirst();

export type IncidentRow = NonNullable<Awaited<ReturnType<typeof findIncident>>>;

export interface IncidentFilter {
  before: number | null;
  status?: string | undefined;
  /** Only of this agent. */
  userId: string | null;
  limit: number;
}

export function listIncidentRows(tx: TenantTx, filter: IncidentFilter): Promise<IncidentRow[]> {
  let query = incidents(tx).orderBy('number', 'desc').limit(filter.limit);
  if (filter.before !== null) query = query.where('number', '<', filter.before);
  if (filter.status) query = query.where('status', '=', filter.status);
  if (filter.userId !== null) query = query.where('user_id', '=', filter.userId);
  return query.execute();
}

/** One more than the last; held until the transaction ends. */
export async function nextIncidentNumber(tx: TenantTx): Promise<number> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`incidents/${tx.tenantId}`}, 0))`.execute(tx.db);
  const row = await tx.db.selectFrom('incidents').select((eb) => eb.fn.max('number').as('last')).executeTakeFirst();
  return Number(row?.last ?? 0) + 1;
}

export interface NewIncident {
  id: string;
  number: number;
  callId: string;
  userId: string;
  helpId: string | null;
  customerId: string | null;
  occurredAt: Date;
  sealed: Buffer;
}

export async function insertIncident(tx: TenantTx, row: NewIncident): Promise<void> {
  await tx.db
    .insertInto('incidents')
    .values({
      tenant_id: tx.tenantId,
      id: row.id,
      number: row.number,
      call_id: row.callId,
      user_id: row.userId,
      help_request_id: row.helpId,
      customer_id: row.customerId,
      occurred_at: row.occurredAt,
      sealed: row.sealed,
    })
    .execute();
}

export async function patchIncident(tx: TenantTx, id: string, patch: { status?: string; category?: string; closed_at?: Date | null; sealed: Buffer }): Promise<void> {
  await tx.db.updateTable('incidents').set(patch).where('id', '=', id).execute();
}

export const incidentOfCall = (tx: TenantTx, callId: string) => tx.db.selectFrom('incidents').select('id').where('call_id', '=', callId).executeTakeFirst();

/** Customer and agent of a call, as far as they are known. */
export const partiesOfCall = (tx: TenantTx, callId: string) =>
  tx.db.selectFrom('calls').select(['id', 'customer_id', 'agent_id', 'started_at']).where('id', '=', callId).executeTakeFirst();

/** Customers of calls that were linked after the incident was opened. */
export async function customersOfCalls(tx: TenantTx, callIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx.db.selectFrom('calls').select(['id', 'customer_id']).where('id', '=', sql<string>`any(${callIds}::uuid[])`).execute();
  return new Map(rows.flatMap((row) => (row.customer_id === null ? [] : [[row.id, row.customer_id]])));
}
