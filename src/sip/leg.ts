/** What the parts of a leg share. */
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Essentials } from '../protocol/sip/essentials.ts';
import type { ReplacesValue } from '../protocol/sip/extensions.ts';
import type { SipRequest } from '../protocol/sip/message.ts';
import type { DialogState } from './dialog.ts';
import type { Endpoint, IncomingRequest } from './endpoint.ts';
import type { SessionTimerSettings } from './session-timer.ts';
import type { ServerTransaction } from './transaction-layer.ts';
import type { SipLegEvent, SipLegSnapshot } from './types.ts';

/** What a leg may ask of the agent that owns it. */
export interface LegOwner {
  readonly endpoint: Endpoint;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly sessionTimer: SessionTimerSettings;
  /** Tells an event. */
  emit(event: SipLegEvent): void;
  /** Tells an event and calls `then` when the user has recorded it (at once, or see `SipAgentOptions.onEvent`). */
  emitThen(event: SipLegEvent, then: () => void): void;
  /** Makes requests with this To tag reach the leg. */
  bindTag(localTag: string, leg: Leg): void;
  /** Forgets the leg under its id; its dialog still answers until `unbindTag`. */
  forget(legId: string): void;
  unbindTag(localTag: string): void;
  /** The leg whose dialog a Replaces value names; null = none of ours. */
  legOfReplaces(value: string): string | null;
}

/** What only an established call can do. */
export interface EstablishedPart {
  readonly dialog: DialogState;
  refer(uri: string, replaces: ReplacesValue | null): void;
  acceptRefer(referId: string): void;
  rejectRefer(referId: string, status: number): void;
  referStatus(referId: string, status: number, reason: string, final: boolean): void;
}

/** A dialog as Replaces sees it (RFC 3891 section 3). */
export interface ReplaceableDialog {
  callId: string;
  /** `ending`: the BYE is under way. `theirs`: early, and not started by us. */
  state: 'early' | 'theirs' | 'confirmed' | 'ending';
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
  rejectReinvite(status: number): void;
  redirect(contacts: readonly string[], status: number): void;
  /** The established part, for what only that has (REFER, Replaces); null before the answer. */
  readonly established: EstablishedPart | null;
  /** How a peer names this leg in Replaces, and us in Refer-To: null when it has no dialog that can be replaced. */
  dialogFor(fromTag: string): ReplaceableDialog | null;
  snapshot(): SipLegSnapshot | null;
  /** A request with our tag. */
  onRequest(incoming: IncomingRequest): void;
  onAck(request: SipRequest, essentials: Essentials): void;
  /** The INVITE of this transaction was cancelled by the peer. */
  onCancel(invite: ServerTransaction, cancel: SipRequest): void;
  /** Stops all timers without telling anybody. */
  dispose(): void;
  dump(): Record<string, unknown>;
}
