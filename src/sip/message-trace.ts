/**
 * Keeps the SIP messages of recent calls for the ladder diagram. Received messages are kept as the parsed objects that were made
 * anyway, sent ones as their bytes: nothing is turned into text before somebody asks, so a busy listener pays a map look-up a
 * message. Bounded: the oldest dialogs are forgotten first.
 */
import type { SipMessage } from '../protocol/sip/message.ts';
import { serialize } from '../protocol/sip/serialize.ts';
import { redactSip } from './redact.ts';
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

interface Kept {
  at: number;
  direction: 'in' | 'out';
  peer: Hop | SipSource;
  message: SipMessage | Buffer;
}

interface Dialog {
  sipCallId: string;
  owner: string | null;
  messages: Kept[];
}

export interface TraceLimits {
  /** Call-IDs remembered. */
  dialogs: number;
  /** Messages of one Call-ID; what comes later (a subscription that lives for days) is not kept. */
  messages: number;
}

export const DEFAULT_TRACE_LIMITS: TraceLimits = { dialogs: 1000, messages: 200 };

/** One owner a leg. */
const itself = (legId: string): string => legId;

const CALL_ID = Buffer.from('\r\nCall-ID:', 'latin1');
const SHORT_CALL_ID = Buffer.from('\r\ni:', 'latin1');

export class MessageTrace {
  readonly #limits: TraceLimits;
  readonly #ownerOf: (legId: string) => string;
  /** By SIP Call-ID, oldest first. */
  readonly #dialogs = new Map<string, Dialog>();
  readonly #byOwner = new Map<string, Dialog[]>();

  /** @param ownerOf the call that a leg belongs to */
  constructor(ownerOf: (legId: string) => string = itself, limits: TraceLimits = DEFAULT_TRACE_LIMITS) {
    this.#ownerOf = ownerOf;
    this.#limits = limits;
  }

  /** @param at wall clock, ms */
  received(message: SipMessage, source: SipSource, at: number): void {
    for (const { id, value } of message.headers) {
      if (id !== 'call-id') continue;
      this.#keep(value, { at, direction: 'in', peer: source, message });
      return;
    }
  }

  /** @param at wall clock, ms */
  sent(bytes: Buffer, hop: Hop, at: number): void {
    const callId = callIdIn(bytes);
    if (callId !== null) this.#keep(callId, { at, direction: 'out', peer: hop, message: bytes });
  }

  /** Says of which leg a Call-ID is. Messages kept already are its too. */
  claim(sipCallId: string, legId: string): void {
    const owner = this.#ownerOf(legId);
    const dialog = this.#dialog(sipCallId);
    if (dialog.owner === owner) return;
    dialog.owner = owner;
    const owned = this.#byOwner.get(owner);
    if (owned) owned.push(dialog);
    else this.#byOwner.set(owner, [dialog]);
  }

  /** All messages of a call's legs, oldest first; empty when none are kept (any more). */
  messagesOf(owner: string): TracedMessage[] {
    const dialogs = this.#byOwner.get(owner) ?? [];
    return dialogs
      .flatMap(({ sipCallId, messages }) => messages.map((kept) => ({ sipCallId, kept })))
      .toSorted((a, b) => a.kept.at - b.kept.at)
      .map(({ sipCallId, kept }) => ({
        at: kept.at,
        direction: kept.direction,
        transport: kept.peer.transport,
        peer: `${kept.peer.host}:${kept.peer.port}`,
        sipCallId,
        text: redactSip((Buffer.isBuffer(kept.message) ? kept.message : serialize(kept.message)).toString('utf8')),
      }));
  }

  /** Forgets a call's messages, for example once they are stored. */
  drop(owner: string): void {
    for (const { sipCallId } of this.#byOwner.get(owner) ?? []) this.#dialogs.delete(sipCallId);
    this.#byOwner.delete(owner);
  }

  get size(): number {
    return this.#dialogs.size;
  }

  #keep(sipCallId: string, kept: Kept): void {
    const { messages } = this.#dialog(sipCallId);
    if (messages.length < this.#limits.messages) messages.push(kept);
  }

  #dialog(sipCallId: string): Dialog {
    const known = this.#dialogs.get(sipCallId);
    if (known) return known;
    const dialog: Dialog = { sipCallId, owner: null, messages: [] };
    this.#dialogs.set(sipCallId, dialog);
    if (this.#dialogs.size > this.#limits.dialogs) this.#forgetOldest();
    return dialog;
  }

  #forgetOldest(): void {
    const [oldest] = this.#dialogs.values();
    if (!oldest) return;
    this.#dialogs.delete(oldest.sipCallId);
    if (oldest.owner === null) return;
    const left = (this.#byOwner.get(oldest.owner) ?? []).filter((dialog) => dialog !== oldest);
    if (left.length > 0) this.#byOwner.set(oldest.owner, left);
    else this.#byOwner.delete(oldest.owner);
  }
}

/** Our own messages name the header in full; echoed ones may use the compact form. */
function callIdIn(bytes: Buffer): string | null {
  const long = bytes.indexOf(CALL_ID);
  const short = long < 0 ? bytes.indexOf(SHORT_CALL_ID) : -1;
  if (long < 0 && short < 0) return null;
  const from = long < 0 ? short + SHORT_CALL_ID.length : long + CALL_ID.length;
  const to = bytes.indexOf('\r\n', from, 'latin1');
  return to < 0 ? null : bytes.toString('latin1', from, to).trim();
}
