/** A call that somebody places to us. */
import type { Essentials } from '../protocol/sip/essentials.ts';
import { bareHost } from '../protocol/sip/host.ts';
import { parseRAck } from '../protocol/sip/extensions.ts';
import { listOf } from '../protocol/sip/list-header.ts';
import { bodyText, headerOf, type SipRequest, type SipResponse } from '../protocol/sip/message.ts';
import { SipParseError } from '../protocol/sip/parse-error.ts';
import { ALLOW, buildResponse, header, SUPPORTED } from './build.ts';
import { causeOf } from './cause.ts';
import { isProxied, uasDialog } from './dialog.ts';
import type { IncomingRequest } from './endpoint.ts';
import type { Leg, LegOwner, ReplaceableDialog } from './leg.ts';
import { ReliableProvisionals } from './reliable-provisionals.ts';
import { timerAnswer } from './session-timer.ts';
import { Session } from './session.ts';
import type { ServerTransaction } from './transaction-layer.ts';
import type { Hop } from './transport.ts';
import type { SipLegSnapshot } from './types.ts';

export class InboundLeg implements Leg {
  readonly legId: string;
  readonly #owner: LegOwner;
  readonly #incoming: IncomingRequest;
  readonly #localTag: string;
  /** From the first reliable provisional or the answer. */
  #session: Session | null = null;
  #state: 'waiting' | 'answered' | 'over' = 'waiting';
  #reliable: ReliableProvisionals | null = null;
  /** The session was described in a provisional that has its PRACK: the 2xx must not do it again. */
  #isDescribed = false;
  /** An answer that waits for a PRACK. */
  #held: string | null = null;

  constructor(owner: LegOwner, legId: string, incoming: IncomingRequest) {
    this.#owner = owner;
    this.legId = legId;
    this.#incoming = incoming;
    this.#localTag = owner.endpoint.token();
    owner.bindTag(this.#localTag, this);
    incoming.transaction.onFailure = (reason) => this.#onTransportFailure(reason);
  }

  get established(): Session | null {
    return this.#state === 'answered' ? this.#session : null;
  }

  ring(sdp: string | undefined): void {
    if (this.#state !== 'waiting' || this.#held !== null) return;
    const { request } = this.#incoming;
    const isReliable = has(request, 'require', '100rel') || (sdp !== undefined && sdp !== '' && has(request, 'supported', '100rel'));
    const headers = [header('Contact', `<${this.#contact()}>`), ALLOW];
    const options = { toTag: this.#localTag, headers, ...(sdp ? { sdp } : {}) };
    if (isReliable) this.#ringReliably(buildResponse(request, sdp ? 183 : 180, options), sdp ?? '');
    else this.#incoming.reply(sdp ? 183 : 180, options);
  }

  answer(sdp: string): void {
    if (this.#state !== 'waiting') return;
    if (this.#reliable?.holdsAnswer) {
      this.#held = sdp;
      return;
    }
    this.#state = 'answered';
    this.#reliable?.finish();
    const { request } = this.#incoming;
    const session = this.#openSession(sdp);
    session.confirm({ ...session.dialog, session: 'confirmed' });
    const timer = session.refresher.onRequest(request);
    const timed = timer === 'too small' ? [] : timerAnswer(timer);
    const headers = [header('Contact', `<${this.#contact()}>`), ALLOW, SUPPORTED, ...timed];
    const body = this.#isDescribed ? '' : sdp;
    session.acceptInvite(this.#incoming, buildResponse(request, 200, { toTag: this.#localTag, headers, sdp: body }));
  }

  reject(status: number, reason: string | undefined): void {
    if (this.#state === 'answered') this.#session?.refuseReinvite(status, reason);
    else if (this.#state === 'waiting') this.#refuse(status, reason, reason ?? `${status}`);
  }

  redirect(contacts: readonly string[], status: number): void {
    if (this.#state !== 'waiting') return;
    this.#close();
    const headers = contacts.map((uri) => header('Contact', `<${uri.replace(/[<>\r\n]/g, '')}>`));
    this.#incoming.reply(status, { toTag: this.#localTag, headers });
    this.#owner.emit({ type: 'ended', legId: this.legId, by: 'local', reason: 'redirected' });
  }

  hangup(reason: string | undefined): void {
    if (this.#state === 'answered') this.#session?.hangup(reason);
    else if (this.#state === 'waiting') this.#refuse(487, undefined, reason ?? 'hangup');
  }

  /** Before the answer it goes by UPDATE, once a session was agreed on reliably. */
  reinvite(sdp: string): void {
    if (this.#state === 'answered' || this.#isDescribed) this.#session?.reinvite(sdp);
  }

  answerReinvite(sdp: string): void {
    this.#session?.answerReinvite(sdp);
  }

  rejectReinvite(status: number): void {
    this.#session?.refuseReinvite(status, undefined);
  }

  dialogFor(fromTag: string): ReplaceableDialog | null {
    const { callId, fromTag: remoteTag } = this.#incoming.essentials;
    if (fromTag !== remoteTag) return null;
    if (this.#state === 'waiting') return { callId, state: 'theirs' };
    return { callId, state: this.#session && !this.#session.ending ? 'confirmed' : 'ending' };
  }

  snapshot(): SipLegSnapshot | null {
    return this.established?.snapshot() ?? null;
  }

  onRequest(incoming: IncomingRequest): void {
    if (incoming.request.method === 'PRACK') this.#onPrack(incoming);
    else if (this.#state === 'waiting') this.#onEarlyRequest(incoming);
    else if (this.#session) this.#session.onRequest(incoming);
    else incoming.reply(481);
  }

  onAck(request: SipRequest, essentials: Essentials): void {
    this.#session?.onAck(request, essentials);
  }

  onCancel(invite: ServerTransaction, cancel: SipRequest): void {
    if (invite !== this.#incoming.transaction) {
      this.#session?.onCancel();
      return;
    }
    this.#giveUp(cancel);
  }

  dispose(): void {
    this.#state = 'over';
    this.#reliable?.finish();
    this.#session?.dispose();
  }

  dump(): Record<string, unknown> {
    return { legId: this.legId, direction: 'in', state: this.#state, callId: this.#incoming.essentials.callId, ...this.#session?.dump() };
  }

  #openSession(localSdp: string): Session {
    const { request, essentials } = this.#incoming;
    if (!this.#session) {
      const dialog = { ...uasDialog(request, essentials, this.#localTag, this.#contact(), flowOf(this.#incoming)), session: 'early' as const };
      this.#session = new Session(this.#owner, this.legId, { dialog, credentials: null, ownsCallId: false, localSdp });
    }
    return this.#session;
  }

  #ringReliably(response: SipResponse, sdp: string): void {
    this.#openSession(sdp);
    this.#reliable ??= new ReliableProvisionals(this.#owner, this.#incoming, () => this.#refuse(504, undefined, 'no PRACK'));
    this.#reliable.send(response);
  }

  /** The caller may only acknowledge, change the session or give up before we answer. */
  #onEarlyRequest(incoming: IncomingRequest): void {
    const { method } = incoming.request;
    const session = this.#openSession('');
    if (!session.admit(incoming)) return;
    if (method === 'BYE') {
      incoming.reply(200);
      this.#giveUp(incoming.request);
      // A second INVITE before the first is answered: RFC 3261 section 14.2.
    } else if (method === 'INVITE') incoming.reply(500, { headers: [header('Retry-After', '2')] });
    else if (method === 'UPDATE' && incoming.request.body.length > 0 && !this.#isDescribed) {
      // The offer of the INVITE has no answer yet (RFC 3311 section 5.2).
      incoming.reply(500, { headers: [header('Retry-After', '2')] });
    } else session.serve(incoming);
  }

  #onPrack(incoming: IncomingRequest): void {
    const session = this.#reliable ? this.#session : null;
    if (!session) {
      incoming.reply(481);
      return;
    }
    if (!session.admit(incoming)) return;
    const rack = rackOf(incoming.request);
    const confirmed = rack && this.#reliable?.confirm(rack);
    if (!confirmed) {
      incoming.reply(rack ? 481 : 400);
      return;
    }
    this.#isDescribed ||= confirmed.hasSdp;
    const sdp = bodyText(incoming.request);
    const answersUs = sdp !== '' && this.#incoming.request.body.length === 0;
    if (sdp === '' || answersUs) incoming.reply(200);
    else session.takeOffer(incoming);
    if (answersUs) this.#owner.emit({ type: 'reinviteAnswered', legId: this.legId, sdp });
    const held = this.#held;
    if (held === null || this.#reliable?.holdsAnswer) return;
    this.#held = null;
    this.answer(held);
  }

  /** CANCEL, or BYE in the early dialog. */
  #giveUp(request: SipRequest): void {
    if (this.#state !== 'waiting') return;
    this.#close();
    this.#incoming.reply(487, { toTag: this.#localTag });
    this.#owner.emit({ type: 'cancelled', legId: this.legId, ...causeOf(request) });
  }

  #refuse(status: number, phrase: string | undefined, why: string): void {
    if (this.#state !== 'waiting') return;
    this.#close();
    this.#incoming.reply(status, { toTag: this.#localTag, ...(phrase === undefined ? {} : { reason: phrase }) });
    this.#owner.emit({ type: 'ended', legId: this.legId, by: 'local', reason: why });
  }

  #onTransportFailure(reason: string): void {
    if (this.#state !== 'waiting') return;
    this.#close();
    this.#owner.emit({ type: 'ended', legId: this.legId, by: 'failure', reason });
  }

  #close(): void {
    this.#state = 'over';
    this.#reliable?.finish();
    this.#session?.dispose();
    this.#owner.unbindTag(this.#localTag);
    this.#owner.forget(this.legId);
  }

  #contact(): string {
    const { source, request } = this.#incoming;
    return this.#owner.endpoint.contact(request.uri.startsWith('sips:') ? { ...source, sips: true } : source);
  }
}

/**
 * Streams: the connection of the INVITE. UDP: the source address when the sender's own Via names another one (it is behind NAT and
 * its Contact is as wrong as its Via); else null: go by the Contact.
 */
function flowOf(incoming: IncomingRequest): Hop | null {
  const { request, essentials, source } = incoming;
  if (source.transport !== 'udp') return source;
  if (isProxied(request)) return null;
  return bareHost(essentials.via.host) === source.host ? null : source;
}

const has = (request: SipRequest, id: string, tag: string): boolean => listOf(request, id).some((value) => value.toLowerCase() === tag);

/** Null = missing or malformed. */
function rackOf(request: SipRequest): ReturnType<typeof parseRAck> | null {
  try {
    return parseRAck(headerOf(request, 'rack') ?? '');
  } catch (error) {
    if (error instanceof SipParseError) return null;
    throw error;
  }
}
