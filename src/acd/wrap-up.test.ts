import { describe, expect, it } from 'vitest';
import { agentConfig, queueConfig, TestAcd } from './test-support.ts';
import type { QueueConfig } from './types.ts';

/** A has finished call c1 and wraps it up. */
function wrappingUp(change: Partial<QueueConfig>): TestAcd {
  const acd = new TestAcd([queueConfig('q', { wrapUpMs: 30_000, ...change })], [agentConfig('A')]);
  acd.available('A');
  acd.queue('c1');
  acd.accept('o1');
  acd.release('A', 'c1');
  return acd;
}

const timeOver = (acd: TestAcd, ms = 30_000) => acd.send({ type: 'timer', at: acd.tick(ms), timer: { kind: 'wrapUp', agentId: 'A' } });
const done = (acd: TestAcd) => acd.send({ type: 'wrapUpDone', at: acd.tick(), agentId: 'A' });
const saved = (acd: TestAcd, callId = 'c1') => acd.send({ type: 'resultSaved', at: acd.tick(), agentId: 'A', callId });
const extend = (acd: TestAcd) => acd.send({ type: 'wrapUpExtended', at: acd.tick(), agentId: 'A' });

describe('a wrap-up whose result is required', () => {
  it('ends neither by the button nor by the time before the result is saved', () => {
    const acd = wrappingUp({ wrapUpRequired: true });
    expect(acd.agent('A').wrapUp).toMatchObject({ resultMissing: true });
    done(acd);
    expect(acd.agent('A').work).toBe('wrapUp');
    timeOver(acd);
    expect(acd.agent('A')).toMatchObject({ work: 'wrapUp', wrapUp: { until: null, resultMissing: true } });
    saved(acd, 'another call');
    expect(acd.agent('A').work).toBe('wrapUp');
    saved(acd);
    expect(acd.agent('A').work).toBe('idle');
  });

  it('ends by the button once the result is saved, also when that was during the call', () => {
    const late = wrappingUp({ wrapUpRequired: true });
    saved(late);
    expect(late.agent('A')).toMatchObject({ work: 'wrapUp', wrapUp: { resultMissing: false } });
    done(late);
    expect(late.agent('A').work).toBe('idle');

    const acd = new TestAcd([queueConfig('q', { wrapUpMs: 30_000, wrapUpRequired: true })], [agentConfig('A')]);
    acd.available('A');
    acd.queue('c1');
    acd.accept('o1');
    saved(acd);
    acd.release('A', 'c1');
    expect(acd.agent('A').wrapUp).toMatchObject({ resultMissing: false });
    timeOver(acd);
    expect(acd.agent('A').work).toBe('idle');
  });

  it('does not keep an agent who logs off', () => {
    const acd = wrappingUp({ wrapUpRequired: true, wrapUpFixed: true });
    acd.send({ type: 'presence', at: acd.tick(), agentId: 'A', presence: 'offline' });
    expect(acd.agent('A')).toMatchObject({ work: 'idle', presence: 'offline' });
  });
});

describe('a wrap-up that lasts its time', () => {
  it('is not ended by the agent', () => {
    const acd = wrappingUp({ wrapUpFixed: true });
    done(acd);
    expect(acd.agent('A')).toMatchObject({ work: 'wrapUp', wrapUp: { fixed: true } });
    timeOver(acd);
    expect(acd.agent('A').work).toBe('idle');
  });
});

describe('a wrap-up that can be lengthened', () => {
  it('goes on as often as the queue allows', () => {
    const acd = wrappingUp({ wrapUpExtensions: 1, wrapUpExtendMs: 10_000 });
    const until = acd.agent('A').wrapUp?.until ?? 0;
    expect(extend(acd)).toContainEqual({ type: 'setTimer', timer: { kind: 'wrapUp', agentId: 'A' }, afterMs: until + 10_000 - acd.now });
    expect(acd.agent('A').wrapUp).toMatchObject({ until: until + 10_000, extensionsLeft: 0 });
    expect(extend(acd)).toEqual([]);
    // The timer of before changes nothing any more.
    timeOver(acd, 20_000);
    expect(acd.agent('A').work).toBe('wrapUp');
    timeOver(acd, 20_000);
    expect(acd.agent('A').work).toBe('idle');
  });

  it('gets a clock again when its time was over and only the result was missing', () => {
    const acd = wrappingUp({ wrapUpRequired: true, wrapUpExtensions: 1, wrapUpExtendMs: 10_000 });
    timeOver(acd);
    extend(acd);
    expect(acd.agent('A').wrapUp?.until).toBe(acd.now + 10_000);
  });

  it('begins anew with the next call', () => {
    const acd = wrappingUp({ wrapUpExtensions: 1, wrapUpExtendMs: 10_000 });
    extend(acd);
    done(acd);
    acd.queue('c2');
    acd.accept('o2');
    acd.release('A', 'c2');
    expect(acd.agent('A').wrapUp).toMatchObject({ extensionsLeft: 1 });
  });
});

describe('reasons of breaks and absences', () => {
  const choose = (acd: TestAcd, presence: 'break' | 'away' | 'available', reasonId: string | null = null) =>
    acd.send({ type: 'presence', at: acd.tick(), agentId: 'A', presence, reasonId });

  it('are told with the presence, and a change of reason alone counts as a change', () => {
    const acd = new TestAcd([queueConfig('q')], [agentConfig('A')]);
    choose(acd, 'break', 'lunch');
    const { since } = acd.agent('A');
    expect(acd.agent('A')).toMatchObject({ presence: 'break', reasonId: 'lunch' });
    choose(acd, 'break', 'short');
    expect(acd.agent('A')).toMatchObject({ presence: 'break', reasonId: 'short' });
    expect(acd.agent('A').since).toBeGreaterThan(since);
    choose(acd, 'available');
    expect(acd.agent('A').reasonId).toBeUndefined();
  });

  it('wait with the presence while the agent talks', () => {
    const acd = new TestAcd([queueConfig('q')], [agentConfig('A')]);
    choose(acd, 'available');
    acd.queue('c1');
    acd.accept('o1');
    choose(acd, 'away', 'training');
    expect(acd.agent('A')).toMatchObject({ presence: 'available', nextPresence: 'away', nextReasonId: 'training' });
    acd.release('A', 'c1');
    expect(acd.agent('A')).toMatchObject({ presence: 'away', reasonId: 'training', work: 'idle' });
  });

  it('go when missed offers put the agent away', () => {
    const acd = new TestAcd([queueConfig('q', { missedOffersToAway: 1 })], [agentConfig('A')]);
    choose(acd, 'break', 'lunch');
    choose(acd, 'available');
    acd.queue('c1');
    acd.timeout('o1');
    expect(acd.agent('A')).toMatchObject({ presence: 'away' });
    expect(acd.agent('A').reasonId).toBeUndefined();
  });
});
