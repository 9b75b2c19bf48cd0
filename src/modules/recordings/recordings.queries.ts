import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';
import { newId } from '../../lib/ids.ts';

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
