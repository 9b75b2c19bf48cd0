import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { toneShare } from '../../../test/support/tones.ts';
import { decoderFor, encoderFor, ticksOf } from './codec.ts';
import { G722Decoder, G722Encoder } from './g722.ts';
import { loadOpus } from './opus.ts';
import { Resampler } from './resample.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A sweep with noise, loud and soft, made of whole numbers only. */
function material(): Int16Array {
  let seed = 1;
  let phase = 0;
  return Int16Array.from({ length: 32_000 }, (_, index) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    phase = (phase + 200 + (index >> 2)) & 0xffff;
    const sample = ((Math.abs(phase - 32_768) - 16_384) >> 1) + ((seed >> 16) % 4001) - 2000;
    return index > 24_000 ? sample >> 6 : sample;
  });
}

describe('G.722', () => {
  // The digests are of what libspandsp 0.0.6, an implementation of its own, makes of the same samples.
  it('is bit-exact with another implementation, in both directions', () => {
    const samples = material();
    const bytes = new Uint8Array(16_000);
    const decoded = new Int16Array(32_000);
    const encoder = new G722Encoder();
    const decoder = new G722Decoder();
    const frame = new Int16Array(320);
    for (let at = 0; at < samples.length; at += 320) {
      encoder.encode(samples.subarray(at, at + 320), bytes, at / 2);
      decoder.decode(bytes, at / 2, 160, frame);
      decoded.set(frame, at);
    }
    expect(sha256(bytes)).toBe('e1f4f858b47252708f2d99cdda1def9d2616c0877e3166b6f449cac6dcd8ce30');
    expect(sha256(new Uint8Array(decoded.buffer))).toBe('951a2750724d3848a9100edd474d9affdca494e3bac910e83f1c14575471d032');
  });
});

describe('Opus', () => {
  it('carries a tone, tells the length of packets, and takes garbage as lost', async () => {
    await loadOpus();
    const encoder = encoderFor('OPUS');
    const decoder = decoderFor('OPUS');
    const bytes = new Uint8Array(400);
    const frame = new Int16Array(1920);
    const heard: number[] = [];
    for (let count = 0; count < 50; count++) {
      const samples = Int16Array.from({ length: 320 }, (_, index) => 9000 * Math.sin((2 * Math.PI * 440 * (count * 320 + index)) / 16_000));
      const length = encoder.encode(samples, bytes, 0);
      expect(ticksOf('OPUS', bytes, 0, length)).toBe(960);
      heard.push(...frame.subarray(0, decoder.decode(bytes, 0, length, frame)));
    }
    expect(toneShare(Int16Array.from(heard.slice(4800)), 440, 16_000)).toBeGreaterThan(0.95);
    expect(ticksOf('OPUS', bytes, 0, 0)).toBe(0);
    expect(decoder.decode(Buffer.from([0xff, 0xff, 0xff]), 0, 3, frame)).toBe(0);
  });
});

describe('change of rate', () => {
  it.each([
    [8000, 16_000],
    [16_000, 8000],
    [16_000, 48_000],
    [48_000, 16_000],
    [8000, 48_000],
    [48_000, 8000],
  ])('keeps a tone from %i to %i, and its level', (from, to) => {
    const resampler = new Resampler(from, to);
    const heard: number[] = [];
    for (let count = 0; count < 25; count++) {
      heard.push(...resampler.run(Int16Array.from({ length: from / 50 }, (_, index) => 10_000 * Math.sin((2 * Math.PI * 1000 * ((count * from) / 50 + index)) / from))));
    }
    const settled = Int16Array.from(heard.slice(to / 50));
    expect(toneShare(settled, 1000, to)).toBeGreaterThan(0.999);
    const level = Math.max(...settled);
    expect(level).toBeGreaterThan(9700);
    expect(level).toBeLessThan(10_300);
  });

  it('lets nothing above the new band come down', () => {
    const resampler = new Resampler(16_000, 8000);
    const high = Int16Array.from({ length: 3200 }, (_, index) => 10_000 * Math.sin((2 * Math.PI * 5500 * index) / 16_000));
    const low = resampler.run(high).subarray(100);
    expect(Math.max(...low.map(Math.abs))).toBeLessThan(100);
  });
});
