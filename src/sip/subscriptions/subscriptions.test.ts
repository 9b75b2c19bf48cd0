import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/logger.ts';
import { answerChallenge, digestHa1, formatCredentials, parseChallenge, type DigestAlgorithm } from '../../protocol/sip/digest.ts';
import { readEssentials } from '../../protocol/sip/essentials.ts';
import { headerOf, headersOf, type SipMessage, type SipRequest, type SipResponse } from '../../protocol/sip/message.ts';
import { parseMessage } from '../../protocol/sip/parse-message.ts';
import { SipUserAgent } from '../sip-agent.ts';
import { subscription, SUBSCRIPTION_START } from './machine.ts';
import { stateText } from './state-text.ts';
import type { ResourceState } from './types.ts';

let agent: SipUserAgent;
let port: number;
let socket: Socket;
let heard: SipMessage[];
let cseq = 0;
let states: Record<string, ResourceState>;
const PASSWORDS: Record<string, string> = { alice: 'a-secret', bob: 'b-secret' };

beforeEach(async () => {
  heard = [];
  states = {
    'alice message-summary': { package: 'message-summary', newMessages: 2, oldMessages: 8 },
    'bob message-summary': { package: 'message-summary', newMessages: 0, oldMessages: 0 },
    'bob dialog': { package: 'dialog', calls: [] },
    'bob presence': { package: 'presence', open: true, note: '' },
  };
  agent = new SipUserAgent({
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
    logger: silentLogger,
    random: randomBytes,
    timers: { t1: 50, t2: 200 },
    realmFor: () => 'demo',
    directory: {
      trunkFor: () => null,
      deviceSecret: (realm: string, user: string, algorithm: DigestAlgorithm) =>
        Promise.resolve(PASSWORDS[user] ? { deviceId: user, tenantId: 't', ha1: digestHa1(algorithm, user, realm, PASSWORDS[user]) } : null),
      bindingsChanged: () => undefined,
    },
    onEvent: () => undefined,
    states: { state: (realm, user, event) => (realm === 'demo' ? (states[`${user} ${event}`] ?? null) : null) },
    subscriptionLimits: { minExpires: 1, perDevice: 2 },
  });
  ({ udpPort: port } = await agent.start());
  socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  socket.on('message', (bytes) => heard.push(parseMessage(bytes)));
});

afterEach(async () => {
  socket.close();
  await agent.stop();
});

interface Ask {
  event?: string;
  user?: string;
  as?: string;
  expires?: number;
  callId?: string;
  toTag?: string;
}

async function send({ event = 'dialog', user = 'bob', as = 'alice', expires = 60, callId = 'sub', toTag }: Ask, authorization?: string): Promise<SipResponse> {
  const number = ++cseq;
  const lines = [
    `SUBSCRIBE sip:${user}@127.0.0.1:${port} SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1:${socket.address().port};branch=z9hG4bKs${number}`,
    `From: <sip:${as}@pbx>;tag=ft`,
    `To: <sip:${user}@pbx>${toTag === undefined ? '' : `;tag=${toTag}`}`,
    `Call-ID: ${callId}`,
    `CSeq: ${number} SUBSCRIBE`,
    `Contact: <sip:${as}@127.0.0.1:${socket.address().port}>`,
    `Event: ${event}`,
    `Expires: ${expires}`,
    ...(authorization === undefined ? [] : [`Authorization: ${authorization}`]),
  ];
  socket.send(`${lines.join('\r\n')}\r\n\r\n`, port, '127.0.0.1');
  const found = (): SipMessage | undefined => heard.find((message) => message.kind === 'response' && headerOf(message, 'cseq') === `${number} SUBSCRIBE`);
  await expect.poll(found, { interval: 2 }).toBeDefined();
  return found() as SipResponse;
}

async function subscribe(ask: Ask): Promise<SipResponse> {
  const challenged = await send(ask);
  expect(challenged.status).toBe(401);
  const challenge = parseChallenge(headersOf(challenged, 'www-authenticate')[0] ?? '');
  const username = ask.as ?? 'alice';
  const uri = `sip:${ask.user ?? 'bob'}@127.0.0.1:${port}`;
  const answer = challenge && answerChallenge(challenge, { username, password: PASSWORDS[username] ?? '' }, { method: 'SUBSCRIBE', uri }, 'cn');
  return send(ask, answer ? formatCredentials(answer) : '');
}

const notifies = (): SipRequest[] => {
  const all = heard.filter((message): message is SipRequest => message.kind === 'request' && message.method === 'NOTIFY');
  return all.filter((request, index) => all.findIndex((other) => headerOf(other, 'cseq') === headerOf(request, 'cseq') && headerOf(other, 'call-id') === headerOf(request, 'call-id')) === index);
};

async function notify(index: number, status = 200): Promise<{ state: string; body: string; request: SipRequest }> {
  await expect.poll(() => notifies().length, { interval: 2, timeout: 3000 }).toBeGreaterThan(index);
  const request = notifies()[index] as SipRequest;
  const copied = request.headers.filter(({ id }) => ['via', 'from', 'to', 'call-id', 'cseq'].includes(id)).map(({ name, value }) => `${name}: ${value}`);
  socket.send(`SIP/2.0 ${status} X\r\n${copied.join('\r\n')}\r\n\r\n`, port, '127.0.0.1');
  return { state: headerOf(request, 'subscription-state') ?? '', body: Buffer.from(request.body).toString(), request };
}

describe('subscriptions', () => {
  it('tell the state at once, each change, and the end', async () => {
    const ok = await subscribe({});
    expect([ok.status, headerOf(ok, 'expires')]).toEqual([200, '60']);
    const first = await notify(0);
    expect(first.state).toMatch(/^active;expires=(59|60)$/);
    expect(first.body).toContain('version="0" state="full" entity="sip:bob@pbx"></dialog-info>');
    states['bob dialog'] = { package: 'dialog', calls: [{ id: 'c<1', direction: 'recipient', state: 'early', remoteUser: '0312' }] };
    await new Promise((resolve) => setTimeout(resolve, 20));
    agent.resourceChanged('demo', 'bob', 'dialog');
    const second = await notify(1);
    expect(second.body).toContain('<dialog id="c&lt;1" direction="recipient"><state>early</state><remote><identity>sip:0312@pbx</identity></remote></dialog>');
    expect((await send({ toTag: readEssentials(ok).toTag, expires: 0 })).status).toBe(200);
    expect((await notify(2)).state).toBe('terminated;reason=timeout');
    expect(agent.dump()).toMatchObject({ subscriptions: 0 });
    expect((await send({ toTag: readEssentials(ok).toTag })).status).toBe(481);
  });

  it('run out, and are prolonged by a refresh', async () => {
    const ok = await subscribe({ expires: 1, event: 'presence' });
    expect((await notify(0)).body).toContain('<basic>open</basic>');
    await new Promise((resolve) => setTimeout(resolve, 500));
    await send({ toTag: readEssentials(ok).toTag, expires: 1, event: 'presence' });
    await notify(1);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(notifies().length).toBe(2);
    expect((await notify(2)).state).toBe('terminated;reason=timeout');
  });

  it('end when the telephone does not know them any more', async () => {
    await subscribe({});
    await notify(0, 481);
    await expect.poll(() => agent.dump().subscriptions).toBe(0);
  });

  it.each([
    [{ event: 'kpml' }, 489],
    [{ user: 'nobody' }, 404],
    [{ event: 'message-summary', user: 'bob' }, 403],
    [{ event: 'message-summary', user: 'alice' }, 200],
    [{ as: 'bob' }, 200],
  ])('%j gets %i', async (ask, status) => {
    expect((await subscribe(ask)).status).toBe(status);
  });

  it('are limited for each device, and need its password', async () => {
    expect((await subscribe({ callId: '1' })).status).toBe(200);
    expect((await subscribe({ callId: '2' })).status).toBe(200);
    expect((await subscribe({ callId: '3' })).status).toBe(503);
    expect((await send({ callId: '4' }, 'Digest username="alice", realm="demo", nonce="x", uri="y", response="z"')).status).toBe(401);
  });
});

describe('the machine', () => {
  it('makes one NOTIFY of all changes while one is under way', () => {
    const one = subscription(SUBSCRIPTION_START, { type: 'changed' });
    expect(one.effects).toEqual([{ type: 'notify', ends: null }]);
    const two = subscription(subscription(one.state, { type: 'changed' }).state, { type: 'changed' });
    expect(two.effects).toEqual([]);
    expect(subscription(two.state, { type: 'notified' }).effects).toEqual([{ type: 'notify', ends: null }]);
    const ended = subscription(two.state, { type: 'end', why: 'timeout' });
    expect(subscription(ended.state, { type: 'notified' }).effects).toEqual([{ type: 'notify', ends: 'timeout' }, { type: 'forget' }]);
  });
});

describe('message-summary', () => {
  it('says what waits', () => {
    expect(stateText({ package: 'message-summary', newMessages: 2, oldMessages: 8 }, 'sip:a@h', 0)).toBe('Messages-Waiting: yes\r\nMessage-Account: sip:a@h\r\nVoice-Message: 2/8 (0/0)\r\n');
  });
});

