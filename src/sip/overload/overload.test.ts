import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { FakeClock, systemClock, type Clock } from '../../lib/clock.ts';
import { measureEventLoopDelay } from '../../lib/event-loop-delay.ts';
import { SipPhone } from '../../../test/support/sip-phone.ts';
import { DEFAULT_OVERLOAD_LIMITS, OVERLOAD_START, overloadStep } from './overload.ts';
import { OverloadControl } from './overload-control.ts';

/** The shares, in hundredths, when 600 calls a second come. */
const run = (samples: readonly number[]): number[] => {
  let state = OVERLOAD_START;
  return samples.map((lateMs) => {
    const taken = 600 * state.share;
    state = overloadStep(DEFAULT_OVERLOAD_LIMITS, state, { lateMs, taken, refused: 600 - taken });
    return Math.round(state.share * 100);
  });
};

/** A server that does 300 calls a second: what is taken beyond that waits, and waiting is what is measured. */
function served(offered: readonly number[]): { done: number; refused: number; share: number }[] {
  let [state, backlog] = [OVERLOAD_START, 0];
  return offered.map((rate) => {
    const taken = rate * state.share;
    backlog += taken / 2;
    const done = Math.min(backlog, 150);
    backlog -= done;
    state = overloadStep(DEFAULT_OVERLOAD_LIMITS, state, { lateMs: (backlog / 300) * 1000, taken, refused: rate - taken });
    return { done, refused: (rate - taken) / 2, share: state.share };
  });
}
const samples = (count: number, rate: number): number[] => Array.from({ length: count }, () => rate);

describe('overloadStep', () => {
  it('begins to refuse after two bad samples in a row, not after one, and takes fewer with each more', () => {
    expect(run([500, 10, 500, 10])).toEqual([100, 100, 100, 100]);
    expect(run([201, 201, 201, 201])).toEqual([100, 70, 49, 34]);
    expect(run([200, 200])).toEqual([100, 100]);
  });

  it('takes more again with each good sample; what lies between the limits changes nothing', () => {
    expect(run([500, 500, 100, 60, 59, 10, 10, 10])).toEqual([100, 70, 70, 70, 80, 90, 100, 100]);
  });

  it('never refuses all, and comes back from the least', () => {
    const worst = run(Array.from({ length: 50 }, () => 5000));
    expect(worst.at(-1)).toBe(2);
    const back = run([...Array.from({ length: 50 }, () => 5000), ...Array.from({ length: 20 }, () => 1)]);
    expect(back.at(-1)).toBe(100);
    // Ten seconds at two samples a second.
    expect(back.slice(50).findIndex((share) => share === 100)).toBeLessThan(20);
  });

  it('settles where the work just fits, and serves nearly all that can be done', () => {
    const late = served(samples(240, 600)).slice(40);
    expect(late.reduce((sum, { done }) => sum + done, 0) / (late.length * 150)).toBeGreaterThan(0.9);
  });

  it('takes all again within two seconds when fewer come than could be done', () => {
    const after = served([...samples(60, 600), ...samples(20, 200)]).slice(60);
    expect(after.findIndex(({ share }) => share === 1)).toBeLessThan(4);
    // Growing step by step, a third of them would be refused.
    expect(after.reduce((sum, { refused }) => sum + refused, 0) / (20 * 100)).toBeLessThan(0.08);
  });

  it('does not take all for one quiet moment', () => {
    const shares = served([...samples(60, 600), 100, ...samples(20, 600)]).slice(60).map(({ share }) => share);
    expect(Math.max(...shares)).toBeLessThan(0.9);
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
    const answers = Array.from({ length: 100 }, () => control.refusal());
    const times = answers.filter((seconds) => seconds !== null);
    expect(Math.abs(times.length - 30)).toBeLessThanOrEqual(1);
    // Spread evenly: of ten in a row never more than eight are taken.
    expect(answers.slice(0, 10).filter((seconds) => seconds === null).length).toBeLessThanOrEqual(8);
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
      expect(callee.agent.dump().overload).toEqual({ active: true, share: 0.7, lateMs: 1000, refused: 1 });
      await first.hangup();
      expect(await incoming.until('ended')).toMatchObject({ by: 'remote' });
      p95 = 0;
      clock.advance(1500);
      expect(callee.agent.dump().overload).toMatchObject({ active: false, share: 1 });
      const again = caller.call(callee.uri, { sdp: SDP });
      (await callee.nextCall()).reject(486);
      expect(await again.until('rejected')).toMatchObject({ status: 486 });
    } finally {
      await caller.stop();
      await callee.stop();
    }
  });
});
