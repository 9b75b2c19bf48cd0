/** A leg taken up again after a restart: established, with nothing under way. */
import type { Essentials } from '../protocol/sip/essentials.ts';
import type { SipRequest } from '../protocol/sip/message.ts';
import { restoreDialog } from './dialog.ts';
import type { IncomingRequest } from './endpoint.ts';
import type { Leg, LegOwner, ReplaceableDialog } from './leg.ts';
import { Session } from './session.ts';
import { restoreTimer } from './session-timer.ts';
import type { SipLegSnapshot } from './types.ts';

/** More than any call has between two journal entries: a day of refreshes of 90 s. */
const REFRESHES = 2000;

export class RestoredLeg implements Leg {
  readonly legId: string;
  readonly #session: Session;

  private constructor(owner: LegOwner, legId: string, session: Session) {
    this.legId = legId;
    this.#session = session;
    owner.bindTag(session.localTag, this);
  }

  /** Null when the snapshot holds no dialog. Credentials are not journaled: a challenged BYE ends the leg on our side only. */
  static from(owner: LegOwner, snapshot: SipLegSnapshot): RestoredLeg | null {
    const dialog = restoreDialog(snapshot.dialog);
    if (!dialog) return null;
    const ownsCallId = (snapshot.dialog as { ownsCallId?: unknown }).ownsCallId === true;
    const { refresher, localSdp } = snapshot.dialog as { refresher?: { timer?: unknown; byUpdate?: unknown }; localSdp?: unknown };
    const sdp = typeof localSdp === 'string' ? localSdp : '';
    const timer = restoreTimer(refresher?.timer);
    // Refreshes are counted without being journaled: a number too low would be refused, a gap is not.
    const ahead = timer ? { ...dialog, localSeq: dialog.localSeq + REFRESHES } : dialog;
    const session = new Session(owner, snapshot.legId, { dialog: ahead, credentials: null, ownsCallId, localSdp: sdp });
    if (timer) session.restoreRefresher({ timer, byUpdate: refresher?.byUpdate === true });
    return new RestoredLeg(owner, snapshot.legId, session);
  }

  ring(): void {
    // Long past.
  }

  answer(): void {
    // Long past.
  }

  reject(status: number, reason: string | undefined): void {
    this.#session.refuseReinvite(status, reason);
  }

  hangup(reason: string | undefined): void {
    this.#session.hangup(reason);
  }

  reinvite(sdp: string): void {
    this.#session.reinvite(sdp);
  }

  answerReinvite(sdp: string): void {
    this.#session.answerReinvite(sdp);
  }

  rejectReinvite(status: number): void {
    this.#session.refuseReinvite(status, undefined);
  }

  redirect(): void {
    // Long past.
  }

  get established(): Session {
    return this.#session;
  }

  dialogFor(fromTag: string): ReplaceableDialog | null {
    const { callId, remoteTag } = this.#session.dialog;
    return fromTag === remoteTag ? { callId, state: this.#session.ending ? 'ending' : 'confirmed' } : null;
  }

  snapshot(): SipLegSnapshot | null {
    return this.#session.snapshot();
  }

  onRequest(incoming: IncomingRequest): void {
    this.#session.onRequest(incoming);
  }

  onAck(request: SipRequest, essentials: Essentials): void {
    this.#session.onAck(request, essentials);
  }

  onCancel(): void {
    this.#session.onCancel();
  }

  dispose(): void {
    this.#session.dispose();
  }

  dump(): Record<string, unknown> {
    return { legId: this.legId, direction: 'restored', ...this.#session.dump() };
  }
}
