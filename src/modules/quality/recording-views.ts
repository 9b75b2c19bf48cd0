import type { Call } from '../../../shared/api/calls.ts';
import type { TenantTx } from '../../db/types.ts';
import { recordingsOfCalls } from '../calls/calls.queries.ts';

/** The recordings of a call, as its page shows them. */
export async function recordingViews(tx: TenantTx, callId: string): Promise<Call['recordings']> {
  const rows = await recordingsOfCalls(tx, [callId]);
  return rows.map(({ id, kind, status, duration_ms: durationMs }) => ({ id, kind, status, durationMs }) as Call['recordings'][number]);
}
