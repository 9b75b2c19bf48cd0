/** Runs the session timer of one call (RFC 4028 section 10): refreshes, or ends what nobody refreshed. */
import type { Header } from '../protocol/sip/header.ts';
import { listOf } from '../protocol/sip/list-header.ts';
import type { SipMessage, SipRequest, SipResponse } from '../protocol/sip/message.ts';
import type { LegOwner } from './leg.ts';
import { timerDelay, timerOffer, timerOfRequest, timerOfResponse, type SessionTimer } from './session-timer.ts';

/** Until a refresh is tried again that could not be made or was refused, ms. */
const RETRY_DELAY = 10_000;

interface RefresherUser {
  /** Sends UPDATE, or a re-INVITE with the last session description. False = another change is under way. */
  refresh(byUpdate: boolean): boolean;
  /** Nobody refreshed the session in time. */
  expired(): void;
}

export interface RefresherSnapshot {
  timer: SessionTimer;
  byUpdate: boolean;
}

export class SessionRefresher {
  readonly #owner: LegOwner;
  readonly #user: RefresherUser;
  #timer: SessionTimer | null = null;
  /** The peer lists UPDATE in Allow. */
  #byUpdate = false;
  #endsAtMs = 0;
  #stop: (() => void) | null = null;

  constructor(owner: LegOwner, user: RefresherUser) {
    this.#owner = owner;
    this.#user = user;
  }

  get timer(): SessionTimer | null {
    return this.#timer;
  }

  /** Takes what the peer's request asks for. @returns what to answer, or that the interval is too small (422) */
  onRequest(request: SipRequest): SessionTimer | 'too small' | null {
    const asked = timerOfRequest(request, this.#owner.sessionTimer);
    if (asked === 'too small') return asked;
    this.#start(asked, request);
    return asked;
  }

  /** Takes what a 2xx of the peer agrees to. */
  onSuccess(response: SipResponse): void {
    this.#start(timerOfResponse(response), response);
  }

  /** A refresh was refused for a reason that may pass: tried again while the session lasts. */
  onRefused(): void {
    if (!this.#timer) return;
    this.#stop?.();
    const left = this.#endsAtMs - this.#owner.clock.monotonic();
    if (left <= 0) this.#user.expired();
    // Asked here, not when the time is over: a timer may run a moment early.
    else if (left <= RETRY_DELAY) this.#stop = this.#owner.clock.after(left, () => this.#user.expired());
    else this.#stop = this.#owner.clock.after(RETRY_DELAY, () => this.#onTime());
  }

  /** Headers for a re-INVITE or UPDATE of ours. */
  offer(): Header[] {
    return this.#timer ? timerOffer(this.#timer, this.#owner.sessionTimer) : [];
  }

  /** A 422 asks for at least this, s. */
  raise(seconds: number): void {
    if (this.#timer) this.#timer = { ...this.#timer, seconds: Math.max(this.#timer.seconds, seconds) };
  }

  snapshot(): RefresherSnapshot | null {
    return this.#timer && { timer: this.#timer, byUpdate: this.#byUpdate };
  }

  /** After a restart nobody knows when the last refresh was: ours comes at once, the peer gets a whole interval. */
  restore({ timer, byUpdate }: RefresherSnapshot): void {
    this.#byUpdate = byUpdate;
    this.#run(timer, timer.refresher === 'us' ? 0 : timerDelay(timer));
  }

  dispose(): void {
    this.#stop?.();
    this.#stop = null;
    this.#timer = null;
  }

  #start(timer: SessionTimer | null, message: SipMessage): void {
    if (!timer) {
      this.dispose();
      return;
    }
    const allowed = listOf(message, 'allow');
    if (allowed.length > 0) this.#byUpdate = allowed.includes('UPDATE');
    this.#run(timer, timerDelay(timer));
  }

  #run(timer: SessionTimer, delay: number): void {
    this.#stop?.();
    this.#timer = timer;
    this.#endsAtMs = this.#owner.clock.monotonic() + 1000 * timer.seconds;
    this.#stop = this.#owner.clock.after(delay, () => this.#onTime());
  }

  #onTime(): void {
    if (this.#timer?.refresher === 'them' || this.#owner.clock.monotonic() >= this.#endsAtMs) this.#user.expired();
    else if (!this.#user.refresh(this.#byUpdate)) this.onRefused();
  }
}
