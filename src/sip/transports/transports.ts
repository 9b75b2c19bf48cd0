/** All sockets of the stack: every address that we listen on, with each transport. Chooses the one for a hop. */
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Clock } from '../../lib/clock.ts';
import { bareHost, bracketHost } from '../../protocol/sip/host.ts';
import type { ConnectionTransport, Hop, SipTransport, Transport, TransportEvents, TransportGate } from '../transport.ts';
import { isStream } from '../transport.ts';
import { DEFAULT_TCP_LIMITS, StreamTransport, type TcpLimits } from './stream.ts';
import { tcpKind } from './tcp.ts';
import { tlsKind, type TlsOptions } from './tls.ts';
import { UdpTransport } from './udp.ts';
import { WebSocketTransport } from './websocket.ts';

/** Where to listen. */
export interface ListenOptions {
  /** Addresses, one or several (IPv4, IPv6); for `0.0.0.0` and `::` the first address of the machine stands in Contact and Via. */
  host: string | readonly string[];
  /** UDP and TCP; 0 = any. */
  port: number;
  /** Address that peers reach us at, when it is another one (NAT, 0.0.0.0). */
  advertisedHost?: string;
  /** SIP over TLS, also for calls to `sips:`. Port 0 = any, null = the identity is for secure WebSockets only. */
  tls?: TlsOptions & { port: number | null };
  /** SIP over WebSocket (RFC 7118); null = not this one, 0 = any port. `securePort` needs `tls`. */
  webSocket?: { port: number | null; securePort: number | null; origins: readonly string[] };
  tcpLimits?: Partial<TcpLimits>;
}

type Ports = Partial<Record<Transport, number>>;

interface Listener {
  host: string;
  transports: Partial<Record<Exclude<Transport, 'udp'>, ConnectionTransport>> & { udp: UdpTransport };
  ports: Ports;
}

const FREE_PORT_TRIES = 5;

export class Transports {
  readonly #options: ListenOptions;
  readonly #listeners: Listener[];

  constructor(options: ListenOptions, events: TransportEvents, clock: Clock, gate: TransportGate | null) {
    this.#options = options;
    const hosts = typeof options.host === 'string' ? [options.host] : options.host;
    this.#listeners = hosts.map((host) => {
      const isAmbiguous = hosts.filter((other) => familyOf(other) === familyOf(host)).length > 1;
      return createListener(host, isAmbiguous ? host : null, options, events, clock, gate);
    });
  }

  /** Binds all. @returns the ports of the first address @throws Error naming address and port, caused by the socket's error */
  async start(): Promise<Ports & { udp: number; tcp: number }> {
    for (const listener of this.#listeners) {
      await this.#bindPair(listener, FREE_PORT_TRIES);
      const { tls, webSocket } = this.#options;
      if (tls && tls.port !== null) await this.#bind(listener, 'tls', tls.port);
      if (webSocket && webSocket.port !== null) await this.#bind(listener, 'ws', webSocket.port);
      if (webSocket && webSocket.securePort !== null) await this.#bind(listener, 'wss', webSocket.securePort);
    }
    const ports = this.#first.ports;
    return { ...ports, udp: ports.udp ?? 0, tcp: ports.tcp ?? 0 };
  }

  async stop(): Promise<void> {
    await Promise.all(this.#listeners.flatMap(({ transports }) => Object.values(transports).map((transport) => transport.close())));
  }

  send(hop: Hop, bytes: Buffer, onError: (error: Error) => void): void {
    const transport = this.#listenerFor(hop).transports[hop.transport];
    if (transport) transport.send(hop, bytes, onError);
    else process.nextTick(onError, new Error(`${hop.transport} is not configured`));
  }

  /** False for a connection that is gone, for example since a restart; UDP needs none. */
  isReachable(hop: Hop): boolean {
    if (!isStream(hop.transport)) return true;
    return this.#connections(hop)?.isConnected(hop) ?? false;
  }

  /** Ends the connection of a peer. */
  disconnect(hop: Hop): void {
    this.#connections(hop)?.disconnect(hop);
  }

  /** Whether we can open something to such a hop. */
  speaks(transport: Transport): boolean {
    return transport === 'udp' || transport === 'tcp' || (transport === 'tls' && typeof this.#options.tls?.port === 'number');
  }

  /** Families of address that we can send to. */
  get families(): readonly (4 | 6)[] {
    const hosts = this.#listeners.map(({ host }) => host);
    const has4 = hosts.some((host) => familyOf(host) === 4 || host === '::');
    return [...(has4 ? [4 as const] : []), ...(hosts.some((host) => familyOf(host) === 6) ? [6 as const] : [])];
  }

  /** Our host and port as a peer at this hop should write them; IPv6 in brackets. */
  local(hop: Pick<Hop, 'transport' | 'host' | 'local'>): { host: string; port: number } {
    const listener = this.#listenerFor(hop);
    return { host: bracketHost(this.#advertised(listener.host, hop.host)), port: listener.ports[hop.transport] ?? 0 };
  }

  /** Host of our identity, whoever the peer is; IPv6 in brackets. */
  get address(): string {
    const { host } = this.#first;
    return bracketHost(this.#advertised(host, host));
  }

  /** See UdpTransport; the longest of all addresses, ms. */
  measureWait(): number {
    return Math.max(...this.#listeners.map(({ transports }) => transports.udp.measureWait()));
  }

  /** Whether more has come by UDP than was read in this turn of the event loop. */
  get isBehind(): boolean {
    return this.#listeners.some(({ transports }) => transports.udp.isBehind);
  }

  dump(): Record<string, unknown> {
    const [first, ...others] = this.#listeners.map(({ host, ports, transports }) => ({
      host,
      ports,
      ...Object.fromEntries(Object.entries(transports).map(([name, transport]) => [name, transport.dump()])),
    }));
    return others.length === 0 ? { ...first } : { ...first, others };
  }

  get #first(): Listener {
    const [first] = this.#listeners;
    if (!first) throw new Error('SIP needs an address to listen on');
    return first;
  }

  #connections(hop: Hop): ConnectionTransport | undefined {
    return hop.transport === 'udp' ? undefined : this.#listenerFor(hop).transports[hop.transport];
  }

  /** Where the request came in; else of the peer's family, loopback for loopback. */
  #listenerFor(hop: Pick<Hop, 'host' | 'local'>): Listener {
    const first = this.#first;
    if (this.#listeners.length === 1) return first;
    const named = hop.local === undefined ? undefined : this.#listeners.find(({ host }) => host === hop.local);
    if (named) return named;
    const family = familyOf(hop.host);
    const fitting = this.#listeners.filter(({ host }) => familyOf(host) === family);
    const isNear = isLoopback(hop.host);
    return fitting.find(({ host }) => isLoopback(host) === isNear) ?? fitting[0] ?? this.#listeners.find(({ host }) => host === '::') ?? first;
  }

  #advertised(listenHost: string, peerHost: string): string {
    const { advertisedHost } = this.#options;
    const isAny = listenHost === '0.0.0.0' || listenHost === '::';
    if (advertisedHost !== undefined && (isAny || this.#listeners.length === 1)) return advertisedHost;
    if (!isAny) return listenHost;
    return addressOfMachine(listenHost === '0.0.0.0' || familyOf(peerHost) === 4 ? 4 : 6);
  }

  /** With port 0 TCP gets the number that UDP was given; when that is taken, another one is tried. */
  async #bindPair(listener: Listener, tries: number): Promise<void> {
    const { port } = this.#options;
    const udp = await this.#bind(listener, 'udp', port);
    try {
      await this.#bind(listener, 'tcp', udp);
    } catch (error) {
      await listener.transports.udp.close();
      if (port !== 0 || tries <= 1) throw error;
      await this.#bindPair(listener, tries - 1);
    }
  }

  async #bind({ host, transports, ports }: Listener, name: Transport, port: number): Promise<number> {
    const transport: SipTransport | undefined = transports[name];
    if (!transport) throw new Error(`${name} is not configured`);
    try {
      return (ports[name] = await transport.listen(host, port));
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      const which = name === 'udp' || name === 'tcp' ? 'SIP port' : `SIP port (${name})`;
      throw new Error(`${which} ${port} on ${host} cannot be used: ${text}`, { cause: error });
    }
  }
}

function createListener(host: string, local: string | null, options: ListenOptions, events: TransportEvents, clock: Clock, gate: TransportGate | null): Listener {
  const limits = { ...DEFAULT_TCP_LIMITS, ...options.tcpLimits };
  const { tls, webSocket } = options;
  const stream = (kind: ReturnType<typeof tcpKind>): StreamTransport => new StreamTransport(kind, events, clock, limits, gate, local);
  const transports: Listener['transports'] = { udp: new UdpTransport(events, clock, gate, local), tcp: stream(tcpKind()) };
  if (tls && tls.port !== null) transports.tls = stream(tlsKind(tls));
  const origins = webSocket?.origins ?? [];
  const parts = { events, clock, limits, gate, local, origins };
  if (webSocket && webSocket.port !== null) transports.ws = new WebSocketTransport({ ...parts, tls: null });
  if (webSocket && webSocket.securePort !== null && tls) transports.wss = new WebSocketTransport({ ...parts, tls });
  return { host, transports, ports: {} };
}

const familyOf = (host: string): 4 | 6 => (bareHost(host).includes(':') ? 6 : 4);

const isLoopback = (host: string): boolean => host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

/** An address of this machine that others can use, for a socket bound to all of them. */
function addressOfMachine(family: 4 | 6): string {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const found = all.find((entry) => !entry.internal && entry.family === `IPv${family}` && !entry.address.startsWith('fe80'));
  return found?.address ?? (family === 6 ? '::1' : '127.0.0.1');
}
