/** A call that somebody places to us. */
import type { Essentials } from '../protocol/sip/essentials.ts';
import { bareHost } from '../protocol/sip/host.ts';
import type { SipRequest } from '../protocol/sip/message.ts';
import { ALLOW, buildResponse, header } from './build.ts';
import { isProxied, uasDialog } from './dialog.ts';
import type { IncomingRequest } from './endpoint.ts';
import type { Leg, LegOwner } from './leg.ts';
import { Session } from './session.ts';
import type { ServerTransaction } from './transaction-layer.ts';
import type { Hop } from './transport.ts';
import type { SipLegSnapshot } from './types.ts';

export class InboundLeg implements Leg {
  readonly legId: string;
  readonly #owner: LegOwner;
  readonly #incoming: IncomingRequest;
  readonly #localTag: string;
  #session: Session | null = null;
  #state: 'waiting' | 'answered' | 'over' = 'waiting';

  constructor(owner: LegOwner, legId: string, incoming: IncomingRequest) {
    this.#owner = owner;
    this.legId = legId;
    this.#incoming = incoming;
    this.#localTag = owner.endpoint.token();
    owner.bindTag(this.#localTag, this);
    incoming.transaction.onFailure = (reason) => this.#onTransportFailure(reason);
  }

  ring(sdp: string | undefined): void {
    if (this.#state === 'waiting') this.#respond(sdp ? 183 : 180, sdp);
  }

  answer(sdp: string): void {
    if (this.#state !== 'waiting') return;
    this.#state = 'answered';
    const contact = this.#contact();
    const { request, essentials } = this.#incoming;
    const dialog = uasDialog(request, essentials, this.#localTag, contact, flowOf(this.#incoming));
    this.#session = new Session(this.#owner, this.legId, dialog, null, false);
    const headers = [header('Contact', `<${contact}>`), ALLOW];
    const response = buildResponse(request, 200, { toTag: this.#localTag, headers, sdp });
    this.#session.acceptInvite(this.#incoming, response);
  }

  reject(status: number, reason: string | undefined): void {
    if (this.#state === 'answered') this.#session?.refuseReinvite(status, reason);
    else if (this.#state === 'waiting') this.#refuse(status, reason, reason ?? `${status}`);
  }

  hangup(reason: string | undefined): void {
    if (this.#state === 'answered') this.#session?.hangup(reason);
    else if (this.#state === 'waiting') this.#refuse(487, undefined, reason ?? 'hangup');
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

  onCancel(invite: ServerTransaction): void {
    if (invite !== this.#incoming.transaction) {
      this.#session?.onCancel();
      return;
    }
    if (this.#state !== 'waiting') return;
    this.#close();
    this.#incoming.reply(487, { toTag: this.#localTag });
    this.#owner.emit({ type: 'cancelled', legId: this.legId });
  }

  dispose(): void {
    this.#state = 'over';
    this.#session?.dispose();
  }

  dump(): Record<string, unknown> {
    return { legId: this.legId, direction: 'in', state: this.#state, callId: this.#incoming.essentials.callId, ...this.#session?.dump() };
  }

  #respond(status: number, sdp: string | undefined): void {
    const headers = [header('Contact', `<${this.#contact()}>`), ALLOW];
    this.#incoming.reply(status, { toTag: this.#localTag, headers, ...(sdp ? { sdp } : {}) });
  }

  #refuse(status: number, phrase: string | undefined, why: string): void {
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
    this.#owner.unbindTag(this.#localTag);
    this.#owner.forget(this.legId);
  }

  #contact(): string {
    return this.#owner.endpoint.contact(this.#incoming.source.transport);
  }
}

/**
 * TCP: the connection of the INVITE. UDP: the source address when the sender's own Via names another one (it is behind NAT and
 * its Contact is as wrong as its Via); else null: go by the Contact.
 */
function flowOf(incoming: IncomingRequest): Hop | null {
  const { request, essentials, source } = incoming;
  if (source.transport === 'tcp') return source;
  if (isProxied(request)) return null;
  return bareHost(essentials.via.host) === source.host ? null : source;
}
