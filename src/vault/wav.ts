import { MULAW_TO_LINEAR } from '../protocol/rtp/g711.ts';
import type { SealedReader } from './stream.ts';

/** A file that exists only while it is read. */
export interface VirtualFile {
  sizeBytes: number;
  /** Bytes from `offset`; fewer than `length` only at the end. */
  read(offset: number, length: number): Promise<Buffer>;
}

const HEADER_BYTES = 44;
const PCM = 1;

/**
 * A recording as WAV (PCM 16 bit, which every browser plays), decrypted and decoded range by range, so that HTTP can serve
 * ranges without ever holding the whole recording. Parts of a file beyond 4 GiB (37 hours) are not described by its header.
 */
export function wavOf(reader: SealedReader): VirtualFile {
  const header = wavHeader(reader);
  const sizeBytes = HEADER_BYTES + reader.sizeBytes * 2;
  return {
    sizeBytes,
    async read(offset, length) {
      const start = Math.max(0, Math.min(offset, sizeBytes));
      const end = Math.max(start, Math.min(start + length, sizeBytes));
      const head = start < HEADER_BYTES ? header.subarray(start, Math.min(end, HEADER_BYTES)) : Buffer.alloc(0);
      const from = Math.max(0, start - HEADER_BYTES);
      const to = Math.max(from, end - HEADER_BYTES);
      if (to === from) return head;
      const firstSample = Math.floor(from / 2);
      const codes = await reader.read(firstSample, Math.ceil(to / 2) - firstSample);
      const pcm = decode(codes).subarray(from - firstSample * 2, to - firstSample * 2);
      return head.length === 0 ? pcm : Buffer.concat([head, pcm]);
    },
  };
}

function decode(codes: Buffer): Buffer {
  const pcm = Buffer.allocUnsafe(codes.length * 2);
  for (let index = 0; index < codes.length; index++) pcm.writeInt16LE(MULAW_TO_LINEAR[codes[index] ?? 0] ?? 0, index * 2);
  return pcm;
}

function wavHeader(reader: SealedReader): Buffer {
  const dataBytes = Math.min(reader.sizeBytes * 2, 0xffff_ffff - HEADER_BYTES);
  const header = Buffer.alloc(HEADER_BYTES);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(dataBytes + HEADER_BYTES - 8, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(PCM, 20);
  header.writeUInt16LE(reader.channels, 22);
  header.writeUInt32LE(reader.sampleRate, 24);
  header.writeUInt32LE(reader.sampleRate * reader.channels * 2, 28);
  header.writeUInt16LE(reader.channels * 2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(dataBytes, 40);
  return header;
}
