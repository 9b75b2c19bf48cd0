import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openSealedStream, SealedStreamWriter, sourceOfBytes } from './stream.ts';
import { tailOf } from './tail.ts';
import { wavOf } from './wav.ts';

/** A two-channel recording of `seconds`, byte by byte its own second; not finished, as while the call goes on. */
async function running(seconds: number) {
  const key = randomBytes(32);
  const associatedData = Buffer.from('test');
  const writer = new SealedStreamWriter(key, associatedData, { sampleRate: 8000, channels: 2, codec: 'PCMU' }, 16_000);
  const parts = [writer.header];
  for (let second = 0; second < seconds; second++) parts.push(writer.seal(Buffer.alloc(16_000, second), false));
  return openSealedStream({ source: sourceOfBytes(Buffer.concat(parts)), key, associatedData });
}

describe('the last seconds of a recording', () => {
  it('are what was written last, in whole frames', async () => {
    const reader = await running(40);
    const tail = tailOf(reader, 3);
    expect(tail.sizeBytes).toBe(48_000);
    const last = await reader.read(reader.sizeBytes - 48_000, 48_000);
    expect(await tail.read(0, 48_000)).toEqual(last);
    expect(await tail.read(47_990, 100)).toEqual(last.subarray(47_990));
    expect((await tail.read(48_000, 10)).length).toBe(0);
  });

  it('are all there is of a short one', async () => {
    const reader = await running(2);
    expect(tailOf(reader, 30).sizeBytes).toBe(reader.sizeBytes);
    expect(reader.interrupted).toBe(true);
  });

  it('make a WAV of their own length', async () => {
    const file = wavOf(tailOf(await running(10), 2));
    const bytes = await file.read(0, file.sizeBytes);
    expect(bytes.length).toBe(44 + 2 * 8000 * 2 * 2);
    expect(bytes.readUInt32LE(40)).toBe(2 * 8000 * 2 * 2);
  });
});
