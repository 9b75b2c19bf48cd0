import type { TenantTx } from '../../db/types.ts';

/** What is sealed of a legal hold. */
export interface HoldContent {
  reason: string;
}

export const holdPlace = (id: string) => ({ table: 'recordings', column: 'sealed_hold', id });

/** Holds the recordings of a call that are held by nobody yet. */
export async function holdRecordingsOfCall(tx: TenantTx, callId: string, reason: string, now: Date): Promise<void> {
  const rows = await tx.db.selectFrom('recordings').select('id').where('call_id', '=', callId).where('held_at', 'is', null).where('status', '!=', 'deleted').execute();
  for (const { id } of rows) await holdRecording(tx, id, reason, now);
}

/**
 * Holds a recording: nothing deletes it until the hold is lifted, whatever its age. Holding again changes the reason.
 * @param reason why; null lifts the hold
 */
export async function holdRecording(tx: TenantTx, id: string, reason: string | null, now: Date): Promise<void> {
  const values = reason === null ? { held_at: null, sealed_hold: null } : { held_at: now, sealed_hold: tx.vault.seal(holdPlace(id), { reason } satisfies HoldContent) };
  await tx.db.updateTable('recordings').set(values).where('id', '=', id).execute();
  await tx.audit({ code: reason === null ? 'recording.hold_lifted' : 'recording.held', subject: { kind: 'recording', id }, detail: reason === null ? {} : { reason } });
}
