import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { linearToMulaw } from '../protocol/rtp/g711.ts';
import { parseWav } from './sound-file.ts';
import { ToneDetector } from './tone-detector.ts';

const ROWS = [697, 770, 852, 941];
const COLUMNS = [1209, 1336, 1477, 1633];
const KEYS = '123A456B789C*0#D';

function heardIn(samples: Int16Array): string {
  let digits = '';
  const detector = new ToneDetector(({ digit }) => {
    digits += digit;
  });
  const bytes = linearToMulaw(samples);
  for (let at = 0; at < bytes.length; at += 160) detector.audio(bytes, at, Math.min(160, bytes.length - at), 'PCMU');
  return digits;
}

interface Press {
  onMs?: number;
  offMs?: number;
  /** Level of row and column, of full scale. */
  row?: number;
  column?: number;
  /** Frequencies are off by this share. */
  off?: number;
  noise?: number;
}

function dial(digits: string, { onMs = 60, offMs = 60, row = 0.15, column = 0.15, off = 0, noise = 0 }: Press = {}): Int16Array {
  let seed = 3;
  const period = (onMs + offMs) * 8;
  return Int16Array.from({ length: digits.length * period + 800 }, (_, index) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    const hiss = noise * (seed / 2 ** 30 - 1);
    const digit = digits[Math.floor(index / period)];
    const key = digit === undefined ? -1 : KEYS.indexOf(digit);
    const isOn = key >= 0 && index % period < onMs * 8;
    const angle = (2 * Math.PI * index * (1 + off)) / 8000;
    const tones = isOn ? row * Math.sin(angle * (ROWS[key >> 2] ?? 0)) + column * Math.sin(angle * (COLUMNS[key & 3] ?? 0)) : 0;
    return Math.round(32_767 * (tones + hiss));
  });
}

describe('keys in the sound', () => {
  it('hears all sixteen, each once', () => {
    expect(heardIn(dial(KEYS))).toBe(KEYS);
    expect(heardIn(dial('1122', { onMs: 50, offMs: 45 }))).toBe('1122');
  });

  it.each<[string, Press]>([
    ['soft ones', { row: 0.03, column: 0.03 }],
    ['loud ones', { row: 0.45, column: 0.45 }],
    ['a stronger row (6 dB)', { row: 0.2, column: 0.1 }],
    ['a stronger column (3 dB)', { row: 0.12, column: 0.17 }],
    ['frequencies that are 1.5 % off', { off: 0.015 }],
    ['noise 20 dB below', { noise: 0.02 }],
  ])('hears %s', (_name, press) => {
    expect(heardIn(dial('159D', press))).toBe('159D');
  });

  it.each<[string, Press]>([
    ['shorter than 23 ms', { onMs: 22, offMs: 60 }],
    ['a row 14 dB above its column', { row: 0.3, column: 0.06 }],
    ['a column 10 dB above its row', { row: 0.06, column: 0.2 }],
    ['too soft', { row: 0.004, column: 0.004 }],
    ['frequencies that are 5 % off', { off: 0.05 }],
  ])('does not hear what is %s', (_name, press) => {
    expect(heardIn(dial('159D', press))).toBe('');
  });

  it('hears none in several minutes of speech and music', () => {
    const folder = resolve(import.meta.dirname, '../../assets/sounds');
    let seconds = 0;
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.wav')) continue;
      const { samples } = parseWav(readFileSync(join(folder, name)));
      seconds += samples.length / 8000;
      expect(heardIn(samples), name).toBe('');
    }
    expect(seconds).toBeGreaterThan(180);
  });
});
