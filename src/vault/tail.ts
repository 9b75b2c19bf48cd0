import type { SealedReader } from './stream.ts';

/** The last seconds of a recording that is still being written, as a reader of their own. @param seconds at most */
export function tailOf(reader: SealedReader, seconds: number): SealedReader {
  const frame = reader.channels;
  const whole = Math.floor(reader.sizeBytes / frame) * frame;
  const sizeBytes = Math.min(whole, Math.max(0, Math.floor(seconds * reader.sampleRate)) * frame);
  const from = whole - sizeBytes;
  return {
    ...reader,
    sizeBytes,
    read(offset, length) {
      const start = Math.min(Math.max(0, offset), sizeBytes);
      return reader.read(from + start, Math.max(0, Math.min(length, sizeBytes - start)));
    },
  };
}
