/** A call that we place. */
import { wireDisplay } from '../protocol/sip/address.ts';
import type { Essentials } from '../protocol/sip/essentials.ts';
import type { Header } from '../protocol/sip/header.ts';
import { bodyText, NO_BODY, type SipRequest, type SipResponse } from '../protocol/sip/message.ts';
import { SipParseError } from '../protocol/sip/parse-error.ts';
import { fromWire } from '../protocol/sip/scan.ts';
import { escapeUser } from '../protocol/sip/uri.ts';
import { ALLOW, buildCancel, CONTENT_SDP, MAX_FORWARDS } from './build.ts';
import { answerTo } from './credentials.ts';
import { requestUriOf, uacDialog } from './dialog.ts';
import type { IncomingRequest } from './endpoint.ts';
import type { Leg, LegOwner } from './leg.ts';
import { Session } from './session.ts';
import type { Hop } from './transport.ts';
import type { OutboundTarget, SipLegSnapshot } from './types.ts';

/** How long a hung up call waits for the peer to confirm the CANCEL before the user is told that it is over, ms. */
const CANCEL_PATIENCE = 4000;

export class OutboundLeg implements Leg {
  readonly legId: string;
  readonly #owner: LegOwner;
  readonly #target: OutboundTarget;
  readonly #flow: Hop | null;
  readonly #localTag: string;
  readonly #callId: string;
  #cseq = 0;
  /** calling: no final response yet. over: the user was told the end; late responses are still cleaned up. */
  #state: 'calling' | 'answered' | 'over' = 'calling';
  #sent: { request: SipRequest; branch: string; hop: Hop } | null = null;
  #gotProvisional = false;
  #cancel: 'none' | 'wanted' | 'sent' = 'none';
  #session: Session | null = null;
  #timers: (() => void)[] = [];

  /** @param flow send here instead of where the URI points (a registered phone behind NAT or on TCP) */
  constructor(owner: LegOwner, legId: string, target: OutboundTarget, flow: Hop | null) {
    this.#owner = owner;
    this.legId = legId;
    this.#target = target;
    this.#flow = flow;
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
    try {
      const uri = requestUriOf(this.#target.uri);
      if (this.#flow) this.#invite(uri, this.#flow, []);
      else this.#owner.endpoint.resolve(uri, (hop) => (hop ? this.#invite(uri, hop, []) : this.#rejectLater(503, 'cannot be reached')));
    } catch (error) {
      if (!(error instanceof SipParseError)) throw error;
      this.#rejectLater(400, error.reason);
    }
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
    this.#wantCancel();
    this.#timers.push(this.#owner.clock.after(CANCEL_PATIENCE, () => this.#endLocally()));
  }

  reinvite(sdp: string): void {
    this.#session?.reinvite(sdp);
  }

  answerReinvite(sdp: string): void {
    this.#session?.answerReinvite(sdp);
  }

  snapshot(): SipLegSnapshot | null {
    return this.#session?.snapshot() ?? null;
  }

  onRequest(incoming: IncomingRequest): void {
    if (this.#session) this.#session.onRequest(incoming);
    else incoming.reply(481);
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
    const request = this.#buildInvite(uri, hop, authorization);
    const branch = this.#owner.endpoint.request(request, hop, {
      onResponse: (response, essentials) => this.#onResponse(response, essentials),
      onFailure: (status, reason) => this.#reject(status, reason),
    });
    this.#sent = { request, branch, hop };
  }

  #buildInvite(uri: string, hop: Hop, authorization: readonly Header[]): SipRequest {
    const { fromUser, fromDisplayName, assertIdentity, sdp } = this.#target;
    const identity = `<sip:${escapeUser(fromUser)}@${this.#owner.endpoint.address}>`;
    const display = wireDisplay(fromDisplayName);
    const named = display === '' ? identity : `${display} ${identity}`;
    const headers: Header[] = [
      MAX_FORWARDS,
      { name: 'From', id: 'from', value: `${named};tag=${this.#localTag}` },
      { name: 'To', id: 'to', value: `<${uri}>` },
      { name: 'Call-ID', id: 'call-id', value: this.#callId },
      { name: 'CSeq', id: 'cseq', value: `${this.#cseq} INVITE` },
      { name: 'Contact', id: 'contact', value: `<${this.#owner.endpoint.contact(hop)}>` },
      ALLOW,
    ];
    if (assertIdentity) headers.push({ name: 'P-Asserted-Identity', id: 'p-asserted-identity', value: named });
    headers.push(...authorization);
    const body = sdp === '' ? NO_BODY : Buffer.from(sdp, 'utf8');
    if (body.length > 0) headers.push(CONTENT_SDP);
    return { kind: 'request', method: 'INVITE', uri, headers, body };
  }

  #onResponse(response: SipResponse, essentials: Essentials): void {
    const { status } = response;
    if (status < 200) this.#onProvisional(response);
    else if (status < 300) this.#onSuccess(response, essentials);
    else if ((status === 401 || status === 407) && this.#answerChallenge(response)) return;
    else this.#reject(status, fromWire(response.reason));
  }

  #onProvisional(response: SipResponse): void {
    this.#gotProvisional = true;
    if (this.#cancel === 'wanted') this.#sendCancel();
    if (this.#state !== 'calling' || this.#cancel !== 'none' || response.status === 100) return;
    this.#owner.emit({ type: 'progress', legId: this.legId, status: response.status, sdp: bodyText(response) });
  }

  #onSuccess(response: SipResponse, essentials: Essentials): void {
    if (this.#session?.dialog.remoteTag === essentials.toTag) {
      this.#session.repeatAck();
      return;
    }
    if (!this.#sent) return;
    const { request, hop } = this.#sent;
    const flow = hop.transport !== 'udp' || this.#flow ? hop : null;
    const dialog = uacDialog(request, response, essentials, this.#owner.endpoint.contact(hop), flow);
    const isOurs = this.#state === 'calling' && this.#cancel === 'none' && !this.#session;
    // A late answer after CANCEL, or a second fork: the call must be taken, and ended (RFC 3261 sections 9.1 and 13.2.2.4).
    const session = new Session(isOurs ? this.#owner : this.#silentOwner(), this.legId, dialog, this.#target.credentials, true);
    session.sendAck();
    if (!isOurs) {
      session.hangup('not wanted any more');
      this.#endLocally();
      return;
    }
    this.#stopTimers();
    this.#session = session;
    this.#state = 'answered';
    this.#owner.emit({ type: 'answered', legId: this.legId, sdp: bodyText(response) });
  }

  /** For dialogs that the user never hears of. */
  #silentOwner(): LegOwner {
    const { endpoint, clock, logger } = this.#owner;
    const nothing = (): void => undefined;
    return { endpoint, clock, logger, emit: nothing, emitThen: (_event, then) => then(), bindTag: nothing, forget: nothing, unbindTag: nothing };
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
    this.#owner.emit({ type: 'rejected', legId: this.legId, status: 408, reason: 'no answer in time' });
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
    this.#owner.endpoint.cancel(buildCancel(request), branch, hop, { onResponse: () => undefined, onFailure: () => undefined });
  }

  #rejectLater(status: number, reason: string): void {
    this.#timers.push(this.#owner.clock.after(0, () => this.#reject(status, reason)));
  }

  #reject(status: number, reason: string): void {
    if (this.#state !== 'calling') return;
    if (this.#cancel !== 'none') {
      this.#endLocally();
      return;
    }
    this.#over();
    this.#owner.emit({ type: 'rejected', legId: this.legId, status, reason });
  }

  #endLocally(): void {
    if (this.#state !== 'calling') return;
    this.#over();
    this.#owner.emit({ type: 'ended', legId: this.legId, by: 'local', reason: 'cancelled' });
  }

  #over(): void {
    this.#state = 'over';
    this.#stopTimers();
    this.#owner.unbindTag(this.#localTag);
    this.#owner.forget(this.legId);
  }

  #stopTimers(): void {
    for (const stop of this.#timers) stop();
    this.#timers = [];
  }
}
