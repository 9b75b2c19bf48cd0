/**
 * A SIP peer that does exactly what a scenario says and nothing by itself: no retransmission, no automatic ACK, no 100. What it
 * receives waits until the scenario asks for it, and everything is logged as a ladder that the scenario can assert.
 */
import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { parseAddress } from '../../../src/protocol/sip/address.ts';
import { readEssentials } from '../../../src/protocol/sip/essentials.ts';
import { listOf } from '../../../src/protocol/sip/list-header.ts';
import { bodyText, headerOf, type SipMessage, type SipRequest, type SipResponse } from '../../../src/protocol/sip/message.ts';
import { parseMessage } from '../../../src/protocol/sip/parse-message.ts';

/** A request was repeated: so may be its answer. */
const ANYTHING = '*';

/** How long a repetition may be on its way when its reason is gone, on a machine that is busy, ms. */
const UNDER_WAY_MS = 150;

const token = (): string => randomBytes(6).toString('hex');

/** `INVITE`, `200 INVITE`: how a message stands in a ladder. */
export function nameOf(message: SipMessage): string {
  if (message.kind === 'request') return message.method;
  return `${message.status} ${headerOf(message, 'cseq')?.split(' ')[1] ?? ''}`;
}

const headersText = (message: SipMessage, id: 'via' | 'record-route'): string[] =>
  message.headers.filter((line) => line.id === id).map(({ value }) => `${id === 'via' ? 'Via' : 'Record-Route'}: ${value}`);

export interface SendOptions {
  /** Whole header lines, `Name: value`. */
  headers?: readonly string[];
  body?: string;
  contentType?: string;
  cseq?: number;
  /** Method of the CSeq, when it is to differ from the request's. */
  branch?: string;
  /** Request-URI, when it is not the dialog's remote target. */
  uri?: string;
  /** Leaves out the Contact of a dialog-making message. */
  noContact?: boolean;
}

/** One side of one dialog, or of what may become one. */
export class RawDialog {
  readonly callId: string;
  readonly localTag = token();
  remoteTag = '';
  /** Next Request-URI. */
  target: string;
  /** In the order in which requests of ours carry it. */
  routes: string[] = [];
  cseq = 0;
  /** CSeq of our last INVITE, for its ACK. */
  inviteCseq = 0;
  inviteBranch = '';
  /** What was expected last: only the same again may be a repetition. */
  lastExpected = '';
  readonly #sent = new Set<string>();
  readonly #peer: RawPeer;
  readonly #localUri: string;
  readonly #remoteUri: string;

  constructor(peer: RawPeer, callId: string, localUri: string, remoteUri: string, target: string) {
    this.#peer = peer;
    this.callId = callId;
    this.#localUri = localUri;
    this.#remoteUri = remoteUri;
    this.target = target;
  }

  /** Sends a request; ACK and CANCEL take the CSeq of the last INVITE. @returns its branch */
  request(method: string, options: SendOptions = {}): string {
    const borrowed = method === 'ACK' || method === 'CANCEL';
    const cseq = options.cseq ?? (borrowed ? this.inviteCseq : ++this.cseq);
    const branch = options.branch ?? (method === 'CANCEL' ? this.inviteBranch : `z9hG4bK${token()}`);
    if (method === 'INVITE') {
      this.inviteCseq = cseq;
      this.inviteBranch = branch;
    }
    const id = `${method} ${branch}`;
    if (this.#sent.has(id)) this.lastExpected = ANYTHING;
    else if (!borrowed) this.lastExpected = '';
    this.#sent.add(id);
    const toTag = this.remoteTag !== '' && method !== 'CANCEL' ? `;tag=${this.remoteTag}` : '';
    this.#peer.transmit(
      [
        `${method} ${options.uri ?? this.target} SIP/2.0`,
        `Via: SIP/2.0/UDP 127.0.0.1:${this.#peer.port};branch=${branch};rport`,
        'Max-Forwards: 70',
        ...this.routes.map((route) => `Route: ${route}`),
        `From: <${this.#localUri}>;tag=${this.localTag}`,
        `To: <${this.#remoteUri}>${toTag}`,
        `Call-ID: ${this.callId}`,
        `CSeq: ${cseq} ${method}`,
        ...(options.noContact || method === 'CANCEL' || method === 'BYE' ? [] : [`Contact: <${this.#peer.contact}>`]),
        ...(options.headers ?? []),
      ],
      options,
      method,
    );
    return branch;
  }

  /** Answers a request that came in. `tag` is the dialog's own unless given (a fork). */
  respond(request: SipRequest, status: number, options: SendOptions & { tag?: string; reason?: string } = {}): void {
    const essentials = readEssentials(request);
    if (status >= 200 && request.method !== 'INVITE') this.lastExpected = '';
    const tag = essentials.toTag === '' && status > 100 ? `;tag=${options.tag ?? this.localTag}` : '';
    const makesDialog = status > 100 && status < 300 && !options.noContact;
    this.#peer.transmit(
      [
        `SIP/2.0 ${status} ${options.reason ?? 'Test'}`,
        ...headersText(request, 'via'),
        ...headersText(request, 'record-route'),
        `From: ${headerOf(request, 'from') ?? ''}`,
        `To: ${headerOf(request, 'to') ?? ''}${tag}`,
        `Call-ID: ${this.callId}`,
        `CSeq: ${headerOf(request, 'cseq') ?? ''}`,
        ...(makesDialog ? [`Contact: <${this.#peer.contact}>`] : []),
        ...(options.headers ?? []),
      ],
      options,
      `${status} ${request.method}`,
    );
  }

  /**
   * The next message of this dialog, which must be the one named (`180 INVITE`, `BYE`); `100 INVITE` and repetitions of what
   * was received before are passed over, unless the same is expected twice in a row.
   * @throws Error telling what came instead, or that nothing came
   */
  async expect(name: string, timeoutMs = 3000): Promise<SipMessage> {
    for (;;) {
      const message = await this.#peer.next(this.callId, name, timeoutMs);
      const is = nameOf(message);
      const isRepetition = this.#peer.isRepetition(message);
      if (is === name && (!isRepetition || this.lastExpected === name || this.lastExpected === ANYTHING)) {
        this.lastExpected = name;
        return this.#learn(message);
      }
      if (is !== '100 INVITE' && !isRepetition) throw new Error(`expected ${name}, got ${is}\n${this.#peer.ladder.join('\n')}`);
    }
  }

  async expectRequest(method: string, timeoutMs?: number): Promise<SipRequest> {
    return (await this.expect(method, timeoutMs)) as SipRequest;
  }

  async expectResponse(status: number, method: string, timeoutMs?: number): Promise<SipResponse> {
    return (await this.expect(`${status} ${method}`, timeoutMs)) as SipResponse;
  }

  /** Whatever comes next. */
  async anything(timeoutMs = 6000): Promise<SipMessage> {
    return this.#learn(await this.#peer.next(this.callId, 'anything', timeoutMs));
  }

  /** Sees to it that nothing new comes for this long, ms; repetitions that were under way already may still arrive. */
  async silence(ms: number): Promise<void> {
    const start = performance.now();
    for (let left = ms; left > 0; left = start + ms - performance.now()) {
      const message = await this.#peer.next(this.callId, 'nothing', left).catch(() => null);
      const isLate = message && this.#peer.isRepetition(message) && performance.now() - start < Math.min(ms, UNDER_WAY_MS);
      if (message && !isLate) throw new Error(`expected silence, got ${nameOf(message)}\n${this.#peer.ladder.join('\n')}`);
    }
  }

  /** Takes tags, target and route set from what makes or refreshes the dialog. */
  #learn(message: SipMessage): SipMessage {
    const essentials = readEssentials(message);
    const isAnswer = message.kind === 'response';
    const contact = headerOf(message, 'contact');
    const refreshes = /^(INVITE|UPDATE|SUBSCRIBE|NOTIFY|REFER)$/.test(essentials.cseqMethod) && (!isAnswer || message.status < 300);
    const makes = /^(INVITE|SUBSCRIBE|REFER)$/.test(essentials.cseqMethod);
    if (isAnswer && makes && message.status > 100 && essentials.toTag !== '') {
      if (this.remoteTag === '' || message.status >= 200) this.remoteTag = essentials.toTag;
      if (message.status < 300) this.routes = listOf(message, 'record-route').toReversed();
    } else if (!isAnswer && this.remoteTag === '') {
      this.remoteTag = essentials.fromTag;
      this.routes = listOf(message, 'record-route');
    }
    if (contact !== null && contact !== '*' && refreshes) this.target = parseAddress(contact).uri;
    return message;
  }
}

export class RawPeer {
  readonly port: number;
  /** `→ INVITE` sent, `← 200 INVITE` received. */
  readonly ladder: string[] = [];
  /** The same without what was received again, and without 100. */
  readonly story: string[] = [];
  readonly #socket: Socket;
  readonly #to: { host: string; port: number };
  readonly #inbox: SipMessage[] = [];
  readonly #seen = new Set<string>();
  readonly #repetitions = new WeakSet<SipMessage>();
  #wake: () => void = () => undefined;
  readonly user: string;

  private constructor(socket: Socket, to: { host: string; port: number }, user: string) {
    this.#socket = socket;
    this.#to = to;
    this.user = user;
    this.port = socket.address().port;
    socket.on('message', (bytes) => {
      const message = parseMessage(bytes);
      const text = bytes.toString('latin1');
      if (this.#seen.has(text)) this.#repetitions.add(message);
      this.#seen.add(text);
      this.ladder.push(`← ${nameOf(message)}`);
      if (!this.isRepetition(message) && nameOf(message) !== '100 INVITE') this.story.push(`← ${nameOf(message)}`);
      this.#inbox.push(message);
      this.#wake();
    });
  }

  /** @param to where everything is sent: the system under test */
  static async open(to: { host: string; port: number }, user = 'peer', port = 0): Promise<RawPeer> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(port, '127.0.0.1', resolve);
    });
    return new RawPeer(socket, to, user);
  }

  get contact(): string {
    return `sip:${this.user}@127.0.0.1:${this.port}`;
  }

  /** A dialog that we begin. */
  dialog(uri: string, options: { from?: string; callId?: string } = {}): RawDialog {
    return new RawDialog(this, options.callId ?? token(), options.from ?? `sip:${this.user}@127.0.0.1`, uri, uri);
  }

  /** Waits for a request outside of the dialogs known, an INVITE by default, and makes its dialog. */
  async incoming(method = 'INVITE', timeoutMs = 3000): Promise<{ dialog: RawDialog; request: SipRequest }> {
    const message = await this.next(null, method, timeoutMs);
    if (message.kind !== 'request' || message.method !== method) throw new Error(`expected ${method}, got ${nameOf(message)}\n${this.ladder.join('\n')}`);
    const essentials = readEssentials(message);
    const dialog = new RawDialog(this, essentials.callId, essentials.to.uri, essentials.from.uri, essentials.from.uri);
    dialog.remoteTag = essentials.fromTag;
    dialog.lastExpected = method;
    dialog.routes = listOf(message, 'record-route');
    const contact = headerOf(message, 'contact');
    if (contact !== null) dialog.target = parseAddress(contact).uri;
    return { dialog, request: message };
  }

  /** @param callId null = a request that begins something */
  async next(callId: string | null, wanted: string, timeoutMs: number): Promise<SipMessage> {
    const fits = (message: SipMessage): boolean =>
      callId === null
        ? message.kind === 'request' && message.method !== 'ACK' && readEssentials(message).toTag === '' && !this.isRepetition(message)
        : headerOf(message, 'call-id') === callId;
    const until = performance.now() + timeoutMs;
    for (;;) {
      const index = this.#inbox.findIndex(fits);
      const [message] = index < 0 ? [] : this.#inbox.splice(index, 1);
      if (message) return message;
      const left = until - performance.now();
      if (left <= 0) throw new Error(`expected ${wanted}, nothing came in ${timeoutMs} ms\n${this.ladder.join('\n')}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** The same bytes came before: a retransmission, which a slow machine may cause as well as a scenario. */
  isRepetition(message: SipMessage): boolean {
    return this.#repetitions.has(message);
  }

  /** Messages that came and nobody asked for; repetitions are none. */
  get unread(): string[] {
    return this.#inbox.filter((message) => !this.isRepetition(message)).map(nameOf);
  }

  /** Forgets what is unread, for scenarios that provoke retransmissions. */
  discard(): void {
    this.#inbox.length = 0;
  }

  transmit(lines: readonly string[], options: SendOptions, name: string): void {
    const body = options.body ?? '';
    const type = body === '' ? [] : [`Content-Type: ${options.contentType ?? 'application/sdp'}`];
    const text = [...lines, ...type, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n');
    this.ladder.push(`→ ${name}`);
    this.story.push(`→ ${name}`);
    this.#socket.send(text, this.#to.port, this.#to.host);
  }

  close(): void {
    this.#socket.close();
  }
}

/** A session description that offers or answers G.711. */
export function sdp(options: { port?: number; direction?: string; codecs?: string; version?: number } = {}): string {
  const { port = 40_000, direction = 'sendrecv', codecs = '0 8 101', version = 1 } = options;
  return [
    'v=0',
    `o=- 1 ${version} IN IP4 127.0.0.1`,
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    `m=audio ${port} RTP/AVP ${codecs}`,
    'a=rtpmap:101 telephone-event/8000',
    `a=${direction}`,
    '',
  ].join('\r\n');
}

export const sdpOf = bodyText;
