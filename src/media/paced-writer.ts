import type { Socket } from 'node:net';
import { systemClock, type Clock } from '../lib/clock.ts';

/**
 * Least time between two writes to the control channel, ms. A write wakes the other process, which costs both more than what
 * is in it: under load frames share writes, a frame on its own goes out at the end of the turn.
 */
const PACE_MS = 8;

/** Gathers lines for a socket. */
export class PacedWriter {
  readonly #socket: Socket;
  readonly #clock: Clock;
  #text = '';
  #sentAt = Number.NEGATIVE_INFINITY;

  constructor(socket: Socket, clock: Clock = systemClock) {
    this.#socket = socket;
    this.#clock = clock;
  }

  /** @param line without its end */
  write(line: string): void {
    const isFirst = this.#text === '';
    this.#text += `${line}\n`;
    if (!isFirst) return;
    const waitMs = this.#sentAt + PACE_MS - this.#clock.monotonic();
    if (waitMs > 0) this.#clock.after(waitMs, () => this.flush());
    else queueMicrotask(() => this.flush());
  }

  /** Writes at once what waits; for the last frame of a process. */
  flush(): void {
    const text = this.#text;
    if (text === '') return;
    this.#text = '';
    this.#sentAt = this.#clock.monotonic();
    if (this.#socket.writable) this.#socket.write(text);
  }
}
