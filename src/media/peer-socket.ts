import type { Socket } from 'node:dgram';
import type { Address } from './source-latch.ts';

/**
 * A bound socket that sends to one peer. Pinned, it is connected: the kernel takes nothing from anybody else, and sending
 * needs neither an address nor a route for each packet.
 */
export class PeerSocket {
  readonly #socket: Socket;
  #host = '';
  #port = 0;
  #isPinned = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Address of the peer; '' = none. */
  get host(): string {
    return this.#host;
  }

  /** 0 = none. */
  get port(): number {
    return this.#port;
  }

  /** Sends here from now on, and takes packets from anywhere again when that is another peer. */
  aim(target: Address | null): void {
    const host = target?.host ?? '';
    const port = target?.port ?? 0;
    if (host === this.#host && port === this.#port) return;
    this.#host = host;
    this.#port = port;
    this.unpin();
  }

  /** Takes packets from anywhere again. Idempotent. */
  unpin(): void {
    if (!this.#isPinned) return;
    this.#isPinned = false;
    this.#socket.disconnect();
  }

  /** Holds on to the peer until it changes; to be called when only signalling may change it. Idempotent. */
  pin(): void {
    if (this.#isPinned || this.#port === 0) return;
    // Without a route it fails, and is tried again; sending goes on as before.
    this.#socket.connect(this.#port, this.#host, () => undefined);
    this.#isPinned = isConnected(this.#socket);
  }

  /** Sends a part of a buffer, which may be used again 100 ms later; nothing without a peer. */
  send(packet: Buffer, offset: number, length: number): void {
    if (this.#isPinned) this.#socket.send(packet, offset, length);
    else if (this.#port !== 0) this.#socket.send(packet, offset, length, this.#port, this.#host);
  }

  /** Sends to somebody who need not be the peer; a pinned socket reaches nobody else. */
  sendTo(packet: Buffer, { host, port }: Address): void {
    if (host === this.#host && port === this.#port) this.send(packet, 0, packet.length);
    else if (!this.#isPinned) this.#socket.send(packet, port, host);
  }

  close(): void {
    this.#port = 0;
    this.#isPinned = false;
    this.#socket.close();
  }
}

/** Known at once: an address needs no look-up. */
function isConnected(socket: Socket): boolean {
  try {
    socket.remoteAddress();
    return true;
  } catch {
    return false;
  }
}
