import { describe, expect, it } from 'vitest';
import { SlidingWindow } from './sliding-window.ts';

describe('a sliding window', () => {
  it('counts as a look at every time would', () => {
    let seed = 11;
    const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    const window = new SlidingWindow(1000);
    const times: number[] = [];
    let at = 0;
    for (let step = 0; step < 20_000; step++) {
      // In bursts, so that it grows beyond what is cut off at once, and empties again.
      at += random() < 0.01 ? random() * 2000 : random() * 2;
      if (random() < 0.7) {
        times.push(at);
        window.add(at);
      }
      if (step % 7 === 0) expect(window.countAt(at)).toBe(times.filter((time) => at - time < 1000).length);
    }
  });
});
