/** SIP over TCP and TLS: connections are kept and used in both directions (RFC 3261 section 18, RFC 5923 in spirit). */
import type { AddressInfo, Server, Socket } from 'node:net';
import type { Clock } from '../../lib/clock.ts';
import { StreamReader } from '../../protocol/sip/stream-reader.ts';
import { hopKey, plainAddress, type ConnectionTransport, type Hop, type TransportEvents, type TransportGate } from '../transport.ts';
import type { SipSource } from '../types.ts';

export interface TcpLimits {
  /** A message that has begun must be complete after this long, ms; else the connection is closed. */
  incompleteMs: number;
  /** Connections at a time; more are closed at once. */
  connections: number;
  /** Silence after which a connection is closed, ms. */
  idleMs: number;
  /** How long a connection may take to open, handshake included, ms. */
  connectMs: number;
  /** On connections that we opened: a ping after this long (RFC 5626 section 4.4.1: 95-120 s), ms. */
  pingMs: number;
}

export const DEFAULT_TCP_LIMITS: TcpLimits = { incompleteMs: 10_000, connections: 12_000, idleMs: 1_800_000, connectMs: 4000, pingMs: 100_000 };

/** What TCP and TLS do not have in common. */
export interface StreamKind {
  readonly transport: 'tcp' | 'tls';
  /** @param onSocket a connection that is ready for messages @param onRaw one that is only there, to be counted */
  createServer(onSocket: (socket: Socket) => void, onRaw: (socket: Socket) => void): Server;
  /** @param localAddress null = any of ours @param onReady when messages can flow */
  connect(hop: Hop, localAddress: string | null, onReady: () => void): Socket;
  /** Names in the certificate of a peer that was verified; undefined = none. */
  certified(socket: Socket): readonly string[] | undefined;
  /** Stops what belongs to it. */
  close(): void;
}

/** When a message was refused and the connection cannot go on, ms. */
const CLOSE_REFUSED = 50;

/** When what followed good messages was no message: those may still wait for their answers, ms. */
const CLOSE_GARBAGE = 1000;

/** Connections that wait to be taken while the event loop is busy; the kernel may allow fewer. */
const BACKLOG = 4096;

const PONG = Buffer.from('\r\n');
const PING = Buffer.from('\r\n\r\n');

interface Connection {
  socket: Socket;
  source: SipSource;
  reader: StreamReader;
  /** Set on connections that we opened. */
  serverName: string | null;
  stopWaiting: (() => void) | null;
  stopPing: (() => void) | null;
}

export class StreamTransport implements ConnectionTransport {
  readonly #kind: StreamKind;
  readonly #events: TransportEvents;
  readonly #clock: Clock;
  readonly #limits: TcpLimits;
  readonly #gate: TransportGate | null;
  readonly #local: string | null;
  readonly #connections = new Map<string, Connection>();
  /** Accepted sockets, also those without a handshake yet. */
  readonly #accepted = new Set<Socket>();
  readonly #perAddress = new Map<string, number>();
  #server: Server | null = null;
  #localHost = '';
  #refused = 0;

  constructor(kind: StreamKind, events: TransportEvents, clock: Clock, limits: TcpLimits, gate: TransportGate | null, local: string | null) {
    this.#kind = kind;
    this.#events = events;
    this.#clock = clock;
    this.#limits = limits;
    this.#gate = gate;
    this.#local = local;
  }

  listen(host: string, port: number): Promise<number> {
    const server = this.#kind.createServer((socket) => this.#adopt(socket), (socket) => this.#count(socket));
    this.#server = server;
    this.#localHost = host;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host, backlog: BACKLOG }, () => {
        server.off('error', reject);
        server.on('error', (error) => this.#events.onTransportError(this.#kind.transport, error));
        resolve((server.address() as AddressInfo).port);
      });
    });
  }

  isConnected(hop: Hop): boolean {
    return this.#connections.has(hopKey(hop));
  }

  disconnect(hop: Hop): void {
    this.#connections.get(hopKey(hop))?.socket.destroy();
  }

  send(hop: Hop, bytes: Buffer, onError: (error: Error) => void): void {
    const connection = this.#existing(hop) ?? this.#open(hop);
    if (!connection) {
      process.nextTick(onError, new Error(`the ${this.#kind.transport} transport is closed`));
      return;
    }
    connection.socket.write(bytes, (error) => {
      if (error) onError(error);
    });
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    this.#kind.close();
    for (const { socket } of this.#connections.values()) socket.destroy();
    for (const socket of this.#accepted) socket.destroy();
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  dump(): Record<string, unknown> {
    return { open: this.#server !== null, connections: this.#connections.size, refused: this.#refused };
  }

  /** A connection that we opened to one name is not used for another: its certificate was checked for the first. */
  #existing(hop: Hop): Connection | undefined {
    const connection = this.#connections.get(hopKey(hop));
    const isOther = connection !== undefined && connection.serverName !== null && hop.serverName !== undefined && connection.serverName !== hop.serverName;
    return isOther ? undefined : connection;
  }

  /** Takes nothing more from a connection and ends it after a moment for the answers that are still due. */
  #hangUp({ socket }: Connection, afterMs: number): void {
    socket.pause();
    this.#clock.after(afterMs, () => socket.end());
    this.#clock.after(afterMs + 1000, () => socket.destroy());
  }

  #open(hop: Hop): Connection | null {
    if (!this.#server) return null;
    const isAnyHost = this.#localHost === '0.0.0.0' || this.#localHost === '::';
    const stop = this.#clock.after(this.#limits.connectMs, () => socket.destroy(new Error('connection timed out')));
    const socket = this.#kind.connect(hop, isAnyHost ? null : this.#localHost, stop);
    socket.once('close', stop);
    const connection = this.#watch(socket, { transport: this.#kind.transport, host: hop.host, port: hop.port }, hop.serverName ?? '');
    this.#schedulePing(connection);
    return connection;
  }

  /** Keeps the way through NAT open, and lets the kernel find out that the peer is gone. */
  #schedulePing(connection: Connection): void {
    connection.stopPing = this.#clock.after(this.#limits.pingMs, () => {
      connection.socket.write(PING, () => undefined);
      this.#schedulePing(connection);
    });
  }

  /** Refuses what is too much before a handshake costs anything. */
  #count(socket: Socket): void {
    const host = plainAddress(socket.remoteAddress ?? '');
    const open = this.#perAddress.get(host) ?? 0;
    if (host === '' || this.#accepted.size >= this.#limits.connections || (this.#gate && !this.#gate.admitConnection(host, open))) {
      this.#refused++;
      socket.destroy();
      return;
    }
    this.#accepted.add(socket);
    this.#perAddress.set(host, open + 1);
    // Said here because a socket that fails before its handshake has no other listener.
    socket.on('error', () => undefined);
    socket.once('close', () => {
      this.#accepted.delete(socket);
      const left = (this.#perAddress.get(host) ?? 1) - 1;
      if (left > 0) this.#perAddress.set(host, left);
      else this.#perAddress.delete(host);
    });
  }

  #adopt(socket: Socket): void {
    const { remoteAddress, remotePort } = socket;
    if (socket.destroyed || remoteAddress === undefined || remotePort === undefined) {
      socket.destroy();
      return;
    }
    const certified = this.#kind.certified(socket);
    this.#watch(socket, {
      transport: this.#kind.transport,
      host: plainAddress(remoteAddress),
      port: remotePort,
      ...(this.#local === null ? {} : { local: this.#local }),
      ...(certified ? { certified } : {}),
    }, null);
  }

  #watch(socket: Socket, source: SipSource, serverName: string | null): Connection {
    const connection: Connection = { socket, source, reader: new StreamReader(), serverName, stopWaiting: null, stopPing: null };
    const key = hopKey(source);
    this.#connections.set(key, connection);
    socket.setTimeout(this.#limits.idleMs, () => socket.destroy());
    socket.on('data', (chunk) => this.#onData(connection, chunk));
    // The reason reaches the writers through their callbacks; here it only must not be thrown.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      connection.stopWaiting?.();
      connection.stopPing?.();
      if (this.#connections.get(key) !== connection) return;
      this.#connections.delete(key);
      this.#events.onClosed(source);
    });
    return connection;
  }

  #onData(connection: Connection, chunk: Buffer): void {
    const atMs = this.#clock.monotonic();
    const items = connection.reader.push(chunk);
    for (const item of items) {
      if (item.type === 'ping') connection.socket.write(PONG);
      else if (this.#gate && !this.#gate.admit(connection.source, null)) {
        // The address is proven by the handshake: who floods on a connection loses it.
        connection.socket.destroy();
        return;
      } else if (item.type === 'message') this.#events.onMessage(item.message, connection.source, atMs, item.bytes);
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
