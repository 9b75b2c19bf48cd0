/** Calls to names whose first server fails, and calls too large for a datagram, on real sockets. */
import { createSocket, type Socket } from 'node:dgram';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { DnsServer, type DnsRecord } from '../../../test/support/dns-server.ts';
import { SipPhone } from '../../../test/support/sip-phone.ts';
import { createDns } from './dns.ts';

const SDP = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n';
/** Timer B after 320 ms. */
const TIMERS = { t1: 5, t2: 40, t4: 40 };
const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function phone(user: string, agent = {}): Promise<SipPhone> {
  const started = await SipPhone.start({ user, agent: { timers: TIMERS, ...agent } });
  closers.push(() => started.stop());
  return started;
}

/** A caller to whom `service.test` is these servers, in this order. */
async function callerOf(transport: 'udp' | 'tcp', ports: readonly number[]): Promise<SipPhone> {
  const servers = ports.map((port, index): DnsRecord => ({ type: 'SRV', priority: index, weight: 0, target: 'host.test', port }));
  const dns = await DnsServer.start({ 'service.test': [], [`_sip._${transport}.service.test`]: servers, 'host.test': [{ type: 'A', address: '127.0.0.1' }] });
  closers.push(() => dns.stop());
  return phone('caller', { dns: createDns(systemClock, [dns.address]) });
}

interface Silent {
  port: number;
  heard: string[];
  socket: Socket;
}

/** A socket that answers what it is told to, or nothing. */
async function raw(answer: (request: string) => string | null): Promise<Silent> {
  const socket = createSocket('udp4');
  const heard: string[] = [];
  socket.on('message', (bytes, { port, address }) => {
    heard.push(bytes.toString());
    const reply = answer(bytes.toString());
    if (reply) socket.send(reply, port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  closers.push(() => new Promise<void>((resolve) => socket.close(() => resolve())));
  return { port: socket.address().port, heard, socket };
}

const line = (message: string, name: string): string => new RegExp(`^${name}: .*$`, 'm').exec(message)?.[0].trim() ?? '';
const reply = (request: string, status: string): string =>
  ['Via', 'From', 'Call-ID', 'CSeq'].reduce((text, name) => `${text}${line(request, name)}\r\n`, `SIP/2.0 ${status}\r\n`) + `${line(request, 'To')};tag=x\r\nContent-Length: 0\r\n\r\n`;
/** @param take whether the connection ends with what was heard */
async function listenTcp(port: number, take: (text: string) => unknown): Promise<{ close(): void }> {
  const server = createServer((connection) => {
    let text = '';
    connection.on('data', (bytes: Buffer) => {
      text += bytes.toString();
      if (take(text)) connection.end();
    });
    connection.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  closers.push(() => server.close());
  return server;
}

const branchOf = (message: string): string => /branch=([^;\r]*)/.exec(message)?.[1] ?? '';

describe('failover', () => {
  it('goes to the next server when the first says nothing, and asks that one last afterwards', async () => {
    const silent = await raw(() => null);
    const second = await phone('second');
    const caller = await callerOf('udp', [silent.port, second.port]);
    const call = caller.call('sip:x@service.test', { sdp: SDP });
    (await second.nextCall()).answer(SDP);
    await call.until('answered');
    await call.hangup();
    const heard = silent.heard.length;
    expect(heard).toBeGreaterThan(1);
    expect(caller.agent.dump().targets).toMatchObject({ dead: 1, moved: 1 });
    const again = caller.call('sip:x@service.test', { sdp: SDP });
    (await second.nextCall()).answer(SDP);
    await again.until('answered');
    await again.hangup();
    expect(silent.heard.length).toBe(heard);
  });

  it('goes on after a 503, whose ACK keeps the first branch and whose Retry-After is believed', async () => {
    const busy = await raw((request) => (request.startsWith('INVITE') ? reply(request, '503 Service Unavailable') : null));
    const second = await phone('second');
    const caller = await callerOf('udp', [busy.port, second.port]);
    const call = caller.call('sip:x@service.test', { sdp: SDP });
    const incoming = await second.nextCall();
    incoming.answer(SDP);
    await call.until('answered');
    await call.hangup();
    const [invite = '', ack = ''] = busy.heard;
    expect(ack).toMatch(/^ACK /);
    expect(branchOf(ack)).toBe(branchOf(invite));
    expect(busy.heard.filter((message) => message.startsWith('INVITE'))).toHaveLength(1);
  });

  it('sends CANCEL to the server that rings', async () => {
    const busy = await raw((request) => (request.startsWith('INVITE') ? reply(request, '503 Service Unavailable') : null));
    const second = await phone('second');
    const caller = await callerOf('udp', [busy.port, second.port]);
    const call = caller.call('sip:x@service.test', { sdp: SDP });
    const incoming = await second.nextCall();
    incoming.ring();
    await call.until('progress');
    await call.hangup();
    await incoming.until('cancelled');
    expect(busy.heard.some((message) => message.startsWith('CANCEL'))).toBe(false);
  });

  it('goes on when a TCP connection is refused', async () => {
    const closed = await phone('closed');
    const { port } = closed;
    await closed.stop();
    const second = await phone('second');
    const caller = await callerOf('tcp', [port, second.port]);
    const call = caller.call('sip:x@service.test', { sdp: SDP });
    const incoming = await second.nextCall();
    expect(incoming.invite?.source.transport).toBe('tcp');
    incoming.answer(SDP);
    await call.until('answered');
    await call.hangup();
  });

  it('tells the last failure when no server takes it, and stops asking when the caller hangs up', async () => {
    const [one, two] = [await raw(() => null), await raw(() => null)];
    const caller = await callerOf('udp', [one.port, two.port]);
    expect(await caller.call('sip:x@service.test', { sdp: SDP }).until('rejected')).toMatchObject({ status: 408 });
    expect(two.heard.length).toBeGreaterThan(1);
    const [three, four] = [await raw(() => null), await raw(() => null)];
    const other = await callerOf('udp', [three.port, four.port]);
    const call = other.call('sip:x@service.test', { sdp: SDP });
    await new Promise((resolve) => setTimeout(resolve, 60));
    await call.hangup();
    expect(three.heard.length).toBeGreaterThan(0);
    expect(four.heard).toEqual([]);
  });

  it('does not go on after another refusal', async () => {
    const [busy, second] = [await raw((request) => (request.startsWith('INVITE') ? reply(request, '486 Busy Here') : null)), await raw(() => null)];
    const caller = await callerOf('udp', [busy.port, second.port]);
    expect(await caller.call('sip:x@service.test', { sdp: SDP }).until('rejected')).toMatchObject({ status: 486 });
    expect(second.heard).toEqual([]);
  });
});

describe('large requests', () => {
  const LARGE = `${SDP}${Array.from({ length: 40 }, (_, index) => `a=x-filler:${index} some more words of a description\r\n`).join('')}`;

  it('go by TCP above 1300 bytes; the dialog goes on by what Contact says', async () => {
    const [callee, caller] = [await phone('callee'), await phone('caller')];
    const call = caller.call(callee.uri, { sdp: LARGE });
    const incoming = await callee.nextCall();
    expect(incoming.invite?.source.transport).toBe('tcp');
    expect(incoming.remoteSdp).toBe(LARGE);
    incoming.answer(SDP);
    await call.until('answered');
    await incoming.until('confirmed');
    await incoming.hangup();
    await call.until('ended');
    const small = caller.call(callee.uri, { sdp: SDP });
    const second = await callee.nextCall();
    expect(second.invite?.source.transport).toBe('udp');
    second.reject(486);
    await small.until('rejected');
  });

  it('fall back to UDP where TCP is refused, and are not tried by it again', async () => {
    const udpOnly = await raw((request) => (request.startsWith('INVITE') ? reply(request, '486 Busy Here') : null));
    const caller = await phone('caller');
    for (let turn = 0; turn < 2; turn++) {
      const call = caller.call(`sip:x@127.0.0.1:${udpOnly.port}`, { sdp: LARGE });
      expect(await call.until('rejected')).toMatchObject({ status: 486 });
    }
    expect(caller.agent.dump().targets).toMatchObject({ grown: 1, moved: 1, withoutTcp: 1 });
    expect(udpOnly.heard[0]).toContain('Via: SIP/2.0/UDP');
  });

  it('the ACK to a 2xx too, and by UDP where TCP is refused', async () => {
    const routes = Array.from({ length: 30 }, (_, index) => `Record-Route: <sip:proxy-${index}-of-a-long-way@127.0.0.1:PORT;lr>`).join('\r\n');
    for (const takesTcp of [true, false]) {
      const acks: string[] = [];
      const server = await raw((request) => {
        if (request.startsWith('ACK')) acks.push('udp');
        const end = `Contact: <sip:x@127.0.0.1>\r\nContent-Type: application/sdp\r\nContent-Length: ${SDP.length}\r\n\r\n${SDP}`;
        return request.startsWith('INVITE') ? reply(request, '200 OK').replace(/Content-Length: 0\r\n\r\n/, `${routes.replaceAll('PORT', String(server.port))}\r\n${end}`) : request.startsWith('BYE') ? reply(request, '200 OK') : null;
      });
      const tcp = takesTcp ? await listenTcp(server.port, (text) => text.includes('ACK sip:') && acks.push('tcp')) : null;
      const call = (await phone('caller')).call(`sip:x@127.0.0.1:${server.port}`, { sdp: SDP });
      await call.until('answered');
      // With timers this short the INVITE is repeated, and so are its answer and the ACK.
      await expect.poll(() => [...new Set(acks)]).toEqual([takesTcp ? 'tcp' : 'udp']);
      void call.hangup();
      tcp?.close();
    }
  });

  it('stay on UDP when the URI says so', async () => {
    const [callee, caller] = [await phone('callee'), await phone('caller')];
    const call = caller.call(`${callee.uri};transport=udp`, { sdp: LARGE });
    const incoming = await callee.nextCall();
    expect(incoming.invite?.source.transport).toBe('udp');
    incoming.reject(486);
    await call.until('rejected');
  });
});
