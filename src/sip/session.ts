/** The established part of a leg: requests both ways within its dialog, from the first 2xx to the BYE. */
import type { Essentials } from '../protocol/sip/essentials.ts';
import type { Header } from '../protocol/sip/header.ts';
import { bodyText, type SipRequest, type SipResponse } from '../protocol/sip/message.ts';
import { serialize } from '../protocol/sip/serialize.ts';
import { ALLOW, buildResponse, header } from './build.ts';
import { answerTo, type Credentials } from './credentials.ts';
import { belongsTo, dialogRequest, nextHopUri, receiveRequest, refreshTarget, type DialogState } from './dialog.ts';
import { readInfoDigit } from './info-dtmf.ts';
import type { IncomingRequest } from './endpoint.ts';
import type { LegOwner } from './leg.ts';
import { SuccessResender } from './success-resender.ts';
import type { Hop } from './transport.ts';
import type { SipLegEvent, SipLegSnapshot } from './types.ts';

type EndedBy = Extract<SipLegEvent, { type: 'ended' }>['by'];

export class Session {
  readonly #owner: LegOwner;
  readonly #legId: string;
  readonly #credentials: Credentials;
  readonly #resender: SuccessResender;
  /** We chose the Call-ID: the waiting time after 491 depends on it (RFC 3261 section 14.1). */
  readonly #ownsCallId: boolean;
  #dialog: DialogState;
  #state: 'open' | 'ending' | 'over' = 'open';
  #remoteReinvite: IncomingRequest | null = null;
  #localReinvite: 'none' | 'sent' | 'waiting' = 'none';
  #cancelRetry: (() => void) | null = null;
  /** The hangup waits for the ACK to our 2xx (section 15). */
  #byeAfterAck: { reason: string | undefined; by: EndedBy } | null = null;
  #ack: { bytes: Buffer; hop: Hop } | null = null;

  constructor(owner: LegOwner, legId: string, dialog: DialogState, credentials: Credentials, ownsCallId: boolean) {
    this.#owner = owner;
    this.#legId = legId;
    this.#dialog = dialog;
    this.#credentials = credentials;
    this.#ownsCallId = ownsCallId;
    this.#resender = new SuccessResender(owner, () => this.#onNoAck());
  }

  get localTag(): string {
    return this.#dialog.localTag;
  }

  get dialog(): DialogState {
    return this.#dialog;
  }

  /** Sends a 2xx to an INVITE and repeats it until the ACK. */
  acceptInvite(incoming: IncomingRequest, response: SipResponse): void {
    incoming.transaction.respond(response);
    this.#resender.start(incoming.essentials.cseq, incoming.transaction.hop, serialize(response), bodyless(incoming));
  }

  /** Sends (and keeps) the ACK to a 2xx of ours. */
  sendAck(): void {
    const { request } = dialogRequest(this.#dialog, 'ACK');
    this.#withHop((hop) => {
      if (!hop) return;
      this.#owner.endpoint.addVia(request, hop);
      this.#ack = { bytes: serialize(request), hop };
      this.repeatAck();
    });
  }

  /** For a 2xx that came again: the ACK was lost. */
  repeatAck(): void {
    if (this.#ack) this.#owner.endpoint.send(this.#ack.hop, this.#ack.bytes, () => undefined);
  }

  onAck(request: SipRequest, essentials: Essentials): void {
    if (!belongsTo(this.#dialog, essentials)) return;
    const acknowledged = this.#resender.acknowledge(essentials.cseq);
    if (acknowledged === null) return;
    const pending = this.#byeAfterAck;
    if (pending) this.#bye(pending.reason, pending.by);
    // A re-INVITE with an offer is complete without its ACK; the first INVITE and a delayed offer are told.
    else if (acknowledged.isFirst || acknowledged.bodyless) {
      this.#owner.emit({ type: 'confirmed', legId: this.#legId, sdp: bodyText(request) });
    }
  }

  onRequest(incoming: IncomingRequest): void {
    // The tag alone is not enough: a guessed tag with another Call-ID must not end a call.
    if (this.#state === 'over' || !belongsTo(this.#dialog, incoming.essentials)) {
      incoming.reply(481);
      return;
    }
    const { state, inOrder } = receiveRequest(this.#dialog, incoming.request, incoming.essentials.cseq);
    if (!inOrder) {
      incoming.reply(500, { reason: 'CSeq out of order' });
      return;
    }
    this.#dialog = state;
    switch (incoming.request.method) {
      case 'BYE':
        this.#onBye(incoming);
        return;
      case 'INVITE':
        this.#onReinvite(incoming);
        return;
      case 'INFO':
        this.#onInfo(incoming);
        return;
      default:
        incoming.reply(incoming.request.method === 'OPTIONS' ? 200 : 405, { headers: [ALLOW] });
    }
  }

  /** Our re-INVITE; one at a time, the latest description wins. */
  reinvite(sdp: string): void {
    if (this.#state !== 'open' || this.#localReinvite !== 'none') return;
    if (this.#remoteReinvite) {
      this.#retryReinvite(sdp);
      return;
    }
    this.#localReinvite = 'sent';
    this.#sendRequest('INVITE', { sdp }, (response) => this.#onReinviteResponse(response, sdp), (status) => this.#onReinviteFailure(status));
  }

  answerReinvite(sdp: string): void {
    const incoming = this.#remoteReinvite;
    if (!incoming) return;
    this.#remoteReinvite = null;
    const headers = [contactHeader(this.#dialog), ALLOW];
    this.acceptInvite(incoming, buildResponse(incoming.request, 200, { headers, sdp }));
  }

  /** Refuses a re-INVITE of the peer; the session stays as it was. @returns false when there is none */
  refuseReinvite(status: number, reason: string | undefined): boolean {
    if (!this.#remoteReinvite) return false;
    this.#remoteReinvite.reply(status, reason === undefined ? {} : { reason });
    this.#remoteReinvite = null;
    return true;
  }

  hangup(reason: string | undefined, by: EndedBy = 'local'): void {
    if (this.#state !== 'open') return;
    this.#state = 'ending';
    this.refuseReinvite(487, undefined);
    if (this.#resender.waiting) this.#byeAfterAck = { reason, by };
    else this.#bye(reason, by);
  }

  snapshot(): SipLegSnapshot | null {
    if (this.#state !== 'open') return null;
    return { legId: this.#legId, dialog: { ...this.#dialog, ownsCallId: this.#ownsCallId } };
  }

  dispose(): void {
    this.#state = 'over';
    this.#resender.stop();
    this.#cancelRetry?.();
  }

  dump(): Record<string, unknown> {
    return { state: this.#state, waitingForAck: this.#resender.waiting, localReinvite: this.#localReinvite, ...this.#dialog };
  }

  #onBye(incoming: IncomingRequest): void {
    this.refuseReinvite(487, undefined);
    const wasEnding = this.#state === 'ending';
    // The 200 waits for the record of the end, when the user asks for it.
    this.#finish(wasEnding ? 'local' : 'remote', 'BYE', () => incoming.reply(200));
  }

  #onReinvite(incoming: IncomingRequest): void {
    if (this.#state === 'ending') {
      incoming.reply(487);
      return;
    }
    if (this.#localReinvite === 'sent') {
      incoming.reply(491);
      return;
    }
    if (this.#remoteReinvite) {
      incoming.reply(500, { headers: [header('Retry-After', '1')] });
      return;
    }
    this.#remoteReinvite = incoming;
    this.#owner.emit({ type: 'reinvite', legId: this.#legId, sdp: bodyText(incoming.request) });
  }

  #onInfo(incoming: IncomingRequest): void {
    const pressed = readInfoDigit(incoming.request);
    incoming.reply(pressed === 'unsupported' ? 415 : 200);
    if (typeof pressed === 'object' && pressed !== null) this.#owner.emit({ type: 'dtmf', legId: this.#legId, ...pressed });
  }

  /** A CANCEL of a re-INVITE gives the re-INVITE up, not the call. */
  onCancel(): void {
    this.refuseReinvite(487, undefined);
  }

  #onReinviteResponse(response: SipResponse, sdp: string): void {
    const { status } = response;
    if (status < 200) return;
    if (status < 300 && this.#localReinvite === 'none') {
      this.repeatAck();
      return;
    }
    if (this.#localReinvite !== 'sent') return;
    this.#localReinvite = 'none';
    if (status < 300) {
      this.#dialog = refreshTarget(this.#dialog, response);
      this.sendAck();
      this.#owner.emit({ type: 'reinviteAnswered', legId: this.#legId, sdp: bodyText(response) });
    } else if (status === 491) this.#retryReinvite(sdp);
    else this.#onReinviteFailure(status);
  }

  #onReinviteFailure(status: number): void {
    this.#localReinvite = 'none';
    // 481 and 408 mean that the peer has lost the dialog (section 12.2.1.2).
    if (status === 481 || status === 408) this.hangup(`re-INVITE ${status}`, 'failure');
    else if (this.#state === 'open') this.#owner.emit({ type: 'reinviteRefused', legId: this.#legId, status });
  }

  /** Section 14.1: 2.1-4 s for the owner of the Call-ID, 0-2 s for the other, in steps of 10 ms. */
  #retryReinvite(sdp: string): void {
    const random = Number.parseInt(this.#owner.endpoint.token().slice(0, 4), 16) / 0xffff;
    const delay = this.#ownsCallId ? 2100 + random * 1900 : random * 2000;
    this.#localReinvite = 'waiting';
    this.#cancelRetry = this.#owner.clock.after(Math.round(delay / 10) * 10, () => {
      this.#localReinvite = 'none';
      this.reinvite(sdp);
    });
  }

  #onNoAck(): void {
    if (this.#byeAfterAck) this.#bye(this.#byeAfterAck.reason, this.#byeAfterAck.by);
    else this.hangup('no ACK', 'failure');
  }

  #bye(reason: string | undefined, by: EndedBy): void {
    this.#byeAfterAck = null;
    const headers = reason === undefined ? [] : [header('Reason', `SIP;text="${reason.replace(/["\\\r\n]/g, ' ')}"`)];
    const done = (): void => this.#finish(by, reason ?? 'hangup');
    this.#sendRequest('BYE', { headers }, (response) => (response.status >= 200 ? done() : undefined), done);
  }

  #finish(by: EndedBy, reason: string, then: () => void = () => undefined): void {
    if (this.#state === 'over') return;
    this.dispose();
    this.#dialog = { ...this.#dialog, session: 'terminated' };
    this.#owner.unbindTag(this.#dialog.localTag);
    this.#owner.forget(this.#legId);
    this.#owner.emitThen({ type: 'ended', legId: this.#legId, by, reason }, then);
  }

  /** Sends a request of ours; one challenge of our own realm is answered. */
  #sendRequest(
    method: string,
    options: { headers?: readonly Header[]; sdp?: string },
    onResponse: (response: SipResponse) => void,
    onFailure: (status: number) => void,
    answered = false,
  ): void {
    const { state, request } = dialogRequest(this.#dialog, method, options);
    this.#dialog = state;
    this.#withHop((hop) => {
      if (!hop) {
        onFailure(503);
        return;
      }
      this.#owner.endpoint.request(request, hop, {
        onResponse: (response) => {
          const isChallenge = response.status === 401 || response.status === 407;
          const authorization = isChallenge ? answerTo(response, request, this.#credentials, answered, this.#owner.endpoint.token()) : null;
          if (!authorization) onResponse(response);
          else this.#sendRequest(method, { ...options, headers: [...(options.headers ?? []), authorization] }, onResponse, onFailure, true);
        },
        onFailure,
      });
    });
  }

  #withHop(use: (hop: Hop | null) => void): void {
    const { flow } = this.#dialog;
    if (flow && this.#owner.endpoint.isReachable(flow)) use(flow);
    else this.#owner.endpoint.resolve(nextHopUri(this.#dialog), use);
  }
}

const bodyless = (incoming: IncomingRequest): boolean => incoming.request.body.length === 0;

/** Our Contact in responses that make or refresh the dialog. */
export const contactHeader = (dialog: DialogState): Header => header('Contact', `<${dialog.contact}>`);
