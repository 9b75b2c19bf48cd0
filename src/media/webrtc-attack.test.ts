/** Outsiders at the port of a browser's line while it is set up and while it talks. The peer is libdatachannel. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AudioLine } from '../../test/support/audio-line.ts';
import { badHellos, helloOf, testIdentity } from '../../test/support/dtls-peers.ts';
import { silentLogger } from '../lib/logger.ts';
import { systemClock } from '../lib/clock.ts';
import { ATTRIBUTE, BINDING, serializeStun } from '../protocol/stun/message.ts';
import { WebrtcEndpoint, type WebrtcOptions } from './webrtc-endpoint.ts';
import type { WebrtcState } from './webrtc-transport.ts';

/** The row of the race asks for 1,000; ten at a time take a fifth of a second. */
const SETUPS = Number(process.env['SCC_DTLS_SETUPS'] ?? 100);
const AT_A_TIME = 10;
const CONNECT_MS = 10_000;

let outsider: Socket;
let reflected = 0;

beforeAll(async () => {
  outsider = createSocket('udp4');
  outsider.on('message', () => reflected++);
  outsider.bind(0, '127.0.0.1');
  await once(outsider, 'listening');
});

afterAll(() => {
  outsider.close();
});

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let count = 0;

interface Setup {
  endpoint: WebrtcEndpoint;
  line: AudioLine;
  states: WebrtcState[];
  answerSdp: string;
  port: number;
}

const optionsFor = (states: WebrtcState[]): WebrtcOptions => ({
  id: `line-${count++}`,
  host: '127.0.0.1',
  ports: { low: 46_600, high: 46_999 },
  clock: systemClock,
  logger: silentLogger,
  onDtmf: () => undefined,
  onState: (state) => void states.push(state),
});

/** A browser's offer, answered; `change` is what somebody does to it on the way. */
async function setUp(change: (sdp: string) => string = (sdp) => sdp): Promise<Setup> {
  const line = new AudioLine(`attack-${count}`, Buffer.alloc(8000, 0x55));
  const states: WebrtcState[] = [];
  const { endpoint, answerSdp } = await WebrtcEndpoint.answer({ ...optionsFor(states), offerSdp: change(await line.offer()) });
  return { endpoint, line, states, answerSdp, port: Number(/m=audio (\d+)/.exec(answerSdp)?.[1]) };
}

async function until(isSo: () => boolean, ms = CONNECT_MS): Promise<boolean> {
  const end = performance.now() + ms;
  while (performance.now() < end) {
    if (isSo()) return true;
    await wait(10);
  }
  return isSo();
}

function tearDown({ endpoint, line }: Setup): void {
  line.close();
  endpoint.close();
}

/** Packets at these ports each millisecond until the returned function is called. */
function shootAt(ports: readonly number[], packets: readonly Buffer[]): () => void {
  let next = 0;
  const timer = setInterval(() => {
    for (const port of ports) outsider.send(packets[next++ % packets.length] ?? Buffer.alloc(1), port, '127.0.0.1');
  }, 1);
  return () => clearInterval(timer);
}

describe('a browser\'s line', () => {
  it(`${SETUPS} set-ups, each with bad ClientHellos every millisecond: none fails, nothing is reflected`, { timeout: 60_000 + SETUPS * 2000 }, async () => {
    const before = reflected;
    let connected = 0;
    let shots = 0;
    for (let done = 0; done < SETUPS; done += AT_A_TIME) {
      const setups = await Promise.all(Array.from({ length: Math.min(AT_A_TIME, SETUPS - done) }, () => setUp()));
      const stop = shootAt(setups.map(({ port }) => port), [...badHellos(), helloOf({})]);
      for (const { line, answerSdp } of setups) void line.accept(answerSdp);
      await until(() => setups.every(({ states }) => states.includes('connected')));
      await until(() => setups.every(({ endpoint }) => endpoint.stats().packetsReceived > 5));
      stop();
      connected += setups.filter(({ states, endpoint }) => states.at(-1) === 'connected' && endpoint.stats().packetsReceived > 5).length;
      shots += setups.reduce((sum, { endpoint }) => sum + endpoint.stats().packetsFromStrangers, 0);
      setups.forEach(tearDown);
    }
    expect([connected, reflected - before]).toEqual([SETUPS, 0]);
    expect(shots).toBeGreaterThan(SETUPS * 20);
  });

  it('packets of all kinds from who does not know the password: no answer, no sound, no move', { timeout: 30_000 }, async () => {
    const setup = await setUp();
    await setup.line.accept(setup.answerSdp);
    await until(() => setup.endpoint.stats().packetsReceived > 10);
    const before = reflected;
    const fragment = /a=ice-ufrag:(\S+)/.exec(setup.answerSdp)?.[1] ?? '';
    const nomination = (password: string | null): Buffer =>
      serializeStun(
        {
          class: 'request',
          method: BINDING,
          transactionId: Buffer.alloc(12, 1),
          attributes: [{ type: ATTRIBUTE.username, value: Buffer.from(`${fragment}:x`) }, { type: ATTRIBUTE.useCandidate, value: Buffer.alloc(0) }],
        },
        password,
      );
    const rtp = Buffer.alloc(182, 0x55);
    rtp.writeUInt16BE(0x8000, 0);
    const stop = shootAt([setup.port], [nomination(null), nomination('guessed guessed guessed'), rtp, helloOf({}), Buffer.alloc(200, 0xc8), Buffer.alloc(3)]);
    await wait(1000);
    stop();
    const { packetsFromStrangers, packetsReceived } = setup.endpoint.stats();
    expect(packetsFromStrangers).toBeGreaterThan(200);
    expect(reflected).toBe(before);
    setup.line.forget();
    setup.endpoint.path.peer = setup.endpoint.path;
    await wait(500);
    // Control: who does know the keys is heard meanwhile, and hears.
    expect(setup.endpoint.stats().packetsReceived).toBeGreaterThan(packetsReceived + 15);
    expect(setup.line.heard.length).toBeGreaterThan(15);
    tearDown(setup);
  });

  it('another certificate than the one in the description is refused, ours and the browser\'s', { timeout: 30_000 }, async () => {
    const other = testIdentity().fingerprint;
    const wrong = (sdp: string): string => sdp.replaceAll(/a=fingerprint:sha-256 [0-9A-F:]+/g, `a=fingerprint:sha-256 ${other}`);
    const lied = await setUp(wrong);
    void lied.line.accept(lied.answerSdp);
    expect(await until(() => lied.states.includes('failed'))).toBe(true);
    await wait(300);
    expect([lied.states.includes('connected'), lied.endpoint.stats().packetsReceived]).toEqual([false, 0]);
    tearDown(lied);

    const believed = await setUp();
    void believed.line.accept(wrong(believed.answerSdp));
    expect(await until(() => believed.states.includes('connected'), 2000)).toBe(false);
    expect([believed.endpoint.stats().packetsReceived, believed.line.heard.length]).toEqual([0, 0]);
    tearDown(believed);
  });

  it('a peer that answers our offer is the client or the server, as it likes', { timeout: 30_000 }, async () => {
    for (const setup of ['active', 'passive'] as const) {
      const ours: WebrtcState[] = [];
      const { endpoint, offerSdp } = await WebrtcEndpoint.offer(optionsFor(ours));
      const line = new AudioLine(`answers-${setup}`, Buffer.alloc(8000, 0x55));
      // libdatachannel chooses active by itself; told that we are active it is passive.
      const answerSdp = await line.answer(setup === 'passive' ? offerSdp.replace('a=setup:actpass', 'a=setup:active') : offerSdp);
      expect(answerSdp).toContain(`a=setup:${setup}`);
      endpoint.accept(answerSdp);
      expect(await until(() => endpoint.stats().packetsReceived > 10)).toBe(true);
      expect(ours).toEqual(['connecting', 'connected']);
      line.close();
      endpoint.close();
    }
  });
});
