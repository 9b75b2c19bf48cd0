/**
 * Attacks on a registrar and user agent on real sockets. Each has a control: the same attack where the protection is off must
 * succeed, or the test would prove nothing.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { afterEach, describe, expect, it } from 'vitest';
import { SipPhone } from '../../test/support/sip-phone.ts';
import { SipProber, type Account } from '../../test/support/sip-prober.ts';
import { systemClock } from '../lib/clock.ts';
import { silentLogger } from '../lib/logger.ts';
import { digestHa1 } from '../protocol/sip/digest.ts';
import type { SipResponse } from '../protocol/sip/message.ts';
import { DEFAULT_FLOOD_LIMITS } from './flood/flood-guard.ts';
import { SipUserAgent, type SipAgentOptions } from './sip-agent.ts';
import type { SipDirectory, SipLegEvent } from './types.ts';

const SDP = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n';
const ATTACKER = '127.0.0.2';
const OWNER = '127.0.0.3';
const TRUNK = '127.0.0.4';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

interface Victim {
  agent: SipUserAgent;
  port: number;
  wsPort: number;
  events: SipLegEvent[];
  refused: string[];
  /** Contacts of alice. */
  contacts(): string[];
}

/** Realm `home` has alice and mallory (password = name + `-secret`); realm `other` has bob. */
const USERS: Readonly<Record<string, string>> = { alice: 'home', mallory: 'home', bob: 'other' };
const account = (username: string, realm = USERS[username] ?? 'home', password = `${username}-secret`): Account => ({ username, realm, password });

async function victim(options: Partial<SipAgentOptions> = {}, directory: Partial<SipDirectory> = {}): Promise<Victim> {
  const events: SipLegEvent[] = [];
  const refused: string[] = [];
  const agent: SipUserAgent = new SipUserAgent({
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
    logger: silentLogger,
    random: randomBytes,
    realmFor: () => 'home',
    webSocket: { port: 0, securePort: null, origins: [] },
    directory: {
      trunkFor: ({ host }) => (host === TRUNK ? { trunkId: 'carrier', tenantId: 't' } : null),
      deviceSecret: (realm, user, algorithm) =>
        Promise.resolve(USERS[user] === realm ? { deviceId: user, tenantId: 't', ha1: digestHa1(algorithm, user, realm, `${user}-secret`) } : null),
      bindingsChanged: () => undefined,
      registerRefused: (_realm, user) => void refused.push(user),
      ...directory,
    },
    onEvent: (event) => {
      events.push(event);
      if (event.type === 'incoming') agent.reject(event.invite.legId, 486);
    },
    ...options,
  });
  const { udpPort, wsPort } = await agent.start();
  closers.push(() => agent.stop());
  return { agent, port: udpPort, wsPort, events, refused, contacts: () => agent.contactsOf('alice').map(({ uri }) => uri) };
}

async function prober(host: string, port: number): Promise<SipProber> {
  const made = await SipProber.start(host, port);
  closers.push(() => made.stop());
  return made;
}

interface Registered {
  owner: SipProber;
  /** As it went over the wire. */
  authorization: string;
}

async function registerAlice({ port }: Victim): Promise<Registered> {
  const owner = await prober(OWNER, port);
  const { reply, authorization } = await owner.sendAs(account('alice'), { method: 'REGISTER', from: 'alice', contact: '<sip:alice@127.0.0.3:5060>' });
  expect(reply?.status).toBe(200);
  return { owner, authorization };
}

describe('enumeration', () => {
  /** What is the same for all who are asked: status, header names, challenge without its nonce. */
  const shapeOf = (reply: SipResponse | null): string =>
    reply === null ? 'silence' : `${reply.status} ${reply.reason} ${reply.headers.map(({ name, value }) => (name === 'WWW-Authenticate' ? value.replace(/nonce="[^"]*"/, '') : name)).join('|')}`;

  /** Probability that a known name took longer than an unknown one; 0.5 = time tells nothing. */
  const auc = (known: readonly number[], unknown: readonly number[]): number =>
    known.reduce((sum, a) => sum + unknown.reduce((wins, b) => wins + (a > b ? 1 : a === b ? 0.5 : 0), 0), 0) / (known.length * unknown.length);

  /** Names of each kind; more, and a closer look, with `SCC_ENUMERATION=10000`. */
  const NAMES = Number(process.env['SCC_ENUMERATION'] ?? 600);

  async function enumerate(directory: Partial<SipDirectory>): Promise<{ shapes: Set<string>; auc: number }> {
    const target = await victim({ authLimits: { tries: 1_000_000 } }, directory);
    const attacker = await prober(ATTACKER, target.port);
    const shapes = new Set<string>();
    const times: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] };
    for (let turn = 0; turn < NAMES * 2; turn++) {
      const isKnown = turn % 2 === 0;
      const probe = { method: 'REGISTER', from: isKnown ? 'alice' : 'xlice' };
      const challenged = await attacker.send(probe);
      const authorization = attacker.authorize(challenged, probe, { username: probe.from, realm: 'home', password: 'guess' });
      const start = performance.now();
      const refused = await attacker.send({ ...probe, authorization });
      times[isKnown ? 'known' : 'unknown'].push(performance.now() - start);
      shapes.add(shapeOf(challenged)).add(shapeOf(refused));
    }
    return { shapes, auc: auc(times.known, times.unknown) };
  }

  it(`learns nothing from answers, nor from their time, ${NAMES} names each`, { timeout: 300_000 }, async () => {
    const found = await enumerate({});
    expect(found.shapes.size).toBe(1);
    // By chance alone it is within 0.07 of a half for 600 names of each kind.
    expect(Math.abs(found.auc - 0.5)).toBeLessThan(NAMES < 3000 ? 0.1 : 0.05);
  });

  it('control: a directory that takes its time for known names is seen', { timeout: 30_000 }, async () => {
    const slow: SipDirectory['deviceSecret'] = (realm, user, algorithm) =>
      new Promise((resolve) => setTimeout(resolve, user === 'alice' ? 3 : 0, USERS[user] ? { deviceId: user, tenantId: 't', ha1: digestHa1(algorithm, user, realm, 'x') } : null));
    expect((await enumerate({ deviceSecret: slow })).auc).toBeGreaterThan(0.65);
  });
});

describe('password cracking', () => {
  const WORDS = 1000;

  /** Tries a list whose last word is right. @returns statuses of all tries */
  async function crack(options: Partial<SipAgentOptions>): Promise<{ target: Victim; statuses: number[] }> {
    const target = await victim(options);
    const attacker = await prober(ATTACKER, target.port);
    const probe = { method: 'REGISTER', from: 'alice', contact: '<sip:alice@127.0.0.2:6666>' };
    const challenged = await attacker.send(probe);
    const statuses: number[] = [];
    for (let word = 1; word <= WORDS; word++) {
      const password = word === WORDS ? 'alice-secret' : `word${word}`;
      const reply = await attacker.send({ ...probe, authorization: attacker.authorize(challenged, probe, account('alice', 'home', password), word) });
      statuses.push(reply?.status ?? 0);
    }
    return { target, statuses };
  }

  it('gets ten tries, and the owner is not locked out by it', { timeout: 30_000 }, async () => {
    const { target, statuses } = await crack({});
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.filter((status) => status === 403)).toHaveLength(WORDS - 10);
    expect(target.contacts()).toEqual([]);
    expect(target.refused).toHaveLength(10);
    const start = systemClock.monotonic();
    await registerAlice(target);
    expect(systemClock.monotonic() - start).toBeLessThan(2000);
    expect(target.contacts()).toEqual(['sip:alice@127.0.0.3:5060']);
  });

  it('control: without the limit the list finds the password', { timeout: 30_000 }, async () => {
    const { target, statuses } = await crack({ authLimits: { tries: WORDS + 1 } });
    expect(statuses.at(-1)).toBe(200);
    expect(target.contacts()).toEqual(['sip:alice@127.0.0.2:6666']);
  });
});

describe('methods without authentication', () => {
  const METHODS = ['INVITE', 'REGISTER', 'MESSAGE', 'SUBSCRIBE', 'NOTIFY', 'PUBLISH', 'INFO', 'UPDATE', 'PRACK', 'REFER', 'BYE', 'CANCEL', 'OPTIONS', 'ACK'];
  const IDENTITIES = ['nobody', 'wrong password', 'other tenant', 'replay', 'registered, without credentials'] as const;

  const probeOf = (method: string) => ({
    method,
    uri: 'sip:0312340001@127.0.0.1',
    from: 'alice',
    contact: '<sip:alice@127.0.0.2:6666>',
    headers: method === 'REFER' ? ['Refer-To: <sip:00881234@127.0.0.1>'] : method === 'SUBSCRIBE' || method === 'NOTIFY' || method === 'PUBLISH' ? ['Event: presence', 'Subscription-State: active'] : method === 'PRACK' ? ['RAck: 1 1 INVITE'] : [],
    ...(method === 'INVITE' ? { headers: ['Content-Type: application/sdp'], body: SDP } : {}),
  });

  async function cell(target: Victim, { owner, authorization }: Registered, method: string, identity: (typeof IDENTITIES)[number]): Promise<number | null> {
    const probe = probeOf(method);
    if (identity === 'registered, without credentials') return (await owner.send(probe, 60))?.status ?? null;
    const attacker = await prober(ATTACKER, target.port);
    if (identity === 'nobody') return (await attacker.send(probe, 60))?.status ?? null;
    if (identity === 'replay') return (await attacker.send({ ...probe, authorization }, 60))?.status ?? null;
    const challenged = await attacker.send({ method: 'REGISTER', from: 'alice' });
    const who = identity === 'other tenant' ? account('bob') : account('alice', 'home', 'wrong');
    return (await attacker.send({ ...probe, authorization: attacker.authorize(challenged, probe, who) }, 60))?.status ?? null;
  }

  it.each(METHODS)('%s changes nothing, whoever sends it', async (method) => {
    const target = await victim({ states: { state: () => null } });
    const registered = await registerAlice(target);
    for (const identity of IDENTITIES) {
      const status = await cell(target, registered, method, identity);
      // OPTIONS says what we can do and nothing else; an ACK is never answered.
      if (method === 'ACK') expect(status, identity).toBe(null);
      else if (method === 'OPTIONS') expect(status, identity).toBe(200);
      else expect(status, identity).toBeGreaterThanOrEqual(400);
    }
    expect(target.events).toEqual([]);
    expect(target.contacts()).toEqual(['sip:alice@127.0.0.3:5060']);
    expect(target.agent.dump()).toMatchObject({ legs: [], subscriptions: 0 });
  });

  it('control: where every address is a trunk, an INVITE comes through', async () => {
    const target = await victim({}, { trunkFor: () => ({ trunkId: 'any', tenantId: null }) });
    await (await prober(ATTACKER, target.port)).send(probeOf('INVITE'));
    expect(target.events.map(({ type }) => type)).toContain('incoming');
  });
});

describe.each(['UDP', 'WebSocket'] as const)('registration hijack over %s', (way) => {
  const ATTEMPTS = 1000;
  const EVIL = '<sip:alice@127.0.0.2:6666>';
  const attackerOf = async ({ port, wsPort }: Victim): Promise<SipProber> => {
    if (way === 'UDP') return prober(ATTACKER, port);
    const made = await SipProber.overWebSocket(wsPort);
    closers.push(() => made.stop());
    return made;
  };

  it(`changes no binding and makes no call in ${ATTEMPTS} attempts`, { timeout: 30_000 }, async () => {
    const target = await victim();
    const { authorization } = await registerAlice(target);
    const attacker = await attackerOf(target);
    const challenged = await attacker.send({ method: 'REGISTER', from: 'mallory' });
    const statuses: Record<number, number> = {};
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const isCall = attempt % 5 === 0;
      const toAlice = isCall
        ? { method: 'INVITE', uri: 'sip:0312340001@127.0.0.1', from: 'alice', contact: EVIL, headers: ['Content-Type: application/sdp'], body: SDP }
        : { method: 'REGISTER', from: attempt % 2 === 0 ? 'alice' : 'mallory', to: 'alice', contact: attempt % 3 === 0 ? '*' : EVIL, headers: attempt % 3 === 0 ? ['Expires: 0'] : [] };
      const ways = [
        // Somebody with an account of his own, for another's address.
        () => (isCall ? undefined : attacker.authorize(challenged, toAlice, account('mallory'), attempt)),
        // What was heard on the wire, once more.
        () => authorization,
        // An account of another tenant, in this realm and in its own.
        () => attacker.authorize(challenged, toAlice, account('bob', attempt % 8 < 4 ? 'home' : 'other'), attempt),
        () => undefined,
      ];
      const header = ways[attempt % ways.length]?.();
      const reply = await attacker.send({ ...toAlice, ...(header === undefined ? {} : { authorization: header }) });
      statuses[reply?.status ?? 0] = (statuses[reply?.status ?? 0] ?? 0) + 1;
    }
    expect(Object.keys(statuses).map(Number)).toEqual([401, 403]);
    expect(target.contacts()).toEqual(['sip:alice@127.0.0.3:5060']);
    expect(target.events).toEqual([]);
  });

  it('control: with the right password the binding is the attacker\'s', async () => {
    const target = await victim();
    await registerAlice(target);
    const attacker = await attackerOf(target);
    await attacker.sendAs(account('alice'), { method: 'REGISTER', from: 'alice', contact: EVIL });
    expect(target.contacts()).toContain('sip:alice@127.0.0.2:6666');
  });
});

describe('a softphone over WebSocket', () => {
  it.each(['switched off', 'gone'])('that is %s loses contact and connection within a second', async (how) => {
    const target = await victim();
    const browser = await SipProber.overWebSocket(target.wsPort);
    closers.push(() => browser.stop());
    await browser.sendAs(account('alice'), { method: 'REGISTER', from: 'alice', contact: '<sip:alice@browser.invalid;transport=ws>' });
    expect(target.contacts()).toHaveLength(1);
    if (how === 'gone') await browser.stop();
    else target.agent.forgetDevice('alice');
    await expect.poll(() => ({ contacts: target.contacts(), isClosed: browser.isClosed }), { timeout: 1000 }).toEqual({ contacts: [], isClosed: true });
  });
});

describe('flood', () => {
  /** 5,000 a second for five minutes with `SCC_FLOOD_SECONDS=300`. */
  const SECONDS = Number(process.env['SCC_FLOOD_SECONDS'] ?? 3);
  const A_SECOND = 5000;
  const LEGAL_A_SECOND = 20;

  /** Another process that sends INVITEs from many addresses and counts what comes back. */
  const FLOOD = `
    const { createSocket } = require('node:dgram');
    const [port, sources, perSecond, seconds] = process.argv.slice(1).map(Number);
    let [answers, sent] = [0, 0];
    const sockets = Array.from({ length: sources }, (_, index) => createSocket('udp4').on('message', () => answers++).bind(0, '127.0.' + (2 + (index >> 7)) + '.' + (1 + (index & 127))));
    const message = (id) => ['INVITE sip:0312340001@127.0.0.1 SIP/2.0', 'Via: SIP/2.0/UDP 198.51.100.1;branch=z9hG4bKflood' + id + ';rport', 'From: <sip:x@h>;tag=' + id, 'To: <sip:0312340001@h>', 'Call-ID: flood' + id, 'CSeq: 1 INVITE', 'Content-Length: 0', '', ''].join('\\r\\n');
    const begun = Date.now();
    const timer = setInterval(() => {
      const due = Math.min(seconds, (Date.now() - begun) / 1000) * perSecond;
      for (let burst = 0; sent < due && burst < 400; burst++, sent++) sockets[sent % sources].send(message(sent), port, '127.0.0.1');
      if (sent < seconds * perSecond) return;
      clearInterval(timer);
      setTimeout(() => { console.log(JSON.stringify({ sent, answers })); process.exit(0); }, 300);
    }, 5);
  `;

  interface Flooded {
    sent: number;
    answers: number;
    refusedLegal: number;
    /** Of the final answers to legal calls; of 60 calls the slowest is no measure. */
    slowMs: number;
    growthMb: number;
  }

  /** Calls from a carrier while strangers flood. @param sources how many addresses they have */
  async function flooded(options: Partial<SipAgentOptions>, sources: number): Promise<Flooded> {
    const target = await victim(options);
    const carrier = await prober(TRUNK, target.port);
    const before = process.memoryUsage().rss;
    const child = spawn(process.execPath, ['-e', FLOOD, ...[target.port, sources, A_SECOND, SECONDS].map(String)], { stdio: ['ignore', 'pipe', 'inherit'] });
    closers.push(() => void child.kill('SIGKILL'));
    let output = '';
    child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));
    const times: number[] = [];
    let refusedLegal = 0;
    const calls: Promise<void>[] = [];
    for (let call = 0; call < SECONDS * LEGAL_A_SECOND; call++) {
      const start = performance.now();
      calls.push(
        carrier.send({ method: 'INVITE', uri: 'sip:0312340001@127.0.0.1', contact: '<sip:c@127.0.0.4>', headers: ['Content-Type: application/sdp'], body: SDP }, 4000).then((reply) => {
          times.push(performance.now() - start);
          if (reply?.status !== 486) refusedLegal++;
        }),
      );
      await new Promise((resolve) => setTimeout(resolve, 1000 / LEGAL_A_SECOND));
    }
    await Promise.all(calls);
    await expect.poll(() => output, { timeout: 30_000 }).toContain('sent');
    const { sent, answers } = JSON.parse(output) as { sent: number; answers: number };
    return { sent, answers, refusedLegal, slowMs: times.toSorted((x, y) => x - y)[Math.floor(times.length * (SECONDS < 30 ? 0.9 : 0.99))] ?? 0, growthMb: (process.memoryUsage().rss - before) / 2 ** 20 };
  }

  it.each([1, 200])(`of ${A_SECOND} INVITEs a second from %i addresses is dropped beyond the share of strangers, and legal calls go on`, { timeout: 60_000 + SECONDS * 2000 }, async (sources) => {
    const { sent, answers, refusedLegal, slowMs, growthMb } = await flooded({ flood: DEFAULT_FLOOD_LIMITS }, sources);
    expect(sent).toBe(SECONDS * A_SECOND);
    // A stranger has 60 at once and 20 a second, all together 800 and 400; an INVITE that is answered is answered with 401, repeated up to seven times.
    expect(answers).toBeLessThan(sources === 1 ? (60 + 20 * (SECONDS + 1)) * 8 : (800 + 400 * (SECONDS + 1)) * 8);
    expect(refusedLegal / (SECONDS * LEGAL_A_SECOND)).toBeLessThan(0.001);
    expect(slowMs).toBeLessThan(200);
    expect(growthMb).toBeLessThan(200);
  });

  it('control: without the guard all of it is answered', { timeout: 60_000 + SECONDS * 2000 }, async () => {
    const { sent, answers } = await flooded({}, 1);
    expect(answers).toBeGreaterThan(sent * 0.3);
  });
});

describe('digest leak', () => {
  const REALM = 'carrier.example';

  /** A server that challenges everything it is sent but ACK. @param inDialog takes calls first and challenges the BYE */
  async function hostile(challenge: () => string, inDialog: boolean): Promise<{ port: number; heard: string[] }> {
    const socket = createSocket('udp4');
    const heard: string[] = [];
    const line = (message: string, name: string): string => new RegExp(`^${name}: .*$`, 'm').exec(message)?.[0].trim() ?? '';
    socket.on('message', (bytes, { port, address }) => {
      const request = bytes.toString('latin1');
      heard.push(request);
      if (request.startsWith('ACK')) return;
      const isTaken = inDialog && request.startsWith('INVITE');
      const to = line(request, 'To');
      const copied = ['Via', 'From', 'Call-ID', 'CSeq'].map((name) => line(request, name));
      const own = isTaken ? [`Contact: <sip:x@127.0.0.1:${socket.address().port}>`, 'Content-Type: application/sdp', `Content-Length: ${SDP.length}`, '', SDP] : [...challenge().split('\n'), 'Content-Length: 0', '', ''];
      socket.send([`SIP/2.0 ${isTaken ? '200 OK' : '401 Unauthorized'}`, ...copied, to.includes('tag=') ? to : `${to};tag=h`, ...own].join('\r\n'), port, address);
    });
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    closers.push(() => new Promise<void>((resolve) => socket.close(() => resolve())));
    return { port: socket.address().port, heard };
  }

  const NAMES = [
    '', ' ', 'scc', 'CARRIER.EXAMPLE', 'Carrier.example', 'carrier.example.', ' carrier.example', 'carrier.example ', 'carrier.exampl', 'xcarrier.example', 'carrier.example.evil.test',
    'evil.test', '*', 'carrier\\\\.example', 'carrier.example\\"', 'carrier%2Eexample', 'carrier.examp\u00ade', 'carrier\u3002example', '127.0.0.1', 'carrier.example,realm=x',
  ];
  const SHAPES = [
    (name: string) => `WWW-Authenticate: Digest realm="${name}", nonce="n"`,
    (name: string) => `WWW-Authenticate: Digest realm="${name}", nonce="n", algorithm=MD5, qop="auth"`,
    (name: string) => `WWW-Authenticate: Digest realm="${name}", nonce="n", algorithm=SHA-256, qop="auth,auth-int", stale=true`,
    (name: string) => `WWW-Authenticate: Digest realm="${name}", nonce="n", opaque="${REALM}", domain="sip:${REALM}"`,
    (name: string) => `WWW-Authenticate: Digest nonce="realm=${REALM}", realm="${name}"`,
    (name: string) => `Proxy-Authenticate: Digest realm="${REALM}", nonce="n"\nWWW-Authenticate: Digest realm="${name}", nonce="n"`,
    (name: string) => `WWW-Authenticate: Digest realm="${name}", realm="${REALM}", nonce="n"`,
    (name: string) => `WWW-Authenticate: Basic realm="${REALM}"\nWWW-Authenticate: Digest realm="${name}", nonce="n"`,
    (name: string) => `WWW-Authenticate: Digest realm="${name}", nonce="n", algorithm=NONE-${REALM}`,
    (name: string) => `WWW-Authenticate: Digest x-realm="${REALM}", nonce="n", realm="${name}"`,
  ];
  const challenges = SHAPES.flatMap((shape) => NAMES.map((name) => Buffer.from(shape(name)).toString('latin1')));

  const leaks = (heard: readonly string[]): string[] => heard.filter((message) => /^(proxy-)?authorization:/im.test(message));

  async function caller(): Promise<SipPhone> {
    const phone = await SipPhone.start({ user: 'trunk', account: { realm: REALM, username: 'trunk', password: 'trunk-secret' } });
    closers.push(() => phone.stop());
    return phone;
  }

  it(`gives nothing to ${challenges.length} hostile challenges of a call`, { timeout: 30_000 }, async () => {
    let turn = 0;
    const server = await hostile(() => challenges[turn] ?? '', false);
    const phone = await caller();
    for (; turn < challenges.length; turn++) await phone.call(`sip:x@127.0.0.1:${server.port}`, { sdp: SDP }).until('rejected');
    expect(server.heard.filter((message) => message.startsWith('INVITE')).length).toBeGreaterThanOrEqual(200);
    expect(leaks(server.heard)).toEqual([]);
  });

  it('gives nothing to hostile challenges of a BYE', { timeout: 30_000 }, async () => {
    let turn = 0;
    const server = await hostile(() => challenges[turn] ?? '', true);
    const phone = await caller();
    for (; turn < challenges.length; turn += 9) {
      const call = phone.call(`sip:x@127.0.0.1:${server.port}`, { sdp: SDP });
      await call.until('answered');
      await call.hangup();
    }
    expect(server.heard.filter((message) => message.startsWith('BYE')).length).toBeGreaterThanOrEqual(20);
    expect(leaks(server.heard)).toEqual([]);
  });

  it('control: the right realm is answered, so a leak would be seen', async () => {
    const server = await hostile(() => `WWW-Authenticate: Digest realm="${REALM}", nonce="n", algorithm=SHA-256, qop="auth"`, false);
    await (await caller()).call(`sip:x@127.0.0.1:${server.port}`, { sdp: SDP }).until('rejected');
    expect(leaks(server.heard)).toHaveLength(1);
  });
});
