import { createSocket, type Socket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { NO_TIME_SERVER, ServerClock } from './server-clock.ts';

let server: Socket;
let asked = 0;
let monotonic = 1000;
const clock = { ...systemClock, monotonic: () => monotonic };

beforeEach(async () => {
  asked = 0;
  server = createSocket('udp4');
  server.on('message', (question, { port, address }) => {
    asked++;
    const answer = Buffer.alloc(48);
    answer.writeUInt8(0x24, 0);
    answer.writeUInt8(1, 1);
    question.copy(answer, 24, 40, 48);
    for (const at of [32, 40]) answer.writeUInt32BE(Math.floor(Date.now() / 1000) + 2_208_988_800 + 10, at);
    server.send(answer, port, address);
  });
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
});
afterEach(() => new Promise<void>((resolve) => server.close(resolve)));

it('asks once in 64 s, and says where the time is from', async () => {
  const source = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const time = new ServerClock(source, clock);
  expect(time.view()).toEqual({ source, offsetMs: null, checkedAt: null });
  const offset = await time.offset();
  expect(offset).toBeGreaterThan(8900);
  expect(offset).toBeLessThan(10_100);
  monotonic += 63_000;
  expect(await time.offset()).toBe(offset);
  expect(asked).toBe(1);
  monotonic += 1000;
  await time.offset();
  expect(asked).toBe(2);
  expect(time.view()).toMatchObject({ source, checkedAt: expect.any(String) as string });
});

it('knows nothing when nobody answers, and nothing is asked of nobody', async () => {
  const time = new ServerClock('127.0.0.1:9', clock);
  await expect(time.offset()).rejects.toThrow();
  await expect(time.offset(), 'not asked again at once').rejects.toThrow('did not answer');
  expect(time.view()).toMatchObject({ offsetMs: null, checkedAt: null });
  const none = new ServerClock(null, clock);
  expect(await none.offset()).toBeUndefined();
  expect(none.view()).toEqual(NO_TIME_SERVER);
});
