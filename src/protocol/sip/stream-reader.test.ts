import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LIMITS } from './limits.ts';
import { serialize } from './serialize.ts';
import { StreamReader, type StreamItem } from './stream-reader.ts';

const FOLDER = new URL('../../../test/fixtures/sip/', import.meta.url);
const message = (callId: string, body = ''): string =>
  `OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK${callId}\r\nCall-ID: ${callId}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

const describeItem = (item: StreamItem): string => {
  if (item.type === 'message') return serialize(item.message).toString('latin1');
  return item.type === 'ping' ? 'ping' : `error ${item.error.status} ${item.error.reason} ${item.error.framingLost}`;
};

function readAll(chunks: readonly Buffer[]): string[] {
  const reader = new StreamReader();
  return chunks.flatMap((chunk) => reader.push(chunk)).map(describeItem);
}

describe('StreamReader', () => {
  it('gives the same wherever the stream is cut', () => {
    const broken = message('broken', 'xyz').replace('OPTIONS ', 'OPTIONS  ');
    const stream = Buffer.from(`${message('one', 'hello')}\r\n${message('two')}\r\n\r\n${broken}${message('three', 'a\r\n\r\nb')}`);
    const whole = readAll([stream]);
    expect(whole.length).toBe(5);
    expect(whole.map((text) => /Call-ID: (\w+)/.exec(text)?.[1] ?? text)).toEqual(['one', 'two', 'ping', 'error 400 bad request line false', 'three']);
    for (let cut = 1; cut < stream.length; cut++) {
      expect(readAll([stream.subarray(0, cut), stream.subarray(cut)]), `cut at ${cut}`).toEqual(whole);
    }
    expect(readAll([...stream].map((byte) => Buffer.from([byte])))).toEqual(whole);
  });

  it('gives the same for every fixture, byte by byte', () => {
    for (const name of readdirSync(FOLDER)) {
      const bytes = readFileSync(new URL(name, FOLDER));
      expect(readAll([...bytes].map((byte) => Buffer.from([byte]))), name).toEqual(readAll([bytes]));
    }
  });

  it('says when a message has begun and not ended', () => {
    const reader = new StreamReader();
    expect(reader.midMessage).toBe(false);
    reader.push(Buffer.from('\r\n'));
    expect(reader.midMessage).toBe(false);
    reader.push(Buffer.from(message('x', 'abc').slice(0, -1)));
    expect(reader.midMessage).toBe(true);
    reader.push(Buffer.from('c'));
    expect(reader.midMessage).toBe(false);
  });

  it.each([
    ['two lengths', message('x').replace('Content-Length: 0', 'Content-Length: 0\r\nContent-Length: 0')],
    ['a negative length', message('x').replace('Length: 0', 'Length: -1')],
    ['garbage', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
  ])('gives the stream up after %s', (_what, text) => {
    const reader = new StreamReader();
    const items = reader.push(Buffer.from(`${text}${message('next')}`));
    expect(items.length).toBe(1);
    expect(items[0]).toMatchObject({ type: 'error', error: { framingLost: true } });
    expect(reader.push(Buffer.from(message('later')))).toEqual([]);
  });

  it('gives a message whose body has no length without the body, and then the stream up', () => {
    const text = `${message('x').replace('Content-Length: 0', 'Content-Type: application/sdp')}v=0\r\n${message('next')}`;
    for (const chunks of [[Buffer.from(text)], [...Buffer.from(text)].map((byte) => Buffer.from([byte]))]) {
      const items = readAll(chunks);
      expect(items.map((item) => /Call-ID: (\w+)/.exec(item)?.[1] ?? item)).toEqual(['x', 'error 400 no Content-Length true']);
    }
  });

  it.each([
    ['a head', `OPTIONS sip:a@b SIP/2.0\r\nX: ${'y'.repeat(LIMITS.streamMessageBytes)}`],
    ['a body', message('x').replace('Length: 0', `Length: ${LIMITS.streamMessageBytes}`)],
  ])('refuses %s of more than 64 KiB with 513', (_what, text) => {
    expect(new StreamReader().push(Buffer.from(text))[0]).toMatchObject({ type: 'error', error: { status: 513, framingLost: true } });
  });
});
