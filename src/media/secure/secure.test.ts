import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MediaProcess, remoteOf, startMediaProcess } from '../../../test/support/media-process.ts';
import { longestTone, RtpTonePhone, toneShareMulaw } from '../../../test/support/tones.ts';
import { serializeRtp } from '../../protocol/rtp/packet.ts';
import { srtpKeyBytes, type SrtpProfile } from '../../protocol/rtp/srtp-profile.ts';
import { answerFor, offerFor, remoteFromAnswer } from '../../protocol/sdp/negotiate.ts';
import type { RtpRemote } from '../protocol.ts';

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const SUITES: readonly SrtpProfile[] = ['AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32', 'AEAD_AES_128_GCM'];

let media: MediaProcess;
const phones: RtpTonePhone[] = [];
const sockets: Socket[] = [];
let count = 0;

async function phoneOn(frequency: number): Promise<{ phone: RtpTonePhone; endpoint: string }> {
  const phone = await RtpTonePhone.open({ frequency });
  phones.push(phone);
  const endpoint = `phone-${count++}`;
  const { host, port } = await media.client.call('createRtpEndpoint', { endpoint, remote: remoteOf(phone) });
  phone.start(host, port);
  return { phone, endpoint };
}

/** Two phones whose sound goes over a protected leg between two endpoints of ours; `tap` sees that leg's packets. */
async function protectedCall(suite: SrtpProfile) {
  const [near, far] = [await phoneOn(440), await phoneOn(1000)];
  const wire = await relay();
  const keys = { a: randomBytes(srtpKeyBytes(suite)).toString('base64'), b: randomBytes(srtpKeyBytes(suite)).toString('base64') };
  const base = { host: '127.0.0.1', codec: 'PCMU' as const, payloadType: 0, dtmfPayloadType: 101, direction: 'sendrecv' as const };
  const [one, two] = [`one-${count}`, `two-${count++}`];
  const a = await media.client.call('createRtpEndpoint', { endpoint: one, remote: null });
  const b = await media.client.call('createRtpEndpoint', { endpoint: two, remote: null });
  wire.join(a.port, b.port);
  await media.client.call('setRtpRemote', { endpoint: one, remote: { ...base, port: wire.first, srtp: { suite, localKey: keys.a, remoteKey: keys.b } } });
  await media.client.call('setRtpRemote', { endpoint: two, remote: { ...base, port: wire.second, srtp: { suite, localKey: keys.b, remoteKey: keys.a } } });
  await media.client.call('createBridge', { bridge: `near-${count}`, a: near.endpoint, b: one });
  await media.client.call('createBridge', { bridge: `far-${count++}`, a: far.endpoint, b: two });
  return { near, far, one, two, wire, portOfTwo: b.port };
}

/** Passes packets between two ports and keeps those that went to the second. */
async function relay() {
  const make = async (): Promise<Socket> => {
    const socket = createSocket('udp4');
    sockets.push(socket);
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return socket;
  };
  const [left, right] = [await make(), await make()];
  const seen: Buffer[] = [];
  return {
    first: left.address().port,
    second: right.address().port,
    seen,
    join(a: number, b: number): void {
      left.on('message', (packet) => {
        seen.push(packet);
        right.send(packet, b, '127.0.0.1');
      });
      right.on('message', (packet) => left.send(packet, a, '127.0.0.1'));
    },
    /** From the address that the second endpoint has locked on. */
    inject: (packet: Buffer, port: number) => right.send(packet, port, '127.0.0.1'),
  };
}

beforeAll(async () => {
  media = await startMediaProcess('46000-46199');
});

afterAll(async () => {
  for (const phone of phones) phone.close();
  for (const socket of sockets) socket.close();
  await media.stop();
});

describe('SRTP leg', () => {
  it.each(SUITES)('carries sound both ways, and nothing of it can be read on the wire (%s)', async (suite) => {
    const { near, far, wire } = await protectedCall(suite);
    await wait(700);
    expect(longestTone(near.phone.heardMulaw(), 1000)).toBeGreaterThan(300);
    expect(longestTone(far.phone.heardMulaw(), 440)).toBeGreaterThan(300);
    const payloads = Buffer.concat(wire.seen.map((packet) => packet.subarray(12, 172)));
    expect(payloads.length).toBeGreaterThan(3000);
    expect(toneShareMulaw(payloads, 440)).toBeLessThan(0.05);
  });

  it('takes nothing forged, plain or repeated, even from the address it is locked on', async () => {
    const { far, one, two, wire, portOfTwo } = await protectedCall('AES_CM_128_HMAC_SHA1_80');
    await wait(400);
    const replayed = wire.seen.splice(0).map((packet) => Buffer.from(packet));
    const before = far.phone.heard.length;
    const plain = (sequence: number): Buffer =>
      serializeRtp({ marker: false, payloadType: 0, sequence, timestamp: sequence * 160, ssrc: 1, csrcs: [], extension: null, payload: Buffer.alloc(160), padding: 0 });
    for (let index = 0; index < 500; index += 1) {
      wire.inject(Buffer.from(replayed[index % replayed.length] ?? ''), portOfTwo);
      wire.inject(plain(index), portOfTwo);
      if (index % 100 === 99) await wait(5);
    }
    await wait(300);
    const heard = far.phone.heard.slice(before);
    // Nothing more comes over the wire, and what is on its way arrives.
    await media.client.call('closeEndpoint', { endpoint: one });
    await wait(50);
    const { packetsReceived, packetsFromStrangers } = await media.client.call('closeEndpoint', { endpoint: two });
    expect(packetsFromStrangers).toBe(1000);
    // What was decoded is what came over the wire once, and no more.
    expect(packetsReceived).toBe(replayed.length + wire.seen.filter((packet) => packet.readUInt8(1) < 192).length);
    expect(heard.every((packet) => packet.payload.some((code) => code !== 0))).toBe(true);
  });

  it('goes on over a new description with the same keys, and takes new keys', async () => {
    const suite = 'AES_CM_128_HMAC_SHA1_80';
    const { host, port, sdesSecret } = await media.client.call('createRtpEndpoint', { endpoint: 'x', remote: null, secure: 'srtp' });
    const { host: otherHost, port: otherPort, sdesSecret: other } = await media.client.call('createRtpEndpoint', { endpoint: 'y', remote: null, secure: 'srtp' });
    if (!sdesSecret || !other) throw new Error('no SDES secret was made');
    const local = { host, port, sdesSecret, srtp: 'required' as const };
    const negotiate = async (version: number): Promise<RtpRemote> => {
      const { answerSdp, remote } = answerFor(offerFor(local, 'sendrecv', version), { host: otherHost, port: otherPort, sdesSecret: other }, 'sendrecv', version);
      const back = remoteFromAnswer(answerSdp, 'sendrecv', local);
      await media.client.call('setRtpRemote', { endpoint: 'x', remote: back });
      await media.client.call('setRtpRemote', { endpoint: 'y', remote });
      return back;
    };
    const [near, far] = [await phoneOn(440), await phoneOn(1000)];
    await media.client.call('createBridge', { bridge: 'bx', a: near.endpoint, b: 'x' });
    await media.client.call('createBridge', { bridge: 'by', a: far.endpoint, b: 'y' });
    expect((await negotiate(1)).srtp?.suite).toBe(suite);
    await wait(300);
    await negotiate(2);
    near.phone.forget();
    await wait(400);
    expect(longestTone(near.phone.heardMulaw(), 1000)).toBeGreaterThan(250);
    const bad = { ...(await negotiate(3)), srtp: { suite, localKey: 'AAAA', remoteKey: 'AAAA' } as const };
    await expect(media.client.call('setRtpRemote', { endpoint: 'x', remote: bad })).rejects.toMatchObject({ code: 'bad_command' });
  });
});
