import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../lib/clock.ts';
import { silentLogger } from '../lib/logger.ts';
import { answerChallenge, digestHa1, formatCredentials, parseChallenge, type DigestAlgorithm } from '../protocol/sip/digest.ts';
import { headerOf, headersOf, type SipMessage, type SipRequest, type SipResponse } from '../protocol/sip/message.ts';
import { parseMessage } from '../protocol/sip/parse-message.ts';
import { SipPhone } from '../../test/support/sip-phone.ts';
import { SipUserAgent } from './sip-agent.ts';
import type { ContactBinding, SipLegEvent } from './types.ts';

const REALM = 'scc';
const FIXTURES = new URL('../../test/fixtures/sip/', import.meta.url);

let clock: FakeClock;
let agent: SipUserAgent;
let port: number;
let socket: Socket;
let replies: SipMessage[];
let events: SipLegEvent[];
let refusals: string[];
let offersMd5: boolean;
let changes: { deviceId: string; contacts: readonly ContactBinding[] }[];

beforeEach(async () => {
  clock = new FakeClock();
  events = [];
  changes = [];
  refusals = [];
  offersMd5 = true;
  agent = new SipUserAgent({
    host: '127.0.0.1',
    port: 0,
    clock,
    logger: silentLogger,
    random: randomBytes,
    directory: {
      trunkFor: () => null,
      offersMd5: () => offersMd5,
      deviceSecret: (realm, user, algorithm) => {
        if (user === 'broken') return Promise.reject(new Error('database down'));
        const isKnown = user === 'alice' || user.includes('\0');
        return Promise.resolve(isKnown ? { deviceId: `device-${user}`, tenantId: 'tenant', ha1: digestHa1(algorithm, user, realm, 'secret') } : null);
      },
      bindingsChanged: (deviceId, contacts) => changes.push({ deviceId, contacts }),
      registerRefused: (realm, user) => refusals.push(`${realm} ${user}`),
    },
    onEvent: (event) => {
      events.push(event);
      if (event.type === 'incoming') agent.reject(event.invite.legId, 404);
    },
  });
  ({ udpPort: port } = await agent.start());
  socket = createSocket('udp4');
  replies = [];
  socket.on('message', (bytes) => replies.push(parseMessage(bytes)));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  socket.close();
  await agent.stop();
});

let count = 0;

interface Ask {
  method?: string;
  user?: string;
  to?: string;
  password?: string;
  contact?: string[];
  expires?: string;
  callId?: string;
  cseq?: number;
  authorization?: string;
  uri?: string;
  asserted?: string;
  userAgent?: string;
  /** Further header lines. */
  headers?: string[];
}

async function send(ask: Ask): Promise<SipResponse> {
  const method = ask.method ?? 'REGISTER';
  const user = ask.user ?? 'alice';
  const lines = [
    `${method} ${ask.uri ?? 'sip:127.0.0.1'} SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKreg${++count};rport`,
    `From: <sip:${user}@127.0.0.1>;tag=f`,
    `To: <sip:${ask.to ?? user}@127.0.0.1>`,
    `Call-ID: ${ask.callId ?? `call-${count}`}`,
    `CSeq: ${ask.cseq ?? count} ${method}`,
    ...(ask.contact ?? []).map((contact) => `Contact: ${contact}`),
    ...(ask.headers ?? []),
    ...(ask.userAgent === undefined ? [] : [`User-Agent: ${ask.userAgent}`]),
    ...(ask.asserted === undefined ? [] : [`P-Asserted-Identity: ${ask.asserted}`]),
    ...(ask.expires === undefined ? [] : [`Expires: ${ask.expires}`]),
    ...(ask.authorization === undefined ? [] : [`Authorization: ${ask.authorization}`]),
  ];
  return sendRaw(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'));
}

async function sendRaw(bytes: Buffer): Promise<SipResponse> {
  const before = replies.length;
  socket.send(bytes, port, '127.0.0.1');
  await expect.poll(() => replies.length, { interval: 2 }).toBe(before + 1);
  return replies[before] as SipResponse;
}

function authorize(challenged: SipResponse, ask: Ask, algorithm: DigestAlgorithm, nc = 1): string {
  const value = headersOf(challenged, 'www-authenticate').find((text) => text.includes(algorithm));
  const challenge = value === undefined ? null : parseChallenge(value);
  if (!challenge) throw new Error('no challenge');
  const account = { username: ask.user ?? 'alice', password: ask.password ?? 'secret' };
  const answer = answerChallenge(challenge, account, { method: ask.method ?? 'REGISTER', uri: ask.uri ?? 'sip:127.0.0.1' }, 'cn', nc);
  if (!answer) throw new Error('no answer');
  return formatCredentials(answer);
}

async function authorized(ask: Ask, algorithm: DigestAlgorithm = 'SHA-256'): Promise<SipResponse> {
  const challenged = await send(ask);
  expect(challenged.status).toBe(401);
  return send({ ...ask, authorization: authorize(challenged, ask, algorithm) });
}

describe('REGISTER', () => {
  it.each([
    [undefined, ['SHA-512-256', 'SHA-256']],
    ['Linphonec/5.1.65', ['SHA-256']],
    ['baresip v1.0.0 (x86_64/linux)', ['SHA-512-256', 'SHA-256']],
  ])('is not challenged with MD5 where no telephone needs it: %s', async (userAgent, expected) => {
    offersMd5 = false;
    const challenged = await send(userAgent === undefined ? {} : { userAgent });
    expect(headersOf(challenged, 'www-authenticate').map((value) => parseChallenge(value)?.algorithm)).toEqual(expected);
  });

  it('is challenged with the strongest digest first, and all are taken', async () => {
    const challenged = await send({});
    expect(headersOf(challenged, 'www-authenticate').map((value) => parseChallenge(value)?.algorithm)).toEqual(['SHA-512-256', 'SHA-256', 'MD5']);
    for (const algorithm of ['SHA-512-256', 'SHA-256', 'MD5'] as const) {
      expect((await authorized({ contact: ['<sip:alice@127.0.0.1:5090>'] }, algorithm)).status).toBe(200);
    }
  });

  it('is challenged with MD5 alone where a phone is known to stumble over anything else', async () => {
    const challenged = await send({ userAgent: 'baresip v1.0.0 (x86_64/linux)' });
    expect(headersOf(challenged, 'www-authenticate').map((value) => parseChallenge(value)?.algorithm)).toEqual(['MD5']);
  });

  it('is challenged without SHA-512-256 where a phone knows SHA-256 only', async () => {
    const challenged = await send({ userAgent: 'Linphonec/5.1.65' });
    expect(headersOf(challenged, 'www-authenticate').map((value) => parseChallenge(value)?.algorithm)).toEqual(['SHA-256', 'MD5']);
  });

  it('binds, shows, renews, and removes contacts; parameters survive', async () => {
    const first = await authorized({ contact: ['<sip:alice@127.0.0.1:5090;x=y>;q=0.5;unknownparam', 'sip:alice@127.0.0.1:5092;expires=600'], callId: 'phone', cseq: 1 });
    expect(headersOf(first, 'contact')).toEqual(['<sip:alice@127.0.0.1:5090;x=y>;q=0.5;unknownparam;expires=3600', '<sip:alice@127.0.0.1:5092>;expires=600']);
    clock.advance(100_000);
    expect(headersOf(await authorized({}), 'contact')[1]).toContain(';expires=500');
    const renewed = await authorized({ contact: ['<sip:alice@127.0.0.1:5090;x=y>;expires=60'], callId: 'phone', cseq: 3 });
    expect(headersOf(renewed, 'contact').length).toBe(2);
    const removed = await authorized({ contact: ['<sip:alice@127.0.0.1:5092>'], expires: '0', callId: 'phone', cseq: 5 });
    expect(headersOf(removed, 'contact')).toEqual(['<sip:alice@127.0.0.1:5090;x=y>;expires=60']);
    clock.advance(60_000);
    expect(agent.contactsOf('device-alice')).toEqual([]);
    expect(changes.map(({ contacts }) => contacts.length)).toEqual([2, 2, 1, 0]);
  });

  it('takes everything away with *', async () => {
    await authorized({ contact: ['<sip:alice@127.0.0.1:5090>'], callId: 'phone', cseq: 1 });
    expect((await authorized({ contact: ['*'], expires: '60' })).status).toBe(400);
    expect((await authorized({ contact: ['*', '<sip:x@y>'], expires: '0' })).status).toBe(400);
    expect(agent.contactsOf('device-alice').length).toBe(1);
    expect(headersOf(await authorized({ contact: ['*'], expires: '0' }), 'contact')).toEqual([]);
    expect(agent.contactsOf('device-alice')).toEqual([]);
  });

  it('is refused when the phone has sent something newer', async () => {
    await authorized({ contact: ['<sip:alice@127.0.0.1:5090>'], callId: 'phone', cseq: 10 });
    expect((await authorized({ contact: ['<sip:alice@127.0.0.1:5090>'], expires: '0', callId: 'phone', cseq: 8 })).status).toBe(500);
    expect(agent.contactsOf('device-alice').length).toBe(1);
  });

  it('names the shortest time when the phone wants less (423)', async () => {
    const refused = await authorized({ contact: ['<sip:alice@127.0.0.1:5090>'], expires: '5' });
    expect([refused.status, headerOf(refused, 'min-expires')]).toEqual([423, '60']);
  });

  it('is refused for somebody else, for a wrong password and for unknown users alike', async () => {
    const contact = ['<sip:evil@127.0.0.1:5999>'];
    expect((await authorized({ to: 'bob', contact })).status).toBe(403);
    const wrong = await authorized({ password: 'guess', contact });
    const unknown = await authorized({ user: 'nobody', contact });
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(wrong.headers.map(({ id }) => id)).toEqual(unknown.headers.map(({ id }) => id));
    expect(changes).toEqual([]);
    expect(refusals).toEqual(['scc alice', 'scc alice', 'scc nobody']);
  });

  it('stops guessing from one address after ten tries, for ten minutes', async () => {
    for (let tries = 0; tries < 10; tries++) expect((await authorized({ password: `guess${tries}` })).status).toBe(401);
    expect((await authorized({})).status).toBe(403);
    clock.advance(600_001);
    expect((await authorized({})).status).toBe(200);
  });

  it('refuses replays, old nonces, nonces of others and answers to another URI', async () => {
    const challenged = await send({});
    const authorization = authorize(challenged, {}, 'SHA-256');
    expect((await send({ authorization })).status).toBe(200);
    const replay = await send({ authorization });
    expect(replay.status).toBe(401);
    expect(headerOf(replay, 'www-authenticate')).toContain('stale=true');
    expect((await send({ authorization: authorize(challenged, {}, 'SHA-256', 2) })).status).toBe(200);
    expect((await send({ authorization: authorize(challenged, { uri: 'sip:other' }, 'SHA-256', 3) })).status).toBe(401);
    clock.advance(60_001);
    expect(headerOf(await send({ authorization: authorize(challenged, {}, 'SHA-256', 4) }), 'www-authenticate')).toContain('stale=true');
    expect((await send({ authorization: authorization.replace(/nonce="/, 'nonce="x') })).status).toBe(401);
    expect((await send({ authorization: 'Digest broken' })).status).toBe(400);
    expect((await send({ authorization: authorization.replace('SHA-256', 'SHA-512') })).status).toBe(401);
  });

  it('is answered 503 when the directory cannot say', async () => {
    expect((await authorized({ user: 'broken' })).status).toBe(503);
  });
});

describe('fixtures after authentication', () => {
  async function registered(name: string, user: string): Promise<SipResponse> {
    const text = readFileSync(new URL(`${name}.dat`, FIXTURES), 'latin1').replace(/;branch=/, ';rport;branch=');
    const challenged = await sendRaw(Buffer.from(text, 'latin1'));
    const authorization = authorize(challenged, { user, uri: 'sip:pbx.test' }, 'SHA-256');
    const again = text.replace(/branch=\w+/, '$&x').replace('\r\nContent-Length', `\r\nAuthorization: ${authorization}\r\nContent-Length`);
    return sendRaw(Buffer.from(again, 'latin1'));
  }

  it('an unknown parameter stays with the contact, or in the URI, where it was', async () => {
    expect(headersOf(await registered('unknown-contact-parameter', 'alice'), 'contact')).toEqual(['<sip:alice@198.51.100.45>;colour;expires=3600']);
    expect(headersOf(await registered('unknown-contact-uri-parameter', 'alice'), 'contact')[1]).toBe('<sip:alice@198.51.100.46;colour>;expires=3600');
  });

  it('an escaped Route stays in the binding and never becomes a header of ours', async () => {
    const reply = await registered('escaped-route-in-contact', 'alice');
    expect(headersOf(reply, 'contact')).toEqual(['<sip:alice@198.51.100.47?Route=%3Csip:evil.test%3E>;expires=3600']);
    expect(headersOf(reply, 'route')).toEqual([]);
  });

  it('escaped NULs make different contacts', async () => {
    const reply = await registered('escaped-nul-in-user', 'a\0b');
    expect(headersOf(reply, 'contact').length).toBe(2);
  });
});

/** The INVITE to a contact as it leaves. @returns its Request-URI and Route values, or null when nothing comes here */
async function called(uri: string): Promise<{ uri: string; routes: string[] } | null> {
  const before = replies.length;
  agent.invite(`leg-${++count}`, { uri, deviceId: 'device-alice', fromUser: 'scc', fromDisplayName: '', credentials: null, sdp: 'v=0\r\n', ringTimeoutMs: 5000 });
  await new Promise((resolve) => setTimeout(resolve, 50));
  const request = replies.slice(before).find((message: SipMessage): message is SipRequest => message.kind === 'request');
  return request ? { uri: request.uri, routes: headersOf(request, 'route') } : null;
}

describe('a way through proxies (Path, RFC 3327)', () => {
  const contact = ['<sip:alice@192.0.2.9:5060>'];
  const edge = (): string => `<sip:127.0.0.1:${socket.address().port};lr>`;

  it('is shown in the answer, and taken by calls to the telephone', async () => {
    const path = [`Path: ${edge()}`, 'Path: <sip:inner.example;lr>'];
    const reply = await authorized({ contact, headers: ['Supported: path', 'Require: path', ...path] });
    expect([reply.status, headersOf(reply, 'path')]).toEqual([200, [edge(), '<sip:inner.example;lr>']]);
    expect(await called('sip:alice@192.0.2.9:5060')).toEqual({ uri: 'sip:alice@192.0.2.9:5060', routes: [edge(), '<sip:inner.example;lr>'] });
  });

  it('is gone with the next registration that has none', async () => {
    await authorized({ contact, headers: [`Path: ${edge()}`] });
    await authorized({ contact });
    expect((await called('sip:alice@192.0.2.9:5060'))?.routes ?? []).toEqual([]);
  });

  it.each(['<sip:edge.example>', 'nonsense<', Array(11).fill('<sip:edge.example;lr>').join(', ')])('%s is refused', async (path) => {
    expect((await authorized({ contact, headers: [`Path: ${path}`] })).status).toBe(400);
    expect(agent.contactsOf('device-alice')).toEqual([]);
  });
});

describe('a flow (RFC 5626)', () => {
  const instance = ';+sip.instance="<urn:uuid:1>"';
  const register = (port: number, params: string, headers = ['Supported: outbound, path']) => authorized({ contact: [`<sip:alice@127.0.0.1:${port}>${params}`], headers });

  it('takes the place of the one from before the telephone started anew', async () => {
    const first = await register(5090, `${instance};reg-id=1`);
    expect(headerOf(first, 'require')).toBe('outbound');
    await register(5091, `${instance};reg-id=1`);
    expect(agent.contactsOf('device-alice').map(({ uri }) => uri)).toEqual(['sip:alice@127.0.0.1:5091']);
    await register(5092, `${instance};reg-id=2`);
    expect(agent.contactsOf('device-alice')).toHaveLength(2);
  });

  it('is none without both parts, or where the telephone or a proxy does not know it', async () => {
    await register(5090, instance);
    await register(5091, instance);
    await register(5092, `${instance};reg-id=1`, []);
    const last = await register(5093, `${instance};reg-id=1`, []);
    expect(headerOf(last, 'require')).toBeNull();
    expect(agent.contactsOf('device-alice')).toHaveLength(4);
  });
});

describe('a restart', () => {
  const again = (): void => {
    const kept = structuredClone(agent.keptDevice('device-alice'));
    agent.forgetDevice('device-alice');
    expect(agent.contactsOf('device-alice')).toEqual([]);
    agent.restoreDevice('device-alice', kept);
  };

  it('leaves contacts, their parameters and their way', async () => {
    await authorized({ contact: ['<sip:alice@192.0.2.9:5060>;colour'], headers: [`Path: <sip:127.0.0.1:${socket.address().port};lr>`] });
    clock.advance(100_000);
    again();
    expect(headersOf(await authorized({}), 'contact')).toEqual(['<sip:alice@192.0.2.9:5060>;colour;expires=3500']);
    expect((await called('sip:alice@192.0.2.9:5060'))?.routes).toHaveLength(1);
    clock.advance(3_500_000);
    expect(agent.contactsOf('device-alice')).toEqual([]);
  });

  it('ends contacts that only a connection led to', async () => {
    const kept = { uri: 'sip:a@192.0.2.9', expiresAt: clock.wall() + 60_000, params: [], callId: 'c', cseq: 1, viaSource: true, path: [] };
    const from = (transport: 'udp' | 'tcp' | 'ws', host: string) => ({ ...kept, source: { transport, host, port: 40_000 } });
    for (const [binding, isKept] of [[from('udp', '198.51.100.1'), true], [from('tcp', '192.0.2.9'), true], [from('tcp', '198.51.100.1'), false], [from('ws', '192.0.2.9'), false]] as const) {
      expect(agent.restoreDevice('device-alice', { bindings: [binding], subscriptions: [] })).toHaveLength(isKept ? 1 : 0);
      agent.forgetDevice('device-alice');
    }
  });

  it('does not bring back what has run out', async () => {
    await authorized({ contact: ['<sip:alice@127.0.0.1:5090>'], expires: '60' });
    const kept = agent.keptDevice('device-alice');
    clock.advance(60_000);
    expect(agent.restoreDevice('device-alice', kept)).toEqual([]);
  });
});

describe('an INVITE', () => {
  it('of nobody known is challenged, and of a device carries its identity', async () => {
    // What a device asserts about itself is not believed.
    const ask = { method: 'INVITE', uri: 'sip:0312340001@127.0.0.1', asserted: '<sip:110@police>' };
    const challenged = await send(ask);
    expect(challenged.status).toBe(401);
    expect(events).toEqual([]);
    expect((await send({ ...ask, authorization: authorize(challenged, ask, 'MD5') })).status).toBe(404);
    expect(events[0]).toMatchObject({
      type: 'incoming',
      invite: { identity: { kind: 'device', deviceId: 'device-alice', tenantId: 'tenant', user: 'alice' }, dialled: '0312340001', caller: 'alice', sdp: '' },
    });
  });
});

describe('a phone', () => {
  it('registers, is called at its contact, and unregisters', async () => {
    const phone = await SipPhone.start({ user: 'alice', account: { realm: REALM, username: 'alice', password: 'secret' } });
    try {
      expect(await phone.register(`sip:127.0.0.1:${port}`)).toBe(200);
      const [contact] = agent.contactsOf('device-alice');
      expect(contact?.uri).toBe(phone.uri);
      agent.invite('leg', { uri: contact?.uri ?? '', fromUser: 'scc', fromDisplayName: '', credentials: null, sdp: 'v=0\r\n', ringTimeoutMs: 5000 });
      const call = await phone.nextCall();
      call.reject(486);
      await expect.poll(() => events.at(-1)).toMatchObject({ type: 'rejected', status: 486 });
      expect(await phone.register(`sip:127.0.0.1:${port}`, 0)).toBe(200);
      expect(agent.contactsOf('device-alice')).toEqual([]);
    } finally {
      await phone.stop();
    }
  });

  it('on TCP is called through the connection that it registered on', async () => {
    const phone = await SipPhone.start({ user: 'alice', account: { realm: REALM, username: 'alice', password: 'secret' } });
    try {
      expect(await phone.register(`sip:127.0.0.1:${port};transport=tcp`)).toBe(200);
      const [contact] = agent.contactsOf('device-alice');
      expect(contact).toMatchObject({ uri: `${phone.uri};transport=tcp`, source: { transport: 'tcp' } });
      expect(contact?.source.port).not.toBe(phone.port);
      agent.invite('leg', { uri: contact?.uri ?? '', fromUser: 'scc', fromDisplayName: '', credentials: null, sdp: 'v=0\r\n', ringTimeoutMs: 5000 });
      (await phone.nextCall()).reject(480);
      await expect.poll(() => events.at(-1)).toMatchObject({ type: 'rejected', status: 480 });
      expect(agent.dump()).toMatchObject({ tcp: { connections: 1 } });
    } finally {
      await phone.stop();
    }
  });

  it('that is switched off loses its registration and its connection at once', async () => {
    const phone = await SipPhone.start({ user: 'alice', account: { realm: REALM, username: 'alice', password: 'secret' } });
    try {
      expect(await phone.register(`sip:127.0.0.1:${port};transport=tcp`)).toBe(200);
      expect(agent.dump()).toMatchObject({ tcp: { connections: 1 } });
      agent.forgetDevice('device-alice');
      expect(agent.contactsOf('device-alice')).toEqual([]);
      expect(changes.at(-1)).toEqual({ deviceId: 'device-alice', contacts: [] });
      await expect.poll(() => agent.dump()).toMatchObject({ tcp: { connections: 0 } });
      await expect.poll(() => phone.agent.dump()).toMatchObject({ tcp: { connections: 0 } });
    } finally {
      await phone.stop();
    }
  });

  it('does not give its password to another realm', async () => {
    const phone = await SipPhone.start({ user: 'alice', account: { realm: 'elsewhere', username: 'alice', password: 'secret' } });
    expect(await phone.register(`sip:127.0.0.1:${port}`)).toBe(401);
    const call = phone.call(`sip:1@127.0.0.1:${port}`, { sdp: '' });
    expect(await call.until('rejected')).toMatchObject({ status: 401 });
    await phone.stop();
  });
});
