import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { systemClock } from './clock.ts';
import { measureEventLoopDelay } from './event-loop-delay.ts';

it('sees a process that is late all the time, once', async () => {
  const delay = measureEventLoopDelay();
  await new Promise((resolve) => setTimeout(resolve, 100));
  delay.takeWorst();
  for (let turn = 0; turn < 6; turn++) {
    const end = systemClock.monotonic() + 60;
    while (systemClock.monotonic() < end) randomBytes(64);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await new Promise((resolve) => setTimeout(resolve, 15));
  expect(delay.takeWorst()).toBeGreaterThan(40);
  expect(delay.takeWorst()).toBeLessThan(40);
  delay.stop();
});
