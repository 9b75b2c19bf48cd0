/**
 * Changes of the session within a dialog, both ways: re-INVITE (RFC 3261 section 14), UPDATE (RFC 3311) and PRACK with an
 * offer (RFC 3262 section 5). One offer at a time in each direction; what crosses is refused with 491 or 500.
 */
import type { Header } from '../protocol/sip/header.ts';
import { bodyText, type SipResponse } from '../protocol/sip/message.ts';
import { ALLOW, buildResponse, header } from './build.ts';
import type { DialogClient } from './dialog-client.ts';
import { refreshTarget } from './dialog.ts';
import type { IncomingRequest } from './endpoint.ts';
import type { SessionRefresher } from './session-refresher.ts';
import { minimumOf, timerAnswer, type SessionTimer } from './session-timer.ts';

interface OfferUser {
  /** A 2xx to a re-INVITE, to be repeated until its ACK. */
  acceptInvite(incoming: IncomingRequest, response: SipResponse): void;
  sendAck(): void;
  repeatAck(): void;
  isOpen(): boolean;
  /** The peer has lost the dialog. */
  lost(why: string): void;
}

interface LocalOffer {
  method: 'INVITE' | 'UPDATE';
  sdp: string;
  /** A refresh of the session timer: the user of the leg hears nothing of it. */
  isRefresh: boolean;
  raised: boolean;
}

export class Offers {
  readonly #client: DialogClient;
  readonly #legId: string;
  readonly #user: OfferUser;
  readonly #refresher: SessionRefresher;
  /** We chose the Call-ID: the waiting time after 491 depends on it (RFC 3261 section 14.1). */
  readonly #ownsCallId: boolean;
  #remote: { incoming: IncomingRequest; timer: SessionTimer | null } | null = null;
  #local: 'none' | 'sent' | 'waiting' = 'none';
  #cancelRetry: (() => void) | null = null;
  /** Our last session description, for refreshes by re-INVITE. */
  localSdp: string;

  constructor(client: DialogClient, legId: string, user: OfferUser, refresher: SessionRefresher, ownsCallId: boolean, localSdp: string) {
    this.#client = client;
    this.#legId = legId;
    this.#user = user;
    this.#refresher = refresher;
    this.#ownsCallId = ownsCallId;
    this.localSdp = localSdp;
  }

  get state(): string {
    return this.#remote ? 'theirs' : this.#local;
  }

  /** Our change; one at a time, the latest description wins. */
  offer(sdp: string, isRefresh = false): void {
    if (!this.#user.isOpen() || this.#local !== 'none') return;
    const method = this.#client.dialog.session === 'early' ? 'UPDATE' : 'INVITE';
    if (this.#remote) this.#retry({ method, sdp, isRefresh, raised: false });
    else this.#send({ method, sdp, isRefresh, raised: false });
  }

  /** Refreshes the session timer without touching the session. @returns false when something else is under way */
  refresh(byUpdate: boolean): boolean {
    if (this.#local !== 'none' || this.#remote) return false;
    if (byUpdate) this.#send({ method: 'UPDATE', sdp: '', isRefresh: true, raised: false });
    else this.#send({ method: 'INVITE', sdp: this.localSdp, isRefresh: true, raised: false });
    return true;
  }

  /** re-INVITE, UPDATE, or PRACK with an offer, from the peer. */
  take(incoming: IncomingRequest): void {
    const { request } = incoming;
    const isBare = request.method === 'UPDATE' && request.body.length === 0;
    if (!isBare && this.#local === 'sent') {
      incoming.reply(491);
      return;
    }
    if (!isBare && this.#remote) {
      incoming.reply(500, { headers: [header('Retry-After', '1')] });
      return;
    }
    const timer = request.method === 'PRACK' ? this.#refresher.timer : this.#refresher.onRequest(request);
    if (timer === 'too small') {
      incoming.reply(422, { headers: [header('Min-SE', `${this.#client.owner.sessionTimer.minimum}`)] });
      return;
    }
    if (isBare) {
      incoming.reply(200, { headers: this.#answerHeaders(request.method, timer) });
      return;
    }
    this.#remote = { incoming, timer };
    this.#client.owner.emit({ type: 'reinvite', legId: this.#legId, sdp: bodyText(request) });
  }

  answer(sdp: string): void {
    if (!this.#remote) return;
    const { incoming, timer } = this.#remote;
    this.#remote = null;
    this.localSdp = sdp;
    const headers = this.#answerHeaders(incoming.request.method, timer);
    if (incoming.request.method === 'INVITE') this.#user.acceptInvite(incoming, buildResponse(incoming.request, 200, { headers, sdp }));
    else incoming.reply(200, { headers, sdp });
  }

  /** Refuses a change of the peer; the session stays as it was. @returns false when there is none */
  refuse(status: number, reason?: string): boolean {
    if (!this.#remote) return false;
    const { incoming } = this.#remote;
    this.#remote = null;
    incoming.reply(status, reason === undefined ? {} : { reason });
    return true;
  }

  /** A CANCEL of the peer's re-INVITE. */
  cancelled(): void {
    if (this.#remote?.incoming.request.method === 'INVITE') this.refuse(487);
  }

  /** A change of the peer that still waits is refused: its transaction would wait for ever. */
  dispose(): void {
    this.#cancelRetry?.();
    this.refuse(487);
  }

  #answerHeaders(method: string, timer: SessionTimer | null): Header[] {
    const contact = header('Contact', `<${this.#client.dialog.contact}>`);
    return method === 'PRACK' ? [] : [contact, ALLOW, ...timerAnswer(timer)];
  }

  #send(offer: LocalOffer): void {
    if (offer.sdp !== '' || offer.method === 'INVITE') this.#local = 'sent';
    const headers = this.#refresher.offer();
    const options = { headers: [...headers, ALLOW, ...(headers.length > 0 ? [header('Supported', 'timer')] : [])], sdp: offer.sdp };
    this.#client.send(offer.method, options, (response) => this.#onResponse(response, offer), (status) => this.#onFailure(status, offer));
  }

  #onResponse(response: SipResponse, offer: LocalOffer): void {
    const { status } = response;
    if (status < 200) return;
    const carriesOffer = offer.sdp !== '' || offer.method === 'INVITE';
    if (carriesOffer && status < 300 && offer.method === 'INVITE' && this.#local !== 'sent') {
      this.#user.repeatAck();
      return;
    }
    if (carriesOffer && this.#local !== 'sent') return;
    if (carriesOffer) this.#local = 'none';
    if (status < 300) this.#onSuccess(response, offer);
    else if (status === 491 || (status === 500 && offer.method === 'UPDATE')) this.#retry(offer);
    else if (status === 422 && !offer.raised && this.#refresher.timer) {
      this.#refresher.raise(minimumOf(response) ?? 0);
      this.#send({ ...offer, raised: true });
    } else this.#onFailure(status, offer);
  }

  #onSuccess(response: SipResponse, offer: LocalOffer): void {
    this.#client.dialog = refreshTarget(this.#client.dialog, response);
    if (this.#refresher.timer) this.#refresher.onSuccess(response);
    if (offer.method === 'INVITE') this.#user.sendAck();
    if (offer.sdp !== '') this.localSdp = offer.sdp;
    if (!offer.isRefresh) this.#client.owner.emit({ type: 'reinviteAnswered', legId: this.#legId, sdp: bodyText(response) });
  }

  #onFailure(status: number, offer: LocalOffer): void {
    this.#local = 'none';
    // 481 and 408 mean that the peer has lost the dialog (section 12.2.1.2).
    if (status === 481 || status === 408) this.#user.lost(offer.isRefresh ? 'session_expired' : `${offer.method === 'INVITE' ? 're-INVITE' : 'UPDATE'} ${status}`);
    else if (!this.#user.isOpen()) return;
    else if (offer.isRefresh) this.#refresher.onRefused();
    else this.#client.owner.emit({ type: 'reinviteRefused', legId: this.#legId, status });
  }

  /** Section 14.1: 2.1-4 s for the owner of the Call-ID, 0-2 s for the other, in steps of 10 ms. */
  #retry(offer: LocalOffer): void {
    const { owner } = this.#client;
    const random = Number.parseInt(owner.endpoint.token().slice(0, 4), 16) / 0xffff;
    const delay = this.#ownsCallId ? 2100 + random * 1900 : random * 2000;
    this.#local = 'waiting';
    this.#cancelRetry = owner.clock.after(Math.round(delay / 10) * 10, () => {
      this.#local = 'none';
      if (offer.sdp === '' && offer.method === 'UPDATE') this.#send(offer);
      else this.offer(offer.sdp, offer.isRefresh);
    });
  }
}
