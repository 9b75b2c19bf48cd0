/**
 * Provisional responses of ours that the caller confirms by PRACK (RFC 3262 section 3): one at a time, each repeated with a
 * doubling interval until its PRACK; after 64*T1 the call is given up.
 */
import type { SipResponse } from '../protocol/sip/message.ts';
import { header } from './build.ts';
import type { IncomingRequest } from './endpoint.ts';
import type { LegOwner } from './leg.ts';

interface Waiting {
  rseq: number;
  hasSdp: boolean;
  stop: (() => void)[];
}

export class ReliableProvisionals {
  readonly #owner: LegOwner;
  readonly #incoming: IncomingRequest;
  readonly #onGiveUp: () => void;
  readonly #queue: SipResponse[] = [];
  #waiting: Waiting | null = null;
  #rseq: number;

  constructor(owner: LegOwner, incoming: IncomingRequest, onGiveUp: () => void) {
    this.#owner = owner;
    this.#incoming = incoming;
    this.#onGiveUp = onGiveUp;
    // Any start below 2^31 will do (section 3).
    this.#rseq = 1 + (Number.parseInt(owner.endpoint.token().slice(0, 6), 16) || 0);
  }

  /** True while a session description of ours has no PRACK: no 2xx may be sent (section 3). */
  get holdsAnswer(): boolean {
    return this.#waiting?.hasSdp === true || this.#queue.some(({ body }) => body.length > 0);
  }

  /** Sends it now, or after the PRACK of the one before. */
  send(response: SipResponse): void {
    if (this.#waiting) this.#queue.push(response);
    else this.#transmit(response);
  }

  /** @returns null = this PRACK confirms nothing that waits: 481 */
  confirm(rack: { rseq: number; cseq: number; method: string }): { hasSdp: boolean } | null {
    const waiting = this.#waiting;
    const { cseq } = this.#incoming.essentials;
    if (!waiting || rack.rseq !== waiting.rseq || rack.cseq !== cseq || rack.method !== 'INVITE') return null;
    this.#quiet();
    const next = this.#queue.shift();
    if (next) this.#transmit(next);
    return waiting;
  }

  /** The final response goes out: nothing is repeated any more, but a late PRACK is still known. */
  finish(): void {
    for (const stop of this.#waiting?.stop ?? []) stop();
    this.#queue.length = 0;
  }

  #transmit(response: SipResponse): void {
    const rseq = this.#rseq++;
    const reliable = { ...response, headers: [...response.headers, header('Require', '100rel'), header('RSeq', `${rseq}`)] };
    const waiting: Waiting = { rseq, hasSdp: response.body.length > 0, stop: [] };
    this.#waiting = waiting;
    const { transaction } = this.#incoming;
    const bytes = transaction.respond(reliable);
    const { t1 } = this.#owner.endpoint.timers;
    waiting.stop[1] = this.#owner.clock.after(64 * t1, () => {
      this.#quiet();
      this.#onGiveUp();
    });
    this.#repeat(waiting, bytes, t1);
  }

  #repeat(waiting: Waiting, bytes: Buffer, interval: number): void {
    waiting.stop[0] = this.#owner.clock.after(interval, () => {
      const { transaction, essentials } = this.#incoming;
      this.#owner.endpoint.send(transaction.hop, bytes, essentials.callId);
      this.#repeat(waiting, bytes, interval * 2);
    });
  }

  #quiet(): void {
    for (const stop of this.#waiting?.stop ?? []) stop();
    this.#waiting = null;
  }
}
