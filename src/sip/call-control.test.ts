/** REFER, Replaces, reliable provisionals, UPDATE, session timers and identities, between two agents and with a raw peer. */
import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../lib/clock.ts';
import { silentLogger } from '../lib/logger.ts';
import { readEssentials } from '../protocol/sip/essentials.ts';
import { headerOf, type SipMessage, type SipRequest, type SipResponse } from '../protocol/sip/message.ts';
import { parseMessage } from '../protocol/sip/parse-message.ts';
import { SipUserAgent, type SipAgentOptions } from './sip-agent.ts';
import type { SipLegEvent, SipLegSnapshot } from './types.ts';

const SDP = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n';

let agent: SipUserAgent;
let port: number;
let socket: Socket;
let peerPort: number;
let heard: SipMessage[];
let events: SipLegEvent[];
let onEvent: (event: SipLegEvent) => void;
let count = 0;

const makeAgent = (options: Partial<SipAgentOptions> = {}): SipUserAgent =>
  new SipUserAgent({
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
    logger: silentLogger,
    random: randomBytes,
    timers: { t1: 50, t2: 200 },
    sessionTimer: { expires: 2, minimum: 1 },
    directory: { trunkFor: () => ({ trunkId: 't', tenantId: null }), deviceSecret: () => Promise.resolve(null), bindingsChanged: () => undefined },
    onEvent: (event) => {
      events.push(event);
      onEvent(event);
    },
    ...options,
  });

beforeEach(async () => {
  events = [];
  heard = [];
  onEvent = () => undefined;
  agent = makeAgent();
  ({ udpPort: port } = await agent.start());
  socket = createSocket('udp4');
  socket.on('message', (bytes) => heard.push(parseMessage(bytes)));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  peerPort = socket.address().port;
});

afterEach(async () => {
  socket.close();
  await agent.stop();
});

const transmit = (text: string): void => socket.send(Buffer.from(text, 'utf8'), port, '127.0.0.1');

interface Ask {
  method: string;
  cseq: number;
  toTag?: string;
  callId?: string;
  fromTag?: string;
  branch?: string;
  body?: string;
  headers?: string[];
}

function ask({ method, cseq, toTag, callId = 'call', fromTag = 'ft', branch = `z9hG4bKc${++count}`, body = '', headers = [] }: Ask): void {
  const lines = [
    `${method} sip:bob@127.0.0.1:${port} SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1:${peerPort};branch=${branch}`,
    `From: <sip:alice@127.0.0.1>;tag=${fromTag}`,
    `To: <sip:bob@127.0.0.1>${toTag === undefined ? '' : `;tag=${toTag}`}`,
    `Call-ID: ${callId}`,
    `CSeq: ${cseq} ${method}`,
    `Contact: <sip:alice@127.0.0.1:${peerPort}>`,
    ...headers,
  ];
  if (body !== '' && !headers.some((line) => line.startsWith('Content-Type'))) lines.push('Content-Type: application/sdp');
  transmit(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

const responses = (method: string, cseq: number): SipResponse[] =>
  heard.filter((message): message is SipResponse => message.kind === 'response' && headerOf(message, 'cseq') === `${cseq} ${method}`);
const requests = (method: string): SipRequest[] => heard.filter((message): message is SipRequest => message.kind === 'request' && message.method === method);

async function answerTo(method: string, cseq: number, least = 200): Promise<SipResponse> {
  const found = (): SipResponse | undefined => responses(method, cseq).find(({ status }) => status >= least);
  await expect.poll(found, { interval: 2, timeout: 3000 }).toBeDefined();
  return found() as SipResponse;
}

async function heardRequest(method: string, index = 0): Promise<SipRequest> {
  await expect.poll(() => requests(method).length, { interval: 2, timeout: 4000 }).toBeGreaterThan(index);
  return requests(method)[index] as SipRequest;
}

async function event<T extends SipLegEvent['type']>(type: T): Promise<Extract<SipLegEvent, { type: T }>> {
  const found = (): SipLegEvent | undefined => events.findLast((entry) => entry.type === type);
  await expect.poll(found, { interval: 2, timeout: 4000 }).toBeDefined();
  return found() as Extract<SipLegEvent, { type: T }>;
}

function reply(request: SipRequest, status: number, extra: string[] = [], body = '', tag = 'pt'): void {
  const copied = request.headers.filter(({ id }) => ['via', 'from', 'call-id', 'cseq'].includes(id)).map(({ name, value }) => `${name}: ${value}`);
  const to = headerOf(request, 'to') ?? '';
  const lines = [`SIP/2.0 ${status} X`, ...copied, `To: ${to}${to.includes('tag=') || status === 100 ? '' : `;tag=${tag}`}`, `Contact: <sip:p@127.0.0.1:${peerPort}>`, ...extra];
  if (body !== '') lines.push('Content-Type: application/sdp');
  transmit(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

const target = (extra: object = {}) => ({ uri: `sip:p@127.0.0.1:${peerPort}`, fromUser: 'scc', fromDisplayName: '', credentials: null, sdp: SDP, ringTimeoutMs: 5000, ...extra });

/** A call of ours that the raw peer took. */
async function outbound(extra: object = {}, headers: string[] = []): Promise<SipRequest> {
  agent.invite('out', target(extra));
  const invite = await heardRequest('INVITE');
  reply(invite, 200, headers, SDP);
  await event('answered');
  await heardRequest('ACK');
  return invite;
}

/** A call of the raw peer that we took. */
async function inbound(headers: string[] = []): Promise<{ toTag: string; legId: string; ok: SipResponse }> {
  onEvent = (entry) => (entry.type === 'incoming' ? agent.answer(entry.invite.legId, SDP) : undefined);
  ask({ method: 'INVITE', cseq: 1, body: SDP, headers });
  const ok = await answerTo('INVITE', 1);
  expect(ok.status).toBe(200);
  const { toTag } = readEssentials(ok);
  ask({ method: 'ACK', cseq: 1, toTag });
  await event('confirmed');
  onEvent = () => undefined;
  return { toTag, legId: (await event('incoming')).invite.legId, ok };
}

/** An INVITE of the raw peer that waits for us. */
async function waiting(headers: string[] = [], body = SDP): Promise<string> {
  ask({ method: 'INVITE', cseq: 1, body, headers, branch: 'z9hG4bKwaiting' });
  return (await event('incoming')).invite.legId;
}

describe('identities', () => {
  it.each([
    [{ identity: 'asserted', assertedUser: '0312340001' }, 'p-asserted-identity', '<sip:0312340001@127.0.0.1>'],
    [{ identity: 'preferred', fromHost: 'carrier.example' }, 'p-preferred-identity', '<sip:scc@carrier.example>'],
    [{ privacy: true }, 'privacy', 'id'],
    [{ toUri: 'tel:+81312345678' }, 'to', '<tel:+81312345678>'],
    [{ referredBy: 'sip:r@h' }, 'referred-by', '<sip:r@h>'],
    [{ replaces: 'c;to-tag=a;from-tag=b' }, 'replaces', 'c;to-tag=a;from-tag=b'],
    [{ sessionTimer: true }, 'session-expires', '2'],
  ])('%j', async (extra, id, value) => {
    agent.invite('out', target(extra));
    expect(headerOf(await heardRequest('INVITE'), id)).toBe(value);
  });

  it('privacy hides the number in From, not in the asserted identity', async () => {
    agent.invite('out', target({ privacy: true, identity: 'asserted' }));
    const invite = await heardRequest('INVITE');
    expect(headerOf(invite, 'from')).toMatch(/^"Anonymous" <sip:anonymous@anonymous\.invalid>;tag=/);
    expect(headerOf(invite, 'p-asserted-identity')).toBe('<sip:scc@127.0.0.1>');
  });

  it('goes through the outbound proxy, whatever the URI says', async () => {
    agent.invite('out', target({ uri: 'tel:+81312345678', outboundProxy: `sip:127.0.0.1:${peerPort}` }));
    const invite = await heardRequest('INVITE');
    expect([invite.uri, headerOf(invite, 'route')]).toEqual(['tel:+81312345678', `<sip:127.0.0.1:${peerPort};lr>`]);
  });

  it('reads the way of a call to us', async () => {
    await waiting(['Privacy: id;critical', 'Referred-By: <sip:r@h>', 'Diversion: <sip:0355@h>;reason=no-answer, <sip:0366@h>']);
    expect((await event('incoming')).invite).toMatchObject({ to: 'bob', privacy: ['id', 'critical'], referredBy: 'sip:r@h', diversion: '0355', replaces: null });
  });

  it('a redirection is told with its contacts, and one of ours carries them', async () => {
    agent.invite('out', target());
    reply(await heardRequest('INVITE'), 302, ['Contact: <sip:second@h?Route=x>;q=0.5']);
    expect(await event('rejected')).toMatchObject({ status: 302, contacts: [`sip:p@127.0.0.1:${peerPort}`, 'sip:second@h'] });
    agent.redirect(await waiting(), ['sip:other@192.0.2.1']);
    const moved = await answerTo('INVITE', 1);
    expect([moved.status, headerOf(moved, 'contact')]).toEqual([302, '<sip:other@192.0.2.1>']);
    expect(await event('ended')).toMatchObject({ by: 'local', reason: 'redirected' });
  });
});

describe('REFER', () => {
  it('of the peer is told, taken, and reported on until the end', async () => {
    const { toTag, legId } = await inbound();
    ask({ method: 'REFER', cseq: 2, toTag, headers: ['Refer-To: <sip:carol@h?Subject=x>', 'Referred-By: <sip:alice@h>'] });
    const referred = await event('referred');
    expect(referred).toMatchObject({ legId, target: { uri: 'sip:carol@h', user: 'carol', replaces: null }, replacesLegId: null, referredBy: 'sip:alice@h' });
    agent.acceptRefer(legId, referred.referId);
    expect((await answerTo('REFER', 2)).status).toBe(202);
    const trying = await heardRequest('NOTIFY');
    expect([headerOf(trying, 'event'), headerOf(trying, 'subscription-state'), Buffer.from(trying.body).toString()]).toEqual(['refer', 'active;expires=180', 'SIP/2.0 100 Trying\r\n']);
    reply(trying, 200);
    agent.referStatus(legId, referred.referId, 200, 'OK', true);
    agent.referStatus(legId, referred.referId, 486, 'Busy', true);
    const done = await heardRequest('NOTIFY', 1);
    reply(done, 200);
    expect([headerOf(done, 'subscription-state'), Buffer.from(done.body).toString()]).toEqual(['terminated;reason=noresource', 'SIP/2.0 200 OK\r\n']);
    expect(agent.dump()).toMatchObject({ legs: [{ asked: 0 }] });
  });

  it('is refused as the application says, without a usable target, and outside of calls', async () => {
    const { toTag, legId } = await inbound();
    ask({ method: 'REFER', cseq: 2, toTag, headers: ['Refer-To: <sip:carol@h>'] });
    agent.rejectRefer(legId, (await event('referred')).referId, 603);
    expect((await answerTo('REFER', 2)).status).toBe(603);
    for (const [cseq, headers] of [[3, []], [4, ['Refer-To: <http://x>']], [5, ['Refer-To: <sip:a@h;method=BYE>']], [6, ['Refer-To: <sip:a@h?Replaces=x>']]] as const) {
      ask({ method: 'REFER', cseq, toTag, headers: [...headers] });
      expect((await answerTo('REFER', cseq)).status, `${cseq}`).toBe(400);
    }
    ask({ method: 'REFER', cseq: 7, callId: 'elsewhere', headers: ['Refer-To: <sip:carol@h>'] });
    expect((await answerTo('REFER', 7)).status).toBe(403);
    ask({ method: 'BYE', cseq: 8, toTag });
    await answerTo('BYE', 8);
    ask({ method: 'REFER', cseq: 9, toTag, headers: ['Refer-To: <sip:carol@h>'] });
    expect((await answerTo('REFER', 9)).status).toBe(481);
  });

  it('without a subscription (RFC 4488) is taken and never reported on', async () => {
    const { toTag, legId } = await inbound();
    ask({ method: 'REFER', cseq: 2, toTag, headers: ['Refer-To: <sip:carol@h>', 'Refer-Sub: false', 'Require: norefersub'] });
    const { referId } = await event('referred');
    agent.acceptRefer(legId, referId);
    expect(headerOf(await answerTo('REFER', 2), 'refer-sub')).toBe('false');
    agent.referStatus(legId, referId, 200, 'OK', true);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(requests('NOTIFY')).toEqual([]);
  });

  it('of ours is followed by what the peer tells, and names the call to replace', async () => {
    const { legId } = await inbound();
    await outbound();
    agent.refer(legId, { uri: '', replacesLegId: 'out' });
    const refer = await heardRequest('REFER');
    const out = readEssentials(requests('ACK')[0] as SipRequest);
    expect(headerOf(refer, 'refer-to')).toBe(`<sip:p@127.0.0.1:${peerPort}?Replaces=${out.callId}%3Bto-tag%3Dpt%3Bfrom-tag%3D${out.fromTag}>`);
    reply(refer, 202);
    const { fromTag } = readEssentials(refer);
    const tell = (cseq: number, state: string, body: string): void =>
      ask({ method: 'NOTIFY', cseq, toTag: fromTag, headers: ['Event: refer', `Subscription-State: ${state}`, 'Content-Type: message/sipfrag'], body });
    tell(2, 'active;expires=60', 'SIP/2.0 180 Ringing\r\n');
    await expect.poll(() => events.at(-1)).toEqual({ type: 'referProgress', legId, status: 180, final: false });
    tell(3, 'terminated;reason=noresource', 'SIP/2.0 200 OK\r\n');
    await expect.poll(() => events.at(-1)).toEqual({ type: 'referProgress', legId, status: 200, final: true });
    tell(4, 'active', 'SIP/2.0 180 Ringing\r\n');
    expect((await answerTo('NOTIFY', 4)).status).toBe(481);
  });

  it('of ours to a call that is gone fails at once, and a refused one is told', async () => {
    const { legId } = await inbound();
    agent.refer(legId, { uri: 'sip:x@h', replacesLegId: 'nobody' });
    expect(events.at(-1)).toEqual({ type: 'referProgress', legId, status: 481, final: true });
    agent.refer(legId, { uri: 'sip:x@h' });
    reply(await heardRequest('REFER'), 603);
    await expect.poll(() => events.at(-1)).toEqual({ type: 'referProgress', legId, status: 603, final: true });
  });
});

describe('Replaces', () => {
  const takeOver = (callId: string, toTag: string, fromTag: string, extra = ''): void =>
    ask({ method: 'INVITE', cseq: 1, callId: `new${++count}`, body: SDP, headers: [`Replaces: ${callId};to-tag=${toTag};from-tag=${fromTag}${extra}`] });
  const lastStatus = async (least = 200): Promise<number> => (await answerTo('INVITE', 1, least)).status;

  it('names the leg that it matches, also in a REFER', async () => {
    const { toTag, legId } = await inbound();
    heard = [];
    takeOver('call', toTag, 'ft');
    await expect.poll(() => events.at(-1)).toMatchObject({ type: 'incoming', invite: { replaces: { legId, earlyOnly: false } } });
    ask({ method: 'REFER', cseq: 2, toTag, headers: [`Refer-To: <sip:x@h?Replaces=call%3Bto-tag%3D${toTag}%3Bfrom-tag%3Dft>`] });
    expect(await event('referred')).toMatchObject({ replacesLegId: legId, target: { uri: 'sip:x@h' } });
  });

  it.each([
    ['another Call-ID', 'other', 'ft', '', 481],
    ['another tag', 'call', 'xx', '', 481],
    ['early-only for an answered call', 'call', 'ft', ';early-only', 486],
    ['two to-tags', 'call', 'ft', ';to-tag=x', 400],
  ])('%s', async (_name, callId, fromTag, extra, status) => {
    const { toTag } = await inbound();
    heard = [];
    takeOver(callId, toTag, fromTag, extra);
    expect(await lastStatus()).toBe(status);
  });

  it('of a call that ends gets 603, of one that rings here 481, of one that rings there it is told', async () => {
    const { toTag, legId } = await inbound();
    agent.hangup(legId);
    await heardRequest('BYE');
    heard = [];
    takeOver('call', toTag, 'ft');
    expect(await lastStatus()).toBe(603);
    agent.invite('out', target());
    const invite = await heardRequest('INVITE');
    reply(invite, 180);
    await event('progress');
    const { callId, fromTag } = readEssentials(invite);
    takeOver(callId, fromTag, 'pt', ';early-only');
    await expect.poll(() => events.at(-1)).toMatchObject({ type: 'incoming', invite: { replaces: { legId: 'out', earlyOnly: true } } });
  });
});

describe('reliable provisional responses', () => {
  it('of ours are repeated until the PRACK, and the answer waits for it', async () => {
    const legId = await waiting(['Supported: 100rel']);
    agent.ring(legId, SDP);
    agent.answer(legId, SDP);
    await expect.poll(() => responses('INVITE', 1).filter(({ status }) => status === 183).length, { interval: 2 }).toBeGreaterThan(1);
    expect(responses('INVITE', 1).every(({ status }) => status < 200)).toBe(true);
    const early = await answerTo('INVITE', 1, 101);
    const { toTag } = readEssentials(early);
    const rseq = Number(headerOf(early, 'rseq'));
    ask({ method: 'PRACK', cseq: 2, toTag, headers: [`RAck: ${rseq + 1} 1 INVITE`] });
    expect((await answerTo('PRACK', 2)).status).toBe(481);
    ask({ method: 'PRACK', cseq: 3, toTag, headers: [`RAck: ${rseq} 1 INVITE`] });
    expect((await answerTo('PRACK', 3)).status).toBe(200);
    const ok = await answerTo('INVITE', 1);
    expect([ok.status, ok.body.length]).toEqual([200, 0]);
    ask({ method: 'ACK', cseq: 1, toTag });
    await event('confirmed');
    ask({ method: 'BYE', cseq: 4, toTag });
    expect((await answerTo('BYE', 4)).status).toBe(200);
  });

  it('of ours that nobody acknowledges end the call', async () => {
    const legId = await waiting(['Require: 100rel']);
    agent.ring(legId);
    await expect.poll(() => responses('INVITE', 1).some(({ status }) => status === 504), { timeout: 6000 }).toBe(true);
    expect(events.at(-1)).toMatchObject({ type: 'ended', legId, reason: 'no PRACK' });
  }, 10_000);

  it('of forks are acknowledged each in its dialog, in order, once; the answer brings the description', async () => {
    agent.invite('out', target());
    const invite = await heardRequest('INVITE');
    reply(invite, 183, ['Require: 100rel', 'RSeq: 7'], SDP, 'one');
    const first = await heardRequest('PRACK');
    expect([headerOf(first, 'rack'), readEssentials(first).toTag]).toEqual(['7 1 INVITE', 'one']);
    reply(first, 200);
    reply(invite, 183, ['Require: 100rel', 'RSeq: 7'], SDP, 'one');
    reply(invite, 180, ['Require: 100rel', 'RSeq: 9'], '', 'one');
    reply(invite, 180, ['Require: 100rel', 'RSeq: 1'], '', 'two');
    const second = await heardRequest('PRACK', 1);
    expect([headerOf(second, 'rack'), readEssentials(second).toTag]).toEqual(['1 1 INVITE', 'two']);
    reply(second, 200);
    reply(invite, 200, [], '', 'one');
    expect(await event('answered')).toMatchObject({ sdp: SDP });
    expect(events.map(({ type }) => type)).toEqual(['progress', 'progress', 'answered']);
    agent.hangup('out');
    expect(headerOf(await heardRequest('BYE'), 'cseq')).toBe('3 BYE');
  });

  it('UPDATE in an early dialog changes its session, both ways', async () => {
    agent.invite('out', target());
    const invite = await heardRequest('INVITE');
    reply(invite, 183, ['Require: 100rel', 'RSeq: 1', 'Allow: UPDATE'], SDP);
    reply(await heardRequest('PRACK'), 200);
    const { callId, fromTag } = readEssentials(invite);
    ask({ method: 'UPDATE', cseq: 1, callId, fromTag: 'pt', toTag: fromTag, body: SDP });
    await event('reinvite');
    agent.answerReinvite('out', SDP);
    expect((await answerTo('UPDATE', 1)).body.length).toBeGreaterThan(0);
    agent.reinvite('out', SDP);
    reply(await heardRequest('UPDATE'), 200, [], SDP);
    expect(await event('reinviteAnswered')).toMatchObject({ legId: 'out', sdp: SDP });
  });

  it('BYE of the caller before the answer is a cancellation, with its cause', async () => {
    const legId = await waiting(['Require: 100rel']);
    agent.ring(legId);
    const { toTag } = readEssentials(await answerTo('INVITE', 1, 101));
    ask({ method: 'BYE', cseq: 2, toTag, headers: ['Reason: SIP;cause=200;text="Call completed elsewhere"'] });
    expect((await answerTo('BYE', 2)).status).toBe(200);
    expect((await answerTo('INVITE', 1)).status).toBe(487);
    expect(events.at(-1)).toEqual({ type: 'cancelled', legId, cause: { protocol: 'SIP', cause: 200, text: 'Call completed elsewhere' } });
    expect(agent.dump()).toMatchObject({ legs: [] });
  });
});

describe('UPDATE in a call', () => {
  it('moves the target, carries offers, and is refused when it crosses one', async () => {
    const { toTag, legId } = await inbound();
    ask({ method: 'UPDATE', cseq: 2, toTag });
    expect((await answerTo('UPDATE', 2)).status).toBe(200);
    ask({ method: 'UPDATE', cseq: 3, toTag, body: SDP });
    await event('reinvite');
    ask({ method: 'UPDATE', cseq: 4, toTag, body: SDP });
    expect((await answerTo('UPDATE', 4)).status).toBe(500);
    agent.rejectReinvite(legId);
    expect((await answerTo('UPDATE', 3)).status).toBe(488);
    agent.reinvite(legId, SDP);
    await heardRequest('INVITE');
    ask({ method: 'UPDATE', cseq: 5, toTag, body: SDP });
    expect((await answerTo('UPDATE', 5)).status).toBe(491);
  });
});

describe('session timers', () => {
  it.each([['Allow: INVITE, UPDATE', 'UPDATE'], ['Allow: INVITE', 'INVITE']])('we refresh, with %s by %s', async (allow, method) => {
    await outbound({ sessionTimer: true }, ['Session-Expires: 2;refresher=uac', 'Require: timer', allow]);
    const refresh = await heardRequest(method, method === 'INVITE' ? 1 : 0);
    expect(headerOf(refresh, 'session-expires')).toBe('2;refresher=uac');
    reply(refresh, 200, ['Session-Expires: 2;refresher=uac'], method === 'INVITE' ? SDP : '');
    await heardRequest(method, method === 'INVITE' ? 2 : 1);
    expect(events.map(({ type }) => type)).toEqual(['answered']);
  });

  it('the caller refreshes; when it stops the call ends', async () => {
    const { ok, legId, toTag } = await inbound(['Supported: timer', 'Session-Expires: 2']);
    expect([headerOf(ok, 'session-expires'), headerOf(ok, 'require')]).toEqual(['2;refresher=uac', 'timer']);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    ask({ method: 'UPDATE', cseq: 2, toTag, headers: ['Supported: timer', 'Session-Expires: 2;refresher=uac'] });
    expect(headerOf(await answerTo('UPDATE', 2), 'session-expires')).toBe('2;refresher=uac');
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(requests('BYE')).toEqual([]);
    reply(await heardRequest('BYE'), 200);
    expect(await event('ended')).toMatchObject({ legId, by: 'failure', reason: 'session_expired' });
  });

  it('too short an interval gets 422, and ours is raised when the peer wants more', async () => {
    await agent.stop();
    agent = makeAgent({ sessionTimer: { expires: 90, minimum: 90 } });
    ({ udpPort: port } = await agent.start());
    ask({ method: 'INVITE', cseq: 1, body: SDP, headers: ['Supported: timer', 'Session-Expires: 60'] });
    const small = await answerTo('INVITE', 1);
    expect([small.status, headerOf(small, 'min-se')]).toEqual([422, '90']);
    agent.invite('out', target({ sessionTimer: true }));
    reply(await heardRequest('INVITE'), 422, ['Min-SE: 300']);
    await expect.poll(() => requests('INVITE').map((request) => headerOf(request, 'session-expires'))).toContain('300');
  });

  it('survives a restart', async () => {
    await outbound({ sessionTimer: true }, ['Session-Expires: 2;refresher=uac', 'Allow: UPDATE']);
    const snapshot = JSON.parse(JSON.stringify(agent.snapshot('out'))) as SipLegSnapshot;
    await agent.stop();
    agent = makeAgent({ port });
    await agent.start();
    agent.restore(snapshot);
    const before = requests('UPDATE').length;
    const refresh = await heardRequest('UPDATE', before);
    expect([headerOf(refresh, 'session-expires'), headerOf(refresh, 'cseq')]).toEqual(['2;refresher=uac', '2002 UPDATE']);
  });

  it('costs nothing when nobody asks', async () => {
    const { ok, legId } = await inbound(['Supported: timer, 100rel']);
    expect(headerOf(ok, 'session-expires')).toBeNull();
    expect(JSON.stringify(agent.snapshot(legId))).not.toContain('refresher');
  });
});

describe('merged requests', () => {
  it('get 482 also after the call was answered', async () => {
    await inbound();
    heard = [];
    ask({ method: 'INVITE', cseq: 1, body: SDP });
    expect((await answerTo('INVITE', 1)).status).toBe(482);
    expect(events.filter(({ type }) => type === 'incoming').length).toBe(1);
  });
});
