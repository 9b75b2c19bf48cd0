/** What peers do wrong, in odd orders, or with bad intent; and what a restart must survive. */
import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
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
let onEvent: (event: SipLegEvent) => void | Promise<void>;

const makeAgent = (options: Partial<SipAgentOptions> = {}): SipUserAgent =>
  new SipUserAgent({
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
    logger: silentLogger,
    random: randomBytes,
    timers: { t1: 50, t2: 200 },
    directory: { trunkFor: () => ({ trunkId: 't', tenantId: null }), deviceSecret: () => Promise.resolve(null), bindingsChanged: () => undefined },
    onEvent: (event) => {
      events.push(event);
      return onEvent(event);
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

let count = 0;
const transmit = (text: string): void => socket.send(Buffer.from(text, 'utf8'), port, '127.0.0.1');

interface Ask {
  method: string;
  cseq: number;
  toTag?: string;
  fromTag?: string;
  callId?: string;
  branch?: string;
  body?: string;
  headers?: string[];
}

function ask({ method, cseq, toTag, fromTag = 'ft', callId = 'call', branch = `z9hG4bKx${++count}`, body = '', headers = [] }: Ask): void {
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

async function statusOf(method: string, cseq: number): Promise<number> {
  await expect.poll(() => responses(method, cseq).filter(({ status }) => status >= 200).length, { interval: 2 }).toBeGreaterThan(0);
  return responses(method, cseq).find(({ status }) => status >= 200)?.status ?? 0;
}

/** A confirmed call from the raw peer; gives our tag and the leg. */
async function established(): Promise<{ toTag: string; legId: string }> {
  onEvent = (event) => {
    if (event.type === 'incoming') agent.answer(event.invite.legId, SDP);
  };
  ask({ method: 'INVITE', cseq: 1, body: SDP });
  expect(await statusOf('INVITE', 1)).toBe(200);
  const { toTag } = readEssentials(responses('INVITE', 1).at(-1) as SipResponse);
  ask({ method: 'ACK', cseq: 1, toTag });
  await expect.poll(() => events.length, { interval: 2 }).toBe(2);
  const [first] = events;
  return { toTag, legId: first?.type === 'incoming' ? first.invite.legId : '' };
}

function reply(request: SipRequest, status: number, extra: string[] = [], body = ''): void {
  const copied = request.headers.filter(({ id }) => ['via', 'from', 'call-id', 'cseq'].includes(id)).map(({ name, value }) => `${name}: ${value}`);
  const to = headerOf(request, 'to') ?? '';
  const lines = [`SIP/2.0 ${status} X`, ...copied, `To: ${to}${to.includes('tag=') || status === 100 ? '' : ';tag=pt'}`, `Contact: <sip:p@127.0.0.1:${peerPort}>`, ...extra];
  if (body !== '') lines.push('Content-Type: application/sdp');
  transmit(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

async function heardRequest(method: string, index = 0): Promise<SipRequest> {
  await expect.poll(() => requests(method).length, { interval: 2 }).toBeGreaterThan(index);
  return requests(method)[index] as SipRequest;
}

const target = (extra: object = {}) => ({ uri: `sip:p@127.0.0.1:${peerPort}`, fromUser: 'scc', fromDisplayName: '', credentials: null, sdp: SDP, ringTimeoutMs: 5000, ...extra });

describe('in a call', () => {
  it('BYE with a guessed tag, another Call-ID or another From tag ends nothing', async () => {
    const { toTag } = await established();
    ask({ method: 'BYE', cseq: 2, toTag: 'guess' });
    expect(await statusOf('BYE', 2)).toBe(481);
    ask({ method: 'BYE', cseq: 3, toTag, callId: 'other' });
    expect(await statusOf('BYE', 3)).toBe(481);
    ask({ method: 'BYE', cseq: 4, toTag, fromTag: 'other' });
    expect(await statusOf('BYE', 4)).toBe(481);
    expect(events.length).toBe(2);
    ask({ method: 'BYE', cseq: 5, toTag });
    expect(await statusOf('BYE', 5)).toBe(200);
  });

  it('a request with an old CSeq gets 500', async () => {
    const { toTag } = await established();
    ask({ method: 'INFO', cseq: 9, toTag });
    expect(await statusOf('INFO', 9)).toBe(200);
    ask({ method: 'BYE', cseq: 9, toTag });
    expect(await statusOf('BYE', 9)).toBe(500);
  });

  it('the 200 to BYE waits for the record of the end', async () => {
    const { toTag } = await established();
    let recorded = (): void => undefined;
    onEvent = (event) => (event.type === 'ended' ? new Promise<void>((resolve) => (recorded = resolve)) : undefined);
    ask({ method: 'BYE', cseq: 2, toTag });
    await expect.poll(() => events.at(-1)?.type).toBe('ended');
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(responses('BYE', 2)).toEqual([]);
    recorded();
    expect(await statusOf('BYE', 2)).toBe(200);
  });

  it('keys come by INFO', async () => {
    const { toTag, legId } = await established();
    ask({ method: 'INFO', cseq: 2, toTag, headers: ['Content-Type: application/dtmf-relay'], body: 'Signal=5\r\nDuration=240\r\n' });
    expect(await statusOf('INFO', 2)).toBe(200);
    expect(events.at(-1)).toEqual({ type: 'dtmf', legId, digit: '5', durationMs: 240 });
    ask({ method: 'INFO', cseq: 3, toTag, headers: ['Content-Type: text/x'], body: 'x' });
    expect(await statusOf('INFO', 3)).toBe(415);
  });

  it('unserved methods get 405, OPTIONS 200', async () => {
    const { toTag } = await established();
    for (const [cseq, method, status] of [[2, 'PUBLISH', 405], [3, 'REFER', 400], [4, 'MESSAGE', 405], [5, 'OPTIONS', 200], [6, 'X-Y', 501]] as const) {
      ask({ method, cseq, toTag });
      expect(await statusOf(method, cseq), method).toBe(status);
    }
  });

  it('a second re-INVITE while the first is open gets 500, a cancelled one 487, and the call goes on', async () => {
    const { toTag } = await established();
    ask({ method: 'INVITE', cseq: 2, toTag, body: SDP, branch: 'z9hG4bKre1' });
    await expect.poll(() => events.at(-1)?.type).toBe('reinvite');
    ask({ method: 'INVITE', cseq: 3, toTag, body: SDP });
    expect(await statusOf('INVITE', 3)).toBe(500);
    ask({ method: 'CANCEL', cseq: 2, branch: 'z9hG4bKre1' });
    expect(await statusOf('CANCEL', 2)).toBe(200);
    expect(await statusOf('INVITE', 2)).toBe(487);
    ask({ method: 'BYE', cseq: 4, toTag });
    expect(await statusOf('BYE', 4)).toBe(200);
  });

  it('a re-INVITE that crosses ours gets 491, and ours is tried again after theirs got one', async () => {
    const { toTag, legId } = await established();
    agent.reinvite(legId, SDP);
    const ours = await heardRequest('INVITE');
    ask({ method: 'INVITE', cseq: 2, toTag, body: SDP });
    expect(await statusOf('INVITE', 2)).toBe(491);
    reply(ours, 491);
    // We did not choose the Call-ID: 0 to 2 s.
    await expect.poll(() => requests('INVITE').some((request) => headerOf(request, 'cseq') === '2 INVITE'), { timeout: 3000 }).toBe(true);
    const again = requests('INVITE').find((request) => headerOf(request, 'cseq') === '2 INVITE') as SipRequest;
    reply(again, 200, [], SDP);
    await expect.poll(() => events.at(-1)).toMatchObject({ type: 'reinviteAnswered', legId });
    await expect.poll(() => requests('ACK').map((request) => headerOf(request, 'cseq'))).toEqual(['1 ACK', '2 ACK']);
  });

  it('a re-INVITE answered 481 ends the call', async () => {
    const { legId } = await established();
    agent.reinvite(legId, SDP);
    reply(await heardRequest('INVITE'), 481);
    reply(await heardRequest('BYE'), 481);
    await expect.poll(() => events.at(-1)).toMatchObject({ type: 'ended', by: 'failure' });
  });

  it('a throwing listener does not harm the call', async () => {
    const { toTag } = await established();
    onEvent = () => {
      throw new Error('bug');
    };
    ask({ method: 'BYE', cseq: 2, toTag });
    expect(await statusOf('BYE', 2)).toBe(200);
  });
});

describe('calls to us', () => {
  it('the same INVITE by two paths is one call (482)', async () => {
    ask({ method: 'INVITE', cseq: 1, body: SDP });
    ask({ method: 'INVITE', cseq: 1, body: SDP });
    expect(await statusOf('INVITE', 1)).toBe(482);
    expect(events.filter(({ type }) => type === 'incoming').length).toBe(1);
  });

  it.each([['while it waits is one call, too', false], ['after a refusal is tried anew', true]] as const)('the same INVITE by another transport %s', async (_name, isRefused) => {
    ask({ method: 'INVITE', cseq: 1, body: SDP });
    await expect.poll(() => events.length, { interval: 2 }).toBe(1);
    onEvent = (event) => void (event.type === 'incoming' && agent.reject(event.invite.legId, 486));
    const [first] = events;
    if (isRefused && first?.type === 'incoming') agent.reject(first.invite.legId, 486);
    const tcp = connect(port, '127.0.0.1');
    const lines = ['INVITE sip:bob@127.0.0.1 SIP/2.0', 'Via: SIP/2.0/TCP 127.0.0.1:1;branch=z9hG4bKtcp', 'From: <sip:alice@127.0.0.1>;tag=ft', 'To: <sip:bob@127.0.0.1>', 'Call-ID: call', 'CSeq: 1 INVITE', 'Content-Length: 0'];
    tcp.write(`${lines.join('\r\n')}\r\n\r\n`);
    const [answer] = (await once(tcp, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(isRefused ? /^SIP\/2\.0 486 / : /^SIP\/2\.0 482 /);
    tcp.destroy();
    expect(events.filter(({ type }) => type === 'incoming')).toHaveLength(isRefused ? 2 : 1);
  });

  it('a repeated INVITE is one call', async () => {
    for (let times = 0; times < 3; times++) ask({ method: 'INVITE', cseq: 1, body: SDP, branch: 'z9hG4bKsame' });
    await expect.poll(() => responses('INVITE', 1).length).toBeGreaterThanOrEqual(2);
    expect(responses('INVITE', 1).every(({ status }) => status === 100)).toBe(true);
    expect(events.length).toBe(1);
  });

  it('CANCEL of nothing gets 481, ACK of nothing nothing', async () => {
    ask({ method: 'ACK', cseq: 1 });
    ask({ method: 'ACK', cseq: 1, toTag: 'x' });
    ask({ method: 'CANCEL', cseq: 1 });
    expect(await statusOf('CANCEL', 1)).toBe(481);
    expect(heard.length).toBe(1);
  });

  it('hanging up before the ACK waits for it with the BYE', async () => {
    onEvent = (event) => {
      if (event.type !== 'incoming') return;
      agent.answer(event.invite.legId, SDP);
      agent.hangup(event.invite.legId, 'over "soon"');
    };
    ask({ method: 'INVITE', cseq: 1, body: SDP });
    expect(await statusOf('INVITE', 1)).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(requests('BYE')).toEqual([]);
    ask({ method: 'ACK', cseq: 1, toTag: readEssentials(responses('INVITE', 1)[0] as SipResponse).toTag });
    const bye = await heardRequest('BYE');
    expect(headerOf(bye, 'reason')).toBe('SIP;text="over  soon "');
    reply(bye, 200);
    await expect.poll(() => events.at(-1)).toMatchObject({ type: 'ended', by: 'local' });
  });

  it.each([
    ['Privacy: id', 'anonymous'],
    ['From-Display: Anonymous', 'anonymous'],
    ['From-Display: Coin line/payphone', 'payphone'],
    ['From-Display: Unavailable', 'unavailable'],
  ])('%s hides the caller', async (line, reason) => {
    const display = line.startsWith('From-Display: ') ? `"${line.slice(14)}" ` : '';
    const text = `INVITE sip:bob@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${peerPort};branch=z9hG4bKp${++count}\r\nFrom: ${display}<sip:0901@h>;tag=1\r\nTo: <sip:b@h>\r\nCall-ID: p${count}\r\nCSeq: 1 INVITE\r\nP-Asserted-Identity: <sip:0312@carrier>\r\n${line}\r\n\r\n`;
    transmit(text);
    await expect.poll(() => events[0]).toMatchObject({ invite: { caller: null, withheldReason: reason, displayName: '' } });
  });

  it('the asserted identity of a trunk goes before From', async () => {
    ask({ method: 'INVITE', cseq: 1, headers: ['P-Asserted-Identity: "山田" <sip:+81312345678@carrier>'] });
    await expect.poll(() => events[0]).toMatchObject({ invite: { caller: '+81312345678', withheldReason: null, displayName: '山田' } });
  });
});

describe('calls of ours', () => {
  it('an answer that crosses the CANCEL is taken and ended', async () => {
    agent.invite('leg', target());
    const invite = await heardRequest('INVITE');
    reply(invite, 180);
    await expect.poll(() => events.at(-1)?.type).toBe('progress');
    agent.hangup('leg');
    await heardRequest('CANCEL');
    reply(invite, 200, [], SDP);
    expect(headerOf(await heardRequest('ACK'), 'cseq')).toBe('1 ACK');
    expect(headerOf(await heardRequest('BYE'), 'cseq')).toBe('2 BYE');
    await expect.poll(() => events.at(-1)).toMatchObject({ type: 'ended', by: 'local' });
    expect(agent.dump()).toMatchObject({ legs: [] });
  });

  it('a second fork that answers too is ended, the first stays', async () => {
    agent.invite('leg', target());
    const invite = await heardRequest('INVITE');
    reply(invite, 200, [], SDP);
    await expect.poll(() => events.at(-1)?.type).toBe('answered');
    const fork = { ...invite, headers: invite.headers.map((line) => (line.id === 'to' ? { ...line, value: `${line.value};tag=fork` } : line)) };
    reply(fork, 200, [], SDP);
    const bye = await heardRequest('BYE');
    expect(headerOf(bye, 'to')).toContain('tag=fork');
    expect(events.map(({ type }) => type)).toEqual(['answered']);
  });

  it('the ACK is repeated when the answer is', async () => {
    agent.invite('leg', target());
    const invite = await heardRequest('INVITE');
    reply(invite, 200, [], SDP);
    reply(invite, 200, [], SDP);
    const [first, second] = [await heardRequest('ACK'), await heardRequest('ACK', 1)];
    expect(second).toEqual(first);
  });

  it('CANCEL waits for a provisional response', async () => {
    agent.invite('leg', target());
    const invite = await heardRequest('INVITE');
    agent.hangup('leg');
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(requests('CANCEL')).toEqual([]);
    reply(invite, 100);
    const cancel = await heardRequest('CANCEL');
    expect(headerOf(cancel, 'via')).toBe(headerOf(invite, 'via'));
    reply(cancel, 200);
    reply(invite, 487);
    await expect.poll(() => events.at(-1)).toMatchObject({ type: 'ended', by: 'local' });
  });

  it('credentials go to their realm only, once, and with the strongest algorithm', async () => {
    const credentials = { realm: 'carrier', username: 'u', password: 'p' };
    agent.invite('a', target({ credentials }));
    const first = await heardRequest('INVITE');
    expect(first.headers.some(({ id }) => id === 'authorization')).toBe(false);
    reply(first, 401, ['WWW-Authenticate: Digest realm="carrier", nonce="1", algorithm=MD5, qop="auth"', 'WWW-Authenticate: Digest realm="carrier", nonce="2", algorithm=SHA-256, qop="auth"']);
    await expect.poll(() => requests('INVITE').some((request) => headerOf(request, 'cseq') === '2 INVITE')).toBe(true);
    const second = requests('INVITE').find((request) => headerOf(request, 'cseq') === '2 INVITE') as SipRequest;
    expect(headerOf(second, 'authorization')).toMatch(/nonce="2".*algorithm=SHA-256/);
    reply(second, 401, ['WWW-Authenticate: Digest realm="carrier", nonce="3", algorithm=SHA-256, qop="auth"']);
    await expect.poll(() => events.at(-1)).toMatchObject({ type: 'rejected', legId: 'a', status: 401 });
    agent.invite('b', target({ credentials }));
    const ofOtherCall = (): SipRequest | undefined => requests('INVITE').find((request) => headerOf(request, 'call-id') !== headerOf(first, 'call-id'));
    await expect.poll(ofOtherCall).toBeDefined();
    const other = ofOtherCall() as SipRequest;
    reply(other, 407, ['Proxy-Authenticate: Digest realm="evil", nonce="1", qop="auth"']);
    await expect.poll(() => events.at(-1)).toMatchObject({ type: 'rejected', legId: 'b', status: 407 });
    expect(requests('INVITE').filter((request) => headerOf(request, 'proxy-authorization') !== null)).toEqual([]);
  });

  it('redirections are not followed', async () => {
    agent.invite('leg', target());
    reply(await heardRequest('INVITE'), 302);
    await expect.poll(() => events.at(-1)).toMatchObject({ type: 'rejected', status: 302 });
  });

  it('asserts the identity only when told', async () => {
    agent.invite('leg', target({ identity: 'asserted', fromDisplayName: '代表' }));
    const asserted = headerOf(await heardRequest('INVITE'), 'p-asserted-identity');
    expect(asserted && Buffer.from(asserted, 'latin1').toString()).toBe('"代表" <sip:scc@127.0.0.1>');
  });
});

describe('a restart', () => {
  it.each(['the peer', 'we'])('keeps a call that %s then ends', async (who) => {
    const { toTag, legId } = await established();
    ask({ method: 'INFO', cseq: 5, toTag });
    expect(await statusOf('INFO', 5)).toBe(200);
    const snapshot = JSON.parse(JSON.stringify(agent.snapshot(legId))) as SipLegSnapshot;
    await agent.stop();
    events = [];
    agent = makeAgent({ port });
    await agent.start();
    agent.restore(snapshot);
    if (who === 'we') {
      agent.hangup(legId);
      const bye = await heardRequest('BYE');
      expect([headerOf(bye, 'cseq'), headerOf(bye, 'call-id'), readEssentials(bye).toTag, readEssentials(bye).fromTag]).toEqual(['1 BYE', 'call', 'ft', toTag]);
      reply(bye, 200);
    } else {
      ask({ method: 'BYE', cseq: 5, toTag });
      expect(await statusOf('BYE', 5)).toBe(500);
      ask({ method: 'BYE', cseq: 6, toTag });
      expect(await statusOf('BYE', 6)).toBe(200);
    }
    await expect.poll(() => events).toMatchObject([{ type: 'ended', legId, by: who === 'we' ? 'local' : 'remote' }]);
    expect(agent.snapshot(legId)).toBeNull();
  });

  it('stop with hangup ends all calls first', async () => {
    await established();
    const stopped = agent.stop({ hangup: true });
    reply(await heardRequest('BYE'), 200);
    await stopped;
    expect(events.at(-1)).toMatchObject({ type: 'ended', by: 'local', reason: 'shutting down' });
    await agent.stop();
  });

  it('a port in use is an error of start, not a crash', async () => {
    const second = makeAgent({ port });
    await expect(second.start()).rejects.toThrow('EADDRINUSE');
    await second.stop();
  });
});
