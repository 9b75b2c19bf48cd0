import { invalid } from '../../lib/errors.ts';

/** Longest sound that may be uploaded, ms. */
export const MAX_PROMPT_MS = 5 * 60_000;

const PCM = 1;

/**
 * Checks an uploaded sound: a WAV file (RIFF) with 16-bit PCM, one or two channels, 8 to 48 kHz, at most five minutes.
 * @returns its length in ms
 * @throws AppError `invalid` saying what is wrong
 */
export function checkWav(file: Buffer): number {
  if (file.length < 12 || file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE') throw refuse('This is not a WAV file.');
  let byteRate = 0;
  for (let at = 12; at + 8 <= file.length; ) {
    const name = file.toString('latin1', at, at + 4);
    const size = file.readUInt32LE(at + 4);
    const body = at + 8;
    if (name === 'fmt ') byteRate = byteRateOf(file, body, size);
    if (name === 'data') return durationOf(Math.min(size, file.length - body), byteRate);
    at = body + size + (size % 2);
  }
  throw refuse('The WAV file has no sound.');
}

function byteRateOf(file: Buffer, at: number, size: number): number {
  if (size < 16 || at + 16 > file.length) throw refuse('The WAV file is cut off.');
  const channels = file.readUInt16LE(at + 2);
  const rate = file.readUInt32LE(at + 4);
  const isPcm16 = file.readUInt16LE(at) === PCM && file.readUInt16LE(at + 14) === 16;
  if (!isPcm16 || channels < 1 || channels > 2 || rate < 8000 || rate > 48_000) {
    throw refuse('The WAV file must be 16-bit PCM, one or two channels, 8 to 48 kHz.');
  }
  return channels * rate * 2;
}

function durationOf(bytes: number, byteRate: number): number {
  if (byteRate === 0) throw refuse('The WAV file does not say what its sound is like.');
  const ms = Math.round((bytes / byteRate) * 1000);
  if (ms < 1) throw refuse('The WAV file has no sound.');
  if (ms > MAX_PROMPT_MS) throw refuse('The sound is longer than five minutes.');
  return ms;
}

const refuse = (message: string) => invalid(message, { errors: [{ path: 'body', message }] });
