import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';
import { newId } from '../../lib/ids.ts';
import type { NumberQuery } from '../calls/call-number.ts';
import { isWithNumber } from '../calls/calls.queries.ts';

const recordings = (tx: TenantTx) =>
  tx.db
    .selectFrom('recordings')
    .innerJoin('calls', 'calls.id', 'recordings.call_id')
    .leftJoin('queues', 'queues.id', 'calls.queue_id')
    .leftJoin('stations', 'stations.id', 'calls.station_id')
    .selectAll('recordings')
    .select([
      'calls.direction',
      'calls.agent_id',
      'calls.customer_id',
      'calls.sealed as call_sealed',
      'queues.name as queue_name',
      'stations.name as station_name',
    ]);

export const findRecording = (tx: TenantTx, id: string) => recordings(tx).where('recordings.id', '=', id).executeTakeFirst();

export type RecordingRow = NonNullable<Awaited<ReturnType<typeof findRecording>>>;

export interface RecordingFilter {
  before: string | null;
  from?: string | undefined;
  to?: string | undefined;
  callId?: string | undefined;
  agentId?: string | undefined;
  kind?: string | undefined;
  queueId?: string | undefined;
  labelId?: string | undefined;
  held?: boolean | undefined;
  unheard?: boolean | undefined;
  minDurationMs?: number | undefined;
  number?: NumberQuery | undefined;
  limit: number;
}

export function listRecordingRows(tx: TenantTx, filter: RecordingFilter): Promise<RecordingRow[]> {
  let query = recordings(tx).where('recordings.status', '!=', 'deleted').orderBy('recordings.id', 'desc').limit(filter.limit);
  if (filter.before) query = query.where('recordings.id', '<', filter.before);
  if (filter.from) query = query.where('recordings.created_at', '>=', new Date(filter.from));
  if (filter.to) query = query.where('recordings.created_at', '<', new Date(filter.to));
  if (filter.callId) query = query.where('recordings.call_id', '=', filter.callId);
  if (filter.agentId) query = query.where('calls.agent_id', '=', filter.agentId);
  if (filter.kind) query = query.where('recordings.kind', '=', filter.kind);
  if (filter.queueId) query = query.where('calls.queue_id', '=', filter.queueId);
  if (filter.held) query = query.where('recordings.held_at', 'is not', null);
  if (filter.unheard) query = query.where('recordings.played_at', 'is', null);
  if (filter.minDurationMs !== undefined) query = query.where('recordings.duration_ms', '>=', filter.minDurationMs);
  if (filter.number) query = query.where(isWithNumber(filter.number));
  const { labelId } = filter;
  if (labelId) query = query.where((eb) => eb.exists(eb.selectFrom('recording_label_links').whereRef('recording_id', '=', 'recordings.id').where('label_id', '=', labelId).select('label_id')));
  return query.execute();
}

/** Notes that a key was used to open content in bulk. */
export async function logKeyUse(tx: TenantTx, use: { keyVersion: number; purpose: string; subject: string }): Promise<void> {
  await tx.db
    .insertInto('key_log')
    .values({ tenant_id: tx.tenantId, id: newId(), key_version: use.keyVersion, purpose: use.purpose, subject: use.subject })
    .execute();
}

/** Somebody heard it; only the first time counts. */
export async function markPlayed(tx: TenantTx, id: string): Promise<void> {
  await tx.db.updateTable('recordings').set({ played_at: sql`now()` }).where('id', '=', id).where('played_at', 'is', null).execute();
}
