/** A call that we place. */
import { parseAddress } from '../protocol/sip/address.ts';
import type { Essentials } from '../protocol/sip/essentials.ts';
import type { ReplacesValue } from '../protocol/sip/extensions.ts';
import type { Header } from '../protocol/sip/header.ts';
import { listOf } from '../protocol/sip/list-header.ts';
import { bodyText, type SipRequest, type SipResponse } from '../protocol/sip/message.ts';
import { SipParseError } from '../protocol/sip/parse-error.ts';
import { fromWire } from '../protocol/sip/scan.ts';
import { buildCancel, reasonHeaders } from './build.ts';
import { causeOf } from './cause.ts';
import { answerTo } from './credentials.ts';
import { requestUriOf, uacDialog, type DialogState } from './dialog.ts';
import { EarlyDialogs } from './early-dialogs.ts';
import type { IncomingRequest } from './endpoint.ts';
import type { Leg, LegOwner, ReplaceableDialog } from './leg.ts';
import { buildInvite } from './outbound-invite.ts';
import { Session } from './session.ts';
import { minimumOf, timerOffer } from './session-timer.ts';
import type { Hop } from './transport.ts';
import type { OutboundTarget, SipLegSnapshot } from './types.ts';

/** How a registered telephone is reached. */
export interface RegisteredFlow {
  /** Null = as `path` says. */
  hop: Hop | null;
  path: readonly string[];
}

/** How long a hung up call waits for the peer to confirm the CANCEL before the user is told that it is over, ms. */
const CANCEL_PATIENCE = 4000;

export class OutboundLeg implements Leg {
  readonly legId: string;
  readonly #owner: LegOwner;
  readonly #target: OutboundTarget;
  readonly #flow: Hop | null;
  readonly #path: readonly string[];
  readonly #localTag: string;
  readonly #callId: string;
  #cseq = 0;
  /** calling: no final response yet. over: the user was told the end; late responses are still cleaned up. */
  #state: 'calling' | 'answered' | 'over' = 'calling';
  #sent: { request: SipRequest; branch: string; hop: Hop } | null = null;
  #gotProvisional = false;
  /** Anything came back. */
  #heard = false;
  #cancel: 'none' | 'wanted' | 'sent' = 'none';
  #session: Session | null = null;
  readonly #early = new EarlyDialogs();
  readonly #replaces: ReplacesValue | null;
  /** Asked for by Session-Expires, s; raised by a 422. */
  #sessionSeconds: number;
  #cancelReason: string | undefined;
  #timers: (() => void)[] = [];

  /**
   * @param replaces the dialog of `target.replacesLegId`
   * @param flow send here instead of where the URI points (a registered phone behind NAT or on TCP), or, without `hop`, where
   *   `path` begins (one that registered through proxies, RFC 3327)
   */
  constructor(owner: LegOwner, legId: string, target: OutboundTarget, flow: RegisteredFlow | null, replaces: ReplacesValue | null = null) {
    this.#owner = owner;
    this.legId = legId;
    this.#target = target;
    this.#flow = flow?.hop ?? null;
    this.#path = flow?.path ?? [];
    this.#replaces = replaces;
    this.#sessionSeconds = owner.sessionTimer.expires;
    this.#localTag = owner.endpoint.token();
    this.#callId = owner.endpoint.token();
    owner.bindTag(this.#localTag, this);
  }

  /** Call-ID of its dialog. */
  get sipCallId(): string {
    return this.#callId;
  }

  /** Sends the INVITE. */
  start(): void {
    this.#timers.push(this.#owner.clock.after(this.#target.ringTimeoutMs, () => this.#onRingTimeout()));
    const { setupTimeoutMs } = this.#target;
    if (setupTimeoutMs !== undefined) {
      this.#timers.push(this.#owner.clock.after(setupTimeoutMs, () => this.#heard || this.#onRingTimeout()));
    }
    try {
      const uri = requestUriOf(this.#target.uri);
      if (this.#target.replacesLegId && !this.#replaces) this.#rejectLater(481, 'the call to replace is gone');
      else if (this.#flow) this.#invite(uri, this.#flow, []);
      else this.#owner.endpoint.resolve(this.#firstProxy ?? uri, (hop) => (hop ? this.#invite(uri, hop, []) : this.#rejectLater(503, 'cannot be reached')));
    } catch (error) {
      if (!(error instanceof SipParseError)) throw error;
      this.#rejectLater(400, error.reason);
    }
  }

  get established(): Session | null {
    return this.#session;
  }

  get #firstProxy(): string | null {
    const [first] = this.#path;
    return first === undefined ? (this.#target.outboundProxy ?? null) : parseAddress(first).uri;
  }

  redirect(): void {
    // Only for calls that come to us.
  }

  ring(): void {
    // Only for calls that come to us.
  }

  answer(): void {
    // Only for calls that come to us.
  }

  reject(status: number, reason: string | undefined): void {
    this.#session?.refuseReinvite(status, reason);
  }

  hangup(reason: string | undefined): void {
    if (this.#state === 'answered') {
      this.#session?.hangup(reason);
      return;
    }
    if (this.#state === 'over' || this.#cancel !== 'none') return;
    this.#stopTimers();
    this.#cancelReason = reason;
    this.#wantCancel();
    this.#timers.push(this.#owner.clock.after(CANCEL_PATIENCE, () => this.#endLocally()));
  }

  /** Before the answer it goes by UPDATE, to the one fork that rings reliably. */
  reinvite(sdp: string): void {
    (this.#session ?? this.#early.single)?.reinvite(sdp);
  }

  answerReinvite(sdp: string): void {
    for (const session of this.#session ? [this.#session] : this.#early.sessions) session.answerReinvite(sdp);
  }

  rejectReinvite(status: number): void {
    for (const session of this.#session ? [this.#session] : this.#early.sessions) session.refuseReinvite(status, undefined);
  }

  dialogFor(fromTag: string): ReplaceableDialog | null {
    if (!this.#session) return this.#early.has(fromTag) ? { callId: this.#callId, state: 'early' } : null;
    if (fromTag !== this.#session.dialog.remoteTag) return null;
    return { callId: this.#callId, state: this.#session.ending ? 'ending' : 'confirmed' };
  }

  snapshot(): SipLegSnapshot | null {
    return this.#session?.snapshot() ?? null;
  }

  onRequest(incoming: IncomingRequest): void {
    const { request, essentials } = incoming;
    const session = this.#session ?? this.#early.sessionOf(essentials.fromTag);
    // The callee may not end an early dialog by BYE (RFC 3261 section 15), and there is nothing of it to refer.
    const isRefused = !this.#session && request.method !== 'UPDATE' && request.method !== 'OPTIONS' && request.method !== 'INFO';
    if (!session || isRefused) incoming.reply(481);
    else if (!this.#session && request.body.length > 0 && request.method === 'UPDATE' && !this.#early.isAnswered(essentials.fromTag)) incoming.reply(491);
    else session.onRequest(incoming);
  }

  onAck(request: SipRequest, essentials: Essentials): void {
    this.#session?.onAck(request, essentials);
  }

  onCancel(): void {
    this.#session?.onCancel();
  }

  dispose(): void {
    this.#state = 'over';
    this.#stopTimers();
    this.#early.clear();
    this.#session?.dispose();
  }

  dump(): Record<string, unknown> {
    return { legId: this.legId, direction: 'out', state: this.#state, cancel: this.#cancel, callId: this.#callId, ...this.#session?.dump() };
  }

  #invite(uri: string, hop: Hop, authorization: readonly Header[]): void {
    if (this.#state !== 'calling' || this.#cancel !== 'none') {
      this.#endLocally();
      return;
    }
    this.#cseq++;
    this.#gotProvisional = false;
    const request = buildInvite(this.#target, {
      uri,
      localTag: this.#localTag,
      callId: this.#callId,
      cseq: this.#cseq,
      contact: this.#owner.endpoint.contact(hop),
      address: this.#owner.endpoint.address,
      path: this.#path,
      replaces: this.#replaces,
      extra: [...this.#timerHeaders(), ...authorization],
    });
    const branch = this.#owner.endpoint.request(request, hop, {
      onResponse: (response, essentials) => this.#onResponse(response, essentials),
      onFailure: (status, reason) => this.#reject(status, reason),
      mayMove: () => this.#state === 'calling' && this.#cancel === 'none',
      onMoved: (again, itsBranch, itsHop) => {
        this.#gotProvisional = false;
        this.#sent = { request: again, branch: itsBranch, hop: itsHop };
      },
    });
    this.#sent = { request, branch, hop };
  }

  #timerHeaders(): Header[] {
    return this.#target.sessionTimer ? timerOffer(null, { ...this.#owner.sessionTimer, expires: this.#sessionSeconds }) : [];
  }

  #onResponse(response: SipResponse, essentials: Essentials): void {
    const { status } = response;
    this.#heard = true;
    if (status < 200) this.#onProvisional(response, essentials);
    else if (status < 300) this.#onSuccess(response, essentials);
    else if ((status === 401 || status === 407) && this.#answerChallenge(response)) return;
    else if (status === 422 && this.#raiseTimer(response)) return;
    else this.#reject(status, fromWire(response.reason), response);
  }

  /** The peer wants a longer session: asked once more (RFC 4028 section 7.3). */
  #raiseTimer(response: SipResponse): boolean {
    const minimum = minimumOf(response);
    if (!this.#sent || !this.#target.sessionTimer || minimum === null || minimum <= this.#sessionSeconds) return false;
    if (this.#state !== 'calling' || this.#cancel !== 'none') return false;
    this.#sessionSeconds = minimum;
    const { request, hop } = this.#sent;
    this.#invite(request.uri, hop, []);
    return true;
  }

  #onProvisional(response: SipResponse, essentials: Essentials): void {
    this.#gotProvisional = true;
    if (this.#cancel === 'wanted') this.#sendCancel();
    if (this.#state !== 'calling' || this.#cancel !== 'none' || response.status === 100) return;
    const { toTag } = essentials;
    if (response.status === 199) {
      this.#early.drop(toTag);
      return;
    }
    const open = (): Session => this.#openSession(this.#owner, response, essentials);
    if (toTag !== '' && this.#early.take(response, toTag, essentials.cseq, open) !== 'new') return;
    this.#owner.emit({ type: 'progress', legId: this.legId, status: response.status, sdp: bodyText(response) });
  }

  #onSuccess(response: SipResponse, essentials: Essentials): void {
    if (this.#session?.dialog.remoteTag === essentials.toTag) {
      this.#session.repeatAck();
      return;
    }
    if (!this.#sent) return;
    const isOurs = this.#state === 'calling' && this.#cancel === 'none' && !this.#session;
    // A late answer after CANCEL, or a second fork: the call must be taken, and ended (RFC 3261 sections 9.1 and 13.2.2.4).
    if (!isOurs) {
      const session = this.#openSession(this.#silentOwner(), response, essentials);
      session.sendAck();
      session.hangup('not wanted any more');
      this.#endLocally();
      return;
    }
    const early = this.#early.win(essentials.toTag);
    const session = early.session ?? this.#openSession(this.#owner, response, essentials);
    if (early.session) session.confirm(this.#dialogOf(response, essentials));
    session.sendAck();
    this.#stopTimers();
    this.#session = session;
    this.#state = 'answered';
    if (this.#target.sessionTimer) session.refresher.onSuccess(response);
    // After a reliable provisional with the answer the 2xx has none.
    this.#owner.emit({ type: 'answered', legId: this.legId, sdp: bodyText(response) || early.sdp });
  }

  #openSession(owner: LegOwner, response: SipResponse, essentials: Essentials): Session {
    const { credentials, sdp } = this.#target;
    const dialog = this.#dialogOf(response, essentials);
    return new Session(owner, this.legId, { dialog, credentials, ownsCallId: true, localSdp: sdp });
  }

  #dialogOf(response: SipResponse, essentials: Essentials): DialogState {
    if (!this.#sent) throw new Error('a response to nothing');
    const { request, hop } = this.#sent;
    const flow = (hop.transport !== 'udp' && !hop.grown) || this.#flow ? flowOf(hop) : null;
    return uacDialog(request, response, essentials, this.#owner.endpoint.contact(hop), flow);
  }

  /** For dialogs that the user never hears of. */
  #silentOwner(): LegOwner {
    const { endpoint, clock, logger, sessionTimer } = this.#owner;
    const nothing = (): void => undefined;
    const silent = { emit: nothing, emitThen: (_event: unknown, then: () => void) => then(), bindTag: nothing, forget: nothing, unbindTag: nothing };
    return { endpoint, clock, logger, sessionTimer, ...silent, legOfReplaces: () => null };
  }

  #answerChallenge(response: SipResponse): boolean {
    if (!this.#sent || this.#state !== 'calling' || this.#cancel !== 'none') return false;
    const { request, hop } = this.#sent;
    const wasAuthorized = request.headers.some(({ id }) => id === 'authorization' || id === 'proxy-authorization');
    const answer = answerTo(response, request, this.#target.credentials, wasAuthorized, this.#owner.endpoint.token());
    if (answer) this.#invite(request.uri, hop, [answer]);
    return answer !== null;
  }

  #onRingTimeout(): void {
    if (this.#state !== 'calling') return;
    this.#wantCancel();
    this.#over();
    this.#owner.emit({ type: 'rejected', legId: this.legId, status: 408, reason: 'no answer in time', contacts: [] });
  }

  /** A CANCEL may only follow a provisional response (section 9.1). */
  #wantCancel(): void {
    this.#cancel = 'wanted';
    if (this.#gotProvisional) this.#sendCancel();
  }

  #sendCancel(): void {
    if (!this.#sent) return;
    this.#cancel = 'sent';
    const { request, branch, hop } = this.#sent;
    const cancel = buildCancel(request);
    cancel.headers.push(...reasonHeaders(this.#cancelReason));
    this.#owner.endpoint.cancel(cancel, branch, hop, { onResponse: () => undefined, onFailure: () => undefined });
  }

  #rejectLater(status: number, reason: string): void {
    this.#timers.push(this.#owner.clock.after(0, () => this.#reject(status, reason)));
  }

  #reject(status: number, reason: string, response: SipResponse | null = null): void {
    if (this.#state !== 'calling') return;
    if (this.#cancel !== 'none') {
      this.#endLocally();
      return;
    }
    this.#over();
    const contacts = response && status < 400 ? contactsOf(response) : [];
    this.#owner.emit({ type: 'rejected', legId: this.legId, status, reason, contacts, ...(response ? causeOf(response) : {}) });
  }

  #endLocally(): void {
    if (this.#state !== 'calling') return;
    this.#over();
    this.#owner.emit({ type: 'ended', legId: this.legId, by: 'local', reason: 'cancelled' });
  }

  #over(): void {
    this.#state = 'over';
    this.#early.clear();
    this.#stopTimers();
    this.#owner.unbindTag(this.#localTag);
    this.#owner.forget(this.legId);
  }

  #stopTimers(): void {
    for (const stop of this.#timers) stop();
    this.#timers = [];
  }
}

/** A flow is one server; it is kept in the journal. */
function flowOf({ alternatives: _others, ...hop }: Hop): Hop {
  return hop;
}

/** URIs of a 3xx in the order in which the peer gave them, made fit to be called; what cannot be read is left out. */
function contactsOf(response: SipResponse): string[] {
  return listOf(response, 'contact').flatMap((value) => {
    try {
      return value === '*' ? [] : [requestUriOf(parseAddress(value).uri)];
    } catch (error) {
      if (error instanceof SipParseError) return [];
      throw error;
    }
  });
}
