import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toneShareMulaw } from '../../test/support/tones.ts';
import { parseWav, SoundFileError } from './sound-file.ts';
import { SoundLibrary } from './sound-library.ts';

interface WavOptions {
  rate: number;
  channels: number;
  codec?: number;
  bits?: number;
}

/** A WAV file of the bytes given. */
function wav(data: Buffer, { rate, channels, codec = 1, bits = 16 }: WavOptions): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + data.length, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(codec, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE((rate * channels * bits) / 8, 28);
  header.writeUInt16LE((channels * bits) / 8, 32);
  header.writeUInt16LE(bits, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(data.length, 40);
  return Buffer.concat([header, data]);
}

/** One second of a tone, the same on all channels. */
function tonePcm(frequency: number, rate: number, channels: number): Buffer {
  const data = Buffer.alloc(rate * channels * 2);
  for (let index = 0; index < rate * channels; index++) {
    const time = Math.floor(index / channels) / rate;
    data.writeInt16LE(Math.round(10_000 * Math.sin(2 * Math.PI * frequency * time)), index * 2);
  }
  return data;
}

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scc-sounds-'));
});

afterAll(() => rm(folder, { recursive: true }));

describe('SoundLibrary', () => {
  const library = new SoundLibrary(join(import.meta.dirname, '../../assets/sounds'));

  it.each([8000, 16_000, 44_100, 48_000])('brings PCM at %i Hz, stereo, to 8 kHz', async (rate) => {
    const path = join(folder, `${rate}.wav`);
    await writeFile(path, wav(tonePcm(1000, rate, 2), { rate, channels: 2 }));
    const { mulaw, alaw } = await library.get(path);
    expect(mulaw).toHaveLength(8000);
    expect(alaw).toHaveLength(8000);
    expect(toneShareMulaw(mulaw.subarray(400, 7600), 1000)).toBeGreaterThan(0.98);
  });

  it('takes out what 8 kHz cannot carry instead of folding it down', async () => {
    const path = join(folder, 'high.wav');
    await writeFile(path, wav(tonePcm(6000, 48_000, 1), { rate: 48_000, channels: 1 }));
    const { mulaw } = await library.get(path);
    expect(toneShareMulaw(mulaw.subarray(400, 7600), 2000)).toBe(0);
  });

  it('reads G.711 as it is', async () => {
    const path = join(folder, 'a.ulaw');
    await writeFile(path, Buffer.from([0xff, 0x00, 0x80, 0x55]));
    expect((await library.get(path)).mulaw).toEqual(Buffer.from([0xff, 0x00, 0x80, 0x55]));
  });

  it('has the shipped sounds', async () => {
    for (const name of ['ja/recording-notice', 'ja/menu-main', 'ja/number-20', 'en/goodbye', 'ja/beep', 'music/hold']) {
      expect((await library.get(name)).mulaw.length).toBeGreaterThan(2000);
    }
  });

  it.each(['ja/nothing', '../../package', 'ja/../ja/beep', '', '/etc/hostname', '/nowhere/x.wav'])('refuses %s', async (name) => {
    await expect(library.get(name)).rejects.toMatchObject({ code: 'unknown_sound' });
  });
});

describe('parseWav', () => {
  const good = wav(Buffer.alloc(20), { rate: 8000, channels: 1 });

  it('refuses every cut of a header with its own error', () => {
    for (let length = 0; length < 44; length++) expect(() => parseWav(good.subarray(0, length))).toThrow(SoundFileError);
  });

  it('takes what is there of a file that was cut', () => {
    expect(parseWav(good.subarray(0, 54)).samples).toHaveLength(5);
    expect(parseWav(good.subarray(0, 55)).samples).toHaveLength(5);
  });

  it.each([
    ['24 bits', { rate: 8000, channels: 1, bits: 24 }],
    ['six channels', { rate: 8000, channels: 6 }],
    ['an odd rate', { rate: 7999, channels: 1 }],
    ['MP3', { rate: 8000, channels: 1, codec: 85 }],
  ])('refuses %s', (_name, options) => {
    expect(() => parseWav(wav(Buffer.alloc(20), options))).toThrow(SoundFileError);
  });

  it('throws nothing but its own error for 20,000 seeded mutants', () => {
    let random = 77;
    const pick = (below: number): number => {
      random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((random / 2 ** 32) * below);
    };
    for (let mutant = 0; mutant < 20_000; mutant++) {
      const bytes = Buffer.from(good.subarray(0, pick(good.length + 1)));
      for (let change = 0; change < 4 && bytes.length > 0; change++) bytes[pick(bytes.length)] = pick(256);
      try {
        parseWav(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(SoundFileError);
      }
    }
  });
});
