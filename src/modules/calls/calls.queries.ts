import { sql, type RawBuilder } from 'kysely';
import type { TenantTx } from '../../db/types.ts';
import type { NumberQuery } from './call-number.ts';

const calls = (tx: TenantTx) =>
  tx.db
    .selectFrom('calls')
    .leftJoin('wrap_up_codes', 'wrap_up_codes.id', 'calls.wrap_up_code_id')
    .leftJoin('queues', 'queues.id', 'calls.queue_id')
    .leftJoin('stations', 'stations.id', 'calls.station_id')
    .leftJoin('cases', 'cases.id', 'calls.case_id')
    .selectAll('calls')
    .select(['wrap_up_codes.label as wrap_up_label', 'queues.name as queue_name', 'stations.name as station_name', 'cases.number as case_number']);

export const findCall = (tx: TenantTx, id: string) => calls(tx).where('calls.id', '=', id).executeTakeFirst();

export type CallRow = NonNullable<Awaited<ReturnType<typeof findCall>>>;

export const callsById = (tx: TenantTx, ids: readonly string[]): Promise<CallRow[]> =>
  calls(tx).where('calls.id', '=', sql<string>`any(${ids}::uuid[])`).execute();

/** What the wrap-up changes, locked against the end of the call, which writes the same row. */
export const lockCall = (tx: TenantTx, id: string) =>
  tx.db.selectFrom('calls').select(['id', 'agent_id', 'customer_id', 'case_id', 'queue_id', 'wrap_up_code_id', 'wrapped_up_at', 'sealed', 'sealed_wrap_up_before']).where('id', '=', id).forUpdate().executeTakeFirst();

export interface CallFilter {
  before: { at: Date; id: string } | null;
  from?: string | undefined;
  to?: string | undefined;
  direction?: string | undefined;
  outcome?: string | undefined;
  queueId?: string | undefined;
  agentId?: string | undefined;
  customerId?: string | undefined;
  wrapUpCodeId?: string | undefined;
  number?: NumberQuery | undefined;
  limit: number;
}

/** SQL: the other side of `calls` has this number, or one that ends so. */
export const isWithNumber = ({ whole, end }: NumberQuery): RawBuilder<boolean> =>
  end ? sql<boolean>`(calls.number_token = ${whole} or calls.number_end_token = ${end})` : sql<boolean>`calls.number_token = ${whole}`;

export function listCallRows(tx: TenantTx, filter: CallFilter): Promise<CallRow[]> {
  let query = calls(tx).orderBy('calls.started_at', 'desc').orderBy('calls.id', 'desc').limit(filter.limit);
  if (filter.before) query = query.where(sql<boolean>`(calls.started_at, calls.id) < (${filter.before.at}, ${filter.before.id}::uuid)`);
  if (filter.from) query = query.where('calls.started_at', '>=', new Date(filter.from));
  if (filter.to) query = query.where('calls.started_at', '<', new Date(filter.to));
  if (filter.direction) query = query.where('calls.direction', '=', filter.direction);
  if (filter.outcome) query = query.where('calls.outcome', '=', filter.outcome);
  if (filter.queueId) query = query.where('calls.queue_id', '=', filter.queueId);
  if (filter.agentId) query = query.where('calls.agent_id', '=', filter.agentId);
  if (filter.customerId) query = query.where('calls.customer_id', '=', filter.customerId);
  if (filter.wrapUpCodeId) query = query.where('calls.wrap_up_code_id', '=', filter.wrapUpCodeId);
  if (filter.number) query = query.where(isWithNumber(filter.number));
  return query.execute();
}

export const recordingsOfCalls = (tx: TenantTx, callIds: readonly string[]) =>
  tx.db
    .selectFrom('recordings')
    .select(['id', 'call_id', 'kind', 'status', 'duration_ms'])
    .where('call_id', '=', sql<string>`any(${callIds}::uuid[])`)
    .orderBy('id')
    .execute();

export const eventsOfCall = (tx: TenantTx, callId: string) =>
  tx.db.selectFrom('call_events').select(['seq', 'at', 'type', 'sealed']).where('call_id', '=', callId).orderBy('seq').limit(2000).execute();

export const qualityOfCall = (tx: TenantTx, callId: string) =>
  tx.db.selectFrom('call_quality').selectAll().where('tenant_id', '=', tx.tenantId).where('call_id', '=', callId).orderBy('party', 'desc').orderBy('endpoint').limit(50).execute();

export const decisionsOfCall = (tx: TenantTx, callId: string) =>
  tx.db
    .selectFrom('routing_decisions')
    .innerJoin('queues', 'queues.id', 'routing_decisions.queue_id')
    .selectAll('routing_decisions')
    .select('queues.name as queue_name')
    .where('routing_decisions.call_id', '=', callId)
    .orderBy('routing_decisions.at')
    .orderBy('routing_decisions.id')
    .limit(500)
    .execute();

export type DecisionRow = Awaited<ReturnType<typeof decisionsOfCall>>[number];

export interface WrapUpValues {
  wrapUpCodeId: string | null;
  customerId: string | null;
  caseId: string | null;
  sealed: Buffer;
  wrappedUpAt: Date | null;
  sealedBefore: Buffer | null;
}

export async function writeWrapUp(tx: TenantTx, id: string, values: WrapUpValues): Promise<void> {
  await tx.db
    .updateTable('calls')
    .set({
      wrap_up_code_id: values.wrapUpCodeId,
      customer_id: values.customerId,
      case_id: values.caseId,
      sealed: values.sealed,
      wrapped_up_at: values.wrappedUpAt,
      sealed_wrap_up_before: values.sealedBefore,
    })
    .where('id', '=', id)
    .execute();
}

/** Group of wrap-up codes that a queue wants; null = any. */
export const wrapUpGroupOf = async (tx: TenantTx, queueId: string | null): Promise<string | null> =>
  queueId === null ? null : ((await tx.db.selectFrom('queues').select('wrap_up_group_id').where('id', '=', queueId).executeTakeFirst())?.wrap_up_group_id ?? null);

export const customerOfCase = async (tx: TenantTx, id: string): Promise<string | undefined> =>
  (await tx.db.selectFrom('cases').select('customer_id').where('id', '=', id).executeTakeFirst())?.customer_id;

export const customerExists = (tx: TenantTx, id: string) => tx.db.selectFrom('customers').select('id').where('id', '=', id).executeTakeFirst();
