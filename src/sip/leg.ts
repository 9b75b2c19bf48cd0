/** What the parts of a leg share. */
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Essentials } from '../protocol/sip/essentials.ts';
import type { SipRequest } from '../protocol/sip/message.ts';
import type { Endpoint, IncomingRequest } from './endpoint.ts';
import type { ServerTransaction } from './transaction-layer.ts';
import type { SipLegEvent, SipLegSnapshot } from './types.ts';

/** What a leg may ask of the agent that owns it. */
export interface LegOwner {
  readonly endpoint: Endpoint;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Tells an event. */
  emit(event: SipLegEvent): void;
  /** Tells an event and calls `then` when the user has recorded it (at once, or see `SipAgentOptions.onEvent`). */
  emitThen(event: SipLegEvent, then: () => void): void;
  /** Makes requests with this To tag reach the leg. */
  bindTag(localTag: string, leg: Leg): void;
  /** Forgets the leg under its id; its dialog still answers until `unbindTag`. */
  forget(legId: string): void;
  unbindTag(localTag: string): void;
}

/** One leg, whatever its state. Commands that do not fit the state do nothing. */
export interface Leg {
  readonly legId: string;
  ring(sdp: string | undefined): void;
  answer(sdp: string): void;
  reject(status: number, reason: string | undefined): void;
  hangup(reason: string | undefined): void;
  reinvite(sdp: string): void;
  answerReinvite(sdp: string): void;
  snapshot(): SipLegSnapshot | null;
  /** A request with our tag. */
  onRequest(incoming: IncomingRequest): void;
  onAck(request: SipRequest, essentials: Essentials): void;
  /** The INVITE of this transaction was cancelled by the peer. */
  onCancel(invite: ServerTransaction): void;
  /** Stops all timers without telling anybody. */
  dispose(): void;
  dump(): Record<string, unknown>;
}
