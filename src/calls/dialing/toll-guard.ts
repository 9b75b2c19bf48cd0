/**
 * The guard of one tenant's money: limits of the tenant, of each trunk and of each caller, and stops of calls out. Every call is
 * charged as it goes: its price when it is answered, and each minute when it begins, so that what is spent is known at any moment.
 */
import type { CallRate, DialPolicy, StopReason } from '../../../shared/api/dial-policy.ts';
import type { Clock } from '../../lib/clock.ts';
import type { DialFigures } from '../../modules/telephony/telephony-live.ts';
import { CHARGED_MS, costOf, rateOf } from './call-cost.ts';
import { accountOf, DayAccounts, TENANT, type TollCaller, trunkAccount } from './day-accounts.ts';
import { DialStops, type DialStopState } from './dial-stops.ts';
import { dayOf } from './japan-day.ts';
import type { NumberClass } from './number-class.ts';
import { forbidden, TollBook, type TollMoment, type TollRefusal } from './toll-policy.ts';

/** A call that asks to go out. */
export interface TollCall {
  /** E.164, or a short code. */
  number: string;
  class: NumberClass;
  /** Null: a flow, or somebody whom we do not know. */
  caller: TollCaller | null;
}

/** Limits of a trunk for a day; null = none. */
export interface TrunkLimits {
  maxDailyCalls: number | null;
  maxDailyCost: number | null;
}

export interface TollGuardConfig {
  policy: DialPolicy;
  trunks: ReadonlyMap<string, TrunkLimits>;
  /** Those that hold. */
  stops: readonly DialStopState[];
}

/** What calls of this day used before this process began. */
export interface SpentBefore {
  /** Of calls that are over, ms. */
  spentMs: number;
  accounts: readonly { caller: TollCaller | null; trunkId: string | null; calls: number; cost: number }[];
}

export interface TollGuardOptions {
  clock: Clock;
  newId(): string;
  /** Somebody's calls out were stopped by this guard, not by a person. */
  onStop(stop: DialStopState): void;
  /** A call that goes on has to end. */
  onEnd(planId: string): void;
}

interface Admitted extends TollCall {
  /** Yen so far, of all legs. */
  cost: number;
}

interface Charged {
  planId: string;
  trunkId: string;
  cancel: () => void;
}

const ATTEMPTS_AT_FRAUD: ReadonlySet<string> = new Set<TollRefusal>(['international_not_allowed', 'premium_not_allowed']);

/** Numbers that others earn from when they are called. */
const isDear = ({ class: kind }: TollCall): boolean => kind === 'international' || kind === 'premium';

const accountsOf = ({ caller }: Pick<TollCall, 'caller'>): string[] => (caller ? [TENANT, accountOf(caller)] : [TENANT]);

export class TollGuard {
  readonly #options: TollGuardOptions;
  readonly #book = new TollBook();
  readonly #days = new DayAccounts();
  readonly #stops = new DialStops();
  /** Calls that were let out and are not over, by plan. */
  readonly #admitted = new Map<string, Admitted>();
  /** Answered legs. */
  readonly #charged = new Map<string, Charged>();
  /** Calls at the moment, by caller. */
  readonly #runningOf = new Map<string, number>();
  /** The day on which an account was stopped for money: once is enough. */
  readonly #stoppedForMoney = new Map<string, number>();
  #config: TollGuardConfig;

  constructor(options: TollGuardOptions, config: TollGuardConfig) {
    this.#options = options;
    this.#config = config;
    this.configure(config);
  }

  /** Takes settings and stops that hold; the end of a stop is told by `release`. */
  configure(config: TollGuardConfig): void {
    this.#config = config;
    for (const stop of config.stops) if (!this.#stops.has(stop.id)) this.#enforce(stop);
  }

  /** Why this call may not go out now; null = it may, and `admit` must be called in the same turn. */
  refusal(call: TollCall): TollRefusal | null {
    const { policy } = this.#config;
    const denied = forbidden(policy, call);
    if (denied !== null) return denied;
    // Nobody is kept from help by what others have spent.
    if (call.class === 'emergency') return null;
    if (this.#stops.holds(call.caller)) return 'outbound_stopped';
    return this.#book.exceeded(policy, this.#now()) ?? this.#beyond(policy, call.caller);
  }

  /** Hears of what was refused: many forbidden numbers from one place are an attack. */
  refused(caller: TollCaller | null, code: string): void {
    if (!ATTEMPTS_AT_FRAUD.has(code)) return;
    const { stopRefusals } = this.#config.policy;
    const count = this.#stops.countRefusal(caller, this.#now().at);
    if (stopRefusals > 0 && count >= stopRefusals) this.#raise('refusals', caller);
  }

  /** Lets a call out: it counts at once, so that no two can take the same last place. */
  admit(planId: string, call: TollCall): void {
    const moment = this.#now();
    this.#book.admit(planId, moment);
    this.#hold(planId, call);
    for (const account of accountsOf(call)) this.#days.add(account, { calls: 1 }, moment.wall);
    const { stopCallsPerHour } = this.#config.policy;
    const count = this.#stops.countCall(moment.at);
    if (stopCallsPerHour > 0 && count > stopCallsPerHour) this.#raise('calls_per_hour', null);
  }

  /** Whether a trunk has carried all that it may today. */
  isTrunkUsedUp(trunkId: string): boolean {
    const { maxDailyCalls = null, maxDailyCost = null } = this.#config.trunks.get(trunkId) ?? {};
    const { calls, cost } = this.#days.of(trunkAccount(trunkId), this.#now().wall);
    return calls >= (maxDailyCalls ?? Number.POSITIVE_INFINITY) || cost >= (maxDailyCost ?? Number.POSITIVE_INFINITY);
  }

  /** A leg leaves on a trunk. */
  leaves(trunkId: string): void {
    this.#days.add(trunkAccount(trunkId), { calls: 1 }, this.#now().wall);
  }

  /** A leg was answered: from now on it costs. @param usedMs of a call from before a restart */
  answered(legId: string, { planId, trunkId }: { planId: string; trunkId: string }, usedMs = 0): void {
    const call = this.#admitted.get(planId);
    if (!call || this.#charged.has(legId)) return;
    this.#charged.set(legId, { planId, trunkId, cancel: () => undefined });
    this.#charge(legId, costOf(this.#rateOf(call), usedMs), CHARGED_MS - (usedMs % CHARGED_MS));
  }

  legEnded(legId: string): void {
    this.#charged.get(legId)?.cancel();
    this.#charged.delete(legId);
  }

  /** A call is over. @returns what it cost, yen */
  end(planId: string): number {
    const call = this.#admitted.get(planId);
    if (!call) return 0;
    this.#admitted.delete(planId);
    this.#book.end(planId, this.#now());
    if (call.caller) this.#runningOf.set(accountOf(call.caller), this.#runningNow(call.caller) - 1);
    return call.cost;
  }

  /** What this day used before this process began. */
  restore({ spentMs, accounts }: SpentBefore): void {
    const moment = this.#now();
    this.#book.restoreSpent(spentMs, moment);
    for (const { caller, trunkId, calls, cost } of accounts) {
      for (const account of accountsOf({ caller })) this.#days.add(account, { calls, cost }, moment.wall);
      if (trunkId !== null) this.#days.add(trunkAccount(trunkId), { calls, cost }, moment.wall);
    }
  }

  /** A call from before a restart goes on. @param usedMs since it began */
  resume(planId: string, call: TollCall, usedMs: number): void {
    if (this.#admitted.has(planId)) return;
    this.#book.resume(planId, this.#now().at - usedMs);
    this.#hold(planId, call);
  }

  release(stopId: string): void {
    this.#stops.release(stopId);
  }

  figures(): DialFigures {
    const { at, wall } = this.#now();
    const { calls, cost } = this.#days.of(TENANT, wall);
    return { calls, cost, running: this.#admitted.size, callsLastHour: this.#stops.callsLastHour(at), refused: this.#stops.refusedLately(at), stops: this.#stops.count };
  }

  close(): void {
    for (const { cancel } of this.#charged.values()) cancel();
    this.#charged.clear();
  }

  #hold(planId: string, call: TollCall): void {
    this.#admitted.set(planId, { ...call, cost: 0 });
    if (call.caller) this.#runningOf.set(accountOf(call.caller), this.#runningNow(call.caller) + 1);
  }

  #runningNow(caller: TollCaller): number {
    return this.#runningOf.get(accountOf(caller)) ?? 0;
  }

  /** Takes money off every account, and again with the next minute. */
  #charge(legId: string, cost: number, nextMs: number): void {
    const leg = this.#charged.get(legId);
    const call = leg && this.#admitted.get(leg.planId);
    if (!leg || !call) return;
    call.cost += cost;
    const { wall } = this.#now();
    for (const account of [...accountsOf(call), trunkAccount(leg.trunkId)]) this.#days.add(account, { cost }, wall);
    leg.cancel = this.#options.clock.after(nextMs, () => this.#charge(legId, this.#rateOf(call).perMinute, CHARGED_MS));
    if (cost > 0) this.#watchMoney(call.caller);
  }

  #watchMoney(caller: TollCaller | null): void {
    const { maxDailyCost, callerMaxDailyCost } = this.#config.policy;
    const { wall } = this.#now();
    if (this.#days.of(TENANT, wall).cost >= maxDailyCost) this.#raiseForMoney(null, dayOf(wall));
    if (caller && this.#days.of(accountOf(caller), wall).cost >= callerMaxDailyCost) this.#raiseForMoney(caller, dayOf(wall));
  }

  #raiseForMoney(caller: TollCaller | null, day: number): void {
    const account = caller ? accountOf(caller) : TENANT;
    if (this.#stoppedForMoney.get(account) === day) return;
    this.#stoppedForMoney.set(account, day);
    this.#raise('daily_cost', caller);
  }

  /** Stops a caller, or the whole tenant, unless that holds already. */
  #raise(reason: StopReason, caller: TollCaller | null): void {
    if (this.#stops.holds(caller)) return;
    const stop: DialStopState = { id: this.#options.newId(), scope: caller?.kind ?? 'tenant', scopeId: caller?.id ?? null, reason };
    this.#enforce(stop);
    this.#options.onStop(stop);
  }

  /** From now on nothing goes out, and what others earn from goes on no longer; calls within the country may end by themselves. */
  #enforce(stop: DialStopState): void {
    this.#stops.add(stop);
    for (const [planId, call] of this.#admitted) {
      const isHit = stop.scope === 'tenant' || (call.caller?.kind === stop.scope && call.caller.id === stop.scopeId);
      if (isHit && isDear(call)) this.#options.onEnd(planId);
    }
  }

  #beyond(policy: DialPolicy, caller: TollCaller | null): TollRefusal | null {
    const { wall } = this.#now();
    const whole = this.#days.of(TENANT, wall);
    if (whole.calls >= policy.maxDailyCalls) return 'daily_calls_reached';
    if (whole.cost >= policy.maxDailyCost) return 'daily_cost_reached';
    if (!caller) return null;
    const own = this.#days.of(accountOf(caller), wall);
    const isBeyond = this.#runningNow(caller) >= policy.callerMaxConcurrent || own.calls >= policy.callerMaxDailyCalls || own.cost >= policy.callerMaxDailyCost;
    return isBeyond ? 'caller_limit_reached' : null;
  }

  #rateOf({ number }: TollCall): CallRate {
    return rateOf(this.#config.policy.rates, number);
  }

  #now(): TollMoment {
    return { at: this.#options.clock.monotonic(), wall: this.#options.clock.wall() };
  }
}
