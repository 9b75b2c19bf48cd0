/** Transports, transactions and the checks before the meaning of a request: all of SIP below dialogs. */
import type { Clock } from '../lib/clock.ts';
import type { RandomBytes } from '../lib/ids.ts';
import type { Logger } from '../lib/logger.ts';
import { readEssentials, type Essentials } from '../protocol/sip/essentials.ts';
import { countOf, headerOf, type SipMessage, type SipRequest, type SipResponse } from '../protocol/sip/message.ts';
import { SipParseError } from '../protocol/sip/parse-error.ts';
import { serialize } from '../protocol/sip/serialize.ts';
import { parseUri } from '../protocol/sip/uri.ts';
import { BRANCH_COOKIE, parseVia } from '../protocol/sip/via.ts';
import { ALLOW, buildResponse, header, type ResponseOptions } from './build.ts';
import type { Edges } from './edges.ts';
import { createDns, type DnsClient } from './locate/dns.ts';
import { literalHop, locate } from './locate/locate.ts';
import type { Carrier } from './locate/order.ts';
import { TargetWalk } from './locate/walk.ts';
import type { DropReason } from './flood/flood-guard.ts';
import { CallLine, type CallLineLimits } from './overload/call-line.ts';
import type { MessageTrace } from './message-trace.ts';
import { markReceived, responseHop } from './response-route.ts';
import { tokenSource, type TokenSource } from './token-source.ts';
import { inviteKey, TransactionLayer, type ClientHandlers, type ServerTransaction } from './transaction-layer.ts';
import { DEFAULT_TIMERS, type TransactionTimers } from './transactions/types.ts';
import type { Hop, TransportGate } from './transport.ts';
import { Transports, type ListenOptions } from './transports/transports.ts';
import type { SipSource } from './types.ts';
import { screenRequest } from './uas-core.ts';

/** Counters for the metrics page; all optional. */
export interface SipMetrics {
  messageReceived?(kind: 'request' | 'response', method: string): void;
  malformed?(reason: string): void;
  responseSent?(status: number): void;
  /** Something was not looked at. */
  dropped?(reason: DropReason): void;
  /** An address is shut out. */
  banned?(): void;
  /** A call was refused for overload. */
  shed?(): void;
  overloaded?(active: boolean): void;
}

export interface EndpointOptions extends ListenOptions {
  /** Decides what is looked at, before it is parsed; nothing is held back without it. */
  gate?: TransportGate;
  /** Proxies of ours in front; nobody's word is believed without them. */
  edges?: Edges;
  clock: Clock;
  logger: Logger;
  random: RandomBytes;
  timers?: Partial<TransactionTimers>;
  metrics?: SipMetrics;
  /** Keeps messages for the ladder diagram. */
  trace?: MessageTrace;
  /** Asked for names; the machine's resolver when not given. */
  dns?: DnsClient;
  /** New calls stand in line, and those are refused for which there is no time; without it all are taken as they come. */
  overload?: Partial<CallLineLimits>;
}

/** Ports of the first address; 0 = not listened on. */
export interface StartedPorts {
  udpPort: number;
  tcpPort: number;
  tlsPort: number;
  wsPort: number;
  wssPort: number;
}

/** A request that passed all general checks. */
export interface IncomingRequest {
  request: SipRequest;
  essentials: Essentials;
  source: SipSource;
  /** Who sent it: the source, or who stands behind it when that is an edge of ours. */
  origin: SipSource;
  /** Monotonic ms. */
  receivedAtMs: number;
  transaction: ServerTransaction;
  /** Answers with what the request gives; a To tag is added when there is none. */
  reply(status: number, options?: ResponseOptions): void;
}

export interface EndpointUser {
  onRequest(incoming: IncomingRequest): void;
  /** ACK to a 2xx. */
  onAck(request: SipRequest, essentials: Essentials): void;
  /** CANCEL of an INVITE that has no final response yet; the 200 to the CANCEL is already sent. */
  onCancel(invite: ServerTransaction, cancel: SipRequest): void;
  /** A connection is gone. */
  onClosed?(source: SipSource): void;
}

/** How long a restart takes, s: until then a peer should use its other routes. */
const DRAINING = { status: 503, headers: [header('Retry-After', '30')], reason: 'Service Unavailable' };

const ignore = (): void => undefined;

/** Callers who are refused come back spread over this, s: all at once would be the next overload. */
const RETRY_FROM_S = 5;
const RETRY_SPREAD_S = 20;

/** Who has waited longer than this in line gets 100 at once, ms. */
const TRYING_AFTER_MS = 50;

/** A request as it came; a new call waits for its turn so. */
interface ReceivedRequest {
  request: SipRequest;
  essentials: Essentials;
  source: SipSource;
  receivedAtMs: number;
  bytes: Buffer;
}

/** In the order in which they are asked for without NAPTR. */
const CARRIERS: readonly Carrier[] = ['udp', 'tcp', 'tls'];

export class Endpoint {
  readonly #options: EndpointOptions;
  readonly #user: EndpointUser;
  readonly #transports: Transports;
  #draining = false;
  readonly #layer: TransactionLayer;
  readonly #walk: TargetWalk;
  readonly #dns: DnsClient;
  readonly #line: CallLine<ReceivedRequest> | null;
  /** Our tag in refusals of which nothing is kept (RFC 3261 section 8.2.7). */
  readonly #refusalTag: string;
  readonly timers: TransactionTimers;
  /** Tags, branches, Call-IDs. */
  readonly token: TokenSource;

  constructor(options: EndpointOptions, user: EndpointUser) {
    this.#options = options;
    this.#user = user;
    this.timers = { ...DEFAULT_TIMERS, ...options.timers };
    this.token = tokenSource(options.random);
    this.#refusalTag = this.token();
    const events = {
      onMessage: (message: SipMessage, source: SipSource, atMs: number, bytes: Buffer) => this.#onMessage(message, source, atMs, bytes),
      onBroken: (error: SipParseError, source: SipSource) => this.#onBroken(error, source),
      onTransportError: (transport: string, error: Error) => options.logger.error({ transport, error: error.message }, 'SIP socket failed'),
      onClosed: (source: SipSource) => user.onClosed?.(source),
    };
    this.#transports = new Transports(options, events, options.clock, options.gate ?? null);
    this.#layer = new TransactionLayer(options.clock, (hop, bytes, callId, onError) => this.send(hop, bytes, callId, onError), this.timers);
    this.#dns = options.dns ?? createDns(options.clock);
    this.#line = options.overload ? this.#createLine(options.overload) : null;
    this.#walk = new TargetWalk({
      clock: options.clock,
      contact: (hop) => this.contact(hop),
      attempt: (request, hop, handlers) => {
        const branch = this.addVia(request, hop);
        this.#layer.request(request, branch, hop, handlers);
        return branch;
      },
    });
  }

  /** Binds all sockets. @returns their ports @throws Error naming address and port, caused by the socket's error */
  async start(): Promise<StartedPorts> {
    this.#line?.start();
    const { udp, tcp, tls = 0, ws = 0, wss = 0 } = await this.#transports.start();
    return { udpPort: udp, tcpPort: tcp, tlsPort: tls, wsPort: ws, wssPort: wss };
  }

  /** From now on new calls get 503; dialogs, their requests and registrations go on. */
  drain(): void {
    this.#draining = true;
  }

  /** Closes sockets and forgets transactions. Idempotent. */
  async stop(): Promise<void> {
    this.#line?.stop();
    this.#layer.close();
    await this.#transports.stop();
  }

  /** Host as it stands in our URIs. */
  get address(): string {
    return this.#transports.address;
  }

  /** Our Contact URI for the peer at this hop. */
  contact(hop: Hop): string {
    const { host, port } = this.#transports.local(hop);
    if (hop.sips) return `sips:${host}:${port}`;
    return `sip:${host}:${port}${hop.transport === 'udp' || hop.grown ? '' : `;transport=${hop.transport === 'wss' ? 'ws' : hop.transport}`}`;
  }

  /** Ends the connection of a peer, if it has one. */
  disconnect(hop: Hop): void {
    this.#transports.disconnect(hop);
  }

  /** Sends bytes past the transactions: 2xx of dialogs. @param callId whose they are, for the trace */
  send(hop: Hop, bytes: Buffer, callId: string, onError: (error: Error) => void = ignore): void {
    this.#options.trace?.sent(callId, bytes, hop, this.#options.clock.wall());
    this.#transports.send(hop, bytes, onError);
  }

  /** False for a connection that is gone, for example since a restart; UDP needs none. */
  isReachable(hop: Hop): boolean {
    return this.#transports.isReachable(hop);
  }

  /**
   * Sends a request in a transaction of its own; puts our Via on top. When it fails and the hop has alternatives it goes on to
   * those, which `handlers.onMoved` tells. @returns the branch
   */
  request(request: SipRequest, hop: Hop, handlers: ClientHandlers): string {
    return this.#walk.request(request, hop, handlers);
  }

  /**
   * Sends the ACK to a 2xx, which has no transaction: a large one by TCP, by UDP where that is refused (section 18.1.1).
   * @returns sends it again, for a 2xx that came again
   */
  acknowledge(request: SipRequest, hop: Hop): () => void {
    const callId = headerOf(request, 'call-id') ?? '';
    let current = this.#withVia(request, this.#walk.hopOf(request, hop));
    const send = (): void => {
      const { bytes, to } = current;
      this.send(to, bytes, callId, () => {
        if (!to.grown) return;
        current = this.#withVia(request, this.#walk.refused(to));
        send();
      });
    };
    send();
    return send;
  }

  #withVia(request: SipRequest, to: Hop): { bytes: Buffer; to: Hop } {
    const copy = { ...request, headers: [...request.headers] };
    this.addVia(copy, to);
    return { bytes: serialize(copy), to };
  }

  /** Sends a CANCEL, which has the Via of its INVITE already. */
  cancel(request: SipRequest, branch: string, hop: Hop, handlers: ClientHandlers): void {
    this.#layer.request(request, branch, hop, handlers);
  }

  /** Puts a Via with a fresh branch on top of a request. @returns the branch */
  addVia(request: SipRequest, hop: Hop): string {
    const branch = `${BRANCH_COOKIE}${this.token()}`;
    const { host, port } = this.#transports.local(hop);
    const value = `SIP/2.0/${hop.transport.toUpperCase()} ${host}:${port};branch=${branch};rport`;
    request.headers.unshift({ name: 'Via', id: 'via', value });
    return branch;
  }

  /**
   * Finds where a URI points (RFC 3263). Addresses are answered at once, names later.
   * @param found null = no such name, or a transport that we do not speak
   */
  resolve(uriText: string, found: (hop: Hop | null) => void): void {
    const uri = parseUri(uriText);
    const carriers = CARRIERS.filter((carrier) => this.#transports.speaks(carrier));
    const literal = literalHop(uri, carriers);
    if (literal !== undefined) {
      found(literal);
      return;
    }
    const random = (): number => Number.parseInt(this.token().slice(0, 8), 16) / 2 ** 32;
    void locate(uri, { dns: this.#dns, carriers, families: this.#transports.families, random }).then((hops) => found(this.#walk.arrange(hops)));
  }

  dump(): Record<string, unknown> {
    return { address: this.address, ...this.#transports.dump(), ...this.#layer.dump(), targets: this.#walk.dump(), ...(this.#line ? { overload: this.#line.dump() } : {}) };
  }

  #createLine(limits: Partial<CallLineLimits>): CallLine<ReceivedRequest> {
    return new CallLine({
      clock: this.#options.clock,
      limits,
      take: (call) => this.#guarded(call.source, () => this.#handle(call)),
      refuse: (call) => this.#guarded(call.source, () => this.#refuse(call)),
      receiveWait: () => this.#transports.measureWait(),
      isBehind: () => this.#transports.isBehind,
      onChange: (active, lateMs) => {
        this.#options.metrics?.overloaded?.(active);
        this.#options.logger.warn({ lateMs: Math.round(lateMs) }, active ? 'overloaded: new calls are refused' : 'overload is over: calls are taken again');
      },
    });
  }

  #onMessage(message: SipMessage, source: SipSource, atMs: number, bytes: Buffer): void {
    this.#guarded(source, () => {
      if (message.kind === 'response') this.#onResponse(message, source, bytes);
      else this.#onRequest(message, source, atMs, bytes);
    });
  }

  /** A bug in the handling of one message must not end the process and with it every other call. */
  #guarded(source: SipSource, handle: () => void): void {
    try {
      handle();
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#options.logger.error({ source, error: text }, 'SIP message could not be handled');
    }
  }

  #keepTrace(message: SipMessage, source: SipSource, bytes: Buffer): void {
    const { trace, clock } = this.#options;
    const callId = trace ? headerOf(message, 'call-id') : null;
    if (callId !== null) trace?.received(callId, bytes, source, clock.wall());
  }

  #onResponse(response: SipResponse, source: SipSource, bytes: Buffer): void {
    this.#keepTrace(response, source, bytes);
    this.#options.metrics?.messageReceived?.('response', String(response.status));
    let essentials: Essentials;
    try {
      essentials = readEssentials(response);
    } catch (error) {
      if (!(error instanceof SipParseError)) throw error;
      this.#options.metrics?.malformed?.(error.reason);
      return;
    }
    // A second Via means that the response passed us by mistake (RFC 3261 section 8.1.3.3).
    if (countOf(response, 'via') === 1) this.#layer.response(response, essentials);
  }

  #onRequest(request: SipRequest, source: SipSource, receivedAtMs: number, bytes: Buffer): void {
    this.#options.metrics?.messageReceived?.('request', request.method);
    let essentials: Essentials;
    try {
      essentials = readEssentials(request);
    } catch (error) {
      if (!(error instanceof SipParseError)) throw error;
      this.#keepTrace(request, source, bytes);
      error.request = request;
      this.#onBroken(error, source);
      return;
    }
    markReceived(request, essentials.via, source);
    const { method } = request;
    if (method === 'ACK' && essentials.toTag === this.#refusalTag) return;
    const call = { request, essentials, source, receivedAtMs, bytes };
    const key = this.#line && (method === 'CANCEL' || (method === 'INVITE' && essentials.toTag === '')) ? inviteKey(request, essentials, source) : null;
    if (key === null) this.#handle(call);
    else if (method === 'CANCEL') {
      this.#line?.takeNow(key);
      this.#handle(call);
    } else if (this.#layer.knows(key)) this.#handle(call);
    else this.#line?.add(key, call, receivedAtMs);
  }

  #handle({ request, essentials, source, receivedAtMs, bytes }: ReceivedRequest): void {
    this.#keepTrace(request, source, bytes);
    if (this.#layer.retransmission(request, essentials, source)) return;
    if (request.method === 'ACK') this.#user.onAck(request, essentials);
    else if (request.method === 'CANCEL') this.#onCancel(request, essentials, source, receivedAtMs);
    else this.#onNewRequest(request, essentials, source, receivedAtMs);
  }

  #onNewRequest(request: SipRequest, essentials: Essentials, source: SipSource, atMs: number): void {
    const incoming = this.#accept(request, essentials, source, atMs);
    const refused = this.#isDraining(request, essentials) ? DRAINING : screenRequest(request, essentials);
    if (refused === null && this.#hasWaited(incoming)) incoming.reply(100, { toTag: '' });
    if (refused === null) this.#user.onRequest(incoming);
    else incoming.reply(refused.status, { headers: refused.headers, ...(refused.reason ? { reason: refused.reason } : {}) });
  }

  /** An INVITE that stood in line is near to being repeated: a 100 by its transaction's timer (RFC 3261 section 17.2.1) would be late. */
  #hasWaited({ request, receivedAtMs }: IncomingRequest): boolean {
    return request.method === 'INVITE' && this.#options.clock.monotonic() - receivedAtMs > TRYING_AFTER_MS;
  }

  /** New calls are refused, and those who ask whether we are alive learn to go elsewhere. */
  #isDraining({ method }: SipRequest, { toTag }: Essentials): boolean {
    return this.#draining && toTag === '' && (method === 'INVITE' || method === 'OPTIONS');
  }

  /** Without a transaction and a trace: there is no time, and what is kept of a thousand refused calls would push out that of calls. */
  #refuse({ request, essentials, source }: ReceivedRequest): void {
    this.#options.metrics?.shed?.();
    this.#options.metrics?.responseSent?.(503);
    const seconds = RETRY_FROM_S + (this.#options.random(1)[0] ?? 0) % RETRY_SPREAD_S;
    const response = buildResponse(request, 503, { toTag: this.#refusalTag, reason: DRAINING.reason, headers: [header('Retry-After', `${seconds}`)] });
    this.#transports.send(responseHop(essentials.via, source), serialize(response), ignore);
  }

  #onCancel(request: SipRequest, essentials: Essentials, source: SipSource, atMs: number): void {
    const invite = this.#layer.inviteOf(request, essentials, source);
    this.#accept(request, essentials, source, atMs).reply(invite ? 200 : 481);
    if (invite?.open) this.#user.onCancel(invite, request);
  }

  #accept(request: SipRequest, essentials: Essentials, source: SipSource, receivedAtMs: number): IncomingRequest {
    const transaction = this.#layer.accept(request, essentials, responseHop(essentials.via, source));
    const reply = (status: number, options: ResponseOptions = {}): void => {
      const toTag = essentials.toTag === '' ? { toTag: this.token() } : {};
      this.#options.metrics?.responseSent?.(status);
      transaction.respond(buildResponse(request, status, { ...toTag, ...options }));
    };
    const origin = this.#options.edges?.originOf(request, source) ?? source;
    return { request, essentials, source, origin, receivedAtMs, transaction, reply };
  }

  /** Refuses what could not be parsed without keeping anything of it; broken responses and ACKs are dropped. */
  #onBroken(error: SipParseError, source: SipSource): void {
    this.#options.metrics?.malformed?.(error.reason);
    const { request } = error;
    if (!request || request.method === 'ACK') return;
    const top = request.headers.find((line) => line.id === 'via');
    if (!top) return;
    const options = { toTag: this.token(), reason: `Bad Request (${error.reason})` };
    const known = error.status === 400 ? options : { toTag: options.toTag };
    const response = buildResponse(request, error.status, error.status === 501 ? { ...known, headers: [ALLOW] } : known);
    this.#options.metrics?.responseSent?.(error.status);
    this.send(this.#brokenHop(top.value, source), serialize(response), headerOf(request, 'call-id') ?? '');
  }

  #brokenHop(viaValue: string, source: SipSource): Hop {
    try {
      return responseHop(parseVia(viaValue), source);
    } catch {
      return source;
    }
  }
}
