import { Readable } from 'node:stream';
import type { Peaks, RecordingGap, Recording, RecordingDetail } from '../../../shared/api/recordings.ts';
import type { TenantTx } from '../../db/types.ts';
import { AppError, conflict, notFound } from '../../lib/errors.ts';
import type { ObjectStore } from '../../store/object-store.ts';
import { openSealedStream, SealedStreamError, type SealedReader, type SealedSource } from '../../vault/stream.ts';
import { tailOf } from '../../vault/tail.ts';
import { wavOf, type VirtualFile } from '../../vault/wav.ts';
import { EMPTY_CALL_CONTENT, type CallContent } from '../calls/call-content.ts';
import { BinaryAnswer, type RequestContext, type Session } from '../support/binding.ts';
import { decodeIdCursor, pageOf } from '../support/paging.ts';
import { recordOf } from '../support/records.ts';
import { customerNames, userNames } from '../support/references.ts';
import { parseRange } from './http-range.ts';
import type { PlayLog } from './play-log.ts';
import type { DomainEmitter } from '../support/domain-events.ts';
import { peaksPlace, recordingBinding, recordingKey } from './recording-place.ts';
import { findRecording, listRecordingRows, logKeyUse, markPlayed, type RecordingFilter, type RecordingRow } from './recordings.queries.ts';

export interface RecordingDeps {
  store: ObjectStore;
  plays: PlayLog;
  events: DomainEmitter;
}

async function views(tx: TenantTx, rows: readonly RecordingRow[]): Promise<Recording[]> {
  const users = await userNames(tx, rows.map((row) => row.agent_id));
  const customers = await customerNames(tx, rows.map((row) => row.customer_id));
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
    };
  });
}

const playsAll = (session: Session): boolean => session.permissions.has('recording.play.all');

/** Recordings, newest first; only of the own calls unless the session may play all. */
export async function listRecordings(tx: TenantTx, session: Session, query: Omit<RecordingFilter, 'before'> & { cursor?: string | undefined }) {
  const { cursor, ...filter } = query;
  if (!playsAll(session) && filter.agentId && filter.agentId !== session.userId) return { items: [], nextCursor: null };
  const agentId = playsAll(session) ? filter.agentId : session.userId;
  const rows = await listRecordingRows(tx, { ...filter, agentId, before: decodeIdCursor(cursor), limit: query.limit + 1 });
  return pageOf(await views(tx, rows), query.limit, (view) => view, (view) => ({ key: '', id: view.id }));
}

/** @throws AppError `not_found`, also for a recording that is not the caller's to hear */
async function ownRecording(tx: TenantTx, session: Session, id: string): Promise<RecordingRow> {
  const row = await findRecording(tx, id);
  if (!row || row.status === 'deleted' || !(playsAll(session) || row.agent_id === session.userId)) throw notFound('recording');
  return row;
}

/** One recording with its waveform. @throws AppError `not_found` */
export async function recordingDetail(tx: TenantTx, session: Session, id: string): Promise<RecordingDetail> {
  const row = await ownRecording(tx, session, id);
  const [view] = await views(tx, [row]);
  if (!view) throw notFound('recording');
  if (!row.sealed_peaks) return { ...view, peaks: null, gaps: [] };
  // Recordings from before gaps were listed have none here.
  const { left, right, gaps = [] } = tx.vault.open<Peaks & { gaps?: RecordingGap[] }>(peaksPlace(id), row.sealed_peaks);
  return { ...view, peaks: { left, right }, gaps };
}

async function sourceOf(store: ObjectStore, path: string): Promise<SealedSource> {
  const { sizeBytes } = await store.info(path);
  return {
    sizeBytes,
    async read(offset, length) {
      if (offset >= sizeBytes || length <= 0) return Buffer.alloc(0);
      const parts: Buffer[] = [];
      for await (const part of await store.read(path, { start: offset, end: Math.min(sizeBytes, offset + length) - 1 })) parts.push(part as Buffer);
      return Buffer.concat(parts);
    },
  };
}

/** A recorder writes nothing before its first half second: when it is killed until then, its file is empty. */
const NO_SOUND: SealedReader = {
  sampleRate: 8000,
  channels: 2,
  codec: 'PCMU',
  sizeBytes: 0,
  interrupted: true,
  read: () => Promise.resolve(Buffer.alloc(0)),
  verify: () => Promise.resolve(),
};

async function openSound(deps: RecordingDeps, tenantId: string, row: RecordingRow, key: Buffer): Promise<SealedReader> {
  try {
    const source = await sourceOf(deps.store, row.object_path);
    if (source.sizeBytes === 0 && row.status !== 'complete') return NO_SOUND;
    const associatedData = Buffer.from(recordingBinding(tenantId, row.id), 'utf8');
    return await openSealedStream({
      source,
      key,
      associatedData,
      requireComplete: row.status === 'complete',
    });
  } catch (error) {
    if (error instanceof SealedStreamError) throw new AppError('recording_damaged', 500, 'The recording does not open: its file was changed or cut.');
    throw error;
  }
}

const STEP_BYTES = 256 * 1024;

async function* pieces(sound: VirtualFile, start: number, end: number): AsyncGenerator<Buffer> {
  for (let at = start; at <= end; ) {
    const piece = await sound.read(at, Math.min(STEP_BYTES, end - at + 1));
    if (piece.length === 0) return;
    yield piece;
    at += piece.length;
  }
}

/**
 * The sound of a recording as WAV, or the range of it that was asked for. Each play is audited and its key use logged
 * before the first byte goes out.
 * @throws AppError `not_found`, `recording_in_progress`, `recording_damaged`, `range_not_satisfiable`
 */
export async function playRecording(deps: RecordingDeps, context: RequestContext, id: string): Promise<BinaryAnswer> {
  const { session } = context;
  const { row, key } = await context.inTenant(async (tx) => {
    const found = await ownRecording(tx, session, id);
    if (found.status === 'recording') throw conflict('recording_in_progress', 'The call is still being recorded.');
    return { row: found, key: recordingKey(tx, found) };
  });
  const sound = wavOf(await openSound(deps, session.tenantId, row, key));
  const range = parseRange(context.range, sound.sizeBytes);
  const start = range?.start ?? 0;
  const end = range?.end ?? sound.sizeBytes - 1;
  if (deps.plays.isNewPlay(session.sessionId, id, start)) {
    await context.inTenant(async (tx) => {
      await logKeyUse(tx, { keyVersion: row.key_version, purpose: 'recording_play', subject: id });
      await tx.audit({ code: 'recording.played', subject: { kind: 'recording', id }, detail: { callId: row.call_id } });
      await markPlayed(tx, id);
    });
    if (row.kind === 'voicemail') deps.events.emit('voicemailPlayed', { tenantId: session.tenantId });
    deps.plays.begin(session.sessionId, id);
  }
  const headers: Record<string, string> = { 'content-type': 'audio/wav', 'accept-ranges': 'bytes', 'content-length': String(end - start + 1) };
  if (range) headers['content-range'] = `bytes ${start}-${end}/${sound.sizeBytes}`;
  return new BinaryAnswer(range ? 206 : 200, headers, Readable.from(pieces(sound, start, end)));
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
  const sound = await openSound(deps, session.tenantId, row, key).catch((error: unknown) => {
    // The first chunk of a running recording may be half written.
    if (row.status === 'recording' && error instanceof AppError && error.code === 'recording_damaged') return NO_SOUND;
    throw error;
  });
  if (sound.sizeBytes === 0) throw conflict('recording_too_short', 'Nothing is recorded yet.');
  const file = wavOf(tailOf(sound, seconds));
  return new BinaryAnswer(200, { 'content-type': 'audio/wav', 'content-length': String(file.sizeBytes) }, Readable.from(pieces(file, 0, file.sizeBytes - 1)));
}
