/** SIP over UDP: one socket, one datagram one message (RFC 3261 section 18). */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIP } from 'node:net';
import { lookup } from 'node:dns';
import type { Clock } from '../../lib/clock.ts';
import { Gather } from '../../lib/gather.ts';
import { parseMessage, skipEmptyLines } from '../../protocol/sip/parse-message.ts';
import { SipParseError } from '../../protocol/sip/parse-error.ts';
import { plainAddress, type Hop, type SipTransport, type TransportEvents, type TransportGate } from '../transport.ts';
import type { SipSource } from '../types.ts';
import { ReceiveWait } from './receive-wait.ts';
import { bindingRequest, bindingResponse } from './stun-keep-alive.ts';

/** Room for bursts while the event loop is busy, bytes; the kernel may give less. */
const RECEIVE_BUFFER = 4 * 1024 * 1024;

/** libuv reads so many datagrams of a socket before it looks at anything else; after as many there are probably more. */
const READ_TOGETHER = 32;

/**
 * From about 40 calls a second on messages of several calls are worked at together. A message waits for 5 ms at most, which
 * is little beside T1 (500 ms, RFC 3261 section 17.1.1.1).
 */
const gather = new Gather({ periodMs: 5, minRate: 300 });

export class UdpTransport implements SipTransport {
  readonly #events: TransportEvents;
  readonly #clock: Clock;
  readonly #gate: TransportGate | null;
  /** Noted in every source when set. */
  readonly #local: string | null;
  #socket: Socket | null = null;
  readonly #wait: ReceiveWait;
  #isIpv6 = false;
  /** Datagrams of this turn of the event loop, and of the last one that had any. */
  #read = 0;
  #readBefore = 0;
  #received = 0;
  #sent = 0;
  #dropped = 0;

  constructor(events: TransportEvents, clock: Clock, gate: TransportGate | null, local: string | null) {
    this.#events = events;
    this.#clock = clock;
    this.#gate = gate;
    this.#local = local;
    this.#wait = new ReceiveWait(clock, (token) => this.#sendToItself(token));
  }

  listen(host: string, port: number): Promise<number> {
    this.#isIpv6 = host.includes(':');
    const family = this.#isIpv6 ? 'udp6' : 'udp4';
    // Addresses are passed as they are: the default goes through the resolver even for literals, once per datagram.
    const socket = createSocket({ type: family, lookup: lookupUnlessLiteral });
    this.#socket = socket;
    socket.on('message', (bytes, remote) => this.#onDatagram(bytes, remote));
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(port, host, () => {
        socket.off('error', reject);
        socket.on('error', (error) => this.#events.onTransportError('udp', error));
        growBuffer(socket);
        resolve(socket.address().port);
      });
    });
  }

  send(hop: Hop, bytes: Buffer, onError: (error: Error) => void): void {
    const socket = this.#socket;
    if (!socket) {
      process.nextTick(onError, new Error('the UDP socket is closed'));
      return;
    }
    this.#sent++;
    const host = this.#isIpv6 && isIP(hop.host) === 4 ? `::ffff:${hop.host}` : hop.host;
    try {
      socket.send(bytes, hop.port, host, (error) => {
        if (error) onError(error);
      });
    } catch (error) {
      // Node throws at once for a port of 0 and for a socket closed meanwhile.
      process.nextTick(onError, error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** How long what arrives waits until it is looked at, ms; to be asked a few times a second. */
  measureWait(): number {
    return this.#wait.measure();
  }

  /** More has come than was read in this turn of the event loop. */
  get isBehind(): boolean {
    return Math.max(this.#read, this.#readBefore) >= READ_TOGETHER;
  }

  readonly #endOfTurn = (): void => {
    this.#readBefore = this.#read;
    this.#read = 0;
  };

  #sendToItself(bytes: Buffer): void {
    if (!this.#socket) return;
    const { address, port } = this.#socket.address();
    const host = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address;
    this.#socket.send(bytes, port, host, () => undefined);
  }

  close(): Promise<void> {
    const socket = this.#socket;
    this.#socket = null;
    return new Promise((resolve) => (socket ? socket.close(() => resolve()) : resolve()));
  }

  dump(): Record<string, unknown> {
    return { open: this.#socket !== null, received: this.#received, sent: this.#sent, dropped: this.#dropped };
  }

  #onDatagram(bytes: Buffer, remote: RemoteInfo): void {
    if (this.#read++ === 0) setImmediate(this.#endOfTurn);
    if (this.#wait.takes(bytes)) return;
    this.#received++;
    // Keep-alives are line ends or a few NUL bytes.
    if (bytes.length <= 4 || skipEmptyLines(bytes, 0) === bytes.length) return;
    const atMs = this.#clock.monotonic();
    gather.packet(atMs);
    const host = plainAddress(remote.address);
    const source: SipSource = this.#local === null ? { transport: 'udp', host, port: remote.port } : { transport: 'udp', host, port: remote.port, local: this.#local };
    if (this.#gate && !this.#gate.admit(source, bytes)) {
      this.#dropped++;
      return;
    }
    const request = bindingRequest(bytes);
    if (request) {
      this.send(source, bindingResponse(request, host, remote.port), () => undefined);
      return;
    }
    try {
      this.#events.onMessage(parseMessage(bytes), source, atMs, bytes);
    } catch (error) {
      if (!(error instanceof SipParseError)) throw error;
      this.#events.onBroken(error, source);
    }
  }
}

type LookupCallback = (error: NodeJS.ErrnoException | null, address: string, family: number) => void;

function lookupUnlessLiteral(host: string, options: object, callback: LookupCallback): void {
  const family = isIP(host);
  if (family > 0) callback(null, host, family);
  else lookup(host, { ...options, all: false }, callback);
}

function growBuffer(socket: Socket): void {
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER);
    socket.setSendBufferSize(RECEIVE_BUFFER);
  } catch {
    // Only a matter of comfort: the kernel's own size stays.
  }
}
