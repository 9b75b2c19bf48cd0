import { createHash, timingSafeEqual } from 'node:crypto';
import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';
import { recordingBinding, recordingKey } from '../recordings/recording-place.ts';
import { findRecording, logKeyUse, markPlayed } from '../recordings/recordings.queries.ts';
import type { RecordingSource } from './own-message.ts';
import { lockBoxOfNumber, patchBox, type BoxRow } from './voicemail-boxes.queries.ts';
import { openBox } from './voicemail-boxes.service.ts';
import { patchVoicemail, playableOf } from './voicemails.queries.ts';

/** Wrong PINs in a row, over all calls, after which the box is shut for a while. */
const MOST_FAILURES = 5;
const SHUT_MS = 15 * 60_000;
/** Messages that are read out in one call. */
const MOST_MESSAGES = 100;

/** The only box whose member's telephone this is; null when there is none, or several. @param telephone its user name */
export async function boxOfTelephone(tx: TenantTx, telephone: string): Promise<string | null> {
  const { rows } = await sql<{ number: string }>`
    select box.number from sip_devices device
      join voicemail_boxes box on box.tenant_id = device.tenant_id and box.active and box.has_pin
      where device.tenant_id = ${tx.tenantId} and device.username = ${telephone} and device.user_id is not null and (
        exists (select from voicemail_box_users member where member.box_id = box.id and member.user_id = device.user_id)
        or exists (select from voicemail_box_queues link join queue_members member on member.queue_id = link.queue_id
          where link.box_id = box.id and member.user_id = device.user_id)) limit 2`.execute(tx.db);
  return rows.length === 1 ? (rows[0]?.number ?? null) : null;
}

export type BoxOpening =
  | { outcome: 'open'; box: string; messages: { id: string; at: number }[] }
  /** No such box, no PIN, or the wrong one: a caller cannot tell which. */
  | { outcome: 'refused' }
  | { outcome: 'locked' };

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Opens a box for whoever knows its PIN. @param callId for the audit log */
export async function openBoxByPin(tx: TenantTx, { number, pin }: { number: string; pin: string }, now: Date, callId: string): Promise<BoxOpening> {
  const row = await lockBoxOfNumber(tx, number);
  const known = row?.active ? openBox(tx, row).pin : null;
  if (!row || known === null) {
    await tx.audit({ code: 'voicemail_box.pin_refused', subject: { kind: 'call', id: callId }, detail: { number, reason: 'no_box' } });
    return { outcome: 'refused' };
  }
  const subject = { kind: 'voicemailBox', id: row.id };
  if (row.pin_locked_until && row.pin_locked_until > now) {
    await tx.audit({ code: 'voicemail_box.pin_refused', subject, detail: { callId, reason: 'locked' } });
    return { outcome: 'locked' };
  }
  if (!timingSafeEqual(digest(pin), digest(known))) return wrongPin(tx, row, now, callId);
  await patchBox(tx, row.id, { pin_failures: 0, pin_locked_until: null });
  const messages = await playableOf(tx, row.id, MOST_MESSAGES);
  await tx.audit({ code: 'voicemail_box.opened', subject, detail: { callId, messages: messages.length } });
  return { outcome: 'open', box: row.id, messages: messages.map(({ id, started_at }) => ({ id, at: started_at.getTime() })) };
}

async function wrongPin(tx: TenantTx, row: BoxRow, now: Date, callId: string): Promise<BoxOpening> {
  const failures = row.pin_failures + 1;
  const subject = { kind: 'voicemailBox', id: row.id };
  await tx.audit({ code: 'voicemail_box.pin_refused', subject, detail: { callId, reason: 'wrong_pin', failures } });
  if (failures < MOST_FAILURES) {
    await patchBox(tx, row.id, { pin_failures: failures });
    return { outcome: 'refused' };
  }
  const until = new Date(now.getTime() + SHUT_MS);
  await patchBox(tx, row.id, { pin_failures: 0, pin_locked_until: until });
  await tx.audit({ code: 'voicemail_box.locked', subject, detail: { callId, until: until.toISOString() } });
  return { outcome: 'locked' };
}

/** The message's box must be the one that was opened in this call. */
async function isIn(tx: TenantTx, box: string, recording: string): Promise<boolean> {
  const row = await tx.db.selectFrom('voicemails').select('id').where('id', '=', recording).where('box_id', '=', box).where('deleted_at', 'is', null).executeTakeFirst();
  return row !== undefined;
}

/** Opens a message of a box for the telephone; null when it is not there any more. Audited as a play, with the use of its key. */
export async function playByTelephone(tx: TenantTx, box: string, recording: string, callId: string): Promise<RecordingSource | null> {
  const row = (await isIn(tx, box, recording)) ? await findRecording(tx, recording) : undefined;
  if (!row || !['complete', 'interrupted'].includes(row.status)) return null;
  await logKeyUse(tx, { keyVersion: row.key_version, purpose: 'recording_play', subject: recording });
  await tx.audit({ code: 'recording.played', subject: { kind: 'recording', id: recording }, detail: { callId: row.call_id, byTelephone: callId } });
  await markPlayed(tx, recording);
  return { objectPath: row.object_path, key: recordingKey(tx, row).toString('base64'), associatedData: recordingBinding(tx.tenantId, recording) };
}

/** Deletes a message as the page does: it can be taken back there. @returns false when it is not there any more */
export async function deleteByTelephone(tx: TenantTx, box: string, recording: string, now: Date, callId: string): Promise<boolean> {
  if (!(await isIn(tx, box, recording))) return false;
  await patchVoicemail(tx, recording, { deleted_at: now });
  await tx.audit({ code: 'voicemail.deleted', subject: { kind: 'voicemail', id: recording }, detail: { byTelephone: callId } });
  return true;
}
