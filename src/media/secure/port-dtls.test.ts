/** DTLS-SRTP without ICE between endpoints of two media processes, with strangers at the ports. */
import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { badHellos, DtlsPeer, helloOf, namedBy, testIdentity } from '../../../test/support/dtls-peers.ts';
import { type MediaProcess, remoteOf, startMediaProcess } from '../../../test/support/media-process.ts';
import { longestTone, RtpTonePhone, toneShareMulaw } from '../../../test/support/tones.ts';
import { answerFor, type LocalRtp, type NegotiatedRemote, offerFor, remoteFromAnswer } from '../../protocol/sdp/negotiate.ts';

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let media: MediaProcess;
let other: MediaProcess;
const phones: RtpTonePhone[] = [];
const sockets: Socket[] = [];
let count = 0;

beforeAll(async () => {
  [media, other] = await Promise.all([startMediaProcess('46200-46399'), startMediaProcess('46400-46599')]);
});

afterAll(async () => {
  for (const phone of phones) phone.close();
  for (const socket of sockets) socket.close();
  await Promise.all([media.stop(), other.stop()]);
});

interface Side {
  endpoint: string;
  phone: RtpTonePhone;
  local: LocalRtp;
  process: MediaProcess;
}

/** An endpoint that can do DTLS, bridged to a telephone that says a tone. */
async function side(process: MediaProcess, frequency: number): Promise<Side> {
  const number = count++;
  const [endpoint, ear] = [`dtls-${number}`, `ear-${number}`];
  const { host, port, fingerprint = '' } = await process.client.call('createRtpEndpoint', { endpoint, remote: null, secure: 'srtp' });
  const phone = await RtpTonePhone.open({ frequency });
  phones.push(phone);
  const own = await process.client.call('createRtpEndpoint', { endpoint: ear, remote: remoteOf(phone) });
  phone.start(own.host, own.port);
  await process.client.call('createBridge', { bridge: `bridge-${number}`, a: endpoint, b: ear });
  return { endpoint, phone, process, local: { host, port, fingerprint, srtp: 'dtls' } };
}

interface Changes {
  ofOffer?: (sdp: string) => string;
  ofAnswer?: (sdp: string) => string;
}

/** Offer and answer between two sides. @returns what the one who answered takes the other for */
async function negotiate(a: Side, b: Side, version = 1, { ofOffer = (sdp) => sdp, ofAnswer = (sdp) => sdp }: Changes = {}): Promise<NegotiatedRemote> {
  const { answerSdp, remote } = answerFor(ofOffer(offerFor(a.local, 'sendrecv', version)), b.local, 'sendrecv', version);
  await b.process.client.call('setRtpRemote', { endpoint: b.endpoint, remote });
  await a.process.client.call('setRtpRemote', { endpoint: a.endpoint, remote: remoteFromAnswer(ofAnswer(answerSdp), 'sendrecv', a.local) });
  return remote;
}

const hears = ({ phone }: Side, hertz: number): number => longestTone(phone.heardMulaw(), hertz);

async function untilHeard(a: Side, b: Side): Promise<void> {
  for (let attempt = 0; attempt < 150 && (hears(a, 1000) < 200 || hears(b, 440) < 200); attempt++) await wait(20);
  expect(hears(a, 1000)).toBeGreaterThanOrEqual(200);
  expect(hears(b, 440)).toBeGreaterThanOrEqual(200);
}

async function socketOf(): Promise<Socket> {
  const socket = createSocket('udp4');
  sockets.push(socket);
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

describe('DTLS-SRTP without ICE', () => {
  it('carries sound both ways; nothing of it can be read; a new description keeps the keys', async () => {
    const [a, b] = [await side(media, 440), await side(other, 1000)];
    // Someone between the two who sees all of it.
    const relay = [await socketOf(), await socketOf()] as const;
    const seen: Buffer[] = [];
    const [toA, toB] = relay.map((socket) => socket.address().port) as [number, number];
    relay[0].on('message', (packet) => {
      seen.push(packet);
      relay[1].send(packet, b.local.port, '127.0.0.1');
    });
    relay[1].on('message', (packet) => {
      seen.push(packet);
      relay[0].send(packet, a.local.port, '127.0.0.1');
    });
    const changes = {
      ofOffer: (sdp: string) => sdp.replace(`m=audio ${a.local.port}`, `m=audio ${toB}`),
      ofAnswer: (sdp: string) => sdp.replace(`m=audio ${b.local.port}`, `m=audio ${toA}`),
    };
    const remote = await negotiate(a, b, 1, changes);
    expect(remote.dtls?.role).toBe('server');
    await untilHeard(a, b);
    const payloads = Buffer.concat(seen.filter((packet) => packet.length > 172).map((packet) => packet.subarray(12, 172)));
    expect(payloads.length).toBeGreaterThan(3000);
    expect(toneShareMulaw(payloads, 440)).toBeLessThan(0.05);
    await negotiate(a, b, 2, changes);
    a.phone.forget();
    b.phone.forget();
    await untilHeard(a, b);
    expect(seen.filter((packet) => packet.readUInt8(0) === 22).length).toBeLessThan(12);
  });

  it('works with either side as the client', async () => {
    const [a, b] = [await side(media, 440), await side(other, 1000)];
    const remote = await negotiate(a, b, 1, { ofOffer: (sdp) => sdp.replace('setup:actpass', 'setup:passive') });
    expect(remote.dtls?.role).toBe('client');
    await untilHeard(a, b);
  });

  it('strangers at both ports change nothing: bad hellos each millisecond, and a whole handshake with their own certificate', async () => {
    const [a, b] = [await side(media, 440), await side(other, 1000)];
    const stranger = await socketOf();
    const liar = new DtlsPeer({ role: 'client', identity: testIdentity(), fingerprints: [{ algorithm: 'sha-256', value: b.local.fingerprint ?? '' }], random: randomBytes });
    const send = (datagrams: readonly Buffer[]): void => datagrams.forEach((each) => stranger.send(each, b.local.port, '127.0.0.1'));
    stranger.on('message', (bytes) => send(liar.step({ type: 'datagram', bytes, nowMs: performance.now() })));
    const hellos = badHellos();
    let next = 0;
    const shooting = setInterval(() => {
      for (const { local } of [a, b]) stranger.send(hellos[next++ % hellos.length] ?? Buffer.alloc(1), local.port, '127.0.0.1');
    }, 1);
    try {
      // The stranger is first.
      await b.process.client.call('setRtpRemote', { endpoint: b.endpoint, remote: answerFor(offerFor(a.local, 'sendrecv'), b.local, 'sendrecv').remote });
      send(liar.step({ type: 'start', nowMs: performance.now() }));
      await wait(300);
      expect(liar.connected).toBeUndefined();
      expect(liar.state.stage).toBe('finished');
      await negotiate(a, b, 2);
      await untilHeard(a, b);
    } finally {
      clearInterval(shooting);
    }
    expect(liar.connected).toBeUndefined();
  });

  it('finds the peer behind NAT, at an address that was not signalled, among others who knock first', async () => {
    const [a, b] = [await side(media, 440), await side(other, 1000)];
    const strangers = await Promise.all(Array.from({ length: 6 }, socketOf));
    await b.process.client.call('setRtpRemote', { endpoint: b.endpoint, remote: answerFor(offerFor(a.local, 'sendrecv').replace(`m=audio ${a.local.port}`, 'm=audio 9'), b.local, 'sendrecv').remote });
    for (const socket of strangers) socket.send(helloOf({}), b.local.port, '127.0.0.1');
    await wait(100);
    await negotiate(a, b, 2, { ofOffer: (sdp) => sdp.replace(`m=audio ${a.local.port}`, 'm=audio 9') });
    await untilHeard(a, b);
  });

  it('a certificate other than the one described is refused, on both sides: nothing is heard, and core is told', async () => {
    const [a, b] = [await side(media, 440), await side(other, 1000)];
    const [wrong] = namedBy(testIdentity());
    await negotiate(a, b, 1, { ofOffer: (sdp) => sdp.replace(/a=fingerprint:.*/, `a=fingerprint:sha-256 ${wrong?.value}`) });
    await other.event('endpointState', (event) => event.endpoint === b.endpoint && event.state === 'failed');
    await wait(300);
    expect([hears(a, 1000), hears(b, 440)]).toEqual([0, 0]);
    expect((await other.client.call('closeEndpoint', { endpoint: b.endpoint })).packetsReceived).toBe(0);

    const [c, d] = [await side(media, 440), await side(other, 1000)];
    await negotiate(c, d, 1, { ofAnswer: (sdp) => sdp.replace(/a=fingerprint:.*/, `a=fingerprint:sha-256 ${wrong?.value}`) });
    await media.event('endpointState', (event) => event.endpoint === c.endpoint && event.state === 'failed');
    await wait(300);
    expect([hears(c, 1000), hears(d, 440)]).toEqual([0, 0]);
  });
});
