/**
 * The one gate of calls to the outside: a plan is made under the toll policy, and no INVITE leaves on a trunk without one.
 * What a plan holds is given back when its last leg is gone, whatever became of the call.
 */
import type { Clock } from '../../lib/clock.ts';
import type { OutboundConfig } from '../../modules/telephony/outbound-config.ts';
import type { DialFigures } from '../../modules/telephony/telephony-live.ts';
import { comparableNumber } from '../../modules/telephony/phone-number.ts';
import { isTrunkFailure } from '../../sip/trunks/circuit.ts';
import type { LineRefusal, TrunkBoard } from '../../sip/trunks/trunk-board.ts';
import type { OutboundTarget, SipAgent, SipLegEvent } from '../../sip/types.ts';
import { attemptsFor, type PlannedAttempt } from './dial-plan.ts';
import { readDialled } from './number-class.ts';
import type { TollCaller } from './day-accounts.ts';
import type { DialStopState } from './dial-stops.ts';
import { type SpentBefore, type TollCall, TollGuard, type TollGuardConfig } from './toll-guard.ts';
import type { TollRefusal } from './toll-policy.ts';

/** Every way by which a call can go out. */
export type DialPurpose = 'agent' | 'transfer' | 'refer' | 'redirect' | 'forward' | 'callback' | 'api' | 'ivr';

export interface DialRequest {
  tenantId: string;
  agentId: string | null;
  /** The telephone that dials by itself, or refers. */
  deviceId?: string | null;
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
  /** A call was let out, and later is over. */
  onAdmitted?(tenantId: string, plan: AdmittedPlan): void;
  onEnded?(tenantId: string, plan: EndedPlan): void;
  /** Calls out of somebody were stopped because of what they did. */
  onStopped?(tenantId: string, stop: DialStopState): void;
  /** A leg that was not let out. */
  emit(event: SipLegEvent): void;
  /** A call has to end: the longest that the tenant allows is over, or calls out are stopped. */
  hangup(legId: string): void;
  /** How a leg out went, as far as its trunk is concerned; `refused` = the trunk was passed over. */
  onOutcome?(result: 'worked' | 'failed' | 'refused'): void;
}

/** A call that was let out. */
export interface AdmittedPlan extends TollCall {
  planId: string;
}

export interface EndedPlan {
  planId: string;
  /** The last trunk that it left on; null = on none. */
  trunkId: string | null;
  /** Estimated, yen. */
  cost: number;
}

interface Plan {
  tenantId: string;
  trunkId: string | null;
  legs: Set<string>;
  /** Nothing leaves under it any more. */
  isStopped: boolean;
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
  readonly #tolls = new Map<string, TollGuard>();
  readonly #plans = new Map<string, Plan>();
  readonly #legs = new Map<string, OutLeg>();

  constructor(options: DialGateOptions) {
    this.#options = options;
  }

  configure(tenantId: string, config: OutboundConfig): void {
    this.#configs.set(tenantId, config);
    const { policy, stops } = config;
    const settings = { policy, stops, trunks: new Map(config.trunks.map((trunk) => [trunk.id, trunk])) };
    const known = this.#tolls.get(tenantId);
    if (known) known.configure(settings);
    else this.#tolls.set(tenantId, this.#newGuard(tenantId, settings));
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
    const toll = this.#tolls.get(tenantId);
    const call: TollCall = { number: dialled.number, class: dialled.class, caller: callerOf(request) };
    const refuse = (code: DialRefusal): DialPlan => {
      toll?.refused(call.caller, code);
      this.#options.onRefused(request, dialled.number, code);
      return { ok: false, code };
    };
    if (!config || !toll) return refuse('no_route');
    // A number that has no way out costs nothing, but is refused for what it is first.
    const refusal = toll.refusal(call);
    if (refusal) return refuse(refusal);
    if (callerId !== null && !config.callerIds.some(({ number }) => number === callerId)) return refuse('caller_id_not_allowed');
    if (attempts.length === 0) return refuse('no_route');
    const open = call.class === 'emergency' ? attempts : attempts.filter(({ trunkId }) => !toll.isTrunkUsedUp(trunkId));
    if (open.length === 0) return refuse('trunk_limit_reached');
    toll.admit(planId, call);
    this.#options.onAdmitted?.(tenantId, { planId, ...call });
    this.#plans.set(planId, { tenantId, trunkId: null, legs: new Set(), isStopped: false, cancelRelease: nothing });
    this.#releaseLater(planId, UNUSED_MS);
    return { ok: true, number: dialled.number, attempts: open, release: () => this.#release(planId) };
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

  /** What the tenant's calls of this day cost before this process began; after the first `configure`. */
  restoreSpent(tenantId: string, spent: SpentBefore): void {
    this.#tolls.get(tenantId)?.restore(spent);
  }

  /** Somebody lets calls out again. */
  releaseStop(tenantId: string, stopId: string): void {
    this.#tolls.get(tenantId)?.release(stopId);
  }

  /** Null while the tenant is not served here. */
  figures(tenantId: string): DialFigures | null {
    return this.#tolls.get(tenantId)?.figures() ?? null;
  }

  /**
   * A leg from before a restart goes on: it holds its channel, counts against the policy, and ends when that says so.
   * @param noted what is known of its plan; null = nothing any more, and it costs nothing
   */
  adopt(tenantId: string, legId: string, trunk: { trunkId: string; planId: string }, beganWall: number, noted: AdmittedPlan | null = null): void {
    const { board, clock } = this.#options;
    board.adopt(trunk.trunkId, legId);
    const leg: OutLeg = { ...trunk, isDecided: true, cancelLimit: nothing };
    this.#legs.set(legId, leg);
    const { planId, trunkId } = trunk;
    if (planId === '') return;
    const usedMs = Math.max(0, clock.wall() - beganWall);
    const plan = this.#plans.get(planId) ?? { tenantId, trunkId, legs: new Set<string>(), isStopped: false, cancelRelease: nothing };
    plan.legs.add(legId);
    this.#plans.set(planId, plan);
    const toll = this.#tolls.get(tenantId);
    toll?.resume(planId, noted ?? { number: '', class: 'domestic', caller: null }, usedMs);
    if (noted) toll?.answered(legId, trunk, usedMs);
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
    if (event.type === 'answered') this.#onAnswered(event.legId, leg);
    if (event.type !== 'rejected' && event.type !== 'ended' && event.type !== 'cancelled') return;
    if (event.type === 'rejected') this.#decide(leg, isTrunkFailure(event.status) ? 'failed' : 'worked');
    else this.#decide(leg, 'nothing');
    this.#forget(event.legId, leg);
  }

  stop(): void {
    for (const leg of this.#legs.values()) leg.cancelLimit();
    for (const plan of this.#plans.values()) plan.cancelRelease();
    for (const toll of this.#tolls.values()) toll.close();
    this.#legs.clear();
    this.#plans.clear();
  }

  #admit(legId: string, { trunk }: OutboundTarget): LineRefusal | 'no_plan' | null {
    if (!trunk) return null;
    const plan = this.#plans.get(trunk.planId);
    if (!plan || plan.isStopped) return 'no_plan';
    const refusal = this.#options.board.takeOut(trunk.trunkId, legId);
    if (refusal) {
      if (plan.legs.size === 0) this.#releaseLater(trunk.planId, BETWEEN_MS);
      return refusal;
    }
    plan.cancelRelease();
    plan.legs.add(legId);
    plan.trunkId = trunk.trunkId;
    this.#tolls.get(plan.tenantId)?.leaves(trunk.trunkId);
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

  #onAnswered(legId: string, leg: OutLeg): void {
    const plan = this.#plans.get(leg.planId);
    if (plan) this.#tolls.get(plan.tenantId)?.answered(legId, leg);
    this.#limit(legId, leg);
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
    if (!plan) return;
    this.#tolls.get(plan.tenantId)?.legEnded(legId);
    plan.legs.delete(legId);
    if (plan.legs.size === 0) this.#releaseLater(leg.planId, BETWEEN_MS);
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
    const cost = this.#tolls.get(plan.tenantId)?.end(planId) ?? 0;
    this.#options.onEnded?.(plan.tenantId, { planId, trunkId: plan.trunkId, cost });
  }

  #newGuard(tenantId: string, config: TollGuardConfig): TollGuard {
    const options = this.#options;
    return new TollGuard(
      {
        clock: options.clock,
        newId: () => options.newId(),
        onStop: (stop) => options.onStopped?.(tenantId, stop),
        onEnd: (planId) => this.#endPlan(planId),
      },
      config,
    );
  }

  #endPlan(planId: string): void {
    const plan = this.#plans.get(planId);
    if (!plan) return;
    plan.isStopped = true;
    for (const legId of plan.legs) this.#options.hangup(legId);
  }
}

const callerOf = ({ agentId, deviceId }: DialRequest): TollCaller | null =>
  agentId !== null ? { kind: 'agent', id: agentId } : deviceId ? { kind: 'device', id: deviceId } : null;
