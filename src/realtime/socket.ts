import type { WebSocket } from '@fastify/websocket';
import type { Clock } from '../lib/clock.ts';

/** How often we ask whether the other side is there, and how long it may stay silent, ms. */
const PING_EVERY_MS = 10_000;
const SILENT_MS = 25_000;

/** More than this unsent means that the browser does not read any more, bytes. */
const MAX_BUFFERED = 4 * 1024 * 1024;

/** How long the other side may take to close, ms. */
const CLOSE_PATIENCE_MS = 2_000;

/** WebSocket close codes (RFC 6455 section 7.4). */
export const CLOSE = { normal: 1000, goingAway: 1001, policy: 1008, failure: 1011, tooSlow: 1013 } as const;

/** One live WebSocket: sends JSON, keeps a heartbeat, closes once. */
export class LiveSocket {
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  #heardAt: number;
  #cancelPing: () => void = () => undefined;
  #closed = false;

  /**
   * @param onText receives each text frame
   * @param onClosed runs exactly once, whoever closed
   */
  constructor(socket: WebSocket, clock: Clock, onText: (text: string) => void, onClosed: () => void) {
    this.#socket = socket;
    this.#clock = clock;
    this.#heardAt = clock.monotonic();
    socket.on('message', (data, isBinary) => {
      // The other side may go on sending until it answers the close: a session that has ended commands nothing.
      if (this.#closed) return;
      this.#heardAt = clock.monotonic();
      if (isBinary) this.close(CLOSE.policy, 'text only');
      else onText((Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer)).toString('utf8'));
    });
    socket.on('pong', () => (this.#heardAt = clock.monotonic()));
    // The library has begun to close with the right code (too large, bad frame); it gets a moment to say so.
    socket.on('error', () => clock.after(CLOSE_PATIENCE_MS, () => socket.terminate()));
    socket.on('close', () => {
      this.#cancelPing();
      this.#closed = true;
      onClosed();
    });
    this.#ping();
  }

  get open(): boolean {
    return !this.#closed;
  }

  send(message: unknown): void {
    if (this.#closed) return;
    if (this.#socket.bufferedAmount > MAX_BUFFERED) {
      this.close(CLOSE.tooSlow, 'too slow');
      return;
    }
    this.#socket.send(JSON.stringify(message));
  }

  close(code: number, reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelPing();
    this.#socket.close(code, reason);
    // A browser that does not answer the close must not keep the socket.
    this.#clock.after(CLOSE_PATIENCE_MS, () => this.#socket.terminate());
  }

  #ping(): void {
    this.#cancelPing = this.#clock.after(PING_EVERY_MS, () => {
      if (this.#clock.monotonic() - this.#heardAt > SILENT_MS) {
        this.#socket.terminate();
        return;
      }
      this.#socket.ping();
      this.#ping();
    });
  }
}
