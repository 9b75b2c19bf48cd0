/** Repeats a 2xx to an INVITE until its ACK (RFC 3261 section 13.3.1.4): T1 doubling to T2, for 64*T1, on any transport. */
import type { IncomingRequest } from './endpoint.ts';
import type { LegOwner } from './leg.ts';
import type { Hop } from './transport.ts';

interface Waiting {
  cseq: number;
  callId: string;
  hop: Hop;
  bytes: Buffer;
  interval: number;
  isFirst: boolean;
  /** The INVITE had no offer: its ACK brings an answer. */
  bodyless: boolean;
  stop: (() => void)[];
}

export class SuccessResender {
  readonly #owner: LegOwner;
  readonly #onGiveUp: () => void;
  #waiting: Waiting | null = null;
  #count = 0;

  constructor(owner: LegOwner, onGiveUp: () => void) {
    this.#owner = owner;
    this.#onGiveUp = onGiveUp;
  }

  get waiting(): boolean {
    return this.#waiting !== null;
  }

  /** @param bytes the 2xx to this INVITE, sent once already */
  start({ request, essentials, transaction }: IncomingRequest, bytes: Buffer): void {
    this.stop();
    const { t1 } = this.#owner.endpoint.timers;
    const { cseq, callId } = essentials;
    const bodyless = request.body.length === 0;
    const waiting: Waiting = { cseq, callId, hop: transaction.hop, bytes, interval: t1, isFirst: this.#count++ === 0, bodyless, stop: [] };
    this.#waiting = waiting;
    waiting.stop[1] = this.#owner.clock.after(64 * t1, () => {
      this.stop();
      this.#onGiveUp();
    });
    this.#schedule(waiting);
  }

  /** Null = this ACK is not for the 2xx that waits. */
  acknowledge(cseq: number): { isFirst: boolean; bodyless: boolean } | null {
    const waiting = this.#waiting;
    if (!waiting || waiting.cseq !== cseq) return null;
    this.stop();
    return waiting;
  }

  stop(): void {
    for (const stop of this.#waiting?.stop ?? []) stop();
    this.#waiting = null;
  }

  #schedule(waiting: Waiting): void {
    waiting.stop[0] = this.#owner.clock.after(waiting.interval, () => {
      this.#owner.endpoint.send(waiting.hop, waiting.bytes, waiting.callId);
      waiting.interval = Math.min(waiting.interval * 2, this.#owner.endpoint.timers.t2);
      this.#schedule(waiting);
    });
  }
}
