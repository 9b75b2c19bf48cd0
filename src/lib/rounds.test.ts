import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { FakeClock } from './clock.ts';
import { startRounds } from './rounds.ts';

it('rests after each round, goes on after one that failed, and its end waits for the one that runs', async () => {
  const clock = new FakeClock();
  const begun: PromiseWithResolvers<void>[] = [];
  const errors: unknown[] = [];
  const round = (): Promise<void> => {
    const work = Promise.withResolvers<void>();
    begun.push(work);
    return work.promise;
  };
  const stop = startRounds({ clock, everyMs: 1_000, round, onError: (error) => errors.push(error) });
  expect(begun.length).toBe(0);
  clock.advance(1_000);
  clock.advance(10_000);
  expect(begun.length).toBe(1);
  begun[0]?.reject(new Error('away'));
  await turn();
  expect(errors).toEqual([new Error('away')]);
  clock.advance(999);
  expect(begun.length).toBe(1);
  clock.advance(1);
  expect(begun.length).toBe(2);
  let isOver = false;
  const stopping = stop().then(() => (isOver = true));
  await turn();
  expect(isOver).toBe(false);
  begun[1]?.resolve();
  await stopping;
  clock.advance(10_000);
  expect(begun.length).toBe(2);
  expect(clock.pending).toBe(0);
});

it('may begin at once', async () => {
  const clock = new FakeClock();
  let rounds = 0;
  const stop = startRounds({ clock, everyMs: 1_000, round: () => Promise.resolve(void (rounds += 1)), onError: () => undefined, isFirstNow: true });
  expect(rounds).toBe(1);
  await stop();
  expect(clock.pending).toBe(0);
});
