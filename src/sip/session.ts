/** A dialog of a leg: requests both ways, from the first reliable provisional or 2xx to the BYE. */
import type { Essentials } from '../protocol/sip/essentials.ts';
import type { ReplacesValue } from '../protocol/sip/extensions.ts';
import { bodyText, type SipRequest, type SipResponse } from '../protocol/sip/message.ts';
import { ALLOW, CAPABILITIES, reasonHeaders } from './build.ts';
import { causeOf } from './cause.ts';
import type { Credentials } from './credentials.ts';
import { DialogClient } from './dialog-client.ts';
import { belongsTo, dialogRequest, receiveRequest, type DialogState } from './dialog.ts';
import { readInfoDigit } from './info-dtmf.ts';
import type { IncomingRequest } from './endpoint.ts';
import type { EstablishedPart, LegOwner } from './leg.ts';
import { Offers } from './offers.ts';
import { Referrals } from './referrals.ts';
import { SessionRefresher, type RefresherSnapshot } from './session-refresher.ts';
import { SuccessResender } from './success-resender.ts';
import type { SipLegEvent, SipLegSnapshot } from './types.ts';

type EndedBy = Extract<SipLegEvent, { type: 'ended' }>['by'];

interface SessionStart {
  dialog: DialogState;
  credentials: Credentials;
  /** We chose the Call-ID. */
  ownsCallId: boolean;
  /** Our last session description. */
  localSdp: string;
}

export class Session implements EstablishedPart {
  readonly #owner: LegOwner;
  readonly #legId: string;
  readonly #client: DialogClient;
  readonly #resender: SuccessResender;
  readonly #ownsCallId: boolean;
  readonly #offers: Offers;
  readonly refresher: SessionRefresher;
  #referrals: Referrals | null = null;
  #state: 'open' | 'ending' | 'over' = 'open';
  /** The hangup waits for the ACK to our 2xx (section 15). */
  #byeAfterAck: { reason: string | undefined; by: EndedBy } | null = null;
  /** Sends the last ACK again. */
  #sendAckAgain: (() => void) | null = null;

  constructor(owner: LegOwner, legId: string, { dialog, credentials, ownsCallId, localSdp }: SessionStart) {
    this.#owner = owner;
    this.#legId = legId;
    this.#client = new DialogClient(owner, dialog, credentials);
    this.#ownsCallId = ownsCallId;
    this.#resender = new SuccessResender(owner, () => this.#onNoAck());
    this.refresher = new SessionRefresher(owner, {
      refresh: (byUpdate) => this.#offers.refresh(byUpdate),
      expired: () => this.hangup('session_expired', 'failure'),
    });
    const user = {
      acceptInvite: (incoming: IncomingRequest, response: SipResponse) => this.acceptInvite(incoming, response),
      sendAck: () => this.sendAck(),
      repeatAck: () => this.repeatAck(),
      isOpen: () => this.#state === 'open',
      lost: (why: string) => this.hangup(why, 'failure'),
    };
    this.#offers = new Offers(this.#client, legId, user, this.refresher, ownsCallId, localSdp);
  }

  get localTag(): string {
    return this.#client.dialog.localTag;
  }

  get dialog(): DialogState {
    return this.#client.dialog;
  }

  get ending(): boolean {
    return this.#state !== 'open';
  }

  /** The early dialog is answered: route and target are those of the 2xx (section 13.2.2.4), the numbers go on. */
  confirm(dialog: DialogState): void {
    const { localSeq, remoteSeq } = this.#client.dialog;
    this.#client.dialog = { ...dialog, localSeq: Math.max(localSeq, dialog.localSeq), remoteSeq: Math.max(remoteSeq, dialog.remoteSeq) };
  }

  /** Sends a request that needs nothing but its answer (PRACK). */
  send(method: string, headers: readonly { name: string; id: string; value: string }[], onFailure: (status: number) => void): void {
    this.#client.send(method, { headers }, (response) => (response.status >= 300 ? onFailure(response.status) : undefined), onFailure);
  }

  /** Sends a 2xx to an INVITE and repeats it until the ACK. */
  acceptInvite(incoming: IncomingRequest, response: SipResponse): void {
    const bytes = incoming.transaction.respond(response);
    this.#resender.start(incoming, bytes);
  }

  /** Sends (and keeps) the ACK to a 2xx of the peer. */
  sendAck(): void {
    const { request } = dialogRequest(this.dialog, 'ACK');
    this.#client.withHop((hop) => {
      if (hop) this.#sendAckAgain = this.#owner.endpoint.acknowledge(request, hop);
    });
  }

  /** For a 2xx that came again: the ACK was lost. */
  repeatAck(): void {
    this.#sendAckAgain?.();
  }

  onAck(request: SipRequest, essentials: Essentials): void {
    if (!belongsTo(this.dialog, essentials)) return;
    const acknowledged = this.#resender.acknowledge(essentials.cseq);
    if (acknowledged === null) return;
    const pending = this.#byeAfterAck;
    if (pending) this.#bye(pending.reason, pending.by);
    // A re-INVITE with an offer is complete without its ACK; the first INVITE and a delayed offer are told.
    else if (acknowledged.isFirst || acknowledged.bodyless) {
      this.#owner.emit({ type: 'confirmed', legId: this.#legId, sdp: bodyText(request) });
    }
  }

  /** Checks that a request is of this dialog and the next one. @returns false when it was answered already */
  admit(incoming: IncomingRequest): boolean {
    // The tag alone is not enough: a guessed tag with another Call-ID must not end a call.
    if (this.#state === 'over' || !belongsTo(this.dialog, incoming.essentials)) {
      incoming.reply(481);
      return false;
    }
    const { state, inOrder } = receiveRequest(this.dialog, incoming.request, incoming.essentials.cseq);
    if (inOrder) this.#client.dialog = state;
    else incoming.reply(500, { reason: 'CSeq out of order' });
    return inOrder;
  }

  onRequest(incoming: IncomingRequest): void {
    if (this.admit(incoming)) this.serve(incoming);
  }

  /** Answers a request that was admitted. */
  serve(incoming: IncomingRequest): void {
    switch (incoming.request.method) {
      case 'BYE':
        this.#onBye(incoming);
        return;
      case 'INVITE':
      case 'UPDATE':
        this.takeOffer(incoming);
        return;
      case 'INFO':
        this.#onInfo(incoming);
        return;
      case 'REFER':
        if (this.ending || this.dialog.session !== 'confirmed') incoming.reply(481);
        else this.#refers().onRefer(incoming);
        return;
      case 'NOTIFY':
        if (this.#referrals) this.#referrals.onNotify(incoming);
        else incoming.reply(481);
        return;
      case 'PRACK':
        incoming.reply(481);
        return;
      default:
        if (incoming.request.method === 'OPTIONS') incoming.reply(200, { headers: CAPABILITIES });
        else incoming.reply(405, { headers: [ALLOW] });
    }
  }

  takeOffer(incoming: IncomingRequest): void {
    if (this.ending) incoming.reply(487);
    else this.#offers.take(incoming);
  }

  reinvite(sdp: string): void {
    this.#offers.offer(sdp);
  }

  answerReinvite(sdp: string): void {
    this.#offers.answer(sdp);
  }

  refuseReinvite(status: number, reason: string | undefined): boolean {
    return this.#offers.refuse(status, reason);
  }

  refer(uri: string, replaces: ReplacesValue | null): void {
    if (!this.ending) this.#refers().refer(uri, replaces);
  }

  acceptRefer(referId: string): void {
    this.#referrals?.accept(referId);
  }

  rejectRefer(referId: string, status: number): void {
    this.#referrals?.reject(referId, status);
  }

  referStatus(referId: string, status: number, reason: string, final: boolean): void {
    if (!this.ending) this.#referrals?.tell(referId, status, reason, final);
  }

  hangup(reason: string | undefined, by: EndedBy = 'local'): void {
    if (this.#state !== 'open') return;
    this.#state = 'ending';
    this.refuseReinvite(487, undefined);
    if (this.#resender.waiting) this.#byeAfterAck = { reason, by };
    else this.#bye(reason, by);
  }

  snapshot(): SipLegSnapshot | null {
    if (this.#state !== 'open' || this.dialog.session !== 'confirmed') return null;
    const refresher = this.refresher.snapshot();
    const timed = refresher ? { refresher, localSdp: refresher.byUpdate ? '' : this.#offers.localSdp } : {};
    return { legId: this.#legId, dialog: { ...this.dialog, ownsCallId: this.#ownsCallId, ...timed } };
  }

  restoreRefresher(snapshot: RefresherSnapshot): void {
    this.refresher.restore(snapshot);
  }

  dispose(): void {
    this.#state = 'over';
    this.#resender.stop();
    this.#offers.dispose();
    this.refresher.dispose();
    this.#referrals?.dispose();
  }

  dump(): Record<string, unknown> {
    return {
      state: this.#state,
      waitingForAck: this.#resender.waiting,
      offer: this.#offers.state,
      timer: this.refresher.timer,
      ...this.#referrals?.dump(),
      ...this.dialog,
    };
  }

  #refers(): Referrals {
    this.#referrals ??= new Referrals(this.#client, this.#legId);
    return this.#referrals;
  }

  #onBye(incoming: IncomingRequest): void {
    this.refuseReinvite(487, undefined);
    const wasEnding = this.ending;
    // The 200 waits for the record of the end, when the user asks for it.
    this.#finish(wasEnding ? 'local' : 'remote', 'BYE', () => incoming.reply(200), incoming.request);
  }

  #onInfo(incoming: IncomingRequest): void {
    const pressed = readInfoDigit(incoming.request);
    incoming.reply(pressed === 'unsupported' ? 415 : 200);
    if (typeof pressed === 'object' && pressed !== null) this.#owner.emit({ type: 'dtmf', legId: this.#legId, ...pressed });
  }

  /** A CANCEL of a re-INVITE gives the re-INVITE up, not the call. */
  onCancel(): void {
    this.#offers.cancelled();
  }

  #onNoAck(): void {
    if (this.#byeAfterAck) this.#bye(this.#byeAfterAck.reason, this.#byeAfterAck.by);
    else this.hangup('no ACK', 'failure');
  }

  #bye(reason: string | undefined, by: EndedBy): void {
    this.#byeAfterAck = null;
    const done = (): void => this.#finish(by, reason ?? 'hangup');
    this.#client.send('BYE', { headers: reasonHeaders(reason) }, (response) => (response.status >= 200 ? done() : undefined), done);
  }

  #finish(by: EndedBy, reason: string, then: () => void = () => undefined, bye: SipRequest | null = null): void {
    if (this.#state === 'over') return;
    this.dispose();
    this.#client.dialog = { ...this.dialog, session: 'terminated' };
    this.#owner.unbindTag(this.localTag);
    this.#owner.forget(this.#legId);
    this.#owner.emitThen({ type: 'ended', legId: this.#legId, by, reason, ...(bye ? causeOf(bye) : {}) }, then);
  }
}
