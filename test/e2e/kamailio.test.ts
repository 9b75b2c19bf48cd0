/** Kamailio in front of the product, as deploy/kamailio ships it: calls by UDP and TLS, failover, floods and scanners. */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { connect as connectTcp, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect } from 'vitest';
import { headerOf, type SipMessage } from '../../src/protocol/sip/message.ts';
import { parseMessage } from '../../src/protocol/sip/parse-message.ts';
import { Baresip } from '../support/baresip.ts';
import { startEdge, type Edge } from '../support/kamailio.ts';
import { freePort, startProduct } from '../support/product.ts';
import { SipPhone } from '../support/sip-phone.ts';
import { runSipp, type SippResult } from '../support/sipp.ts';
import { ApiSession } from '../support/story-api.ts';
import { scenario, type Scene } from '../support/story.ts';
import { sleep, waitFor } from '../support/story-wait.ts';
import { longestTone, RtpTonePhone } from '../support/tones.ts';

const scene: Scene = { pages: new Map() };
let edge: Edge;
let supervisor: ApiSession;

beforeAll(async () => {
  scene.product = await startProduct({ environment: { SCC_SIP_TRUSTED_EDGES: '127.0.0.1' } });
  // The first cell is down: every call that comes before its absence is noticed has to find the second one.
  edge = await startEdge([`127.0.0.1:${await freePort()}`, `127.0.0.1:${scene.product.sipPort}`]);
  supervisor = await ApiSession.open(scene.product, 'sv1');
});

afterAll(async () => {
  await edge?.stop();
  await scene.product?.stop();
});

const announcement = async (): Promise<SippResult> =>
  runSipp({ folder: join(import.meta.dirname, 'scenarios'), scenario: 'announcement', service: '0312340003', peer: `127.0.0.1:${edge.port}`, port: await freePort(), timeoutS: 60 });

scenario(scene, 'a call reaches the cell that is there, past the one that is not', async () => {
  const began = performance.now();
  const result = await announcement();
  expect(result, result.errors).toMatchObject({ code: 0 });
  // Without the ACK the product would go on answering for 32 s.
  expect(performance.now() - began).toBeLessThan(30_000);
  expect(await supervisor.endedCallFrom('0312349998')).toMatchObject({ outcome: 'self_service' });
});

/** Messages of a connection, as they come. */
class Line {
  readonly messages: SipMessage[] = [];
  #rest: Buffer = Buffer.alloc(0);

  readonly socket: Socket | TLSSocket;

  constructor(socket: Socket | TLSSocket) {
    this.socket = socket;
    socket.on('error', () => undefined);
    socket.on('data', (data: Buffer) => {
      this.#rest = Buffer.concat([this.#rest, data]);
      for (let end = this.#rest.indexOf('\r\n\r\n'); end >= 0; end = this.#rest.indexOf('\r\n\r\n')) {
        const head = this.#rest.subarray(0, end).toString('latin1');
        const length = Number(/^content-length:\s*(\d+)/im.exec(head)?.[1] ?? 0);
        if (this.#rest.length < end + 4 + length) return;
        this.messages.push(parseMessage(this.#rest.subarray(0, end + 4 + length)));
        this.#rest = this.#rest.subarray(end + 4 + length);
      }
    });
  }

  send(lines: readonly string[], body = ''): void {
    this.socket.write([...lines, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n'));
  }

  until(what: string, fits: (message: SipMessage) => boolean): Promise<SipMessage> {
    return waitFor(what, () => this.messages.find(fits));
  }
}

const isAnswer = (status: number, method: string) => (message: SipMessage): boolean =>
  message.kind === 'response' && message.status === status && (headerOf(message, 'cseq') ?? '').endsWith(method);

scenario(scene, 'a telephone calls by TLS, and the end of the call comes back on its connection', async () => {
  const socket = connectTls({ host: '127.0.0.1', port: edge.tlsPort, rejectUnauthorized: false });
  await new Promise<void>((done, fail) => socket.once('secureConnect', done).once('error', fail));
  expect(socket.getCipher().name).toMatch(/GCM|CHACHA20/);
  const line = new Line(socket);
  const common = (method: string, branch: string, toTag: string): string[] => [
    `Via: SIP/2.0/TLS 10.1.2.3:5061;branch=z9hG4bK${branch};rport`,
    'Max-Forwards: 70',
    'From: <sip:0312349991@example.com>;tag=tls',
    `To: <sip:0312340003@example.com>${toTag}`,
    'Call-ID: by-tls',
    `CSeq: 1 ${method}`,
    // Behind NAT: nobody can reach this address but by the connection.
    'Contact: <sip:phone@10.1.2.3:5061;transport=tls>',
  ];
  const sdp = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 46666 RTP/AVP 0\r\n';
  line.send(['INVITE sip:0312340003@127.0.0.1 SIP/2.0', ...common('INVITE', 'a', ''), 'Content-Type: application/sdp'], sdp);
  const answer = await line.until('200', isAnswer(200, 'INVITE'));
  const routes = answer.headers.filter(({ id }) => id === 'record-route').map(({ value }) => `Route: ${value}`).toReversed();
  expect(routes.length).toBeGreaterThan(0);
  const tag = /;tag=[^;,\s]+/.exec(headerOf(answer, 'to') ?? '')?.[0] ?? '';
  const target = /<([^>]+)>/.exec(headerOf(answer, 'contact') ?? '')?.[1] ?? '';
  line.send([`ACK ${target} SIP/2.0`, ...common('ACK', 'b', tag), ...routes]);
  const bye = await line.until('BYE of the product', (message) => message.kind === 'request' && message.method === 'BYE');
  const echoed = bye.headers.filter(({ id }) => ['via', 'from', 'to', 'call-id', 'cseq'].includes(id)).map(({ name, value }) => `${name}: ${value}`);
  line.send(['SIP/2.0 200 OK', ...echoed]);
  expect(await supervisor.endedCallFrom('0312349991')).toMatchObject({ outcome: 'self_service', endedBy: 'system' });
  socket.destroy();
});

scenario(scene, 'baresip registers by TLS through the edge, is called through it, and hangs up', async () => {
  const newDevice = async (username: string): Promise<string> => (await supervisor.send<{ password: string }>('POST', '/devices', { username, allowMd5: true })).body.password;
  const far = await Baresip.start({ registrar: `127.0.0.1:${edge.tlsPort}`, user: '7401', password: await newDevice('7401'), transport: 'tls', codecs: ['PCMU'], hertz: 440 });
  const inner = `127.0.0.1:${scene.product?.sipPort}`;
  const near = await SipPhone.start({ user: '7402', account: { realm: 'demo', username: '7402', password: await newDevice('7402') } });
  const sound = await RtpTonePhone.open({ frequency: 1500 });
  try {
    await far.registered();
    expect(await near.register(`sip:${inner}`)).toBe(200);
    const call = near.call(`sip:7401@${inner}`, { sdp: sound.sdp() });
    await far.until('CALL_INCOMING');
    far.command('accept');
    await call.until('answered');
    sound.startTo(call.remoteSdp);
    await far.until('CALL_ESTABLISHED');
    await waitFor('the tone of baresip', async () => {
      sound.forget();
      await sleep(1000);
      return longestTone(sound.heardMulaw(), 440) > 700;
    });
    far.command('hangup');
    await call.until('ended');
    // Not straight to the telephone, whose connection the edge has.
    const { id } = await supervisor.endedCallFrom('7402');
    const { messages } = await supervisor.get<{ messages: { direction: string; peer: string; text: string }[] }>(`/calls/${id}/sip`);
    const invites = messages.filter(({ direction, text }) => direction === 'out' && text.startsWith('INVITE'));
    expect(invites.map(({ peer }) => peer)).toEqual([`127.0.0.1:${edge.port}`]);
  } catch (error) {
    throw new Error(`${String(error)}\n${far.output.slice(-3000)}\n${edge.log().slice(-2000)}`, { cause: error });
  } finally {
    sound.close();
    await near.stop();
    await far.stop();
  }
});

scenario(scene, 'TLS 1.1 is refused', async () => {
  const socket = connectTls({ host: '127.0.0.1', port: edge.tlsPort, rejectUnauthorized: false, maxVersion: 'TLSv1.1', minVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' });
  const outcome = await new Promise<string>((done) => socket.once('secureConnect', () => done('connected')).once('error', () => done('refused')));
  socket.destroy();
  expect(outcome).toBe('refused');
});

const options = (from: string, n: number, userAgent = 'phone'): string =>
  [
    `OPTIONS sip:0312340003@127.0.0.1:${edge.port} SIP/2.0`,
    `Via: SIP/2.0/UDP ${from};branch=z9hG4bK${from}-${n};rport`,
    'Max-Forwards: 70',
    `From: <sip:x@${from}>;tag=${n}`,
    'To: <sip:0312340003@example.com>',
    `Call-ID: ${from}-${n}`,
    `CSeq: ${n + 1} OPTIONS`,
    `User-Agent: ${userAgent}`,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');

/** Sends requests from an address of loopback. @returns how many were answered */
async function ask(from: string, count: number, userAgent?: string): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((done) => socket.bind(0, from, done));
  let answered = 0;
  socket.on('message', () => answered++);
  for (let n = 0; n < count; n++) {
    socket.send(options(from, n, userAgent), edge.port, '127.0.0.1');
    if (n % 20 === 19) await sleep(5);
  }
  await sleep(500);
  socket.close();
  return answered;
}

scenario(scene, 'a flood of datagrams is dropped, and others are served meanwhile', async () => {
  expect(await ask('127.0.0.61', 5), 'an ordinary sender is answered').toBe(5);
  const flood = ask('127.0.0.66', 1000);
  const legal = announcement();
  expect(await flood).toBeLessThan(100);
  const result = await legal;
  expect(result, result.errors).toMatchObject({ code: 0 });
});

scenario(scene, 'a forged flood bans nobody: when it is over the address is served', async () => {
  expect(await ask('127.0.0.67', 300)).toBeLessThan(100);
  await sleep(4500);
  expect(await ask('127.0.0.67', 3)).toBe(3);
});

scenario(scene, 'who floods by a connection is not answered any more', async () => {
  const open = (): Promise<Line> =>
    new Promise((done, fail) => {
      const socket = connectTcp({ host: '127.0.0.1', port: edge.port, localAddress: '127.0.0.68' });
      socket.once('connect', () => done(new Line(socket))).once('error', fail);
    });
  const line = await open();
  for (let n = 0; n < 300; n++) line.socket.write(options('127.0.0.68', n).replace('SIP/2.0/UDP', 'SIP/2.0/TCP'));
  await waitFor('the ban', () => edge.log().includes('127.0.0.68 is not answered'));
  line.socket.destroy();
  const again = await open();
  again.socket.write(options('127.0.0.68', 1000).replace('SIP/2.0/UDP', 'SIP/2.0/TCP'));
  await sleep(500);
  expect(again.messages).toEqual([]);
  again.socket.destroy();
});

scenario(scene, 'a scanner finds nobody', async () => {
  expect(await ask('127.0.0.69', 3, 'friendly-scanner')).toBe(0);
  expect(await scan(edge.port)).not.toContain(`127.0.0.1:${edge.port}`);
  // It can see: the cell itself, which nobody outside reaches in a real installation, answers it.
  const { sipPort } = scene.product ?? { sipPort: 0 };
  expect(await scan(sipPort)).toContain(`127.0.0.1:${sipPort}`);
});

/** What sipvicious says about a port of this machine. */
const scan = (port: number): Promise<string> =>
  new Promise((done) => {
    const svmap = spawn('svmap', ['-p', String(port), '127.0.0.1'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [svmap.stdout, svmap.stderr]) stream.on('data', (data: Buffer) => (text += data.toString()));
    svmap.once('exit', () => done(text));
  });
