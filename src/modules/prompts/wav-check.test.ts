import { describe, expect, it } from 'vitest';
import { checkWav } from './wav-check.ts';

interface Options {
  format?: number;
  channels?: number;
  rate?: number;
  bits?: number;
  dataBytes?: number;
  claimBytes?: number;
}

export function wav({ format = 1, channels = 1, rate = 8000, bits = 16, dataBytes = 16_000, claimBytes = dataBytes }: Options = {}): Buffer {
  const file = Buffer.alloc(44 + dataBytes);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(36 + dataBytes, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(format, 20);
  file.writeUInt16LE(channels, 22);
  file.writeUInt32LE(rate, 24);
  file.writeUInt32LE(rate * channels * 2, 28);
  file.writeUInt16LE(channels * 2, 32);
  file.writeUInt16LE(bits, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(claimBytes, 40);
  return file;
}

describe('checkWav', () => {
  it('measures the sound', () => {
    expect(checkWav(wav())).toBe(1000);
    expect(checkWav(wav({ channels: 2, rate: 48_000, dataBytes: 192_000 }))).toBe(1000);
  });

  it('measures what is there, not what the header claims', () => {
    expect(checkWav(wav({ claimBytes: 0xffff_ffff }))).toBe(1000);
  });

  it.each([
    ['empty', Buffer.alloc(0)],
    ['MP3', Buffer.from('ID3\u0004 no wav at all')],
    ['no data', wav().subarray(0, 36)],
    ['cut in fmt', wav().subarray(0, 22)],
    ['silent', wav({ dataBytes: 0 })],
    ['float', wav({ format: 3, bits: 32 })],
    ['24 bit', wav({ bits: 24 })],
    ['96 kHz', wav({ rate: 96_000 })],
    ['5.1', wav({ channels: 6 })],
    ['too long', wav({ dataBytes: 16_000 * 301 })],
  ])('refuses %s', (_name, file) => {
    expect(() => checkWav(file)).toThrow(expect.objectContaining({ code: 'invalid' }));
  });
});
