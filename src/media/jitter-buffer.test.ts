import { describe, expect, it } from 'vitest';
import { toneShare } from '../../test/support/tones.ts';
import { linearToMulaw } from '../protocol/rtp/g711.ts';
import { DecodedStream } from './codecs/decoded-stream.ts';

interface Network {
  /** Share of packets lost, 0..1. */
  loss?: number;
  /** Delay varies from 0 to this, ms. */
  jitterMs?: number;
  /** Share of packets sent twice. */
  copies?: number;
  /** How much faster the sender's clock is, parts per million. */
  driftPpm?: number;
  seconds?: number;
}

/** Plays a tone of 400 Hz through a simulated network and clock; deterministic. */
function simulate({ loss = 0, jitterMs = 0, copies = 0, driftPpm = 0, seconds = 20 }: Network) {
  let seed = 7;
  const random = (): number => (seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  const stream = new DecodedStream('PCMU', 8000);
  const arrivals: { atMs: number; count: number }[] = [];
  for (let count = 0; count < seconds * 50; count++) {
    if (random() < loss) continue;
    const atMs = (count * 20) / (1 + driftPpm / 1e6) + random() * jitterMs;
    arrivals.push({ atMs, count });
    if (random() < copies) arrivals.push({ atMs: atMs + 5, count });
  }
  arrivals.sort((a, b) => a.atMs - b.atMs);
  const packet = (count: number): Buffer =>
    linearToMulaw(Int16Array.from({ length: 160 }, (_, index) => 8000 * Math.sin((2 * Math.PI * 400 * (count * 160 + index)) / 8000)));
  const heard: number[] = [];
  const stored: number[] = [];
  let next = 0;
  for (let nowMs = 3; nowMs < seconds * 1000; nowMs += 20) {
    for (; next < arrivals.length && (arrivals[next]?.atMs ?? 0) <= nowMs; next++) {
      const { atMs, count } = arrivals[next] ?? { atMs: 0, count: 0 };
      stream.put(1, (0xffff_f000 + count * 160) >>> 0, packet(count), 0, 160, atMs);
    }
    stored.push(stream.jitter.storedMs);
    const frame = stream.next(nowMs);
    if (frame) heard.push(...frame);
  }
  const settled = stored.slice(150).sort((a, b) => a - b);
  return {
    jitter: stream.jitter,
    /** Share of the tone in what was heard, worst window of 200 ms. */
    share: toneShare(Int16Array.from(heard.slice(8000)), 400),
    heardMs: heard.length / 8,
    /** Sound in store at a turn, so the delay added, ms. */
    delayMs: { median: settled[settled.length >> 1] ?? 0, most: settled.at(-1) ?? 0 },
  };
}

describe('jitter buffer with concealment', () => {
  it('adds at most 40 ms on a clean line and loses nothing', () => {
    const { jitter, share, delayMs } = simulate({});
    expect(share).toBeGreaterThan(0.999);
    expect(delayMs.most).toBeLessThanOrEqual(40);
    expect({ lost: jitter.lost, late: jitter.late, duplicates: jitter.duplicates }).toEqual({ lost: 0, late: 0, duplicates: 0 });
  });

  it.each([
    [0.01, 0.99],
    [0.05, 0.97],
    [0.1, 0.93],
  ])('hides a loss of %d: the tone stays %d pure', (loss, pure) => {
    const { share } = simulate({ loss });
    expect(share).toBeGreaterThan(pure);
  });

  it('holds 50 ms of jitter with reordering back without growing over 90 ms', () => {
    const { jitter, share, delayMs } = simulate({ jitterMs: 50 });
    expect(share).toBeGreaterThan(0.9);
    expect(jitter.late).toBeLessThan(20);
    expect(jitter.targetMs).toBeGreaterThan(40);
    expect(delayMs.median).toBeLessThan(90);
  });

  it('drops copies', () => {
    const { jitter, share } = simulate({ copies: 0.2 });
    expect(jitter.duplicates + jitter.late).toBeGreaterThan(150);
    expect(share).toBeGreaterThan(0.999);
  });

  it.each([-300, 300])('follows a clock that differs by %i ppm for a minute', (driftPpm) => {
    const { share, delayMs } = simulate({ driftPpm, seconds: 60 });
    expect(delayMs.most).toBeLessThan(80);
    expect(share).toBeGreaterThan(0.8);
  });

  it('falls silent when nothing comes any more', () => {
    const stream = new DecodedStream('PCMU', 8000);
    stream.put(1, 0, Buffer.alloc(160, 0x90), 0, 160, 0);
    let last: Int16Array | null = null;
    for (let nowMs = 40; nowMs < 900; nowMs += 20) last = stream.next(nowMs);
    expect(last).toBeNull();
    stream.put(1, 160, Buffer.alloc(0), 0, 0, 900);
    expect(stream.jitter.storedMs).toBe(0);
  });
});
