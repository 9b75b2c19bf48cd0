/** The handshake with OpenSSL's own client and server, in both roles; the keys for SRTP must be the same on both sides. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DtlsPeer, testIdentity } from '../../../test/support/dtls-peers.ts';
import type { DtlsConfig, DtlsEvent, DtlsRole } from './state.ts';
import type { Fingerprint } from './signatures.ts';

interface Shown {
  certificate: string;
  key: string;
  fingerprint: Fingerprint;
}

let folder: string;
let ecdsa: Shown;
let rsa: Shown;
const running: (ChildProcess | Socket)[] = [];

/** A self-signed certificate of OpenSSL's. @param kind arguments of `-newkey` */
function certificate(name: string, kind: readonly string[]): Shown {
  const [key, path] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
  execFileSync('openssl', ['req', '-x509', '-newkey', ...kind, '-nodes', '-keyout', key, '-out', path, '-days', '2', '-subj', `/CN=${name}`], { stdio: 'ignore' });
  const der = new X509Certificate(readFileSync(path)).raw;
  const value = createHash('sha256').update(der).digest('hex').toUpperCase().replaceAll(/(..)(?!$)/g, '$1:');
  return { certificate: path, key, fingerprint: { algorithm: 'sha-256', value } };
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'scc-dtls-'));
  ecdsa = certificate('ecdsa', ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']);
  rsa = certificate('rsa', ['rsa:2048']);
});

afterEach(() => {
  for (const each of running.splice(0)) {
    if ('kill' in each) each.kill('SIGKILL');
    else each.close();
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** One of our machines on a socket. */
class Ours {
  readonly peer: DtlsPeer;
  readonly socket: Socket;
  #to: { address: string; port: number } | null = null;

  constructor(role: DtlsRole, fingerprints: readonly Fingerprint[], more: Partial<DtlsConfig> = {}) {
    this.peer = new DtlsPeer({ role, identity: testIdentity(), fingerprints, random: randomBytes, ...more });
    this.socket = createSocket('udp4');
    running.push(this.socket);
    this.socket.on('message', (bytes, from) => {
      this.#to = from;
      this.step({ type: 'datagram', bytes, nowMs: performance.now() });
    });
  }

  step(event: DtlsEvent): void {
    for (const datagram of this.peer.step(event)) if (this.#to) this.socket.send(datagram, this.#to.port, this.#to.address);
    const { dueMs } = this.peer;
    if (dueMs !== null) setTimeout(() => this.peer.dueMs === dueMs && this.step({ type: 'timer', nowMs: Math.max(dueMs, performance.now()) }), dueMs - performance.now()).unref();
  }

  listen(): Promise<number> {
    return new Promise((done) => this.socket.bind(0, '127.0.0.1', () => done(this.socket.address().port)));
  }

  connect(port: number): void {
    this.#to = { address: '127.0.0.1', port };
    this.step({ type: 'start', nowMs: performance.now() });
  }
}

const EXPORT = ['-use_srtp', 'SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80', '-keymatexport', 'EXTRACTOR-dtls_srtp', '-keymatexportlen', '60'];

/** Runs OpenSSL; what it prints is collected. */
function openssl(args: readonly string[]): { text: () => string } {
  const child = spawn('openssl', args, { stdio: ['pipe', 'pipe', 'pipe'] });
  running.push(child);
  let all = '';
  child.stdout.on('data', (data: Buffer) => (all += data.toString()));
  child.stderr.on('data', (data: Buffer) => (all += data.toString()));
  return { text: () => all };
}

async function until(what: string, isSo: () => boolean, seen: () => string): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    if (isSo()) return;
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Error(`${what}: ${seen()}`);
}

/** `Keying material` as OpenSSL prints it, in the order of RFC 5764. */
const exported = (text: string): string => /Keying material: ([0-9A-F]+)/.exec(text)?.[1] ?? '';

function ownExport({ peer }: Ours): string {
  const { connected } = peer;
  if (!connected) return peer.failed ?? 'not connected';
  const [client, server] = peer.config.role === 'client' ? [connected.localMaster, connected.remoteMaster] : [connected.remoteMaster, connected.localMaster];
  return Buffer.concat([client.subarray(0, 16), server.subarray(0, 16), client.subarray(16), server.subarray(16)]).toString('hex').toUpperCase();
}

describe('as a server for openssl s_client', () => {
  it.each([
    ['X25519, an ECDSA certificate', () => ecdsa, ['-groups', 'X25519:P-256'], {}],
    ['P-256, an RSA certificate', () => rsa, ['-groups', 'P-256'], {}],
    ['RSA-PSS signatures', () => rsa, ['-client_sigalgs', 'rsa_pss_rsae_sha256'], {}],
    ['with a cookie', () => ecdsa, [], { cookie: { secret: Buffer.alloc(32, 4), peer: 'client' } }],
    ['datagrams of 300 bytes', () => rsa, ['-mtu', '300'], {}],
  ] as const)('%s', async (_name, shownBy, args, more) => {
    const shown = shownBy();
    const ours = new Ours('server', [shown.fingerprint], more);
    const port = await ours.listen();
    const theirs = openssl(['s_client', '-dtls1_2', '-connect', `127.0.0.1:${port}`, '-cert', shown.certificate, '-key', shown.key, ...EXPORT, ...args]);
    await until('connected', () => exported(theirs.text()) !== '' && ours.peer.connected !== undefined, theirs.text);
    expect(exported(theirs.text())).toBe(ownExport(ours));
    expect(ours.peer.connected?.profile).toBe('AES_CM_128_HMAC_SHA1_80');
    expect(theirs.text()).toMatch(/Extended master secret: yes/);
    expect(theirs.text()).toContain(ours.peer.config.identity.certificate.toString('base64').slice(0, 40));
  });

  it.each([
    ['the certificate of somebody else', () => ecdsa, ['-cert', 'rsa.pem', '-key', 'rsa.key'], 'the certificate is not the one in the description'],
    ['no certificate', () => ecdsa, [], 'the peer shows no certificate'],
  ])('refuses %s', async (_name, named, args, reason) => {
    const ours = new Ours('server', [named().fingerprint]);
    const port = await ours.listen();
    const paths = args.map((each) => (each.startsWith('-') ? each : join(folder, each)));
    const theirs = openssl(['s_client', '-dtls1_2', '-connect', `127.0.0.1:${port}`, ...paths, ...EXPORT]);
    await until('failed', () => ours.peer.failed !== undefined, theirs.text);
    expect(ours.peer.failed).toBe(reason);
    await until('refused', () => theirs.text().includes('alert bad certificate'), theirs.text);
  });

  it('does not answer DTLS 1.0', async () => {
    const ours = new Ours('server', [ecdsa.fingerprint]);
    const port = await ours.listen();
    openssl(['s_client', '-dtls1', '-cipher', 'ALL:@SECLEVEL=0', '-connect', `127.0.0.1:${port}`, ...EXPORT]);
    await new Promise((done) => setTimeout(done, 500));
    expect([ours.peer.sent, ours.peer.state.stage]).toEqual([[], 'clientHello']);
  });
});

describe('as a client of openssl s_server', () => {
  /** A port that was free a moment ago. */
  const freePort = (): Promise<number> =>
    new Promise((done) => {
      const probe = createSocket('udp4');
      probe.bind(0, '127.0.0.1', () => {
        const { port } = probe.address();
        probe.close(() => done(port));
      });
    });

  async function serve(shown: Shown, args: readonly string[]): Promise<{ port: number; theirs: ReturnType<typeof openssl> }> {
    const port = await freePort();
    const theirs = openssl(['s_server', '-dtls1_2', '-accept', `127.0.0.1:${port}`, '-cert', shown.certificate, '-key', shown.key, ...EXPORT, ...args]);
    await until('listening', () => theirs.text().includes('ACCEPT'), theirs.text);
    return { port, theirs };
  }

  it.each([
    ['an ECDSA certificate, ours asked for', () => ecdsa, ['-Verify', '1']],
    ['an RSA certificate', () => rsa, ['-Verify', '1']],
    ['P-256', () => ecdsa, ['-Verify', '1', '-groups', 'P-256']],
    ['a cookie', () => ecdsa, ['-Verify', '1', '-listen']],
    ['our certificate not asked for', () => ecdsa, []],
  ] as const)('%s', async (_name, shownBy, args) => {
    const shown = shownBy();
    const { port, theirs } = await serve(shown, args);
    const ours = new Ours('client', [shown.fingerprint]);
    ours.connect(port);
    await until('connected', () => exported(theirs.text()) !== '' && ours.peer.connected !== undefined, () => `${theirs.text()} ${ours.peer.failed}`);
    // The server's choice: GCM, whose salts are shorter.
    expect(ours.peer.connected?.profile).toBe('AEAD_AES_128_GCM');
    expect(exported(theirs.text()).slice(0, 112)).toBe(ownExport(ours));
  });

  it('refuses the certificate of somebody else', async () => {
    const { port, theirs } = await serve(rsa, ['-Verify', '1']);
    const ours = new Ours('client', [ecdsa.fingerprint]);
    ours.connect(port);
    await until('failed', () => ours.peer.failed !== undefined, theirs.text);
    expect(ours.peer.failed).toBe('the certificate is not the one in the description');
    expect(exported(theirs.text())).toBe('');
  });
});
