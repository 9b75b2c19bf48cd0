/** SIP over WebSocket (RFC 7118), for softphones in browsers: one message a frame, subprotocol `sip`, path `/sip` or `/`. */
import type { AddressInfo } from 'node:net';
import websocket, { type WebSocket } from '@fastify/websocket';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import type { Clock } from '../../lib/clock.ts';
import { LIMITS } from '../../protocol/sip/limits.ts';
import { SipParseError } from '../../protocol/sip/parse-error.ts';
import { parseMessage, skipEmptyLines } from '../../protocol/sip/parse-message.ts';
import { hopKey, plainAddress, type ConnectionTransport, type Hop, type TransportEvents, type TransportGate } from '../transport.ts';
import type { SipSource } from '../types.ts';
import type { TcpLimits } from './stream.ts';
import { secureOptions, type TlsOptions } from './tls.ts';

export interface WebSocketParts {
  events: TransportEvents;
  clock: Clock;
  limits: TcpLimits;
  gate: TransportGate | null;
  local: string | null;
  /** Web pages that may connect beside those of the same host name, for example `https://phone.example.jp`. */
  origins: readonly string[];
  /** Null = without TLS. */
  tls: TlsOptions | null;
}

/** Beats below the usual 60 s after which proxies forget a silent connection, ms. */
const BEAT_MS = 25_000;
/** How often requests are looked for that do not get complete, ms. */
const CHECK_MS = 5_000;

interface Connection {
  socket: WebSocket;
  source: SipSource;
  isAlive: boolean;
  stopBeat: () => void;
  stopWaiting: (() => void) | null;
}

export class WebSocketTransport implements ConnectionTransport {
  readonly #parts: WebSocketParts;
  readonly #connections = new Map<string, Connection>();
  readonly #perAddress = new Map<string, number>();
  #app: FastifyInstance | null = null;
  #stopWatching: () => void = () => undefined;

  constructor(parts: WebSocketParts) {
    this.#parts = parts;
  }

  async listen(host: string, port: number): Promise<number> {
    const { tls, limits } = this.#parts;
    // A request that has begun must be complete as soon as a message on a stream.
    const bounds = { headersTimeout: limits.incompleteMs, requestTimeout: limits.incompleteMs, connectionsCheckingInterval: Math.min(limits.incompleteMs, CHECK_MS) };
    const app = tls ? (Fastify({ https: { ...secureOptions(tls), ...bounds } }) as unknown as FastifyInstance) : Fastify({ http: bounds });
    const handleProtocols = (): string => 'sip';
    await app.register(websocket, { options: { maxPayload: LIMITS.streamMessageBytes, perMessageDeflate: false, handleProtocols } });
    const preValidation = async (request: FastifyRequest, reply: { code(status: number): { send(): unknown } }): Promise<void> => {
      if (!this.#mayConnect(request)) reply.code(403).send();
    };
    for (const path of ['/', '/sip']) {
      app.get(path, { websocket: true, preValidation }, (socket, request) => this.#adopt(socket, request));
    }
    await app.listen({ host, port });
    this.#app = app;
    const { server } = app;
    if (tls && 'setSecureContext' in server) {
      const secured = server as unknown as { setSecureContext(options: ReturnType<typeof secureOptions>): void };
      this.#stopWatching = tls.identity.onChange(() => secured.setSecureContext(secureOptions(tls)));
    }
    return (server.address() as AddressInfo).port;
  }

  isConnected(hop: Hop): boolean {
    return this.#connections.has(hopKey(hop));
  }

  disconnect(hop: Hop): void {
    this.#connections.get(hopKey(hop))?.socket.close(1000);
  }

  /** A browser cannot be called: without its connection there is no way to it (RFC 7118 section 5). */
  send(hop: Hop, bytes: Buffer, onError: (error: Error) => void): void {
    const connection = this.#connections.get(hopKey(hop));
    if (!connection) {
      process.nextTick(onError, new Error('the WebSocket is gone'));
      return;
    }
    // Text frames: some clients take nothing else. Bytes that are no UTF-8 cannot travel in one.
    connection.socket.send(bytes.toString('utf8'), (error) => {
      if (error) onError(error);
    });
  }

  async close(): Promise<void> {
    const app = this.#app;
    this.#app = null;
    this.#stopWatching();
    for (const { socket } of this.#connections.values()) socket.terminate();
    await app?.close();
  }

  dump(): Record<string, unknown> {
    return { open: this.#app !== null, connections: this.#connections.size };
  }

  /** Pages of other sites must not use the telephone of whoever looks at them; programs that are no browsers send no Origin. */
  #mayConnect(request: FastifyRequest): boolean {
    const { origin, host } = request.headers;
    const address = plainAddress(request.socket.remoteAddress ?? '');
    const { gate, limits, origins } = this.#parts;
    const open = this.#perAddress.get(address) ?? 0;
    if (this.#connections.size >= limits.connections || (gate && !gate.admitConnection(address, open))) return false;
    const speaksSip = (request.headers['sec-websocket-protocol'] ?? '').split(',').some((name) => name.trim() === 'sip');
    if (!speaksSip) return false;
    if (origin === undefined || origins.includes(origin)) return true;
    return URL.canParse(origin) && URL.canParse(`http://${host ?? ''}`) && new URL(origin).hostname === new URL(`http://${host ?? ''}`).hostname;
  }

  #adopt(socket: WebSocket, request: FastifyRequest): void {
    const { local, tls, events } = this.#parts;
    const host = plainAddress(request.socket.remoteAddress ?? '');
    const source: SipSource = { transport: tls ? 'wss' : 'ws', host, port: request.socket.remotePort ?? 0, ...(local === null ? {} : { local }) };
    const connection: Connection = { socket, source, isAlive: true, stopBeat: () => undefined, stopWaiting: null };
    const key = hopKey(source);
    this.#connections.set(key, connection);
    this.#perAddress.set(host, (this.#perAddress.get(host) ?? 0) + 1);
    this.#beat(connection);
    this.#guard(connection, request.socket);
    socket.on('pong', () => (connection.isAlive = true));
    socket.on('message', (data: Buffer) => this.#onFrame(connection, data));
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      connection.stopBeat();
      connection.stopWaiting?.();
      const left = (this.#perAddress.get(host) ?? 1) - 1;
      if (left > 0) this.#perAddress.set(host, left);
      else this.#perAddress.delete(host);
      if (this.#connections.get(key) !== connection) return;
      this.#connections.delete(key);
      events.onClosed(source);
    });
  }

  #beat(connection: Connection): void {
    connection.stopBeat = this.#parts.clock.after(BEAT_MS, () => {
      if (!connection.isAlive) {
        connection.socket.terminate();
        return;
      }
      connection.isAlive = false;
      connection.socket.ping();
      this.#beat(connection);
    });
  }

  /** A message that has begun must be complete after a while: a sender cannot stretch it by dripping bytes. */
  #guard(connection: Connection, raw: FastifyRequest['socket']): void {
    const { clock, limits } = this.#parts;
    const complete = (): void => {
      connection.stopWaiting?.();
      connection.stopWaiting = null;
    };
    // Before the reader of frames, which tells what the bytes completed.
    raw.prependListener('data', () => (connection.stopWaiting ??= clock.after(limits.incompleteMs, () => connection.socket.terminate())));
    for (const event of ['message', 'ping', 'pong'] as const) connection.socket.on(event, complete);
  }

  #onFrame({ socket, source }: Connection, data: Buffer): void {
    const { gate, events, clock } = this.#parts;
    const atMs = clock.monotonic();
    // Keep-alive of RFC 7118 section 6: line ends are answered with one.
    if (skipEmptyLines(data, 0) === data.length) {
      if (data.length >= 4) socket.send('\r\n');
      return;
    }
    if (gate && !gate.admit(source, null)) {
      socket.close(1008);
      return;
    }
    try {
      events.onMessage(parseMessage(data), source, atMs, data);
    } catch (error) {
      if (!(error instanceof SipParseError)) throw error;
      events.onBroken(error, source);
    }
  }
}
