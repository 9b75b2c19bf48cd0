/**
 * REFER within a call (RFC 3515, RFC 4488), both ways, each with its implicit subscription.
 *
 *     theirs: asked ──accept──► told by NOTIFY ──final──► over        ours: sent ──202──► heard by NOTIFY ──final──► over
 *               └──reject, 10 s──► over                                      └──refused, silence──► over
 */
import type { Header } from '../protocol/sip/header.ts';
import { escapeHeaderValue, formatReplaces, parseReferTo, sipfragStatus, type ReferTarget, type ReplacesValue } from '../protocol/sip/extensions.ts';
import { parseAddress } from '../protocol/sip/address.ts';
import { bodyText, headerOf, headersOf, type SipRequest, type SipResponse } from '../protocol/sip/message.ts';
import { SipParseError } from '../protocol/sip/parse-error.ts';
import { header } from './build.ts';
import type { DialogClient } from './dialog-client.ts';
import type { IncomingRequest } from './endpoint.ts';

/** How long the application may think about a REFER, ms. */
const DECISION_PATIENCE = 10_000;
/** How long we wait for the next NOTIFY of the peer, ms. */
const NOTIFY_PATIENCE = 180_000;
/** Life that we give a subscription; it ends with the final status, s. */
const SUBSCRIPTION_SECONDS = 180;
/** REFERs that one call may have open. */
const OPEN_LIMIT = 4;

interface Asked {
  /** Null once it was accepted. */
  incoming: IncomingRequest | null;
  /** Null = the peer wants no NOTIFY (`Refer-Sub: false`). */
  event: string | null;
  stop: () => void;
}

interface Sent {
  stop: () => void;
}

export class Referrals {
  readonly #client: DialogClient;
  readonly #legId: string;
  readonly #asked = new Map<string, Asked>();
  /** By CSeq of our REFER, which is the id of its subscription. */
  readonly #sent = new Map<string, Sent>();
  #askedBefore = false;

  constructor(client: DialogClient, legId: string) {
    this.#client = client;
    this.#legId = legId;
  }

  /** REFER of the peer. */
  onRefer(incoming: IncomingRequest): void {
    const { request, essentials } = incoming;
    const target = readTarget(request);
    if (!target) {
      incoming.reply(400, { reason: 'No single usable Refer-To' });
      return;
    }
    if (this.#asked.size >= OPEN_LIMIT) {
      incoming.reply(503, { headers: [header('Retry-After', '5')] });
      return;
    }
    const referId = `${essentials.cseq}`;
    const wantsNone = (headerOf(request, 'refer-sub') ?? '').toLowerCase().startsWith('false');
    // The id tells several REFERs of a dialog apart; the first may go without (RFC 3515 section 2.4.6).
    const event = wantsNone ? null : this.#askedBefore ? `refer;id=${referId}` : 'refer';
    this.#askedBefore = true;
    const stop = this.#client.owner.clock.after(DECISION_PATIENCE, () => this.reject(referId, 480));
    this.#asked.set(referId, { incoming, event, stop });
    const replacesLegId = target.replaces === null ? null : this.#client.owner.legOfReplaces(target.replaces);
    const said = { target, replacesLegId, referredBy: referredByOf(request) };
    this.#client.owner.emit({ type: 'referred', legId: this.#legId, referId, ...said });
  }

  accept(referId: string): void {
    const asked = this.#asked.get(referId);
    if (!asked?.incoming) return;
    asked.stop();
    const contact = header('Contact', `<${this.#client.dialog.contact}>`);
    asked.incoming.reply(202, { headers: asked.event === null ? [contact, header('Refer-Sub', 'false')] : [contact] });
    asked.incoming = null;
    if (asked.event === null) this.#asked.delete(referId);
    else this.#notify(asked.event, 100, 'Trying', false);
  }

  reject(referId: string, status: number): void {
    const asked = this.#asked.get(referId);
    if (!asked?.incoming) return;
    this.#asked.delete(referId);
    asked.stop();
    asked.incoming.reply(status);
  }

  /** Tells the peer how the call that it asked for goes. */
  tell(referId: string, status: number, reason: string, final: boolean): void {
    const asked = this.#asked.get(referId);
    if (!asked || asked.incoming || asked.event === null) return;
    if (final) this.#asked.delete(referId);
    this.#notify(asked.event, status, reason, final);
  }

  /** Our REFER. @param replaces the call that the new one takes the place of */
  refer(uri: string, replaces: ReplacesValue | null): void {
    const hidden = replaces === null ? '' : `${uri.includes('?') ? '&' : '?'}Replaces=${escapeHeaderValue(formatReplaces(replaces))}`;
    const headers = [header('Refer-To', `<${uri}${hidden}>`), header('Referred-By', `<${parseAddress(this.#client.dialog.localAddress).uri}>`)];
    const id = `${this.#client.dialog.localSeq + 1}`;
    this.#wait(id);
    const onResponse = (response: SipResponse): void => this.#onReferResponse(id, response);
    this.#client.send('REFER', { headers }, onResponse, (status) => this.#progress(id, status, true));
  }

  /** NOTIFY of the peer. */
  onNotify(incoming: IncomingRequest): void {
    const { request } = incoming;
    const [name = '', ...rest] = (headerOf(request, 'event') ?? '').split(';');
    if (name.trim().toLowerCase() !== 'refer') {
      incoming.reply(489, { headers: [header('Allow-Events', 'refer')] });
      return;
    }
    const id = /^\s*id\s*=\s*(\d{1,10})\s*$/i.exec(rest.join(';'))?.[1] ?? this.#sent.keys().next().value;
    if (id === undefined || !this.#sent.has(id)) {
      incoming.reply(481);
      return;
    }
    incoming.reply(200);
    const isOver = (headerOf(request, 'subscription-state') ?? '').trim().toLowerCase().startsWith('terminated');
    const status = sipfragStatus(bodyText(request));
    if (status !== null || isOver) this.#progress(id, status ?? 408, isOver || (status ?? 0) >= 200);
  }

  dispose(): void {
    for (const { stop } of [...this.#asked.values(), ...this.#sent.values()]) stop();
    for (const { incoming } of this.#asked.values()) incoming?.reply(481);
    this.#asked.clear();
    this.#sent.clear();
  }

  dump(): Record<string, unknown> {
    return { asked: this.#asked.size, sent: this.#sent.size };
  }

  #onReferResponse(id: string, response: SipResponse): void {
    const { status } = response;
    if (status >= 300) this.#progress(id, status, true);
    else if (status >= 200 && (headerOf(response, 'refer-sub') ?? '').toLowerCase().startsWith('false')) this.#progress(id, status, true);
  }

  #progress(id: string, status: number, final: boolean): void {
    const sent = this.#sent.get(id);
    if (!sent) return;
    sent.stop();
    if (final) this.#sent.delete(id);
    else this.#wait(id);
    this.#client.owner.emit({ type: 'referProgress', legId: this.#legId, status, final });
  }

  #wait(id: string): void {
    this.#sent.set(id, { stop: this.#client.owner.clock.after(NOTIFY_PATIENCE, () => this.#progress(id, 408, true)) });
  }

  #notify(event: string, status: number, reason: string, final: boolean): void {
    const headers: Header[] = [
      header('Event', event),
      header('Subscription-State', final ? 'terminated;reason=noresource' : `active;expires=${SUBSCRIPTION_SECONDS}`),
    ];
    const body = { type: 'message/sipfrag;version=2.0', text: `SIP/2.0 ${status} ${reason.replace(/[\r\n]/g, ' ')}\r\n` };
    // A referrer that does not want to hear more says so by refusing the NOTIFY; the call itself goes on.
    this.#client.send('NOTIFY', { headers, body }, () => undefined, () => undefined);
  }
}

function readTarget(request: SipRequest): ReferTarget | null {
  const values = headersOf(request, 'refer-to');
  const [value] = values;
  if (value === undefined || values.length > 1) return null;
  try {
    return parseReferTo(value);
  } catch (error) {
    if (error instanceof SipParseError) return null;
    throw error;
  }
}

/** URI of Referred-By (RFC 3892); null = none, or malformed. */
export function referredByOf(request: SipRequest): string | null {
  const value = headerOf(request, 'referred-by');
  if (value === null) return null;
  try {
    return parseAddress(value).uri;
  } catch (error) {
    if (error instanceof SipParseError) return null;
    throw error;
  }
}

