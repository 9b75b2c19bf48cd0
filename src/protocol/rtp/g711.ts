/**
 * G.711: eight bits a sample, 8,000 samples a second, two companding laws. Both are table look-ups; the tables are made once
 * from the definitions (ITU-T G.711 sections 3.1 and 3.2, tables 1a and 2a).
 */

/** Samples a second. */
export const G711_RATE = 8000;
/** mu-law code of silence (positive zero). */
export const MULAW_SILENCE = 0xff;
/** A-law code of silence (smallest positive value). */
export const ALAW_SILENCE = 0xd5;

/** Added before the logarithm in mu-law, in units of a 16-bit sample. */
const MULAW_BIAS = 0x84;
const MULAW_CLIP = 32_635;

/** 16-bit linear value of a mu-law code. */
function decodeMulaw(code: number): number {
  const inverted = ~code & 0xff;
  const exponent = (inverted >> 4) & 0x07;
  const magnitude = ((((inverted & 0x0f) << 3) + MULAW_BIAS) << exponent) - MULAW_BIAS;
  return inverted & 0x80 ? -magnitude : magnitude;
}

/** mu-law code of a 16-bit linear value. */
function encodeMulaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const biased = Math.min(Math.abs(sample), MULAW_CLIP) + MULAW_BIAS;
  const exponent = 31 - Math.clz32(biased) - 7;
  const mantissa = (biased >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

/** 16-bit linear value of an A-law code. Even bits are inverted on the line. */
function decodeAlaw(code: number): number {
  const plain = code ^ 0x55;
  const exponent = (plain >> 4) & 0x07;
  const mantissa = ((plain & 0x0f) << 4) + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
  return plain & 0x80 ? magnitude : -magnitude;
}

/** A-law code of a 16-bit linear value. */
function encodeAlaw(sample: number): number {
  const sign = sample >= 0 ? 0x80 : 0;
  const magnitude = Math.min(sample >= 0 ? sample : -sample - 1, 0x7fff);
  const exponent = magnitude < 0x100 ? 0 : 31 - Math.clz32(magnitude) - 7;
  const mantissa = (magnitude >> (exponent === 0 ? 4 : exponent + 3)) & 0x0f;
  return (sign | (exponent << 4) | mantissa) ^ 0x55;
}

const codes = Array.from({ length: 256 }, (_, code) => code);

/** 16-bit linear value of each mu-law code. */
export const MULAW_TO_LINEAR = Int16Array.from(codes, decodeMulaw);
/** 16-bit linear value of each A-law code. */
export const ALAW_TO_LINEAR = Int16Array.from(codes, decodeAlaw);
/** A-law code nearest to each mu-law code. */
export const MULAW_TO_ALAW = Uint8Array.from(codes, (code) => encodeAlaw(decodeMulaw(code)));
/** mu-law code nearest to each A-law code. */
export const ALAW_TO_MULAW = Uint8Array.from(codes, (code) => encodeMulaw(decodeAlaw(code)));

/** mu-law codes of 16-bit samples. */
export function linearToMulaw(samples: Int16Array): Buffer {
  const bytes = Buffer.allocUnsafe(samples.length);
  for (let index = 0; index < samples.length; index++) bytes[index] = encodeMulaw(samples[index] ?? 0);
  return bytes;
}

/** A-law codes of 16-bit samples. */
export function linearToAlaw(samples: Int16Array): Buffer {
  const bytes = Buffer.allocUnsafe(samples.length);
  for (let index = 0; index < samples.length; index++) bytes[index] = encodeAlaw(samples[index] ?? 0);
  return bytes;
}

/** 16-bit samples of mu-law codes. */
export function mulawToLinear(bytes: Uint8Array): Int16Array {
  const samples = new Int16Array(bytes.length);
  for (let index = 0; index < bytes.length; index++) samples[index] = MULAW_TO_LINEAR[bytes[index] ?? 0] ?? 0;
  return samples;
}

/** Replaces each byte of a range by its entry in `table`; used to change between the laws in place. */
export function translateInPlace(bytes: Buffer, offset: number, length: number, table: Uint8Array): void {
  const end = Math.min(offset + length, bytes.length);
  for (let index = offset; index < end; index++) bytes[index] = table[bytes[index] ?? 0] ?? 0;
}
