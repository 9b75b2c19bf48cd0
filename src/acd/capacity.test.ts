import { describe, expect, it } from 'vitest';
import type { AcdEffect, QueueConfig } from './types.ts';
import { agentConfig, offersIn, only, queueConfig, TestAcd } from './test-support.ts';
import { queuesOf } from './views.ts';

/** A may have two calls at once, B one. Both are there; B is idle longer. */
function twoAgents(change: Partial<QueueConfig> = {}, more: QueueConfig[] = []): TestAcd {
  const queueIds = ['q', ...more.map(({ queueId }) => queueId)];
  const acd = new TestAcd([queueConfig('q', change), ...more], [agentConfig('A', { capacity: 2, queueIds }), agentConfig('B', { queueIds })]);
  acd.available('B', 'A');
  return acd;
}

/** A alone, with call c1 and room for one more. */
function talking(change: Partial<QueueConfig> = {}, more: QueueConfig[] = []): TestAcd {
  const acd = new TestAcd([queueConfig('q', change), ...more], [agentConfig('A', { capacity: 2, queueIds: ['q', ...more.map(({ queueId }) => queueId)] })]);
  acd.available('A');
  acd.queue('c1');
  acd.accept('o1');
  return acd;
}

const choose = (acd: TestAcd, presence: 'available' | 'break' | 'away'): AcdEffect[] => acd.send({ type: 'presence', at: acd.tick(), agentId: 'A', presence });
const verdicts = (effects: AcdEffect[]): unknown => only(effects, 'offer')[0]?.decision.candidates.map(({ agentId, verdict, load, capacity }) => [agentId, verdict, load, capacity]);

describe('an agent who may have two calls', () => {
  it('gets the second only when everybody with fewer calls is out', () => {
    const acd = twoAgents();
    expect(offersIn(acd.queue('c1'))).toEqual(['B<-c1']);
    acd.accept('o1');
    expect(offersIn(acd.queue('c2'))).toEqual(['A<-c2']);
    acd.accept('o2');
    const third = acd.queue('c3');
    expect(offersIn(third)).toEqual(['A<-c3']);
    expect(verdicts(third)).toEqual([['A', 'chosen', 1, 2], ['B', 'busy', undefined, undefined]]);
    expect(acd.agent('A')).toMatchObject({ work: 'talking', lines: { callIds: ['c2'], capacity: 2 } });
    acd.accept('o3');
    expect(acd.agent('A')).toMatchObject({ work: 'talking', callId: 'c3', lines: { callIds: ['c2', 'c3'], capacity: 2 } });
    expect(offersIn(acd.queue('c4'))).toEqual([]);
    expect(offersIn(acd.release('A', 'c2'))).toEqual(['A<-c4']);
  });

  it('comes behind whoever has fewer calls, whatever the order of the queue', () => {
    const rules = { order: 'linear', weight: 0, ageingPerMinute: 0, expression: null, rings: [], maxWaitMs: 0, maxLength: 0, noAgents: 'wait' } as const;
    const place = (position: number) => ({ places: { q: { position, weight: 10 } }, capacity: 2 });
    const acd = new TestAcd([queueConfig('q', { rules })], [agentConfig('A', place(1)), agentConfig('B', place(2))]);
    acd.available('A', 'B');
    acd.queue('c1');
    acd.accept('o1');
    const second = acd.queue('c2');
    expect(offersIn(second)).toEqual(['B<-c2']);
    expect(verdicts(second)).toEqual([['B', 'chosen', 0, 2], ['A', 'moreCalls', 1, 2]]);
  });

  it('is chosen among equals by who has been talking longest, and the explanation says so', () => {
    const acd = new TestAcd([queueConfig('q')], [agentConfig('A', { capacity: 2 }), agentConfig('B', { capacity: 2 })]);
    acd.available('B', 'A');
    acd.queue('c1');
    acd.accept('o1');
    acd.queue('c2');
    acd.accept('o2');
    expect(verdicts(acd.queue('c3'))).toEqual([['B', 'chosen', 1, 2], ['A', 'talksShorter', 1, 2]]);
  });

  it('is asked at once when calls wait already, and not counted among the free', () => {
    const acd = new TestAcd([queueConfig('q')], [agentConfig('A', { capacity: 2 })]);
    acd.queue('c1');
    acd.queue('c2');
    acd.available('A');
    expect(offersIn(acd.accept('o1'))).toEqual(['A<-c2']);
    acd.send({ type: 'removed', at: acd.tick(), callId: 'c2' });
    expect(acd.agent('A').work).toBe('talking');
    expect(queuesOf(acd.state)[0]).toMatchObject({ routable: 0, talking: 1 });
  });

  it('is left with the present call when the second is not taken, is not set away, and gets none until that one ends', () => {
    const acd = talking({ missedOffersToAway: 1 });
    acd.queue('c2');
    const effects = acd.timeout('o2');
    expect(only(effects, 'withdraw')).toMatchObject([{ offerId: 'o2', reason: 'timeout' }]);
    expect(offersIn(effects)).toEqual([]);
    expect(acd.agent('A')).toMatchObject({ presence: 'available', work: 'talking', callId: 'c1' });
    const [decision] = only(effects, 'decision');
    expect(decision?.decision.candidates).toMatchObject([{ agentId: 'A', verdict: 'declinedFurther', load: 1, capacity: 2 }]);
    expect(offersIn(acd.release('A', 'c1'))).toEqual(['A<-c2']);
  });

  it('is rung on when the first call ends meanwhile, and wraps that one up afterwards', () => {
    const acd = talking({ wrapUpMs: 30_000, missedOffersToAway: 1 });
    acd.queue('c2');
    acd.release('A', 'c1');
    expect(acd.agent('A')).toMatchObject({ work: 'offered', callId: 'c2' });
    acd.timeout('o2');
    expect(acd.agent('A')).toMatchObject({ work: 'wrapUp', callId: 'c1', presence: 'available' });
  });

  it('may ask for further calls again', () => {
    const acd = talking();
    acd.queue('c2');
    expect(offersIn(acd.decline('o2'))).toEqual([]);
    expect(offersIn(choose(acd, 'available'))).toEqual(['A<-c2']);
  });

  it('gets no further call from the moment of choosing a break, and keeps the present one', () => {
    const acd = talking();
    acd.queue('c2');
    expect(only(choose(acd, 'break'), 'withdraw')).toMatchObject([{ offerId: 'o2', reason: 'agentGone' }]);
    expect(acd.agent('A')).toMatchObject({ presence: 'available', nextPresence: 'break', work: 'talking', callId: 'c1' });
    expect(offersIn(acd.queue('c3'))).toEqual([]);
    expect(offersIn(choose(acd, 'available'))).toEqual(['A<-c2']);
  });

  it('gets no further call while the line is not well', () => {
    const acd = talking();
    acd.queue('c2');
    const lost = acd.send({ type: 'health', at: acd.tick(), agentId: 'A', problems: ['media'] });
    expect(only(lost, 'withdraw')).toMatchObject([{ offerId: 'o2' }]);
    expect(offersIn(acd.send({ type: 'health', at: acd.tick(), agentId: 'A', problems: [] }))).toEqual(['A<-c2']);
  });

  it('gets none beside a consultation, a call of their own, or one on a telephone', () => {
    const acd = talking();
    acd.queue('c2');
    const asked = acd.send({ type: 'alone', at: acd.tick(), agentId: 'A', callId: 'c1', alone: true });
    expect(only(asked, 'withdraw')).toMatchObject([{ offerId: 'o2' }]);
    expect(offersIn(acd.send({ type: 'alone', at: acd.tick(), agentId: 'A', callId: 'c1', alone: false }))).toEqual(['A<-c2']);

    const out = new TestAcd([queueConfig('q')], [agentConfig('A', { capacity: 2 })]);
    out.available('A');
    out.send({ type: 'seized', at: out.tick(), agentId: 'A', callId: 'out' });
    expect(offersIn(out.queue('c1'))).toEqual([]);

    const telephone = new TestAcd([queueConfig('q')], [agentConfig('A', { capacity: 2 })]);
    telephone.available('A');
    telephone.queue('c1');
    telephone.send({ type: 'accepted', at: telephone.tick(), offerId: 'o1', alone: true });
    expect(offersIn(telephone.queue('c2'))).toEqual([]);
  });

  it('makes no callback beside a caller', () => {
    const acd = talking();
    expect(offersIn(acd.queue('back', { callback: true }))).toEqual([]);
    expect(offersIn(acd.release('A', 'c1'))).toEqual(['A<-back']);
    acd.accept('o2');
    expect(offersIn(acd.queue('c2'))).toEqual([]);
  });

  it('has calls of before a restart again, and room as before', () => {
    const acd = new TestAcd([queueConfig('q')], [agentConfig('A', { capacity: 3 })]);
    acd.available('A');
    for (const callId of ['c1', 'c2']) acd.send({ type: 'seized', at: acd.tick(), agentId: 'A', callId, queueId: 'q', shared: true });
    expect(acd.agent('A')).toMatchObject({ lines: { callIds: ['c1', 'c2'], capacity: 3 } });
    expect(offersIn(acd.queue('c3'))).toEqual(['A<-c3']);
  });

  it('loses the second that rings, not one in progress, when only one is allowed any more', () => {
    const acd = talking();
    acd.queue('c2');
    const configured = acd.send({ type: 'configured', at: acd.tick(), queues: [queueConfig('q')], agents: [agentConfig('A')] });
    expect(only(configured, 'withdraw')).toMatchObject([{ offerId: 'o2', reason: 'agentGone' }]);
    expect(acd.agent('A')).toMatchObject({ work: 'talking', callId: 'c1' });
  });

  it('is one for a station, whatever is set', () => {
    const acd = new TestAcd([queueConfig('q')], [agentConfig('S', { kind: 'station', capacity: 3 })]);
    acd.queue('c1');
    acd.accept('o1');
    expect(offersIn(acd.queue('c2'))).toEqual([]);
  });
});

describe('wrap-up of two calls', () => {
  const done = (acd: TestAcd): AcdEffect[] => acd.send({ type: 'wrapUpDone', at: acd.tick(), agentId: 'A' });
  const saved = (acd: TestAcd, callId: string): AcdEffect[] => acd.send({ type: 'resultSaved', at: acd.tick(), agentId: 'A', callId });

  /** c1 of q ended first, then c2 of r. */
  function bothEnded(change: Partial<QueueConfig> = {}): TestAcd {
    const acd = talking({ wrapUpMs: 30_000, ...change }, [queueConfig('r', { wrapUpMs: 10_000 })]);
    acd.queue('c2', { queueId: 'r' });
    acd.accept('o2');
    acd.release('A', 'c1');
    expect(acd.agent('A')).toMatchObject({ work: 'talking', callId: 'c2', queueId: 'r' });
    acd.release('A', 'c2');
    return acd;
  }

  it('begins when the last one has ended and goes from call to call, each as its queue says', () => {
    const acd = bothEnded();
    expect(acd.agent('A')).toMatchObject({ work: 'wrapUp', callId: 'c2', queueId: 'r', wrapUp: { until: acd.now + 10_000 } });
    acd.send({ type: 'timer', at: acd.tick(10_000), timer: { kind: 'wrapUp', agentId: 'A' } });
    expect(acd.agent('A')).toMatchObject({ work: 'wrapUp', callId: 'c1', queueId: 'q', since: acd.now, wrapUp: { until: acd.now + 30_000 } });
    expect(queuesOf(acd.state)).toMatchObject([{ queueId: 'q', wrapUp: 1 }, { queueId: 'r', wrapUp: 0 }]);
    done(acd);
    expect(acd.agent('A')).toMatchObject({ work: 'idle', callId: null });
  });

  it('wants the result of each where its queue does', () => {
    const acd = bothEnded({ wrapUpRequired: true });
    done(acd);
    expect(acd.agent('A')).toMatchObject({ work: 'wrapUp', callId: 'c1', wrapUp: { resultMissing: true } });
    done(acd);
    expect(acd.agent('A').work).toBe('wrapUp');
    saved(acd, 'c1');
    done(acd);
    expect(acd.agent('A').work).toBe('idle');
  });

  it('of a call whose result was saved while the other went on is over', () => {
    const acd = talking({ wrapUpMs: 30_000, wrapUpRequired: true });
    acd.queue('c2');
    acd.accept('o2');
    acd.release('A', 'c1');
    saved(acd, 'c1');
    acd.release('A', 'c2');
    expect(acd.agent('A')).toMatchObject({ work: 'wrapUp', callId: 'c2', wrapUp: { resultMissing: true } });
    saved(acd, 'c2');
    done(acd);
    expect(acd.agent('A').work).toBe('idle');
  });

  it('is begun for the one that ended first when the other has none', () => {
    const acd = talking({ wrapUpMs: 30_000 }, [queueConfig('r')]);
    acd.queue('c2', { queueId: 'r' });
    acd.accept('o2');
    acd.release('A', 'c1');
    acd.release('A', 'c2');
    expect(acd.agent('A')).toMatchObject({ work: 'wrapUp', callId: 'c1', queueId: 'q' });
  });

  it('of both is over for who logs off', () => {
    const acd = bothEnded({ wrapUpRequired: true });
    acd.send({ type: 'presence', at: acd.tick(), agentId: 'A', presence: 'offline' });
    expect(acd.agent('A')).toMatchObject({ work: 'idle', presence: 'offline' });
  });
});
