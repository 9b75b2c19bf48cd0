import { sql } from 'kysely';
import type { VoicemailState } from '../../../shared/api/voicemail.ts';
import type { TenantTx } from '../../db/types.ts';
import type { Session } from '../support/binding.ts';
import { mayHear } from './voicemail-access.ts';

const voicemails = (tx: TenantTx) =>
  tx.db
    .selectFrom('voicemails')
    .innerJoin('recordings', 'recordings.id', 'voicemails.id')
    .innerJoin('calls', 'calls.id', 'recordings.call_id')
    .innerJoin('voicemail_boxes', 'voicemail_boxes.id', 'voicemails.box_id')
    .leftJoin('cases', 'cases.id', 'voicemails.case_id')
    .selectAll('voicemails')
    .select([
      'recordings.call_id',
      'recordings.status',
      'recordings.duration_ms',
      'recordings.played_at',
      'recordings.created_at as started_at',
      'calls.sealed as call_sealed',
      'calls.customer_id as call_customer_id',
      'voicemail_boxes.name as box_name',
      'cases.number as case_number',
      'cases.customer_id as case_customer_id',
      'cases.sealed as case_sealed',
    ])
    // What its caller took back, or what was kept long enough.
    .where('recordings.status', '!=', 'deleted');

/** A message that the session may hear. */
export const findVoicemail = (tx: TenantTx, session: Session, id: string) => voicemails(tx).where('voicemails.id', '=', id).where(mayHear(session)).executeTakeFirst();

export type VoicemailRow = NonNullable<Awaited<ReturnType<typeof findVoicemail>>>;

export interface VoicemailFilter {
  before: string | null;
  boxId?: string | undefined;
  agentId?: string | undefined;
  /** Not given: all but deleted ones. */
  state?: VoicemailState | undefined;
  limit: number;
}

/** Messages that the session may hear, newest first. */
export function listVoicemailRows(tx: TenantTx, session: Session, { before, boxId, agentId, state, limit }: VoicemailFilter): Promise<VoicemailRow[]> {
  let query = voicemails(tx).where(mayHear(session)).orderBy('voicemails.id', 'desc').limit(limit);
  if (before) query = query.where('voicemails.id', '<', before);
  if (boxId) query = query.where('voicemails.box_id', '=', boxId);
  if (agentId) query = query.where('voicemails.assignee_id', '=', agentId);
  query = query.where('voicemails.deleted_at', state === 'deleted' ? 'is not' : 'is', null);
  if (state === 'new') query = query.where('recordings.played_at', 'is', null);
  if (state === 'heard') query = query.where('recordings.played_at', 'is not', null);
  return query.execute();
}

/** The messages of a box that can be listened to, new ones first and of each kind the newest first. */
export const playableOf = (tx: TenantTx, boxId: string, limit: number): Promise<VoicemailRow[]> =>
  voicemails(tx)
    .where('voicemails.box_id', '=', boxId)
    .where('voicemails.deleted_at', 'is', null)
    .where('recordings.status', 'in', ['complete', 'interrupted'])
    .orderBy(sql`(recordings.played_at is null)`, 'desc')
    .orderBy('voicemails.id', 'desc')
    .limit(limit)
    .execute();

export interface VoicemailPatch {
  assignee_id?: string | null;
  customer_id?: string | null;
  case_id?: string | null;
  deleted_at?: Date | null;
}

export async function patchVoicemail(tx: TenantTx, id: string, patch: VoicemailPatch): Promise<void> {
  await tx.db.updateTable('voicemails').set(patch).where('id', '=', id).execute();
}

/** When it was first heard; null makes it new again. */
export async function setPlayed(tx: TenantTx, id: string, at: Date | null): Promise<void> {
  await tx.db.updateTable('recordings').set({ played_at: at }).where('id', '=', id).execute();
}
