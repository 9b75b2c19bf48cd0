/**
 * The one gate of calls to the outside: a plan is made under the toll policy, and no INVITE leaves on a trunk without one.
 * What a plan holds is given back when its last leg is gone, whatever became of the call.
 */
import type { Clock } from '../../lib/clock.ts';
import type { OutboundConfig } from '../../modules/telephony/outbound-config.ts';
import { comparableNumber } from '../../modules/telephony/phone-number.ts';
import { isTrunkFailure } from '../../sip/trunks/circuit.ts';
import type { LineRefusal, TrunkBoard } from '../../sip/trunks/trunk-board.ts';
import type { OutboundTarget, SipAgent, SipLegEvent } from '../../sip/types.ts';
import { attemptsFor, type PlannedAttempt } from './dial-plan.ts';
import { readDialled } from './number-class.ts';
import { TollBook, type TollMoment, type TollRefusal } from './toll-policy.ts';

/** Every way by which a call can go out. */
export type DialPurpose = 'agent' | 'transfer' | 'refer' | 'redirect' | 'forward' | 'callback' | 'api' | 'ivr';

export interface DialRequest {
  tenantId: string;
  agentId: string | null;
  /** As typed, or the user part of a URI. */
  dialled: string;
  purpose: DialPurpose;
  /** For this call; a 184 or 186 in `dialled` counts more. */
  privacy?: 'default' | '184' | '186';
  callerId?: string | null;
  /** Only this trunk, whatever the routes say. */
  trunkId?: string | null;
}

export type DialRefusal = TollRefusal | 'no_route' | 'caller_id_not_allowed';

export type DialPlan = { ok: true; number: string; attempts: PlannedAttempt[]; release(): void } | { ok: false; code: DialRefusal };

export interface DialGateOptions {
  clock: Clock;
  newId(): string;
  board: TrunkBoard;
  onRefused(request: DialRequest, number: string, code: DialRefusal): void;
  /** A leg that was not let out. */
  emit(event: SipLegEvent): void;
  /** The longest call that the tenant allows is over. */
  hangup(legId: string): void;
  /** How a leg out went, as far as its trunk is concerned; `refused` = the trunk was passed over. */
  onOutcome?(result: 'worked' | 'failed' | 'refused'): void;
}

interface Plan {
  tenantId: string;
  legs: Set<string>;
  cancelRelease: () => void;
}

interface OutLeg {
  planId: string;
  trunkId: string;
  isDecided: boolean;
  cancelLimit: () => void;
}

/** A plan that nobody uses is given back after this, ms. */
const UNUSED_MS = 60_000;
/** Between two attempts of one plan, ms. */
const BETWEEN_MS = 1000;
const MINUTE_MS = 60_000;
const nothing = (): void => undefined;

export class DialGate {
  readonly #options: DialGateOptions;
  readonly #configs = new Map<string, OutboundConfig>();
  readonly #tolls = new Map<string, TollBook>();
  readonly #plans = new Map<string, Plan>();
  readonly #legs = new Map<string, OutLeg>();

  constructor(options: DialGateOptions) {
    this.#options = options;
  }

  configure(tenantId: string, config: OutboundConfig): void {
    this.#configs.set(tenantId, config);
  }

  /** May this be called, and how? Everything that calls out asks here. */
  planDial(request: DialRequest): DialPlan {
    const { tenantId } = request;
    const read = readDialled(request.dialled);
    const dialled = read.privacy === 'default' ? { ...read, privacy: request.privacy ?? 'default' } : read;
    const config = this.#configs.get(tenantId);
    const planId = this.#options.newId();
    const callerId = request.callerId ? comparableNumber(request.callerId) : null;
    const attempts = config ? attemptsFor(config, dialled, { callerId, trunkId: request.trunkId ?? null }, planId) : [];
    const refuse = (code: DialRefusal): DialPlan => {
      this.#options.onRefused(request, dialled.number, code);
      return { ok: false, code };
    };
    if (!config) return refuse('no_route');
    const toll = this.#tollOf(tenantId);
    const now = this.#now();
    // A number that has no way out costs nothing, but is refused for what it is first.
    const refusal = toll.refusal(config.policy, dialled, now);
    if (refusal) return refuse(refusal);
    if (callerId !== null && !config.callerIds.some(({ number }) => number === callerId)) return refuse('caller_id_not_allowed');
    if (attempts.length === 0) return refuse('no_route');
    toll.admit(planId, now);
    this.#plans.set(planId, { tenantId, legs: new Set(), cancelRelease: nothing });
    this.#releaseLater(planId, UNUSED_MS);
    return { ok: true, number: dialled.number, attempts, release: () => this.#release(planId) };
  }

  /** The user agent behind the gate: an INVITE on a trunk leaves only under its plan. */
  guard(sip: SipAgent): Pick<SipAgent, 'invite'> {
    return {
      invite: (legId, target) => {
        const refusal = this.#admit(legId, target);
        if (refusal === null) return sip.invite(legId, { ...target, credentials: this.#credentialsFor(target) });
        const status = refusal === 'no_plan' ? 403 : 503;
        this.#options.onOutcome?.('refused');
        this.#options.clock.after(0, () => this.#options.emit({ type: 'rejected', legId, status, reason: `trunk: ${refusal}`, contacts: [] }));
      },
    };
  }

  /** What the tenant's calls of this day cost before this process began, ms. */
  restoreSpent(tenantId: string, spentMs: number): void {
    this.#tollOf(tenantId).restoreSpent(spentMs, this.#now());
  }

  /** A leg from before a restart goes on: it holds its channel, counts against the policy, and ends when that says so. */
  adopt(tenantId: string, legId: string, trunk: { trunkId: string; planId: string }, beganWall: number): void {
    this.#options.board.adopt(trunk.trunkId, legId);
    const leg: OutLeg = { ...trunk, isDecided: true, cancelLimit: nothing };
    this.#legs.set(legId, leg);
    if (trunk.planId === '') return;
    const { at, wall } = this.#now();
    const usedMs = Math.max(0, wall - beganWall);
    const plan = this.#plans.get(trunk.planId) ?? { tenantId, legs: new Set<string>(), cancelRelease: nothing };
    plan.legs.add(legId);
    this.#plans.set(trunk.planId, plan);
    this.#tollOf(tenantId).resume(trunk.planId, at - usedMs);
    this.#limit(legId, leg, usedMs);
  }

  /** A call from a trunk. @returns false when its limits are reached */
  admitIn(trunkId: string, legId: string): boolean {
    if (this.#options.board.takeIn(trunkId, legId) !== null) return false;
    this.#legs.set(legId, { planId: '', trunkId, isDecided: true, cancelLimit: nothing });
    return true;
  }

  /** Hears every event of every leg. */
  onEvent(event: SipLegEvent): void {
    if (event.type === 'incoming') return;
    const leg = this.#legs.get(event.legId);
    if (!leg) return;
    if (event.type === 'progress' || event.type === 'answered') this.#decide(leg, 'worked');
    if (event.type === 'answered') this.#limit(event.legId, leg);
    if (event.type !== 'rejected' && event.type !== 'ended' && event.type !== 'cancelled') return;
    if (event.type === 'rejected') this.#decide(leg, isTrunkFailure(event.status) ? 'failed' : 'worked');
    else this.#decide(leg, 'nothing');
    this.#forget(event.legId, leg);
  }

  stop(): void {
    for (const leg of this.#legs.values()) leg.cancelLimit();
    for (const plan of this.#plans.values()) plan.cancelRelease();
    this.#legs.clear();
    this.#plans.clear();
  }

  #admit(legId: string, { trunk }: OutboundTarget): LineRefusal | 'no_plan' | null {
    if (!trunk) return null;
    const plan = this.#plans.get(trunk.planId);
    if (!plan) return 'no_plan';
    const refusal = this.#options.board.takeOut(trunk.trunkId, legId);
    if (refusal) {
      if (plan.legs.size === 0) this.#releaseLater(trunk.planId, BETWEEN_MS);
      return refusal;
    }
    plan.cancelRelease();
    plan.legs.add(legId);
    this.#legs.set(legId, { ...trunk, isDecided: false, cancelLimit: nothing });
    return null;
  }

  /** A trunk's account, known here only. */
  #credentialsFor({ trunk, credentials }: OutboundTarget): OutboundTarget['credentials'] {
    const plan = trunk && this.#plans.get(trunk.planId);
    const found = plan && this.#configs.get(plan.tenantId)?.trunks.find(({ id }) => id === trunk.trunkId);
    if (!found || found.password === null) return credentials;
    return { realm: found.realm, username: found.username, password: found.password };
  }

  #decide(leg: OutLeg, result: 'worked' | 'failed' | 'nothing'): void {
    if (leg.isDecided) return;
    leg.isDecided = true;
    if (result !== 'nothing') this.#options.onOutcome?.(result);
    this.#options.board.outcome(leg.trunkId, result);
  }

  #limit(legId: string, leg: OutLeg, usedMs = 0): void {
    const plan = this.#plans.get(leg.planId);
    const minutes = plan && this.#configs.get(plan.tenantId)?.policy.maxCallMinutes;
    if (minutes) leg.cancelLimit = this.#options.clock.after(Math.max(0, minutes * MINUTE_MS - usedMs), () => this.#options.hangup(legId));
  }

  #forget(legId: string, leg: OutLeg): void {
    leg.cancelLimit();
    this.#legs.delete(legId);
    this.#options.board.free(leg.trunkId, legId);
    const plan = this.#plans.get(leg.planId);
    plan?.legs.delete(legId);
    if (plan?.legs.size === 0) this.#releaseLater(leg.planId, BETWEEN_MS);
  }

  #releaseLater(planId: string, ms: number): void {
    const plan = this.#plans.get(planId);
    if (!plan) return;
    plan.cancelRelease();
    plan.cancelRelease = this.#options.clock.after(ms, () => this.#release(planId));
  }

  /** Legs that still live keep the plan. */
  #release(planId: string): void {
    const plan = this.#plans.get(planId);
    if (!plan || plan.legs.size > 0) return;
    plan.cancelRelease();
    this.#plans.delete(planId);
    this.#tollOf(plan.tenantId).end(planId, this.#now());
  }

  #tollOf(tenantId: string): TollBook {
    const known = this.#tolls.get(tenantId);
    if (known) return known;
    const book = new TollBook();
    this.#tolls.set(tenantId, book);
    return book;
  }

  #now(): TollMoment {
    return { at: this.#options.clock.monotonic(), wall: this.#options.clock.wall() };
  }
}
