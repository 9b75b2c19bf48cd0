import { describe, expect, it } from 'vitest';
import { TraceRing, type TraceRecord } from './trace-ring.ts';

const record = (size: number, given: Partial<TraceRecord> = {}): TraceRecord => ({
  at: 1_770_000_000_000.5, direction: 'in', transport: 'udp', host: '192.0.2.7', port: 65_535, bytes: Buffer.alloc(size, size & 0xff), ...given,
});

describe('the block of traced messages', () => {
  it('gives back what was written', () => {
    const ring = new TraceRing(4096);
    const records = [record(100), record(0, { direction: 'out', transport: 'wss', host: '2001:db8::1', port: 0 }), record(300, { transport: 'tls' })];
    const places = records.map((each) => ring.write(each));
    expect(places.map((place) => ring.read(place ?? -1))).toEqual(records);
  });

  it('keeps the latest messages whole, whatever their sizes, and knows which are gone', () => {
    let seed = 5;
    const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    const ring = new TraceRing(10_000);
    const written: { place: number; record: TraceRecord }[] = [];
    for (let step = 0; step < 3000; step++) {
      const one = record(Math.floor(random() * 900), { at: step });
      const place = ring.write(one);
      if (place === null) throw new Error('it fits');
      written.push({ place, record: one });
      const kept = written.map((each) => ({ ...each, found: ring.read(each.place) })).filter(({ found }) => found !== null);
      for (const { record: expected, found } of kept) expect(found).toEqual(expected);
      // What is left is the end of the list, and fills most of the block.
      expect(kept).toEqual(kept.slice(-kept.length));
      expect(kept.at(-1)?.place).toBe(place);
      if (step > 100) expect(kept.reduce((sum, { record: { bytes } }) => sum + bytes.length, 0)).toBeGreaterThan(7000);
      if (written.length > 60) written.shift();
    }
  });

  it('does not keep what is larger than itself', () => {
    const ring = new TraceRing(1000);
    expect(ring.write(record(1000))).toBeNull();
    const place = ring.write(record(900));
    expect(ring.read(place ?? -1)?.bytes.length).toBe(900);
  });
});
