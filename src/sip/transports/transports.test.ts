import { spawn } from 'node:child_process';
import { randomBytes, X509Certificate } from 'node:crypto';
import { connect as connectTcp, type Socket } from 'node:net';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { SipPhone } from '../../../test/support/sip-phone.ts';
import { FakeClock, systemClock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/logger.ts';
import { offerFor } from '../../protocol/sdp/negotiate.ts';
import { SipUserAgent, type SipAgentOptions } from '../sip-agent.ts';
import type { SipSource } from '../types.ts';
import { CertificateFiles, makeCertificate } from './certificate-files.ts';
import { selfSigned } from './self-signed.ts';
import type { TlsIdentity } from './tls.ts';

const NAMES = ['localhost', '127.0.0.1', '::1'];
const SDP = offerFor({ host: '127.0.0.1', port: 41_900 }, 'sendrecv');
const cleanUp: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const run of cleanUp.splice(0).toReversed()) await run();
});

function identityOf(pair = selfSigned(NAMES, Date.now(), 30, randomBytes)): TlsIdentity {
  return { ...pair, onChange: () => () => undefined };
}

async function phone(agent: Partial<SipAgentOptions>, host = '127.0.0.1') {
  const started = await SipPhone.start({ user: 'bob', host, agent });
  cleanUp.push(() => started.stop());
  return started;
}

async function agentWith(options: Partial<SipAgentOptions>) {
  const sources: SipSource[] = [];
  const agent = new SipUserAgent({
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
    logger: silentLogger,
    random: randomBytes,
    directory: {
      trunkFor: (source) => (sources.push(source), { trunkId: 't', tenantId: null }),
      deviceSecret: () => Promise.resolve(null),
      bindingsChanged: () => undefined,
    },
    onEvent: (event) => {
      if (event.type === 'incoming') agent.reject(event.invite.legId, 486);
    },
    ...options,
  });
  cleanUp.push(() => agent.stop());
  return { agent, sources, ...(await agent.start()) };
}

const options = (via: string, method = 'OPTIONS'): string =>
  [
    `${method} sip:x@127.0.0.1 SIP/2.0`,
    `Via: SIP/2.0/${via} host.invalid;branch=z9hG4bK${randomBytes(6).toString('hex')}`,
    'From: <sip:a@host.invalid>;tag=a',
    'To: <sip:x@127.0.0.1>',
    `Call-ID: ${randomBytes(6).toString('hex')}`,
    `CSeq: 1 ${method}`,
    'Contact: <sip:a@host.invalid;transport=ws>',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');

function firstData(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once('data', (bytes) => resolve(bytes.toString('latin1')));
    socket.once('close', () => reject(new Error('closed')));
    socket.once('error', reject);
  });
}

describe('TLS', () => {
  it('answers OPTIONS from a client that trusts the certificate', async () => {
    const identity = identityOf();
    const { tlsPort } = await agentWith({ tls: { port: 0, identity } });
    const socket = connectTls({ host: '127.0.0.1', port: tlsPort, ca: identity.certificate });
    cleanUp.push(() => void socket.destroy());
    socket.write(options('TLS'));
    expect(await firstData(socket)).toMatch(/^SIP\/2\.0 200 OK\r\nVia: SIP\/2\.0\/TLS /);
    expect(socket.authorized).toBe(true);
    expect(['TLSv1.2', 'TLSv1.3']).toContain(socket.getProtocol());
  });

  it('refuses TLS 1.1 and ciphers without authentication of their own', async () => {
    const { tlsPort } = await agentWith({ tls: { port: 0, identity: identityOf() } });
    const bad = [{ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }, { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' }] as const;
    for (const wrong of bad) {
      const socket = connectTls({ host: '127.0.0.1', port: tlsPort, rejectUnauthorized: false, ...wrong });
      await expect(firstData(socket)).rejects.toThrow();
    }
  });

  it.each([';transport=tls', 'sips'])('carries a call: %s', async (kind) => {
    const identity = identityOf();
    const tls = { port: 0, identity, authorities: [identity.certificate] };
    const bob = await phone({ tls });
    const alice = await phone({ tls });
    const port = (bob.agent.dump()['ports'] as { tls: number }).tls;
    const call = alice.call(kind === 'sips' ? `sips:bob@127.0.0.1:${port}` : `sip:bob@localhost:${port}${kind}`, { sdp: SDP });
    const incoming = await bob.nextCall();
    expect(incoming.invite?.source.transport).toBe('tls');
    incoming.answer(SDP);
    await call.until('answered');
    await incoming.until('confirmed');
    await incoming.hangup();
    expect(await call.until('ended')).toMatchObject({ by: 'remote' });
  });

  it('does not call a peer whose certificate nobody vouches for', async () => {
    const bob = await phone({ tls: { port: 0, identity: identityOf() } });
    const alice = await phone({ tls: { port: 0, identity: identityOf() } });
    const port = (bob.agent.dump()['ports'] as { tls: number }).tls;
    const call = alice.call(`sips:bob@127.0.0.1:${port}`, { sdp: SDP });
    expect(await call.until('rejected')).toMatchObject({ status: 503 });
  });

  it('tells the names in a client certificate that it trusts, and none of one that it does not', async () => {
    const carrier = selfSigned(['sip.carrier.example'], Date.now(), 30, randomBytes);
    const stranger = selfSigned(['sip.carrier.example'], Date.now(), 30, randomBytes);
    const identity = identityOf();
    const { tlsPort, sources } = await agentWith({ tls: { port: 0, identity, authorities: [carrier.certificate], clientCertificates: 'optional' } });
    for (const pair of [carrier, stranger]) {
      const socket = connectTls({ host: '127.0.0.1', port: tlsPort, ca: identity.certificate, key: pair.key, cert: pair.certificate });
      socket.write(options('TLS', 'INVITE'));
      await firstData(socket);
      socket.destroy();
    }
    expect(sources.map(({ certified }) => certified)).toEqual([['sip.carrier.example'], undefined]);
  });

  it('shows a new certificate to new connections and keeps the old connections', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'scc-tls-'));
    cleanUp.push(() => rmSync(folder, { recursive: true }));
    const [certificateFile, keyFile] = [join(folder, 'a.crt'), join(folder, 'a.key')];
    makeCertificate(certificateFile, keyFile, NAMES, Date.now(), randomBytes);
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    const clock = new FakeClock();
    const files = new CertificateFiles({ certificateFile, keyFile, clock, logger: silentLogger });
    cleanUp.push(() => files.stop());
    const { tlsPort } = await agentWith({ tls: { port: 0, identity: files } });
    const open = (): Promise<TLSSocket> =>
      new Promise((resolve) => {
        const socket = connectTls({ host: '127.0.0.1', port: tlsPort, rejectUnauthorized: false }, () => resolve(socket));
        cleanUp.push(() => void socket.destroy());
      });
    const old = await open();
    const before = old.getPeerX509Certificate()?.serialNumber;
    rmSync(certificateFile);
    rmSync(keyFile);
    clock.advance(10_000);
    expect((await open()).getPeerX509Certificate()?.serialNumber).toBe(before);
    makeCertificate(certificateFile, keyFile, NAMES, Date.now(), randomBytes);
    clock.advance(10_000);
    expect((await open()).getPeerX509Certificate()?.serialNumber).toBe(new X509Certificate(files.certificate).serialNumber);
    expect(new X509Certificate(files.certificate).serialNumber).not.toBe(before);
    old.write(options('TLS'));
    expect(await firstData(old)).toContain('200 OK');
  });
});

describe('self-signed certificate', () => {
  it('is for the names that it was made for, and verifies itself', () => {
    const certificate = new X509Certificate(selfSigned([...NAMES, '2001:db8::7'], Date.UTC(2045, 0, 1), 3650, randomBytes).certificate);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    for (const name of NAMES.slice(1)) expect(certificate.checkIP(name)).toBe(name);
    expect(certificate.checkIP('2001:db8::7')).toBe('2001:db8::7');
    expect(certificate.checkHost('localhost')).toBe('localhost');
    expect(certificate.checkHost('example.jp')).toBeUndefined();
    // Beyond 2049 the other way of writing a time is used.
    expect(new Date(certificate.validTo).getUTCFullYear()).toBe(2054);
  });
});

describe('WebSocket', () => {
  const open = (port: number, protocols: string[], headers: Record<string, string> = {}): Promise<WebSocket> =>
    new Promise((resolve, reject) => {
      const init = { protocols, headers };
      const socket = new WebSocket(`ws://127.0.0.1:${port}/sip`, init as unknown as string[]);
      cleanUp.push(() => socket.close());
      socket.addEventListener('open', () => resolve(socket));
      socket.addEventListener('error', () => reject(new Error('refused')));
    });
  const answer = (socket: WebSocket): Promise<string> =>
    new Promise((resolve) => socket.addEventListener('message', ({ data }) => resolve(String(data)), { once: true }));
  const webSocket = { port: 0, securePort: null, origins: ['https://phone.example.jp'] };

  it('answers on the connection of the request', async () => {
    const { wsPort } = await agentWith({ webSocket });
    const socket = await open(wsPort, ['sip']);
    expect(socket.protocol).toBe('sip');
    socket.send(options('WS'));
    expect(await answer(socket)).toMatch(/^SIP\/2\.0 200 OK\r\nVia: SIP\/2\.0\/WS host\.invalid;/);
    socket.send('\r\n\r\n');
    expect(await answer(socket)).toBe('\r\n');
  });

  it('takes no connection without the subprotocol, or from a page of another site', async () => {
    const { wsPort } = await agentWith({ webSocket });
    await expect(open(wsPort, ['chat'])).rejects.toThrow('refused');
    await expect(open(wsPort, ['sip'], { Origin: 'https://evil.example' })).rejects.toThrow('refused');
    await open(wsPort, ['sip'], { Origin: 'https://phone.example.jp' });
    await open(wsPort, ['sip'], { Origin: 'http://127.0.0.1:8080' });
  });

  it('ends a connection that sends more than 64 KiB in a message', async () => {
    const { wsPort } = await agentWith({ webSocket });
    const socket = await open(wsPort, ['sip']);
    const closed = new Promise<number>((resolve) => socket.addEventListener('close', ({ code }) => resolve(code)));
    socket.send('x'.repeat(70_000));
    expect(await closed).toBe(1009);
  });
});

describe('addresses', () => {
  it('listens on IPv4 and IPv6, and writes the address of the family that the peer uses', async () => {
    const bob = await phone({ host: ['127.0.0.1', '::1'] });
    const ports = bob.agent.dump()['others'] as { ports: { udp: number } }[];
    const six = await phone({}, '::1');
    const call = six.call(`sip:bob@[::1]:${ports[0]?.ports.udp}`, { sdp: SDP });
    const incoming = await bob.nextCall();
    expect(incoming.invite?.source.host).toBe('::1');
    incoming.answer(SDP);
    await call.until('answered');
    // BYE goes to the Contact that the answer named.
    await call.hangup();
    expect(await incoming.until('ended')).toMatchObject({ by: 'remote' });
    const four = await phone({});
    const second = four.call(`sip:bob@127.0.0.1:${bob.port}`, { sdp: SDP });
    expect((await bob.nextCall()).invite?.source.host).toBe('127.0.0.1');
    await second.hangup();
  });

  it('tells a phone behind NAT its address when it asks by STUN', async () => {
    const { udpPort } = await agentWith({});
    const socket = createSocket('udp4');
    cleanUp.push(() => void socket.close());
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const request = Buffer.concat([Buffer.from('000100002112a442', 'hex'), randomBytes(12)]);
    const reply = new Promise<Buffer>((resolve) => socket.once('message', resolve));
    socket.send(request, udpPort, '127.0.0.1');
    const bytes = await reply;
    expect(bytes.readUInt16BE(0)).toBe(0x0101);
    expect(bytes.subarray(8, 20)).toEqual(request.subarray(8, 20));
    expect(bytes.readUInt16BE(26) ^ 0x2112).toBe(socket.address().port);
    expect((bytes.readUInt32BE(28) ^ 0x2112a442) >>> 0).toBe(0x7f000001);
  });
});

describe('drain', () => {
  it('refuses new calls and probes with 503 and Retry-After', async () => {
    const { tcpPort, agent } = await agentWith({});
    const socket = connectTcp(tcpPort, '127.0.0.1');
    cleanUp.push(() => void socket.destroy());
    socket.write(options('TCP'));
    expect(await firstData(socket)).toContain('200 OK');
    agent.drain();
    for (const method of ['OPTIONS', 'INVITE']) {
      socket.write(options('TCP', method));
      expect(await firstData(socket)).toMatch(/^SIP\/2\.0 503 [^]*\r\nRetry-After: 30\r\n/);
    }
  });
});

describe('flood', () => {
  it('answers a stranger no more than its share, and closes its connection', async () => {
    const directory = { trunkFor: () => null, deviceSecret: () => Promise.resolve(null), bindingsChanged: () => undefined };
    const flood = { banMs: 300_000, perSecond: 1, burst: 3, totalPerSecond: 100, totalBurst: 100, connections: 2 };
    const { tcpPort } = await agentWith({ directory, flood });
    const socket = connectTcp(tcpPort, '127.0.0.1');
    let text = '';
    socket.on('data', (bytes) => (text += bytes.toString('latin1')));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    for (let count = 0; count < 3; count++) socket.write(options('TCP'));
    await expect.poll(() => text.match(/200 OK/g)).toHaveLength(3);
    socket.write(options('TCP'));
    await closed;
    expect(text.match(/200 OK/g)).toHaveLength(3);
  });
});

describe('limits', () => {
  it('closes connections above the limit, and serves those below', async () => {
    const { tcpPort, agent } = await agentWith({ tcpLimits: { connections: 5 } });
    const sockets = Array.from({ length: 8 }, () => connectTcp(tcpPort, '127.0.0.1'));
    cleanUp.push(() => sockets.forEach((socket) => socket.destroy()));
    for (const socket of sockets) socket.on('error', () => undefined);
    await expect.poll(() => agent.dump()['tcp']).toMatchObject({ connections: 5, refused: 3 });
    const survivor = sockets.find((socket) => !socket.destroyed && socket.readyState === 'open');
    survivor?.write(options('TCP'));
    expect(await firstData(survivor as Socket)).toContain('200 OK');
  });

  /** More with `SCC_IDLE_CONNECTIONS=10000`; another process has the other ends, so that memory is ours alone. */
  const IDLE = Number(process.env['SCC_IDLE_CONNECTIONS'] ?? 2000);
  const CLIENTS = `
    const { connect } = require('node:net');
    const [port, count] = process.argv.slice(1).map(Number);
    let open = 0;
    const more = () => { const socket = connect(port, '127.0.0.1', () => { if (++open === count) console.log('open'); else if (open + 100 <= count) more(); }); socket.on('error', (error) => { console.error(error.message); process.exit(1); }); };
    for (let first = 0; first < Math.min(100, count); first++) more();
  `;

  it(`keeps ${IDLE} idle connections, costs little for them, and still answers at once`, { timeout: 60_000 }, async () => {
    const { tcpPort, agent } = await agentWith({});
    const before = process.memoryUsage().rss;
    const clients = spawn(process.execPath, ['-e', CLIENTS, String(tcpPort), String(IDLE)], { stdio: ['ignore', 'pipe', 'inherit'] });
    cleanUp.push(() => void clients.kill('SIGKILL'));
    await once(clients.stdout, 'data');
    await expect.poll(() => agent.dump()['tcp'], { timeout: 15_000 }).toMatchObject({ connections: IDLE });
    // 100 MB for 10,000; for fewer, room for what the process itself does meanwhile.
    expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(Math.max(60, (IDLE * 100) / 10_000));
    const times: number[] = [];
    for (let call = 0; call < 20; call++) {
      const one = connectTcp(tcpPort, '127.0.0.1');
      cleanUp.push(() => void one.destroy());
      const startedAt = performance.now();
      one.write(options('TCP', 'INVITE'));
      expect(await firstData(one)).toContain('SIP/2.0 ');
      times.push(performance.now() - startedAt);
    }
    expect(times.toSorted((x, y) => x - y)[10]).toBeLessThan(200);
  });
});

describe('senders that drip (slow loris)', () => {
  const DRIPPING = 50;
  const webSocket = { port: 0, securePort: null, origins: [] };
  const frame = (text: string): Buffer => Buffer.concat([Buffer.from([0x81, 0x80 | 126, text.length >> 8, text.length & 255, 0, 0, 0, 0]), Buffer.from(text)]);
  const upgrade = 'GET /sip HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: sip\r\n\r\n';

  interface Way {
    open: (ports: { tcpPort: number; tlsPort: number; wsPort: number }) => Promise<Socket>;
    bytes: Buffer;
  }
  const tcp = async (port: number): Promise<Socket> => {
    const socket = connectTcp(port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  };
  const WAYS: Readonly<Record<string, Way>> = {
    TCP: { open: ({ tcpPort }) => tcp(tcpPort), bytes: Buffer.from(options('TCP')) },
    TLS: {
      open: async ({ tlsPort }) => {
        const socket = connectTls({ port: tlsPort, host: '127.0.0.1', rejectUnauthorized: false });
        await once(socket, 'secureConnect');
        return socket;
      },
      bytes: Buffer.from(options('TLS')),
    },
    'WebSocket, a frame': {
      open: async ({ wsPort }) => {
        const socket = await tcp(wsPort);
        socket.write(upgrade);
        await once(socket, 'data');
        return socket;
      },
      bytes: frame(options('WS')),
    },
    'WebSocket, the request for it': { open: ({ wsPort }) => tcp(wsPort), bytes: Buffer.from(upgrade) },
  };

  /** @returns how many of those that drip are left after five times the patience, and how long others waited meanwhile, ms */
  async function drip({ open, bytes }: Way, incompleteMs: number): Promise<{ left: number; slowestMs: number }> {
    const agent = await agentWith({ tcpLimits: { incompleteMs }, tls: { port: 0, identity: identityOf() }, webSocket });
    const sockets = await Promise.all(Array.from({ length: DRIPPING }, () => open(agent)));
    cleanUp.push(() => sockets.forEach((socket) => socket.destroy()));
    for (const socket of sockets) socket.on('error', () => undefined).resume();
    let at = 0;
    const dripping = setInterval(() => {
      if (at >= bytes.length - 20) return;
      for (const socket of sockets) if (!socket.destroyed) socket.write(bytes.subarray(at, at + 1));
      at += 1;
    }, 30);
    cleanUp.push(() => clearInterval(dripping));
    let slowestMs = 0;
    for (let turn = 0; turn < 15; turn++) {
      const start = performance.now();
      const socket = connectTcp(agent.tcpPort, '127.0.0.1');
      cleanUp.push(() => void socket.destroy());
      socket.write(options('TCP'));
      expect(await firstData(socket)).toContain('200 OK');
      slowestMs = Math.max(slowestMs, performance.now() - start);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return { left: sockets.filter((socket) => !socket.destroyed && !socket.readableEnded).length, slowestMs };
  }

  it.each(Object.keys(WAYS))('lose their connection, and nobody waits for them: %s', { timeout: 20_000 }, async (name) => {
    const { left, slowestMs } = await drip(WAYS[name] as Way, 300);
    expect(left).toBe(0);
    expect(slowestMs).toBeLessThan(500);
  });

  it('control: with more patience they stay', { timeout: 20_000 }, async () => {
    expect((await drip(WAYS['TCP'] as Way, 60_000)).left).toBe(DRIPPING);
    expect((await drip(WAYS['WebSocket, a frame'] as Way, 60_000)).left).toBe(DRIPPING);
  });
});
