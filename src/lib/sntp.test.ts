import { createSocket, type Socket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from './clock.ts';
import { askTime, readTimeAnswer, SntpError, timeQuestion } from './sntp.ts';

/** A server's answer; times in ms since the Unix epoch. */
function answerTo(question: Buffer, receivedMs: number, transmittedMs: number, { first = 0x24, stratum = 2 } = {}): Buffer {
  const answer = Buffer.alloc(48);
  answer.writeUInt8(first, 0);
  answer.writeUInt8(stratum, 1);
  question.copy(answer, 24, 40, 48);
  for (const [at, ms] of [[32, receivedMs], [40, transmittedMs]] as const) {
    answer.writeUInt32BE((Math.floor(ms / 1000) + 2_208_988_800) % 2 ** 32, at);
    answer.writeUInt32BE(Math.floor(((ms % 1000) / 1000) * 2 ** 32), at + 4);
  }
  return answer;
}

const NOON = Date.UTC(2026, 10, 29, 12, 0, 0);

describe('an answer about the time', () => {
  const question = timeQuestion();

  it('gives offset and delay by the four times of RFC 4330 section 5', () => {
    // We are 500 ms behind; 20 ms there, 10 ms in the server, 30 ms back.
    const { offsetMs, delayMs, stratum } = readTimeAnswer(question, answerTo(question, NOON + 520, NOON + 530), NOON, 60);
    expect(offsetMs).toBeCloseTo(495, 3);
    expect(delayMs).toBeCloseTo(50, 3);
    expect(stratum).toBe(2);
  });

  it('is read beyond 2036, when the seconds of NTP begin anew', () => {
    const later = Date.UTC(2040, 0, 1);
    expect(readTimeAnswer(question, answerTo(question, later, later), later, 0).offsetMs).toBeCloseTo(0, 3);
  });

  it.each([
    ['too short', (good: Buffer) => good.subarray(0, 47)],
    ['of a client', () => answerTo(question, NOON, NOON, { first: 0x23 })],
    ['of a server that is not synchronised', () => answerTo(question, NOON, NOON, { first: 0xe4 })],
    ['a kiss of death', () => answerTo(question, NOON, NOON, { stratum: 0 })],
    ['to another question', () => answerTo(timeQuestion(), NOON, NOON)],
  ])('is refused when it is %s', (_what, make) => {
    expect(() => readTimeAnswer(question, make(answerTo(question, NOON, NOON)), NOON, 1)).toThrow(SntpError);
  });
});

describe('asking', () => {
  let server: Socket;
  let onQuestion: (question: Buffer, reply: (answer: Buffer) => void) => void;
  const address = (): string => `127.0.0.1:${(server.address() as AddressInfo).port}`;

  beforeEach(async () => {
    server = createSocket('udp4');
    server.on('message', (question, { port, address: host }) => onQuestion(question, (answer) => server.send(answer, port, host)));
    await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
  });
  afterEach(() => new Promise<void>((resolve) => server.close(resolve)));

  it('tells a clock that is off', async () => {
    onQuestion = (question, reply) => reply(answerTo(question, Date.now() + 5000, Date.now() + 5000));
    const { offsetMs } = await askTime(address(), systemClock);
    expect(offsetMs).toBeGreaterThan(4900);
    expect(offsetMs).toBeLessThan(5100);
  });

  it('gives up on a server that is silent, is not there, or talks nonsense', async () => {
    onQuestion = () => undefined;
    await expect(askTime(address(), systemClock, 50)).rejects.toThrow('no answer within 50 ms');
    onQuestion = (_question, reply) => reply(Buffer.from('hello'));
    await expect(askTime(address(), systemClock)).rejects.toThrow(SntpError);
    await expect(askTime('no-such-host.invalid', systemClock)).rejects.toThrow(SntpError);
  });
});
