/** Sends single SIP requests from a socket of its own, as an attacker would: any header, any method, any source address. */
import { createSocket, type Socket } from 'node:dgram';
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

export class SipProber {
  /** Final responses by Call-ID, all of them. */
  readonly replies = new Map<string, SipResponse[]>();
  /** `address:port` of this socket. */
  address = '';
  readonly #socket: Socket = createSocket('udp4');
  readonly #port: number;
  readonly #name: string;
  #count = 0;

  private constructor(port: number, name: string) {
    this.#port = port;
    this.#name = name;
  }

  /** @param host our address, for example 127.0.0.2 @param port of the agent under attack */
  static async start(host: string, port: number): Promise<SipProber> {
    const prober = new SipProber(port, host);
    prober.#socket.on('message', (bytes) => {
      const message = parseMessage(bytes);
      if (message.kind !== 'response' || message.status < 200) return;
      const callId = headerOf(message, 'call-id') ?? '';
      prober.replies.set(callId, [...(prober.replies.get(callId) ?? []), message]);
    });
    await new Promise<void>((resolve) => prober.#socket.bind(0, host, resolve));
    prober.address = `${host}:${prober.#socket.address().port}`;
    return prober;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }

  /** Sends and does not wait. @returns the Call-ID */
  fire(probe: Probe): string {
    const callId = `probe-${this.#name}-${++this.#count}`;
    const { method, uri = 'sip:127.0.0.1', from = 'nobody', to = from, body = '' } = probe;
    const lines = [
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/UDP ${this.address};branch=z9hG4bK${callId};rport`,
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
    this.#socket.send(`${lines.join('\r\n')}\r\n\r\n${body}`, this.#port, '127.0.0.1');
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
