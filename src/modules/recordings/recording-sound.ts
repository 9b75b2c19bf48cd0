import { Readable } from 'node:stream';
import { AppError } from '../../lib/errors.ts';
import type { ObjectStore } from '../../store/object-store.ts';
import { openSealedStream, SealedStreamError, type SealedReader, type SealedSource } from '../../vault/stream.ts';
import { wavOf, type VirtualFile } from '../../vault/wav.ts';
import { BinaryAnswer } from '../support/binding.ts';
import { parseRange } from './http-range.ts';
import { recordingBinding } from './recording-place.ts';

const STEP_BYTES = 256 * 1024;

/** A sealed stream in the store. */
export async function sourceOf(store: Pick<ObjectStore, 'info' | 'read'>, path: string): Promise<SealedSource> {
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

/** What of a recording's row says where its file is and how whole it must be. */
type RecordingFileRow = { id: string; status: string; object_path: string };

/** Opens the sealed file of a recording. @throws AppError `recording_damaged` when it was changed or cut */
export async function openSealed(store: Pick<ObjectStore, 'info' | 'read'>, tenantId: string, row: RecordingFileRow, key: Buffer): Promise<SealedReader> {
  try {
    const source = await sourceOf(store, row.object_path);
    if (source.sizeBytes === 0 && row.status !== 'complete') return NO_SOUND;
    const associatedData = Buffer.from(recordingBinding(tenantId, row.id), 'utf8');
    return await openSealedStream({ source, key, associatedData, requireComplete: row.status === 'complete' });
  } catch (error) {
    if (error instanceof SealedStreamError) throw new AppError('recording_damaged', 500, 'The recording does not open: its file was changed or cut.');
    throw error;
  }
}

/** The same as WAV. @throws AppError `recording_damaged` */
export const openSound = async (store: Pick<ObjectStore, 'info' | 'read'>, tenantId: string, row: RecordingFileRow, key: Buffer): Promise<VirtualFile> => wavOf(await openSealed(store, tenantId, row, key));

async function* pieces(sound: VirtualFile, start: number, end: number): AsyncGenerator<Buffer> {
  for (let at = start; at <= end; ) {
    const piece = await sound.read(at, Math.min(STEP_BYTES, end - at + 1));
    if (piece.length === 0) return;
    yield piece;
    at += piece.length;
  }
}

/** First byte that a request asks for. @throws AppError `range_not_satisfiable` */
export const firstByte = (sound: VirtualFile, range: string | null): number => parseRange(range, sound.sizeBytes)?.start ?? 0;

/** The sound, or the range of it that was asked for. @throws AppError `range_not_satisfiable` */
export function soundAnswer(sound: VirtualFile, wanted: string | null, more: Record<string, string> = {}): BinaryAnswer {
  const range = parseRange(wanted, sound.sizeBytes);
  const start = range?.start ?? 0;
  const end = range?.end ?? sound.sizeBytes - 1;
  const headers: Record<string, string> = { 'content-type': 'audio/wav', 'accept-ranges': 'bytes', 'content-length': String(end - start + 1), ...more };
  if (range) headers['content-range'] = `bytes ${start}-${end}/${sound.sizeBytes}`;
  return new BinaryAnswer(range ? 206 : 200, headers, Readable.from(pieces(sound, start, end)));
}
