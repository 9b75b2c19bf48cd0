import { createHash, randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MediaProcess, remoteOf, startMediaProcess } from '../../test/support/media-process.ts';
import { RtpTonePhone, toneMulaw, toneShareMulaw } from '../../test/support/tones.ts';
import { serializeRtp } from '../protocol/rtp/packet.ts';
import { openSealedStream, sourceOfFile } from '../vault/stream.ts';
import { bindPortPair } from './rtp-ports.ts';

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** Below the ephemeral ports (from 32,768 on Linux): every port here is probed, and a port of another test's must not be among them. */
const PORTS = { low: 27_200, high: 27_299 };
/** Packets to each port; 2,000 with `SCC_PROBES=2000`. */
const PROBES = Number(process.env['SCC_PROBES'] ?? 100);

let media: MediaProcess;
const phones: RtpTonePhone[] = [];
const sockets: Socket[] = [];

async function phoneOn(endpoint: string, frequency: number, host?: string): Promise<{ phone: RtpTonePhone; port: number }> {
  const phone = await RtpTonePhone.open({ frequency });
  phones.push(phone);
  const remote = { ...remoteOf(phone), ...(host && { host }) };
  const { port } = await media.client.call('createRtpEndpoint', { endpoint, remote });
  phone.start('127.0.0.1', port);
  return { phone, port };
}

async function stranger(): Promise<{ socket: Socket; heardBytes: () => number; forget: () => void }> {
  const socket = createSocket('udp4');
  sockets.push(socket);
  let bytes = 0;
  socket.on('message', (packet) => (bytes += packet.length));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { socket, heardBytes: () => bytes, forget: () => (bytes = 0) };
}

const hashOf = ({ payload }: { payload: Buffer }): string => createHash('sha256').update(payload).digest('hex');

const EVIL = toneMulaw(2000, 20);
const evilPacket = (sequence: number): Buffer =>
  serializeRtp({ marker: false, payloadType: 0, sequence: sequence & 0xffff, timestamp: sequence * 160, ssrc: 0xbad, csrcs: [], extension: null, payload: EVIL, padding: 0 });
/** A receiver report of nobody's. */
const evilReport = Buffer.from('80c90001deadbeef', 'hex');

/** Sends to every port of the process. */
async function probe(socket: Socket, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    for (let port = PORTS.low; port <= PORTS.high; port += 1) socket.send(port % 2 === 0 ? evilPacket(round) : evilReport, port, '127.0.0.1');
    await wait(4);
  }
}

/** 1,000 packets a second at one port. */
async function inject(socket: Socket, port: number, durationMs: number): Promise<void> {
  const begun = performance.now();
  for (let sent = 0; performance.now() - begun < durationMs; await wait(2)) {
    while (sent < performance.now() - begun) socket.send(evilPacket(sent++), port, '127.0.0.1');
  }
}

/** 20 ms pieces in which the stranger's tone can be found. */
function evilPieces(sound: Buffer): number {
  let found = 0;
  for (let at = 0; at + 160 <= sound.length; at += 160) if (toneShareMulaw(sound.subarray(at, at + 160), 2000) > 0.05) found += 1;
  return found;
}

beforeAll(async () => {
  media = await startMediaProcess(`${PORTS.low}-${PORTS.high}`);
});

afterAll(async () => {
  for (const phone of phones) phone.close();
  for (const socket of sockets) socket.close();
  await media.stop();
});

describe('RTP bleed', () => {
  it('reflects no byte to a prober of every port while calls are up', async () => {
    for (let call = 0; call < 5; call += 1) {
      await phoneOn(`p${call}`, 400);
      await phoneOn(`q${call}`, 500);
      await media.client.call('createBridge', { bridge: `b${call}`, a: `p${call}`, b: `q${call}` });
    }
    await phoneOn('echo', 600);
    await media.client.call('setEcho', { endpoint: 'echo', on: true });
    // Open, but nobody was signalled yet.
    await media.client.call('createRtpEndpoint', { endpoint: 'waiting', remote: null });
    await media.client.call('setEcho', { endpoint: 'waiting', on: true });
    await wait(100);
    const { socket, heardBytes, forget } = await stranger();
    await probe(socket, PROBES);
    await wait(200);
    expect(heardBytes()).toBe(0);

    // Control: an echo that waits for a peer behind NAT takes whoever speaks first, and the prober hears itself.
    const remote = { host: '10.9.9.9', port: 4000, codec: 'PCMU', payloadType: 0, dtmfPayloadType: null, direction: 'sendrecv' } as const;
    await media.client.call('setRtpRemote', { endpoint: 'waiting', remote });
    forget();
    await probe(socket, 3);
    await wait(100);
    expect(heardBytes()).toBeGreaterThan(0);
    for (let call = 0; call < 5; call += 1) for (const endpoint of [`p${call}`, `q${call}`]) await media.client.call('closeEndpoint', { endpoint });
  }, 20_000 + PROBES * 50);
});

describe('RTP injection', () => {
  it('puts no sample of a third address into call or recording, and never lets it take over without signalling', async () => {
    const a = await phoneOn('a', 440);
    const b = await phoneOn('b', 1000);
    await media.client.call('createBridge', { bridge: 'ab', a: 'a', b: 'b' });
    const path = join(media.folder, 'attacked.scr');
    const key = randomBytes(32);
    await media.client.call('startRecording', { recording: 'r', left: 'a', right: 'b', path, seal: { key: key.toString('base64'), associatedData: 'x' } });
    await wait(1400);
    const { socket, heardBytes } = await stranger();
    // The tone comes round every second, 50 packets: what is heard in peace is all that may be heard under attack, byte for byte.
    const clean = new Set(b.phone.heard.slice(5).map(hashOf));
    expect(clean.size).toBeLessThanOrEqual(50);
    b.phone.forget();
    await inject(socket, a.port, 1500);
    expect(b.phone.heard.map(hashOf).filter((hash) => !clean.has(hash))).toEqual([]);
    // The legal source falls silent; the other still has no say.
    a.phone.stop();
    const legal = b.phone.heard.length;
    await inject(socket, a.port, 500);
    expect(legal).toBeGreaterThan(60);
    expect(b.phone.heard.length - legal).toBeLessThanOrEqual(2);
    expect(evilPieces(b.phone.heardMulaw())).toBe(0);
    expect(heardBytes()).toBe(0);

    await media.client.call('stopRecording', { recording: 'r' });
    const file = await open(path);
    const reader = await openSealedStream({ source: await sourceOfFile(file), key, associatedData: Buffer.from('x') });
    const sound = await reader.read(0, reader.sizeBytes);
    await file.close();
    const left = Buffer.from(sound.filter((_, index) => index % 2 === 0));
    expect(evilPieces(left)).toBe(0);

    // Control: the same detector sees the same packets once the address has been signalled.
    const { port } = socket.address();
    await media.client.call('setRtpRemote', { endpoint: 'a', remote: { ...remoteOf(a.phone), port } });
    b.phone.forget();
    await inject(socket, a.port, 100);
    expect(evilPieces(b.phone.heardMulaw())).toBeGreaterThan(20);
    await media.client.call('closeEndpoint', { endpoint: 'a' });
  }, 20_000);
});

describe('ports', () => {
  it('cannot be guessed from those before', async () => {
    const pairs = [];
    for (let index = 0; index < 60; index += 1) pairs.push(await bindPortPair('127.0.0.1', { low: 46_300, high: 46_899 }));
    const ports = pairs.map(({ port }) => port);
    for (const { rtp, rtcp } of pairs) {
      rtp.close();
      rtcp.close();
    }
    const steps = ports.slice(1).map((port, index) => port - (ports[index] ?? 0));
    // Neighbours would be steps of 2; by chance one of 300 pairs is, so that more than a few of 59 mean a rule.
    expect(steps.filter((step) => Math.abs(step) <= 2).length).toBeLessThan(6);
    expect(new Set(steps).size).toBeGreaterThan(40);
    expect(Math.max(...ports) - Math.min(...ports)).toBeGreaterThan(400);
  });
});
