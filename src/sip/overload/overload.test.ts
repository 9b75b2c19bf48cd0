import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { FakeClock, systemClock, type Clock } from '../../lib/clock.ts';
import { measureEventLoopDelay } from '../../lib/event-loop-delay.ts';
import { SipPhone } from '../../../test/support/sip-phone.ts';
import { DEFAULT_OVERLOAD_LIMITS, OVERLOAD_START, overloadStep } from './overload.ts';
import { OverloadControl } from './overload-control.ts';

const run = (samples: readonly number[]): boolean[] => {
  let state = OVERLOAD_START;
  return samples.map((p95) => (state = overloadStep(DEFAULT_OVERLOAD_LIMITS, state, p95)).active);
};

describe('overloadStep', () => {
  it('enters after two bad samples in a row, not after one', () => {
    expect(run([500, 10, 500, 10])).toEqual([false, false, false, false]);
    expect(run([201, 201])).toEqual([false, true]);
    expect(run([200, 200])).toEqual([false, false]);
  });

  it('leaves after three good samples in a row; what lies between the limits changes nothing', () => {
    expect(run([500, 500, 10, 10, 100, 10, 10, 10])).toEqual([false, true, true, true, true, true, true, false]);
  });
});

describe('OverloadControl', () => {
  it('spreads the callers it sends away, and tells of changes', () => {
    const clock = new FakeClock();
    let p95 = 1000;
    let turn = 0;
    const changes: boolean[] = [];
    const control = new OverloadControl({ delay: { takeP95: () => p95, stop: () => undefined }, onChange: (active) => changes.push(active) }, clock, () => (turn++ % 20) / 20);
    control.start();
    expect(control.refusal()).toBe(null);
    clock.advance(1000);
    const times = Array.from({ length: 100 }, () => control.refusal());
    expect(new Set(times).size).toBe(20);
    expect(Math.min(...times.map(Number))).toBe(5);
    expect(Math.max(...times.map(Number))).toBe(24);
    p95 = 0;
    clock.advance(1500);
    expect(control.refusal()).toBe(null);
    expect(changes).toEqual([true, false]);
    control.stop();
    expect(clock.pending).toBe(0);
  });
});

describe('measureEventLoopDelay', () => {
  it('sees a process that is late all the time, and one that is not', async () => {
    const delay = measureEventLoopDelay();
    await new Promise((resolve) => setTimeout(resolve, 100));
    delay.takeP95();
    for (let turn = 0; turn < 6; turn++) {
      const end = systemClock.monotonic() + 60;
      while (systemClock.monotonic() < end) randomBytes(64);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await new Promise((resolve) => setTimeout(resolve, 15));
    const late = delay.takeP95();
    expect(late).toBeGreaterThan(40);
    delay.takeP95();
    expect([delay.takeWorst(), delay.takeWorst()]).toEqual([late, 0]);
    delay.stop();
  });
});

describe('an agent that does not keep up', () => {
  const SDP = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n';

  it('refuses new calls with 503, keeps those that are up, and takes calls again', async () => {
    const clock = new FakeClock();
    let p95 = 0;
    const shed = { count: 0, active: false };
    const metrics = { shed: () => shed.count++, overloaded: (active: boolean) => void (shed.active = active) };
    // Only the samples wait for the test.
    const overloadClock: Clock = { ...systemClock, after: (ms, action) => (ms === 500 ? clock : systemClock).after(ms, action) };
    const callee = await SipPhone.start({ user: 'callee', agent: { clock: overloadClock, metrics, overload: { delay: { takeP95: () => p95, stop: () => undefined } } } });
    const caller = await SipPhone.start({ user: 'caller' });
    try {
      const first = caller.call(callee.uri, { sdp: SDP });
      const incoming = await callee.nextCall();
      incoming.answer(SDP);
      await first.until('answered');
      p95 = 1000;
      clock.advance(1000);
      expect(await caller.call(callee.uri, { sdp: SDP }).until('rejected')).toMatchObject({ status: 503 });
      expect(shed).toEqual({ count: 1, active: true });
      expect(callee.agent.dump().overload).toEqual({ active: true, p95Ms: 1000, refused: 1 });
      await first.hangup();
      expect(await incoming.until('ended')).toMatchObject({ by: 'remote' });
      p95 = 0;
      clock.advance(1500);
      const again = caller.call(callee.uri, { sdp: SDP });
      (await callee.nextCall()).reject(486);
      expect(await again.until('rejected')).toMatchObject({ status: 486 });
    } finally {
      await caller.stop();
      await callee.stop();
    }
  });
});
