import type { TenantTx } from '../../db/types.ts';
import { recordingBinding, recordingKey } from '../recordings/recording-place.ts';
import { findRecording, logKeyUse } from '../recordings/recordings.queries.ts';

/** What the media process needs to play a recording. */
export interface RecordingSource {
  objectPath: string;
  /** Base64. Never logged, never written. */
  key: string;
  associatedData: string;
}

/** Opens a message for the caller who has just left it; null when it is not of this call. The use of its key is logged. */
export async function openOwnMessage(tx: TenantTx, recordingId: string, callId: string): Promise<RecordingSource | null> {
  const row = await findRecording(tx, recordingId);
  if (row?.call_id !== callId || row.kind !== 'voicemail' || row.status !== 'complete') return null;
  await logKeyUse(tx, { keyVersion: row.key_version, purpose: 'message_review', subject: recordingId });
  return { objectPath: row.object_path, key: recordingKey(tx, row).toString('base64'), associatedData: recordingBinding(tx.tenantId, recordingId) };
}
