import { expect, it } from 'vitest';
import { silentLogger } from '../lib/logger.ts';
import { ConfigReadings } from './config-readings.ts';

const settledNow = async (promise: Promise<void>): Promise<boolean> => {
  let done = false;
  void promise.then(() => (done = true));
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  return done;
};

it('settles when all readings of the tenant are over, also failed ones', async () => {
  const ends: ((error?: Error) => void)[] = [];
  const readings = new ConfigReadings(() => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    ends.push((error) => (error ? reject(error) : resolve()));
    return promise;
  }, silentLogger);
  expect(await settledNow(readings.settled('a'))).toBe(true);
  readings.begin('a');
  readings.begin('a');
  const both = readings.settled('a');
  ends[1]?.();
  expect(await settledNow(both)).toBe(false);
  expect(await settledNow(readings.settled('b'))).toBe(true);
  ends[0]?.(new Error('the database is away'));
  expect(await settledNow(both)).toBe(true);
  expect(await settledNow(readings.settled('a'))).toBe(true);
});
