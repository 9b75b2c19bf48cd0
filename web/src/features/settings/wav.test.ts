import { describe, expect, it } from 'vitest';
import { meterLevel, PROMPT_RATE, trimmed, wavOf } from './wav.ts';

const tone = (seconds: number, level: number): Float32Array => Float32Array.from({ length: PROMPT_RATE * seconds }, (_, index) => level * Math.sin((2 * Math.PI * 440 * index) / PROMPT_RATE));
const silence = (seconds: number): Float32Array => new Float32Array(PROMPT_RATE * seconds);
const joined = (...parts: Float32Array[]): Float32Array => Float32Array.from(parts.flatMap((part) => [...part]));

describe('a recorded prompt', () => {
  it('is a WAV file of one channel, 16 bit, 8 kHz', () => {
    const bytes = wavOf(Float32Array.of(0, 1, -1, 2));
    const file = new DataView(bytes.buffer);
    const text = (from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to));
    expect([text(0, 4), text(8, 16), file.getUint32(24, true), file.getUint16(22, true), file.getUint16(34, true)]).toEqual(['RIFF', 'WAVEfmt ', 8000, 1, 16]);
    expect([44, 46, 48, 50].map((at) => file.getInt16(at, true))).toEqual([0, 32_767, -32_767, 32_767]);
    expect(file.getUint32(40, true)).toBe(8);
  });

  it('loses the silence around it and gets the usual loudness', () => {
    const samples = trimmed(joined(silence(1), tone(2, 0.1), silence(1)));
    expect(samples.length / PROMPT_RATE).toBeCloseTo(2.2, 1);
    expect(samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0)).toBeCloseTo(0.7, 2);
  });

  it('in which nobody spoke is empty', () => {
    expect(trimmed(joined(silence(1), tone(1, 0.001)))).toHaveLength(0);
    expect(trimmed(new Float32Array(0))).toHaveLength(0);
  });
});

describe('the level meter', () => {
  it('is at nothing for silence, full for a loud voice, and between them for a low one', () => {
    expect(meterLevel(silence(1))).toBe(0);
    expect(meterLevel(tone(1, 0.9))).toBe(100);
    const low = meterLevel(tone(1, 0.03));
    expect(low).toBeGreaterThan(10);
    expect(low).toBeLessThan(90);
  });
});
