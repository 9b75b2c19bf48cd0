import { describe, expect, it } from 'vitest';
import type { DialPolicy } from '../../../shared/api/dial-policy.ts';
import { FakeClock } from '../../lib/clock.ts';
import { DEFAULT_POLICY } from '../../modules/telephony/dial-policy.service.ts';
import { costOf, rateOf } from './call-cost.ts';
import type { DialStopState } from './dial-stops.ts';
import { type TollCall, TollGuard, type TrunkLimits } from './toll-guard.ts';

const MINUTE_MS = 60_000;
const WIDE: DialPolicy = { ...DEFAULT_POLICY, internationalPrefixes: ['+'], maxConcurrent: 1000, maxPerMinute: 10_000, maxDailyMinutes: 100_000, maxDailyCalls: 10_000, maxDailyCost: 1_000_000, callerMaxConcurrent: 100, callerMaxDailyCalls: 10_000, callerMaxDailyCost: 1_000_000, stopCallsPerHour: 0, stopRefusals: 0 };
const ANN = { kind: 'agent', id: 'ann' } as const;
const PHONE = { kind: 'device', id: 'phone' } as const;
const home = (caller: TollCall['caller'] = null): TollCall => ({ number: '+81312345678', class: 'domestic', caller });
const abroad = (caller: TollCall['caller'] = null): TollCall => ({ number: '+12125550100', class: 'international', caller });

function world(policy: Partial<DialPolicy> = {}, trunks: [string, TrunkLimits][] = [], stops: DialStopState[] = []) {
  const clock = new FakeClock();
  const raised: DialStopState[] = [];
  const ended: string[] = [];
  let ids = 0;
  const config = { policy: { ...WIDE, ...policy }, trunks: new Map(trunks), stops };
  const guard = new TollGuard({ clock, newId: () => `stop${ids++}`, onStop: (stop) => raised.push(stop), onEnd: (planId) => ended.push(planId) }, config);
  let plans = 0;
  /** Lets a call out and has it answered. @returns its plan, or why it was refused */
  const calls = (call: TollCall, trunkId = 't'): string => {
    const refusal = guard.refusal(call);
    if (refusal) {
      guard.refused(call.caller, refusal);
      return refusal;
    }
    const planId = `p${plans++}`;
    guard.admit(planId, call);
    guard.leaves(trunkId);
    guard.answered(`leg ${planId}`, { planId, trunkId });
    return planId;
  };
  const over = (planId: string): number => {
    guard.legEnded(`leg ${planId}`);
    return guard.end(planId);
  };
  return { clock, guard, raised, ended, calls, over, config };
}

describe('what a call costs', () => {
  it.each([
    ['+81312345678', 10],
    ['+819012345678', 30],
    ['+81120123456', 0],
    ['+12125550100', 200],
    ['119', 0],
    ['117', 20],
  ])('%s: %d yen a minute unless the tenant says otherwise', (number, perMinute) => {
    expect(rateOf([], number).perMinute).toBe(perMinute);
  });

  it('the longest prefix of the tenant counts, and every minute that begins', () => {
    const own = [{ prefix: '+1', perMinute: 9, perCall: 0 }, { prefix: '+1212', perMinute: 7, perCall: 3 }];
    expect(rateOf(own, '+12125550100')).toEqual(own[1]);
    expect(rateOf(own, '+14155550100')).toEqual(own[0]);
    expect([0, 59_999, 60_000, 119_999].map((ms) => costOf({ perMinute: 7, perCall: 3 }, ms))).toEqual([10, 10, 17, 17]);
  });
});

describe('limits of money and calls', () => {
  it('charges a call as its minutes begin, and nothing that was not answered', () => {
    const { clock, guard, calls, over } = world();
    const plan = calls(home());
    clock.advance(3 * MINUTE_MS - 1);
    expect(guard.figures()).toMatchObject({ cost: 30, calls: 1, running: 1 });
    expect(over(plan)).toBe(30);
    clock.advance(10 * MINUTE_MS);
    guard.admit('unanswered', home());
    expect(guard.end('unanswered')).toBe(0);
    expect(guard.figures()).toMatchObject({ cost: 30, calls: 2, running: 0 });
  });

  it('a drill with an allowed country: what is spent stays within the cap and one minute of each call, and those calls are ended', () => {
    const { clock, guard, calls, over, raised, ended } = world({ maxDailyCost: 5000 });
    for (let call = 0; call < 1000; call++) {
      calls(abroad(PHONE));
      clock.advance(1000);
      for (const plan of ended.splice(0)) over(plan);
    }
    expect(raised).toEqual([{ id: 'stop0', scope: 'tenant', scopeId: null, reason: 'daily_cost' }]);
    const { cost, running } = guard.figures();
    expect(cost).toBeGreaterThanOrEqual(5000);
    expect(cost).toBeLessThanOrEqual(5200);
    expect(running).toBe(0);
    expect(calls(home())).toBe('outbound_stopped');
  });

  it('calls within the country end by themselves', () => {
    const { calls, ended, raised } = world({ maxDailyCost: 210 });
    calls(home());
    const dear = calls(abroad());
    expect(raised).toHaveLength(1);
    expect(ended).toEqual([dear]);
  });

  it('after a release the cap still holds that day, and the next day nothing', () => {
    const { clock, guard, calls, over, raised } = world({ maxDailyCost: 20 });
    over(calls(home()));
    over(calls(home()));
    expect(calls(home())).toBe('outbound_stopped');
    guard.release('stop0');
    expect(calls(home())).toBe('daily_cost_reached');
    clock.advance(24 * 60 * MINUTE_MS);
    over(calls(home()));
    expect(raised).toHaveLength(1);
  });

  it('each caller has limits of its own', () => {
    const { calls, over, raised } = world({ callerMaxConcurrent: 1, callerMaxDailyCalls: 2, callerMaxDailyCost: 1000 });
    const first = calls(home(ANN));
    expect(calls(home(ANN))).toBe('caller_limit_reached');
    expect(calls(home(PHONE))).toBe('p1');
    over(first);
    over(calls(home(ANN)));
    expect(calls(home(ANN))).toBe('caller_limit_reached');
    expect(calls(home())).toBe('p3');
    expect(raised).toEqual([]);
  });

  it('a caller that spends too much is stopped, and nobody else', () => {
    const { calls, raised } = world({ callerMaxDailyCost: 200 });
    calls(abroad(ANN));
    expect(raised).toEqual([{ id: 'stop0', scope: 'agent', scopeId: 'ann', reason: 'daily_cost' }]);
    expect(calls(home(ANN))).toBe('outbound_stopped');
    expect(calls(home(PHONE))).toBe('p1');
  });

  it('a trunk is used up by calls or by money', () => {
    const { guard, calls } = world({}, [['few', { maxDailyCalls: 2, maxDailyCost: null }], ['cheap', { maxDailyCalls: null, maxDailyCost: 15 }]]);
    calls(home(), 'few');
    calls(home(), 'cheap');
    expect(['few', 'cheap', 'other'].map((id) => guard.isTrunkUsedUp(id))).toEqual([false, false, false]);
    calls(home(), 'few');
    calls(home(), 'cheap');
    expect(['few', 'cheap', 'other'].map((id) => guard.isTrunkUsedUp(id))).toEqual([true, true, false]);
  });
});

describe('stops by themselves', () => {
  it('too many calls within an hour stop the tenant; a release begins anew', () => {
    const { guard, calls, raised, over, clock } = world({ stopCallsPerHour: 10 });
    for (let call = 0; call < 11; call++) over(calls(home()));
    expect(raised).toEqual([{ id: 'stop0', scope: 'tenant', scopeId: null, reason: 'calls_per_hour' }]);
    expect(calls(home())).toBe('outbound_stopped');
    guard.release('stop0');
    expect(calls(home())).toBe('p11');
    clock.advance(60 * MINUTE_MS);
    expect(guard.figures().callsLastHour).toBe(0);
  });

  it('many forbidden numbers stop who dials them, and mistakes far apart do not', () => {
    const { calls, raised, clock } = world({ internationalPrefixes: [], stopRefusals: 5 });
    for (let at = 0; at < 20; at++) {
      calls(abroad(ANN));
      clock.advance(3 * MINUTE_MS);
    }
    expect(raised).toEqual([]);
    for (let at = 0; at < 5; at++) calls(abroad(PHONE));
    expect(raised).toEqual([{ id: 'stop0', scope: 'device', scopeId: 'phone', reason: 'refusals' }]);
    expect([calls(home(PHONE)), calls(home(ANN))]).toEqual(['outbound_stopped', 'p0']);
  });

  it('emergency numbers are never held back, where the tenant allows them', () => {
    const stop = { id: 's', scope: 'tenant', scopeId: null, reason: 'manual' } as const;
    const { calls } = world({ emergencyAllowed: true, maxDailyCost: 0, maxConcurrent: 0, maxDailyCalls: 0 }, [], [stop]);
    expect(calls(home())).toBe('outbound_stopped');
    expect(calls({ number: '119', class: 'emergency', caller: ANN })).toBe('p0');
  });

  it('one that a person began ends dear calls when it is configured', () => {
    const { guard, calls, ended, config, raised } = world();
    const dear = calls(abroad(ANN));
    guard.configure({ ...config, stops: [{ id: 's', scope: 'tenant', scopeId: null, reason: 'manual' }] });
    expect(ended).toEqual([dear]);
    expect(raised).toEqual([]);
  });
});

describe('after a restart', () => {
  it('what was used counts, and a call that goes on is charged from where it is', () => {
    const { guard, clock, calls } = world({ callerMaxConcurrent: 2 });
    guard.restore({ spentMs: 0, accounts: [{ caller: ANN, trunkId: 't', calls: 4, cost: 70 }, { caller: null, trunkId: null, calls: 1, cost: 0 }] });
    guard.resume('old', home(ANN), 90_000);
    guard.answered('leg', { planId: 'old', trunkId: 't' }, 90_000);
    expect(guard.figures()).toMatchObject({ calls: 5, cost: 90, running: 1 });
    clock.advance(29_999);
    expect(guard.figures().cost).toBe(90);
    clock.advance(1);
    expect(guard.figures().cost).toBe(100);
    expect(calls(home(ANN))).toBe('p0');
    expect(calls(home(ANN))).toBe('caller_limit_reached');
  });
});
