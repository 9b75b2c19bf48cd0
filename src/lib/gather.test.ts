import { describe, expect, it } from 'vitest';
import { FakeClock } from './clock.ts';
import { Gather } from './gather.ts';

/** A loop that looks for packets when told, and counts how long it rested. */
function setUp() {
  const clock = new FakeClock();
  let waiting: (() => void)[] = [];
  const rests: number[] = [];
  const gather = new Gather({ periodMs: 1, minRate: 2000 }, clock, {
    afterPoll: (run) => void waiting.push(run),
    rest: (ms) => {
      rests.push(ms);
      clock.advance(ms);
    },
  });
  const endRound = (): void => {
    const due = waiting;
    waiting = [];
    for (const run of due) run();
  };
  /** `count` packets looked at in one round, which takes `tookMs`. */
  const round = (count: number, tookMs: number): void => {
    clock.advance(tookMs);
    for (let index = 0; index < count; index++) gather.packet(clock.monotonic());
    endRound();
  };
  return { round, rests };
}

describe('Gather', () => {
  it('lets nobody wait where few packets come', () => {
    const { round, rests } = setUp();
    for (let index = 0; index < 1000; index++) round(1, 1);
    expect(rests).toEqual([]);
  });

  it('rests once a round for the rest of a millisecond where many come', () => {
    const { round, rests } = setUp();
    for (let index = 0; index < 1000; index++) round(5, 0.25);
    expect(rests.length).toBeGreaterThan(150);
    expect(rests.slice(10).every((ms) => ms > 0.5 && ms <= 0.75)).toBe(true);
  });

  it('never rests where there is more to do than a period holds', () => {
    const { round, rests } = setUp();
    for (let index = 0; index < 1000; index++) round(20, 1.5);
    expect(rests).toEqual([]);
  });

  it('stops when calls end', () => {
    const { round, rests } = setUp();
    for (let index = 0; index < 1000; index++) round(5, 0.25);
    for (let index = 0; index < 100; index++) round(1, 5);
    const before = rests.length;
    for (let index = 0; index < 100; index++) round(1, 5);
    expect(rests).toHaveLength(before);
  });
});
