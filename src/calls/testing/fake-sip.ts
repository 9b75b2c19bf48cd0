import { offerFor } from '../../protocol/sdp/negotiate.ts';
import type { OutboundTarget, SipAgent, SipLegEvent, SipLegSnapshot } from '../../sip/types.ts';

interface FakeLeg {
  direction: 'in' | 'out';
  state: 'early' | 'up';
  target: OutboundTarget | null;
}

/** SDP of a telephone. */
export const PHONE_SDP = offerFor({ host: '127.0.0.1', port: 30_000 }, 'sendrecv');

/**
 * The SIP stack and all telephones behind it, in memory. Tells each leg's last event exactly once, as types.ts says; legs
 * that are up outlive a crash of core in the telephones, and come back by `restore`.
 */
export class FakeSip implements SipAgent {
  readonly legs = new Map<string, FakeLeg>();
  /** Dialogs that the telephones still believe in after a crash of core. */
  readonly orphans = new Map<string, FakeLeg>();
  readonly log: string[] = [];
  /** Legs whose telephones refuse to be moved, with the status. */
  readonly refusing = new Map<string, number>();
  onEvent: (event: SipLegEvent) => void = () => undefined;
  #pending: SipLegEvent[] = [];
  /** Telephones that have hung up. Core answers a BYE when the end is in the journal; one that died before is told again. */
  readonly #byes = new Set<string>();

  /** A telephone calls; the shell under test is told by the caller of this function. */
  incoming(legId: string): void {
    this.legs.set(legId, { direction: 'in', state: 'early', target: null });
  }

  ring(legId: string): void {
    this.log.push(`ring ${legId}`);
  }

  answer(legId: string, sdp: string): void {
    this.log.push(`answer ${legId}`);
    const leg = this.legs.get(legId);
    if (!leg) return;
    leg.state = 'up';
    this.#pending.push({ type: 'confirmed', legId, sdp: sdp === '' ? PHONE_SDP : '' });
  }

  reject(legId: string, status: number): void {
    this.log.push(`reject ${legId} ${status}`);
    const leg = this.legs.get(legId);
    if (leg?.state === 'early') this.#over(legId, { type: 'ended', legId, by: 'local', reason: 'rejected' });
  }

  invite(legId: string, target: OutboundTarget): void {
    this.log.push(`invite ${legId}`);
    this.legs.set(legId, { direction: 'out', state: 'early', target });
  }

  hangup(legId: string, reason = ''): void {
    this.log.push(`hangup ${legId}`);
    if (this.legs.has(legId)) this.#over(legId, { type: 'ended', legId, by: 'local', reason });
  }

  reinvite(legId: string): void {
    this.log.push(`reinvite ${legId}`);
    if (this.legs.get(legId)?.state !== 'up') return;
    const status = this.refusing.get(legId);
    this.#pending.push(status === undefined ? { type: 'reinviteAnswered', legId, sdp: PHONE_SDP } : { type: 'reinviteRefused', legId, status });
  }

  answerReinvite(legId: string): void {
    this.log.push(`answerReinvite ${legId}`);
  }

  rejectReinvite(legId: string, status = 488): void {
    this.log.push(`rejectReinvite ${legId} ${status}`);
  }

  redirect(legId: string, contacts: readonly string[], status = 302): void {
    this.log.push(`redirect ${legId} ${status} ${contacts.join(' ')}`);
    if (this.legs.get(legId)?.state === 'early') this.#over(legId, { type: 'ended', legId, by: 'local', reason: 'redirected' });
  }

  acceptRefer(legId: string, referId: string): void {
    this.log.push(`acceptRefer ${legId} ${referId}`);
  }

  rejectRefer(legId: string, referId: string, status: number): void {
    this.log.push(`rejectRefer ${legId} ${referId} ${status}`);
  }

  referStatus(legId: string, referId: string, status: number, _reason: string, final: boolean): void {
    this.log.push(`referStatus ${legId} ${referId} ${status}${final ? ' final' : ''}`);
  }

  refer(legId: string, target: { uri: string; replacesLegId?: string }): void {
    this.log.push(`refer ${legId} ${target.uri}${target.replacesLegId === undefined ? '' : ` replaces ${target.replacesLegId}`}`);
  }

  snapshot(legId: string): SipLegSnapshot | null {
    return this.legs.get(legId)?.state === 'up' ? { legId, dialog: {} } : null;
  }

  restore({ legId }: SipLegSnapshot): void {
    const orphan = this.orphans.get(legId);
    if (orphan) {
      this.orphans.delete(legId);
      this.legs.set(legId, orphan);
    } else if (this.#byes.has(legId)) this.#pending.push({ type: 'ended', legId, by: 'remote', reason: 'BYE' });
  }

  /** The telephone called answers. */
  pickUp(legId: string): boolean {
    const leg = this.legs.get(legId);
    if (leg?.direction !== 'out' || leg.state !== 'early') return false;
    leg.state = 'up';
    this.onEvent({ type: 'answered', legId, sdp: PHONE_SDP });
    return true;
  }

  /** The telephone called rings; `early` = with a tone of its own network. */
  progress(legId: string, early: boolean): void {
    const leg = this.legs.get(legId);
    if (leg?.direction !== 'out' || leg.state !== 'early') return;
    this.onEvent({ type: 'progress', legId, status: early ? 183 : 180, sdp: early ? PHONE_SDP : '' });
  }

  /** The telephone called refuses. */
  refuse(legId: string, status: number): boolean {
    const leg = this.legs.get(legId);
    if (leg?.direction !== 'out' || leg.state !== 'early') return false;
    this.#over(legId, { type: 'rejected', legId, status, reason: '', contacts: [] });
    return true;
  }

  /** The telephone called sends the caller elsewhere (302). */
  redirectFrom(legId: string, contacts: readonly string[]): void {
    if (this.legs.get(legId)?.state === 'early') this.#over(legId, { type: 'rejected', legId, status: 302, reason: '', contacts });
  }

  /** The telephone hangs up: CANCEL before the answer, BYE after. */
  bye(legId: string): boolean {
    const leg = this.legs.get(legId);
    if (!leg || (leg.direction === 'out' && leg.state === 'early')) return false;
    if (leg.state === 'up') this.#byes.add(legId);
    const event: SipLegEvent = leg.state === 'up' ? { type: 'ended', legId, by: 'remote', reason: 'BYE' } : { type: 'cancelled', legId };
    this.#over(legId, event);
    return true;
  }

  /** Tells what a real stack would tell later. */
  deliver(): boolean {
    const events = this.#pending;
    this.#pending = [];
    for (const event of events) this.onEvent(event);
    return events.length > 0;
  }

  /** Core dies: what was up lives on in the telephones, what was early is forgotten. */
  crash(): void {
    for (const [legId, leg] of this.legs) if (leg.state === 'up') this.orphans.set(legId, leg);
    this.legs.clear();
    this.#pending = [];
  }

  #over(legId: string, event: SipLegEvent): void {
    this.legs.delete(legId);
    this.#pending.push(event);
  }
}
