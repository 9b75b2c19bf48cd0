/** SIP over TCP: connections are kept and used in both directions (RFC 3261 section 18, RFC 5923 in spirit). */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Clock } from '../lib/clock.ts';
import { StreamReader } from '../protocol/sip/stream-reader.ts';
import type { SipSource } from './types.ts';
import { hopKey, plainAddress, type Hop, type SipTransport, type TransportEvents } from './transport.ts';

export interface TcpLimits {
  /** A message that has begun must be complete after this long, ms; else the connection is closed. */
  incompleteMs: number;
  /** Connections at a time; more are closed at once. */
  connections: number;
  /** Silence after which a connection is closed, ms. */
  idleMs: number;
  /** How long a connection may take to open, ms. */
  connectMs: number;
}

export const DEFAULT_TCP_LIMITS: TcpLimits = { incompleteMs: 10_000, connections: 12_000, idleMs: 1_800_000, connectMs: 8000 };

/** When a message was refused and the connection cannot go on, ms. */
const CLOSE_REFUSED = 50;

/** When what followed good messages was no message: those may still wait for their answers, ms. */
const CLOSE_GARBAGE = 1000;

const PONG = Buffer.from('\r\n');

interface Connection {
  socket: Socket;
  source: SipSource;
  reader: StreamReader;
  stopWaiting: (() => void) | null;
}

export class TcpTransport implements SipTransport {
  readonly #events: TransportEvents;
  readonly #clock: Clock;
  readonly #limits: TcpLimits;
  readonly #connections = new Map<string, Connection>();
  #server: Server | null = null;
  #localHost = '';

  constructor(events: TransportEvents, clock: Clock, limits: TcpLimits = DEFAULT_TCP_LIMITS) {
    this.#events = events;
    this.#clock = clock;
    this.#limits = limits;
  }

  listen(host: string, port: number): Promise<number> {
    const server = createServer({ noDelay: true }, (socket) => this.#adopt(socket));
    this.#server = server;
    this.#localHost = host;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        server.on('error', (error) => this.#events.onTransportError('tcp', error));
        resolve((server.address() as AddressInfo).port);
      });
    });
  }

  /** True while there is a connection with this peer address and port. */
  isConnected(hop: Hop): boolean {
    return this.#connections.has(hopKey(hop));
  }

  send(hop: Hop, bytes: Buffer, onError: (error: Error) => void): void {
    const connection = this.#connections.get(hopKey(hop)) ?? this.#open(hop);
    if (!connection) {
      process.nextTick(onError, new Error('the TCP transport is closed'));
      return;
    }
    connection.socket.write(bytes, (error) => {
      if (error) onError(error);
    });
  }

  /** Takes nothing more from a connection and ends it after a moment for the answers that are still due. */
  #hangUp({ socket }: Connection, afterMs: number): void {
    socket.pause();
    this.#clock.after(afterMs, () => socket.end());
    this.#clock.after(afterMs + 1000, () => socket.destroy());
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    for (const { socket } of this.#connections.values()) socket.destroy();
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  dump(): Record<string, unknown> {
    return { open: this.#server !== null, connections: this.#connections.size };
  }

  #open(hop: Hop): Connection | null {
    if (!this.#server) return null;
    const isAnyHost = this.#localHost === '0.0.0.0' || this.#localHost === '::';
    const socket = connect({ host: hop.host, port: hop.port, noDelay: true, ...(isAnyHost ? {} : { localAddress: this.#localHost }) });
    const stop = this.#clock.after(this.#limits.connectMs, () => socket.destroy(new Error('connection timed out')));
    socket.once('connect', stop);
    socket.once('close', stop);
    return this.#watch(socket, { ...hop, transport: 'tcp' });
  }

  #adopt(socket: Socket): void {
    const { remoteAddress, remotePort } = socket;
    if (this.#connections.size >= this.#limits.connections || remoteAddress === undefined || remotePort === undefined) {
      socket.destroy();
      return;
    }
    this.#watch(socket, { transport: 'tcp', host: plainAddress(remoteAddress), port: remotePort });
  }

  #watch(socket: Socket, source: SipSource): Connection {
    const connection: Connection = { socket, source, reader: new StreamReader(), stopWaiting: null };
    const key = hopKey(source);
    this.#connections.set(key, connection);
    socket.setTimeout(this.#limits.idleMs, () => socket.destroy());
    socket.on('data', (chunk) => this.#onData(connection, chunk));
    // The reason reaches the writers through their callbacks; here it only must not be thrown.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      connection.stopWaiting?.();
      if (this.#connections.get(key) === connection) this.#connections.delete(key);
    });
    return connection;
  }

  #onData(connection: Connection, chunk: Buffer): void {
    const atMs = this.#clock.monotonic();
    const items = connection.reader.push(chunk);
    for (const item of items) {
      if (item.type === 'message') this.#events.onMessage(item.message, connection.source, atMs);
      else if (item.type === 'ping') connection.socket.write(PONG);
      else {
        this.#events.onBroken(item.error, connection.source);
        if (item.error.framingLost) this.#hangUp(connection, item.error.request ? CLOSE_REFUSED : CLOSE_GARBAGE);
      }
    }
    this.#guard(connection, items.length > 0);
  }

  /** One timer per message, not per packet: a sender cannot stretch it by dripping bytes. */
  #guard(connection: Connection, restarted: boolean): void {
    if (restarted || !connection.reader.midMessage) {
      connection.stopWaiting?.();
      connection.stopWaiting = null;
    }
    if (connection.reader.midMessage) {
      connection.stopWaiting ??= this.#clock.after(this.#limits.incompleteMs, () => connection.socket.destroy());
    }
  }
}
