/** Sends single SIP requests from a socket or WebSocket of its own, as an attacker would: any header, any method, any source address. */
import { createSocket } from 'node:dgram';
import { answerChallenge, formatCredentials, parseChallenge } from '../../src/protocol/sip/digest.ts';
import { headerOf, headersOf, type SipResponse } from '../../src/protocol/sip/message.ts';
import { parseMessage } from '../../src/protocol/sip/parse-message.ts';

export interface Probe {
  method: string;
  uri?: string;
  from?: string;
  to?: string;
  contact?: string;
  /** Whole header lines. */
  headers?: readonly string[];
  authorization?: string;
  body?: string;
}

export interface Account {
  username: string;
  password: string;
  realm: string;
}

interface Channel {
  transport: 'UDP' | 'WS';
  send(text: string): void;
  close(): Promise<void>;
}

export class SipProber {
  /** Final responses by Call-ID, all of them. */
  readonly replies = new Map<string, SipResponse[]>();
  /** `address:port` of this socket. */
  readonly address: string;
  readonly #channel: Channel;
  readonly #name: string;
  #count = 0;

  private constructor(channel: Channel, address: string, name: string) {
    this.#channel = channel;
    this.address = address;
    this.#name = name;
  }

  /** @param host our address, for example 127.0.0.2 @param port of the agent under attack */
  static async start(host: string, port: number): Promise<SipProber> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, host, resolve));
    const channel: Channel = {
      transport: 'UDP',
      send: (text) => socket.send(text, port, '127.0.0.1'),
      close: () => new Promise((resolve) => socket.close(() => resolve())),
    };
    const prober = new SipProber(channel, `${host}:${socket.address().port}`, host);
    socket.on('message', (bytes) => prober.#take(bytes));
    return prober;
  }

  /** @param port of the agent's WebSocket */
  static async overWebSocket(port: number): Promise<SipProber> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/sip`, ['sip']);
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('open', () => resolve());
      socket.addEventListener('error', () => reject(new Error('no WebSocket')));
    });
    const channel: Channel = { transport: 'WS', send: (text) => socket.send(text), close: () => Promise.resolve(socket.close()) };
    const prober = new SipProber(channel, 'browser.invalid', `ws${port}`);
    socket.addEventListener('message', ({ data }) => prober.#take(Buffer.from(String(data))));
    socket.addEventListener('close', () => (prober.isClosed = true));
    return prober;
  }

  /** The other side ended the connection. */
  isClosed = false;

  #take(bytes: Buffer): void {
    if (bytes.length <= 4) return;
    const message = parseMessage(bytes);
    if (message.kind !== 'response' || message.status < 200) return;
    const callId = headerOf(message, 'call-id') ?? '';
    this.replies.set(callId, [...(this.replies.get(callId) ?? []), message]);
  }

  stop(): Promise<void> {
    return this.#channel.close();
  }

  /** Sends and does not wait. @returns the Call-ID */
  fire(probe: Probe): string {
    const callId = `probe-${this.#name}-${++this.#count}`;
    const { method, uri = 'sip:127.0.0.1', from = 'nobody', to = from, body = '' } = probe;
    const lines = [
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/${this.#channel.transport} ${this.address};branch=z9hG4bK${callId};rport`,
      'Max-Forwards: 70',
      `From: <sip:${from}@127.0.0.1>;tag=f${this.#count}`,
      `To: <sip:${to}@127.0.0.1>`,
      `Call-ID: ${callId}`,
      `CSeq: ${this.#count} ${method}`,
      ...(probe.contact === undefined ? [] : [`Contact: ${probe.contact}`]),
      ...(probe.authorization === undefined ? [] : [`Authorization: ${probe.authorization}`]),
      ...(probe.headers ?? []),
      `Content-Length: ${Buffer.byteLength(body)}`,
    ];
    this.#channel.send(`${lines.join('\r\n')}\r\n\r\n${body}`);
    return callId;
  }

  /** Sends and waits for the final response. @returns null when none came within `patienceMs` */
  async send(probe: Probe, patienceMs = 2000): Promise<SipResponse | null> {
    const callId = this.fire(probe);
    const deadline = performance.now() + patienceMs;
    while (performance.now() < deadline) {
      const [reply] = this.replies.get(callId) ?? [];
      if (reply) return reply;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return null;
  }

  /** The header that answers a challenge. @param nc nonce count */
  authorize(challenged: SipResponse | null, probe: Probe, account: Account, nc = 1): string {
    const challenge = headersOf(challenged ?? { kind: 'response', status: 0, reason: '', headers: [], body: Buffer.alloc(0) }, 'www-authenticate').map(parseChallenge).find((entry) => entry?.algorithm === 'SHA-256');
    if (!challenge) throw new Error('no challenge');
    const answer = answerChallenge({ ...challenge, realm: account.realm }, account, { method: probe.method, uri: probe.uri ?? 'sip:127.0.0.1' }, 'cnonce', nc);
    if (!answer) throw new Error('no answer');
    return formatCredentials(answer);
  }

  /** A request with credentials, after its challenge. */
  async sendAs(account: Account, probe: Probe): Promise<{ reply: SipResponse | null; authorization: string }> {
    const authorization = this.authorize(await this.send({ ...probe, method: probe.method }), probe, account);
    return { reply: await this.send({ ...probe, authorization }), authorization };
  }
}
