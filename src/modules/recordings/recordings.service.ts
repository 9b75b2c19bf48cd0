import type { Peaks, RecordingGap, Recording, RecordingDetail } from '../../../shared/api/recordings.ts';
import type { TenantTx } from '../../db/types.ts';
import { AppError, conflict, notFound } from '../../lib/errors.ts';
import type { ObjectStore } from '../../store/object-store.ts';
import { tailOf } from '../../vault/tail.ts';
import { wavOf } from '../../vault/wav.ts';
import { EMPTY_CALL_CONTENT, type CallContent } from '../calls/call-content.ts';
import { numberQuery } from '../calls/call-number.ts';
import type { BinaryAnswer, RequestContext, Session } from '../support/binding.ts';
import { decodeIdCursor, pageOf } from '../support/paging.ts';
import { isoOrNull, recordOf } from '../support/records.ts';
import { customerNames, userNames } from '../support/references.ts';
import type { PlayLog } from './play-log.ts';
import type { DomainEmitter } from '../support/domain-events.ts';
import { isSensitive, labelsOfRecordings } from './recording-labels.queries.ts';
import { peaksPlace, recordingKey } from './recording-place.ts';
import { commentsOf } from './recording-comments.service.ts';
import { holdPlace, type HoldContent } from './recording-hold.service.ts';
import { firstByte, openSealed, openSound, soundAnswer } from './recording-sound.ts';
import { hearsMessage } from '../voicemail/voicemail-access.ts';
import { findRecording, listRecordingRows, logKeyUse, markPlayed, type RecordingFilter, type RecordingRow } from './recordings.queries.ts';

export interface RecordingDeps {
  store: ObjectStore;
  plays: PlayLog;
  events: DomainEmitter;
}

async function views(tx: TenantTx, rows: readonly RecordingRow[]): Promise<Recording[]> {
  const users = await userNames(tx, rows.map((row) => row.agent_id));
  const customers = await customerNames(tx, rows.map((row) => row.customer_id));
  const labels = await labelsOfRecordings(tx, rows.map((row) => row.id));
  return rows.map((row) => {
    const call = { ...EMPTY_CALL_CONTENT, ...tx.vault.open<Partial<CallContent>>({ table: 'calls', column: 'sealed', id: row.call_id }, row.call_sealed) };
    return {
      ...recordOf(row),
      callId: row.call_id,
      kind: row.kind as Recording['kind'],
      status: row.status as Recording['status'],
      startedAt: row.created_at.toISOString(),
      durationMs: row.duration_ms,
      sizeBytes: row.size_bytes === null ? null : Number(row.size_bytes),
      sha256: row.sha256,
      direction: row.direction as Recording['direction'],
      callerNumber: call.callerNumber,
      callerName: call.callerName,
      agentId: row.agent_id,
      agentName: users.get(row.agent_id ?? '') ?? row.station_name ?? '',
      queueName: row.queue_name ?? '',
      customerId: row.customer_id,
      customerName: customers.get(row.customer_id ?? '') ?? '',
      labelIds: labels.get(row.id) ?? [],
      heldAt: isoOrNull(row.held_at),
      playedAt: isoOrNull(row.played_at),
    };
  });
}

const playsAll = (session: Session): boolean => session.permissions.has('recording.play.all');

/** Recordings, newest first; only of the own calls unless the session may play all. */
export async function listRecordings(tx: TenantTx, session: Session, query: Omit<RecordingFilter, 'before' | 'number'> & { cursor?: string | undefined; number?: string | undefined }) {
  const { cursor, number: typed, ...filter } = query;
  const number = typed === undefined ? undefined : numberQuery(tx.vault, typed);
  if (number === null) return { items: [], nextCursor: null };
  if (!playsAll(session) && filter.agentId && filter.agentId !== session.userId) return { items: [], nextCursor: null };
  const agentId = playsAll(session) ? filter.agentId : session.userId;
  const rows = await listRecordingRows(tx, { ...filter, number, agentId, before: decodeIdCursor(cursor), limit: query.limit + 1 });
  return pageOf(await views(tx, rows), query.limit, (view) => view, (view) => ({ key: '', id: view.id }));
}

/** @throws AppError `not_found`, also for a recording that is not the caller's to hear */
export async function ownRecording(tx: TenantTx, session: Session, id: string): Promise<RecordingRow> {
  const row = await findRecording(tx, id);
  if (!row || row.status === 'deleted') throw notFound('recording');
  const isOwn = playsAll(session) || row.agent_id === session.userId || (row.kind === 'voicemail' && (await hearsMessage(tx, session, id)));
  if (!isOwn) throw notFound('recording');
  return row;
}

/** A recording that has sound and that the session may hear. @throws AppError `not_found`, `recording_in_progress` */
async function playable(tx: TenantTx, session: Session, id: string): Promise<RecordingRow> {
  const row = await ownRecording(tx, session, id);
  if (row.status === 'recording') throw conflict('recording_in_progress', 'The call is still being recorded.');
  return row;
}

/** What bears a sensitive label is heard for a reason only. @throws AppError `reason_needed` */
async function demandReason(tx: TenantTx, id: string, reason: string | undefined): Promise<void> {
  if (reason === undefined && (await isSensitive(tx, id))) throw conflict('reason_needed', 'This recording is sensitive: say why you want to hear it.');
}

/** One recording with its waveform. @throws AppError `not_found` */
export async function recordingDetail(tx: TenantTx, session: Session, id: string): Promise<RecordingDetail> {
  const row = await ownRecording(tx, session, id);
  const [view] = await views(tx, [row]);
  if (!view) throw notFound('recording');
  const more = { comments: await commentsOf(tx, id), holdReason: row.sealed_hold ? tx.vault.open<HoldContent>(holdPlace(id), row.sealed_hold).reason : '' };
  if (!row.sealed_peaks) return { ...view, ...more, peaks: null, gaps: [] };
  // Recordings from before gaps were listed have none here.
  const { left, right, gaps = [] } = tx.vault.open<Peaks & { gaps?: RecordingGap[] }>(peaksPlace(id), row.sealed_peaks);
  return { ...view, ...more, peaks: { left, right }, gaps };
}

/**
 * The sound of a recording as WAV, or the range of it that was asked for. Each play is audited and its key use logged
 * before the first byte goes out.
 * @param reason needed where a label is sensitive
 * @throws AppError `not_found`, `reason_needed`, `recording_in_progress`, `recording_damaged`, `range_not_satisfiable`
 */
export async function playRecording(deps: RecordingDeps, context: RequestContext, id: string, reason?: string): Promise<BinaryAnswer> {
  const { session } = context;
  const { row, key } = await context.inTenant(async (tx) => {
    const found = await playable(tx, session, id);
    await demandReason(tx, id, reason);
    return { row: found, key: recordingKey(tx, found) };
  });
  const sound = await openSound(deps.store, session.tenantId, row, key);
  if (deps.plays.isNewPlay(session.sessionId, id, firstByte(sound, context.range))) {
    await context.inTenant(async (tx) => {
      await logKeyUse(tx, { keyVersion: row.key_version, purpose: 'recording_play', subject: id });
      await tx.audit({ code: 'recording.played', subject: { kind: 'recording', id }, detail: { callId: row.call_id, ...(reason === undefined ? {} : { reason }) } });
      await markPlayed(tx, id);
    });
    if (row.kind === 'voicemail') deps.events.emit('voicemailsChanged', { tenantId: session.tenantId });
    deps.plays.begin(session.sessionId, id);
  }
  return soundAnswer(sound, context.range);
}

/**
 * The whole sound as a file to keep. Every download is audited with its reason.
 * @throws AppError `not_found`, `recording_in_progress`, `recording_damaged`
 */
export async function downloadRecording(deps: RecordingDeps, context: RequestContext, id: string, reason: string): Promise<BinaryAnswer> {
  const { session } = context;
  const { row, key } = await context.inTenant(async (tx) => {
    const found = await playable(tx, session, id);
    return { row: found, key: recordingKey(tx, found) };
  });
  const sound = await openSound(deps.store, session.tenantId, row, key);
  await context.inTenant(async (tx) => {
    await logKeyUse(tx, { keyVersion: row.key_version, purpose: 'recording_download', subject: id });
    await tx.audit({ code: 'recording.downloaded', subject: { kind: 'recording', id }, detail: { callId: row.call_id, reason, bytes: sound.sizeBytes } });
  });
  return soundAnswer(sound, null, { 'content-disposition': `attachment; filename="recording-${id}.wav"` });
}

/**
 * The last seconds of a call's newest recording, also while it is being written: whoever is called for help hears what it is
 * about. What waits for the disk at this moment, about a second, is not in it.
 * @throws AppError `not_found` without a recording, `recording_too_short` in its first second
 */
export async function playTail(deps: RecordingDeps, context: RequestContext, callId: string, seconds: number): Promise<BinaryAnswer> {
  const { session } = context;
  const { row, key } = await context.inTenant(async (tx) => {
    const [found] = await listRecordingRows(tx, { callId, kind: 'call', before: null, limit: 1 });
    if (!found) throw notFound('recording');
    await logKeyUse(tx, { keyVersion: found.key_version, purpose: 'recording_play', subject: found.id });
    await tx.audit({ code: 'call.tail_played', subject: { kind: 'call', id: callId }, detail: { recordingId: found.id, seconds } });
    return { row: found, key: recordingKey(tx, found) };
  });
  const sound = await openSealed(deps.store, session.tenantId, row, key).catch((error: unknown) => {
    // The first chunk of a running recording may be half written.
    if (row.status === 'recording' && error instanceof AppError && error.code === 'recording_damaged') return null;
    throw error;
  });
  if (sound === null || sound.sizeBytes === 0) throw conflict('recording_too_short', 'Nothing is recorded yet.');
  return soundAnswer(wavOf(tailOf(sound, seconds)), null);
}
