/**
 * Keeps the SIP messages of recent calls for the ladder diagram, as their bytes: nothing is turned into text before somebody
 * asks, so a busy listener pays a map look-up and a copy for each. Bounded: the oldest dialogs and messages are forgotten first.
 */
import { redactSip } from './redact.ts';
import { TraceRing } from './trace-ring.ts';
import type { Hop } from './transport.ts';
import type { SipSource } from './types.ts';

/** One message as it is shown, secrets blanked. */
export interface TracedMessage {
  /** Wall clock, ms since the epoch. */
  at: number;
  /** Seen from us. */
  direction: 'in' | 'out';
  transport: string;
  /** `host:port` of the other side. */
  peer: string;
  /** SIP Call-ID; one call of the product has one a leg. */
  sipCallId: string;
  /** Start line, headers and body as on the wire. */
  text: string;
}

interface Dialog {
  sipCallId: string;
  /** Two where a call of ours goes to ourselves. */
  owners: string[];
  /** Where its messages are in the block. */
  places: number[];
}

export interface TraceLimits {
  /** Call-IDs remembered. */
  dialogs: number;
  /** Messages of one Call-ID; what comes later (a subscription that lives for days) is not kept. */
  messages: number;
  /** All messages together; about 20,000 of usual size. */
  bytes: number;
}

export const DEFAULT_TRACE_LIMITS: TraceLimits = { dialogs: 1000, messages: 200, bytes: 16 * 1024 * 1024 };

/** One owner a leg. */
const itself = (legId: string): string => legId;

export class MessageTrace {
  readonly #limits: TraceLimits;
  readonly #ownerOf: (legId: string) => string;
  /** By SIP Call-ID, oldest first: those of calls, and those of none (registrations, OPTIONS), which nobody asks for. */
  readonly #dialogs = new Map<string, Dialog>();
  readonly #ownerless = new Map<string, Dialog>();
  readonly #byOwner = new Map<string, Dialog[]>();
  readonly #ring: TraceRing;

  /** @param ownerOf the call that a leg belongs to */
  constructor(ownerOf: (legId: string) => string = itself, limits: TraceLimits = DEFAULT_TRACE_LIMITS) {
    this.#ownerOf = ownerOf;
    this.#limits = limits;
    this.#ring = new TraceRing(limits.bytes);
  }

  /** @param at wall clock, ms */
  received(sipCallId: string, bytes: Buffer, source: SipSource, at: number): void {
    this.#keep(sipCallId, 'in', bytes, source, at);
  }

  /** @param at wall clock, ms */
  sent(sipCallId: string, bytes: Buffer, hop: Hop, at: number): void {
    this.#keep(sipCallId, 'out', bytes, hop, at);
  }

  /** Says of which leg a Call-ID is. Messages kept already are its too. */
  claim(sipCallId: string, legId: string): void {
    const owner = this.#ownerOf(legId);
    const dialog = this.#dialog(sipCallId);
    if (dialog.owners.includes(owner)) return;
    dialog.owners.push(owner);
    if (this.#ownerless.delete(sipCallId)) this.#dialogs.set(sipCallId, dialog);
    const owned = this.#byOwner.get(owner);
    if (owned) owned.push(dialog);
    else this.#byOwner.set(owner, [dialog]);
  }

  /** All messages of a call's legs, oldest first; empty when none are kept (any more). */
  messagesOf(owner: string): TracedMessage[] {
    const dialogs = this.#byOwner.get(owner) ?? [];
    return dialogs.flatMap((dialog) => this.#messagesOf(dialog)).toSorted((a, b) => a.at - b.at);
  }

  /** Forgets a call's messages, for example once they are stored. */
  drop(owner: string): void {
    for (const dialog of this.#byOwner.get(owner) ?? []) this.#forget(dialog);
  }

  get size(): number {
    return this.#dialogs.size + this.#ownerless.size;
  }

  /** Calls of which messages are kept. */
  get owners(): number {
    return this.#byOwner.size;
  }

  #keep(sipCallId: string, direction: 'in' | 'out', bytes: Buffer, { transport, host, port }: Hop | SipSource, at: number): void {
    const { places } = this.#dialog(sipCallId);
    if (places.length >= this.#limits.messages) return;
    const place = this.#ring.write({ at, direction, transport, host, port, bytes });
    if (place !== null) places.push(place);
  }

  #messagesOf({ sipCallId, places }: Dialog): TracedMessage[] {
    return places.flatMap((place) => {
      const kept = this.#ring.read(place);
      if (!kept) return [];
      const { at, direction, transport, host, port, bytes } = kept;
      return [{ at, direction, transport, peer: `${host}:${port}`, sipCallId, text: redactSip(bytes.toString('utf8')) }];
    });
  }

  #dialog(sipCallId: string): Dialog {
    const known = this.#dialogs.get(sipCallId) ?? this.#ownerless.get(sipCallId);
    if (known) return known;
    // What is of no call makes room first, but for the newest: a call may still claim those.
    const [oldest] = this.#ownerless.size > this.#limits.dialogs / 10 ? this.#ownerless.values() : this.#dialogs.values();
    if (oldest && this.size >= this.#limits.dialogs) this.#forget(oldest);
    const dialog: Dialog = { sipCallId, owners: [], places: [] };
    this.#ownerless.set(sipCallId, dialog);
    return dialog;
  }

  #forget(dialog: Dialog): void {
    this.#dialogs.delete(dialog.sipCallId);
    this.#ownerless.delete(dialog.sipCallId);
    for (const owner of dialog.owners) {
      const left = (this.#byOwner.get(owner) ?? []).filter((other) => other !== dialog);
      if (left.length > 0) this.#byOwner.set(owner, left);
      else this.#byOwner.delete(owner);
    }
  }
}
