/**
 * How long what arrives on a UDP socket waits until it is looked at: a datagram from the socket to itself goes through the same queue of the
 * kernel, which no other measure sees. A process can be in time with all its timers while a second of calls lies in that queue.
 */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';

const TOKEN_BYTES = 16;
/** One that is away for longer was not delayed but lost on the way, as with a filter in between; it says nothing then, ms. */
const LOST_MS = 10_000;

export class ReceiveWait {
  readonly #clock: Clock;
  readonly #send: (token: Buffer) => void;
  /** On its way. */
  #probe: { token: Buffer; sentMs: number } | null = null;
  #lastMs = 0;
  /** One has come back: this socket can hear itself. */
  #heard = false;

  /** @param send sends bytes to the socket itself; whether they arrive nobody promises */
  constructor(clock: Clock, send: (token: Buffer) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** Sends the next probe. @returns what the last one waited, or waits still, ms */
  measure(): number {
    const now = this.#clock.monotonic();
    const waits = this.#probe ? now - this.#probe.sentMs : this.#lastMs;
    // Sent again while it is away: the first may have found the queue full.
    this.#probe ??= { token: randomBytes(TOKEN_BYTES), sentMs: now };
    this.#send(this.#probe.token);
    return this.#heard && waits < LOST_MS ? waits : 0;
  }

  /** Whether these bytes are a probe that came back; a repetition of one is nobody's message either. */
  takes(bytes: Buffer): boolean {
    if (!this.#probe || bytes.length !== TOKEN_BYTES || !bytes.equals(this.#probe.token)) return false;
    this.#lastMs = this.#clock.monotonic() - this.#probe.sentMs;
    this.#heard = true;
    this.#probe = null;
    return true;
  }
}
