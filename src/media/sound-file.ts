import { ALAW_TO_LINEAR, G711_RATE, MULAW_TO_LINEAR } from '../protocol/rtp/g711.ts';

/*
 * RIFF WAVE: "RIFF" size(4) "WAVE", then chunks: id(4) size(4) data, padded to even. We read
 *   "fmt " format(2) channels(2) rate(4) bytes/s(4) block(2) bits(2)   format 1 PCM, 6 A-law, 7 mu-law, 0xFFFE extensible
 *   "data" samples, channels interleaved
 * All numbers are little-endian.
 */

/** A file that is not a sound we can play. */
export class SoundFileError extends Error {
  readonly offset: number;

  constructor(offset: number, reason: string) {
    super(`${reason} at byte ${offset}`);
    this.name = 'SoundFileError';
    this.offset = offset;
  }
}

/** Linear samples of one channel. */
export interface PlainSound {
  rate: number;
  samples: Int16Array;
}

const PCM = 1;
const ALAW = 6;
const MULAW = 7;
const EXTENSIBLE = 0xfffe;
const RATES = new Set([8000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000]);

interface Format {
  codec: number;
  channels: number;
  rate: number;
}

/**
 * Reads a WAV file: PCM 16 bit or G.711, mono or stereo (mixed to one channel).
 * @throws SoundFileError
 */
export function parseWav(file: Buffer): PlainSound {
  if (file.length < 12) throw new SoundFileError(file.length, 'too short for WAV');
  if (file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE') {
    throw new SoundFileError(0, 'not a WAV file');
  }
  let format: Format | null = null;
  let offset = 12;
  while (offset + 8 <= file.length) {
    const id = file.toString('latin1', offset, offset + 4);
    const size = file.readUInt32LE(offset + 4);
    const start = offset + 8;
    if (id === 'fmt ') format = parseFormat(file, start, Math.min(size, file.length - start));
    if (id === 'data') {
      if (!format) throw new SoundFileError(offset, 'data before format');
      // Streamed files carry 0 or 0xFFFFFFFF as size: take what is there.
      const end = size === 0 || start + size > file.length ? file.length : start + size;
      return { rate: format.rate, samples: decode(file.subarray(start, end), format) };
    }
    offset = start + size + (size % 2);
  }
  throw new SoundFileError(Math.min(offset, file.length), 'no sound data');
}

function parseFormat(file: Buffer, start: number, size: number): Format {
  if (size < 16) throw new SoundFileError(start, 'short format');
  let codec = file.readUInt16LE(start);
  if (codec === EXTENSIBLE) {
    if (size < 26) throw new SoundFileError(start, 'short extensible format');
    codec = file.readUInt16LE(start + 24);
  }
  const channels = file.readUInt16LE(start + 2);
  const rate = file.readUInt32LE(start + 4);
  const bits = file.readUInt16LE(start + 14);
  if (codec !== PCM && codec !== ALAW && codec !== MULAW) throw new SoundFileError(start, 'unknown codec');
  if (bits !== (codec === PCM ? 16 : 8)) throw new SoundFileError(start + 14, 'unknown sample size');
  if (channels < 1 || channels > 2) throw new SoundFileError(start + 2, 'more than two channels');
  if (!RATES.has(rate)) throw new SoundFileError(start + 4, 'unknown sample rate');
  return { codec, channels, rate };
}

function decode(data: Buffer, format: Format): Int16Array {
  const bytes = format.codec === PCM ? 2 : 1;
  const table = format.codec === ALAW ? ALAW_TO_LINEAR : MULAW_TO_LINEAR;
  const frames = Math.floor(data.length / (bytes * format.channels));
  const samples = new Int16Array(frames);
  for (let frame = 0; frame < frames; frame++) {
    let sum = 0;
    for (let channel = 0; channel < format.channels; channel++) {
      const index = frame * format.channels + channel;
      sum += bytes === 2 ? data.readInt16LE(index * 2) : (table[data[index] ?? 0] ?? 0);
    }
    samples[frame] = Math.round(sum / format.channels);
  }
  return samples;
}

/** Sinc lobes on each side of the resampling filter. */
const LOBES = 12;
/** Output samples computed before other work of the process gets its turn: about 2 ms. */
const SLICE = 2000;

/**
 * Brings a sound to 8,000 samples a second with a windowed-sinc low pass; gives way between slices so that live audio does
 * not stutter meanwhile.
 * @param yieldTurn resolves after other work had its turn
 */
export async function toTelephoneRate(sound: PlainSound, yieldTurn: () => Promise<void>): Promise<Int16Array> {
  if (sound.rate === G711_RATE) return sound.samples;
  const ratio = sound.rate / G711_RATE;
  const output = new Int16Array(Math.floor(sound.samples.length / ratio));
  for (let start = 0; start < output.length; start += SLICE) {
    resampleSlice(sound.samples, ratio, output, start, Math.min(start + SLICE, output.length));
    await yieldTurn();
  }
  return output;
}

function resampleSlice(input: Int16Array, ratio: number, output: Int16Array, start: number, end: number): void {
  // A little below the Nyquist frequency, because the filter is short.
  const cutoff = 0.94 / ratio;
  const reach = LOBES * ratio;
  for (let index = start; index < end; index++) {
    const centre = index * ratio;
    let sum = 0;
    let weights = 0;
    const last = Math.min(input.length - 1, Math.floor(centre + reach));
    for (let at = Math.max(0, Math.ceil(centre - reach)); at <= last; at++) {
      const distance = at - centre;
      const angle = Math.PI * distance * cutoff;
      const sinc = angle === 0 ? 1 : Math.sin(angle) / angle;
      const weight = sinc * (0.5 + 0.5 * Math.cos((Math.PI * distance) / reach));
      sum += weight * (input[at] ?? 0);
      weights += weight;
    }
    output[index] = Math.max(-32_768, Math.min(32_767, Math.round(weights === 0 ? 0 : sum / weights)));
  }
}
