import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../lib/clock.ts';
import { silentLogger } from '../lib/logger.ts';
import { OWN_TORTURE, TORTURE, type TortureCase } from '../../test/support/torture-answers.ts';
import { SipUserAgent } from './sip-agent.ts';
import type { SipLegEvent } from './types.ts';

const RFC_FOLDER = new URL('../../../shared/torture/rfc4475/', import.meta.url);
const OWN_FOLDER = new URL('../../test/fixtures/sip/', import.meta.url);
/** Messages that begin but do not end are closed after this long; short, so that the test need not wait. */
const INCOMPLETE_MS = 150;

const events: SipLegEvent[] = [];
let agent: SipUserAgent;
let ports: { udpPort: number; tcpPort: number };
let socket: Socket;
let replies: string[] = [];

beforeAll(async () => {
  agent = new SipUserAgent({
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
    logger: silentLogger,
    random: randomBytes,
    directory: { trunkFor: () => ({ trunkId: 't', tenantId: null }), deviceSecret: () => Promise.resolve(null), bindingsChanged: () => undefined },
    onEvent: (event) => {
      events.push(event);
      if (event.type === 'incoming') agent.reject(event.invite.legId, 404);
    },
    tcpLimits: { incompleteMs: INCOMPLETE_MS },
  });
  ports = await agent.start();
  socket = createSocket('udp4');
  socket.on('message', (bytes) => replies.push(bytes.toString('latin1')));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  socket.close();
  await agent.stop();
});

let probes = 0;

function probe(transport: 'UDP' | 'TCP'): { text: string; callId: string } {
  const callId = `probe-${++probes}`;
  const lines = [
    'OPTIONS sip:probe@127.0.0.1 SIP/2.0',
    `Via: SIP/2.0/${transport} probe.test;branch=z9hG4bK${callId};rport`,
    'From: <sip:probe@probe.test>;tag=p',
    'To: <sip:probe@127.0.0.1>',
    `Call-ID: ${callId}`,
    'CSeq: 1 OPTIONS',
    'Content-Length: 0',
  ];
  return { text: `${lines.join('\r\n')}\r\n\r\n`, callId };
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const isFinal = (reply: string): boolean => !reply.startsWith('SIP/2.0 1');
const statusOf = (reply: string | undefined): number => Number(reply?.slice(8, 11));

/** Waits until something is so, or two seconds; what it was is judged by the caller. */
async function until(isSo: () => boolean): Promise<void> {
  for (let waited = 0; waited < 2000 && !isSo(); waited += 2) await sleep(2);
}

/**
 * Sends one datagram and then a probe; all that came before the answer to the probe is what the datagram got. Nobody sends
 * ACK here, so answers to earlier INVITEs come again and again: those are told by being the same to the byte.
 */
async function overUdp(bytes: Buffer, expectsReply: boolean): Promise<string[]> {
  const fresh = (): string[] => replies.filter((reply) => !known.has(reply) && isFinal(reply) && !reply.includes('Call-ID: probe-'));
  for (const reply of replies) known.add(reply);
  replies = [];
  socket.send(bytes, ports.udpPort, '127.0.0.1');
  // Authentication asks the directory in a later turn; the probe must not overtake its answer.
  if (expectsReply) await until(() => fresh().length > 0);
  const { text, callId } = probe('UDP');
  const answer = (): string | undefined => replies.find((reply) => reply.includes(callId));
  socket.send(text, ports.udpPort, '127.0.0.1');
  await until(() => answer() !== undefined);
  expect(statusOf(answer())).toBe(200);
  return [...new Set(fresh())];
}

const known = new Set<string>();

interface StreamResult {
  replies: string[];
  closed: boolean;
  waited: boolean;
}

async function overTcp(bytes: Buffer, wanted: 'reply' | 'close' | 'wait' | 'nothing'): Promise<StreamResult> {
  const stream = connect(ports.tcpPort, '127.0.0.1');
  let text = '';
  let closed = false;
  stream.on('data', (chunk) => (text += chunk.toString('latin1')));
  stream.on('error', () => undefined);
  stream.on('close', () => (closed = true));
  await new Promise((resolve) => stream.once('connect', resolve));
  stream.write(bytes);
  await sleep(5);
  const waited = !closed && text === '';
  const finals = (): string[] => text.split(/(?=SIP\/2\.0 \d{3} )/).filter((part) => part !== '' && isFinal(part));
  // Not any answer: on a busy machine a 100 goes ahead, and a long answer comes in pieces.
  if (wanted === 'reply') await until(() => finals().some((reply) => reply.includes('\r\n\r\n')));
  else if (wanted !== 'nothing') await until(() => closed);
  const { text: probeText, callId } = probe('TCP');
  const alive = closed ? connect(ports.tcpPort, '127.0.0.1') : stream;
  let probeReply = '';
  alive.on('data', (chunk) => (probeReply += chunk.toString('latin1')));
  alive.on('error', () => undefined);
  alive.write(probeText);
  await until(() => probeReply.includes(callId));
  expect(probeReply).toContain(callId);
  // Read only now: an answer that should not be there comes before that to the probe, not at once.
  const own = finals().filter((reply) => !reply.includes(callId));
  alive.destroy();
  stream.destroy();
  return { replies: own, closed, waited };
}

const incomingSince = (mark: number): number => events.slice(mark).filter(({ type }) => type === 'incoming').length;

async function checkUdp(bytes: Buffer, wanted: TortureCase): Promise<void> {
  const mark = events.length;
  const got = await overUdp(bytes, wanted.udp !== 'dropped');
  const expected = wanted.udp === 'dropped' ? [] : [wanted.udp === 'incoming' ? 404 : wanted.udp];
  expect(got.map(statusOf)).toEqual(expected);
  expect(incomingSince(mark)).toBe(wanted.udp === 'incoming' ? 1 : 0);
  if (wanted.header !== undefined) expect(got[0]).toContain(`\r\n${wanted.header}`);
}

function expectationOf(answer: TortureCase['tcp'], endsStream: boolean): 'reply' | 'close' | 'wait' | 'nothing' {
  if (answer === 'closed' || endsStream) return 'close';
  if (answer === 'waits') return 'wait';
  return answer === 'dropped' ? 'nothing' : 'reply';
}

async function checkTcp(bytes: Buffer, wanted: TortureCase): Promise<void> {
  const answer = wanted.tcp ?? wanted.udp;
  const result = await overTcp(bytes, expectationOf(answer, wanted.endsStream === true));
  if (answer === 'waits') expect(result).toMatchObject({ replies: [], waited: true, closed: true });
  else if (answer === 'closed') {
    expect(result.closed).toBe(true);
    for (const reply of result.replies) expect(statusOf(reply)).toBe(400);
    if (typeof wanted.udp === 'number') expect(result.replies.length).toBe(1);
  } else if (answer === 'dropped') expect(result).toMatchObject({ replies: [], closed: false });
  else {
    // Bytes after Content-Length are the next message here, so there may be a second answer.
    expect(result.replies.map(statusOf)).toContain(answer === 'incoming' ? 404 : answer);
    if (wanted.header !== undefined) expect(result.replies[0]).toContain(`\r\n${wanted.header}`);
  }
}

const hasRfcMessages = existsSync(RFC_FOLDER);

describe.skipIf(!hasRfcMessages)('RFC 4475 messages on real sockets', () => {
  const names = Object.keys(TORTURE);
  const read = (name: string): Buffer => readFileSync(new URL(`${name}.dat`, RFC_FOLDER));

  it('are all in the table', () => {
    const files = readdirSync(RFC_FOLDER).map((file) => file.replace('.dat', ''));
    expect(names.toSorted()).toEqual(files.toSorted());
  });

  it.each(names)('%s over UDP', (name) => checkUdp(read(name), TORTURE[name] as TortureCase));
  it.each(names)('%s over TCP', (name) => checkTcp(read(name), TORTURE[name] as TortureCase));
});

describe('own messages for the same and more on real sockets', () => {
  const names = Object.keys(OWN_TORTURE);
  const read = (name: string): Buffer => readFileSync(new URL(`${name}.dat`, OWN_FOLDER));

  it('are all in the table', () => {
    const files = readdirSync(OWN_FOLDER).map((file) => file.replace('.dat', ''));
    expect(names.toSorted()).toEqual(files.toSorted());
  });

  it.each(names)('%s over UDP', (name) => checkUdp(read(name), OWN_TORTURE[name] as TortureCase));
  it.each(names)('%s over TCP', (name) => checkTcp(read(name), OWN_TORTURE[name] as TortureCase));

  it.each([
    ['another status', 'required-extension-unknown', { udp: 400 }],
    ['a header that is missing', 'no-space-before-bracket', { udp: 200, header: 'Unsupported: x' }],
    ['a call where none may come', 'cseq-of-another-method', { udp: 'incoming' }],
    ['an answer to what must be dropped', 'required-extension-unknown', { udp: 'dropped' }],
  ] as const)('control: %s would be seen', async (what, name, wrong: TortureCase) => {
    // New messages: the same again would get the same answer again, which is passed over.
    const anew = (way: string): Buffer => {
      const mark = `${way}${what.length}`;
      return Buffer.from(read(name).toString('latin1').replaceAll('z9hG4bK', `z9hG4bK${mark}`).replace('Call-ID: ', `Call-ID: ${mark}`), 'latin1');
    };
    await expect(checkUdp(anew('u'), wrong)).rejects.toThrow();
    await expect(checkTcp(anew('t'), wrong)).rejects.toThrow();
  });
});
