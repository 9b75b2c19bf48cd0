import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  openSealedStream,
  SEALED_HEADER_BYTES,
  type SealedReader,
  SealedStreamError,
  SealedStreamWriter,
  sourceOfBytes,
} from './stream.ts';
import { wavOf } from './wav.ts';

const CHUNK = 64;
const STRIDE = CHUNK + 16;
const FORMAT = { sampleRate: 8000, channels: 2, codec: 'PCMU' } as const;

interface Sealed {
  bytes: Buffer;
  plain: Buffer;
  key: Buffer;
  associatedData: Buffer;
}

/** @param size plain bytes; @param end false = the writer was killed before its last chunk */
function seal(size: number, end = true, key: Buffer = randomBytes(32), associated = 'tenant-1/recording-1'): Sealed {
  const plain = randomBytes(size);
  const associatedData = Buffer.from(associated);
  const writer = new SealedStreamWriter(key, associatedData, FORMAT, CHUNK);
  const parts = [writer.header];
  let at = 0;
  for (; at + CHUNK < size || (!end && at + CHUNK <= size); at += CHUNK) {
    parts.push(writer.seal(plain.subarray(at, at + CHUNK), false));
  }
  if (end) parts.push(writer.seal(plain.subarray(at), true));
  return { bytes: Buffer.concat(parts), plain, key, associatedData };
}

const open = (sealed: Omit<Sealed, 'plain'>, requireComplete = false): Promise<SealedReader> =>
  openSealedStream({ ...sealed, source: sourceOfBytes(sealed.bytes), requireComplete });

/** Opens and reads everything, as a careful user of a finished stream does. */
async function readAll(sealed: Omit<Sealed, 'plain'>): Promise<Buffer> {
  const reader = await open(sealed, true);
  await reader.verify();
  return reader.read(0, reader.sizeBytes);
}

const chunk = (bytes: Buffer, index: number): Buffer =>
  bytes.subarray(SEALED_HEADER_BYTES + index * STRIDE, SEALED_HEADER_BYTES + (index + 1) * STRIDE);

describe('sealed stream', () => {
  it.each([0, 1, 63, 64, 65, 128, 640, 1000])('gives back %i bytes', async (size) => {
    const sealed = seal(size);
    expect((await readAll(sealed)).equals(sealed.plain)).toBe(true);
    expect((await open(sealed)).interrupted).toBe(false);
  });

  it('gives back a stream whose last chunk is empty', async () => {
    const key = randomBytes(32);
    const associatedData = Buffer.from('x');
    const writer = new SealedStreamWriter(key, associatedData, FORMAT, CHUNK);
    const plain = randomBytes(CHUNK);
    const bytes = Buffer.concat([writer.header, writer.seal(plain, false), writer.seal(Buffer.alloc(0), true)]);
    expect((await readAll({ bytes, key, associatedData })).equals(plain)).toBe(true);
  });

  it('reads any range and decrypts only the chunks it touches', async () => {
    const sealed = seal(1000);
    const touched = new Set<number>();
    const memory = sourceOfBytes(sealed.bytes);
    const reader = await openSealedStream({
      ...sealed,
      source: {
        sizeBytes: memory.sizeBytes,
        read(offset, length) {
          touched.add(Math.floor((offset - SEALED_HEADER_BYTES) / STRIDE));
          return memory.read(offset, length);
        },
      },
    });
    touched.clear();
    expect((await reader.read(300, 100)).equals(sealed.plain.subarray(300, 400))).toBe(true);
    expect([...touched]).toEqual([4, 5, 6]);
    expect((await reader.read(990, 100)).equals(sealed.plain.subarray(990))).toBe(true);
    expect(await reader.read(5000, 10)).toHaveLength(0);
  });

  it('says what sound it holds', async () => {
    expect(await open(seal(100))).toMatchObject({ sampleRate: 8000, channels: 2, codec: 'PCMU', sizeBytes: 100 });
  });

  it('reads an interrupted stream up to its last whole chunk', async () => {
    const sealed = seal(320, false);
    const reader = await open(sealed);
    expect(reader).toMatchObject({ interrupted: true, sizeBytes: 320 });
    expect((await reader.read(0, 320)).equals(sealed.plain)).toBe(true);

    for (const cut of [1, 15, 16, 50, STRIDE - 1]) {
      const torn = await open({ ...sealed, bytes: sealed.bytes.subarray(0, -cut) });
      expect(torn).toMatchObject({ interrupted: true, sizeBytes: 256 });
      expect((await torn.read(0, 320)).equals(sealed.plain.subarray(0, 256))).toBe(true);
    }
  });

  it('refuses an interrupted stream to who knows that it was finished', async () => {
    await expect(open(seal(320, false), true)).rejects.toMatchObject({ reason: 'incomplete' });
  });

  it('does not open with another key or other associated data', async () => {
    for (const size of [10, 64, 1000]) {
      const sealed = seal(size);
      await expect(open({ ...sealed, key: randomBytes(32) })).rejects.toMatchObject({ reason: 'tampered' });
      const foreign = { ...sealed, associatedData: Buffer.from('tenant-2/recording-1') };
      await expect(open(foreign)).rejects.toMatchObject({ reason: 'tampered' });
    }
  });

  it('refuses what is not sealed', async () => {
    const base = seal(10);
    await expect(open({ ...base, bytes: Buffer.from('RIFF') })).rejects.toMatchObject({ reason: 'not_sealed' });
    const newer = Buffer.from(base.bytes);
    newer[4] = 9;
    await expect(open({ ...base, bytes: newer })).rejects.toMatchObject({ reason: 'unsupported' });
  });

  it('never seals beyond the last chunk', () => {
    const writer = new SealedStreamWriter(randomBytes(32), Buffer.alloc(0), FORMAT, CHUNK);
    writer.seal(Buffer.alloc(3), true);
    expect(() => writer.seal(Buffer.alloc(3), true)).toThrow(SealedStreamError);
  });
});

/** Each changes the bytes of a finished stream; `pick(n)` chooses a number below n. */
const TAMPERINGS: Record<string, (sealed: Sealed, pick: (below: number) => number) => Buffer> = {
  'bit flip': ({ bytes }, pick) => {
    const changed = Buffer.from(bytes);
    const at = SEALED_HEADER_BYTES + pick(bytes.length - SEALED_HEADER_BYTES);
    changed[at] = (changed[at] ?? 0) ^ (1 << pick(8));
    return changed;
  },
  'cut at a chunk edge': ({ bytes }, pick) => {
    const whole = Math.ceil((bytes.length - SEALED_HEADER_BYTES) / STRIDE);
    return bytes.subarray(0, SEALED_HEADER_BYTES + pick(whole) * STRIDE);
  },
  'dropped chunk': ({ bytes }, pick) => {
    const at = SEALED_HEADER_BYTES + pick(4) * STRIDE;
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + STRIDE)]);
  },
  'swapped chunks': ({ bytes }, pick) => {
    const changed = Buffer.from(bytes);
    const first = pick(4);
    const second = (first + 1 + pick(3)) % 4;
    chunk(bytes, first).copy(chunk(changed, second));
    chunk(bytes, second).copy(chunk(changed, first));
    return changed;
  },
  'doubled chunk': ({ bytes }, pick) => {
    const at = SEALED_HEADER_BYTES + pick(4) * STRIDE;
    return Buffer.concat([bytes.subarray(0, at + STRIDE), bytes.subarray(at)]);
  },
  'chunk of another stream of the same key': ({ bytes, key }, pick) => {
    const changed = Buffer.from(bytes);
    const index = pick(4);
    chunk(seal(400, true, key).bytes, index).copy(chunk(changed, index));
    return changed;
  },
  'edited header': ({ bytes }, pick) => {
    const changed = Buffer.from(bytes);
    const at = pick(SEALED_HEADER_BYTES);
    changed[at] = (changed[at] ?? 0) ^ (1 << pick(8));
    return changed;
  },
  'appended bytes': ({ bytes }, pick) => Buffer.concat([bytes, randomBytes(1 + pick(200))]),
};

describe.each(Object.entries(TAMPERINGS))('%s', (_name, tamper) => {
  it('is detected 1,250 times of 1,250', async () => {
    let random = 12_345;
    const pick = (below: number): number => {
      random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
      return (random >>> 8) % below;
    };
    for (let trial = 0; trial < 1250; trial++) {
      const sealed = seal(300 + pick(100));
      await expect(readAll({ ...sealed, bytes: tamper(sealed, pick) })).rejects.toBeInstanceOf(SealedStreamError);
    }
  });
});

describe('wavOf', () => {
  it('is a WAV file of 16-bit PCM whose ranges fit together', async () => {
    const sealed = seal(777 * 2);
    const wav = wavOf(await open(sealed));
    const whole = await wav.read(0, wav.sizeBytes);
    expect(whole).toHaveLength(44 + 777 * 4);
    expect(whole.toString('latin1', 0, 4)).toBe('RIFF');
    expect(whole.readUInt32LE(4)).toBe(whole.length - 8);
    expect(whole.readUInt16LE(22)).toBe(2);
    expect(whole.readUInt32LE(24)).toBe(8000);
    for (const [from, length] of [[0, 44], [10, 50], [43, 3], [45, 1], [45, 101], [1000, 999], [wav.sizeBytes - 1, 5]]) {
      const part = await wav.read(from ?? 0, length ?? 0);
      expect(part.equals(whole.subarray(from, (from ?? 0) + (length ?? 0)))).toBe(true);
    }
  });
});
