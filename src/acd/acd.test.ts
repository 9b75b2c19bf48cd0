import { describe, expect, it } from 'vitest';
import { createAcd, reduceAcd } from './acd.ts';
import { agentConfig, offersIn, only, queueConfig, TestAcd } from './test-support.ts';
import { queuesOf, waitingCall } from './views.ts';

describe('choice of the agent', () => {
  it('offers to the agent who is idle longest', () => {
    const acd = new TestAcd([queueConfig('q')], [agentConfig('A'), agentConfig('B')]);
    acd.available('B', 'A');
    expect(offersIn(acd.queue('c1'))).toEqual(['B<-c1']);
  });

  it('wants every skill at its level, the queue\'s and the call\'s', () => {
    const acd = new TestAcd(
      [queueConfig('q', { requiredSkills: { ja: 3 } })],
      [
        agentConfig('A', { skills: { ja: 2, en: 5 } }),
        agentConfig('B', { skills: { ja: 5 } }),
        agentConfig('C', { skills: { ja: 3, en: 2 } }),
      ],
    );
    acd.available('A', 'B', 'C');
    const effects = acd.queue('c1', { skills: { en: 2 } });
    expect(offersIn(effects)).toEqual(['C<-c1']);
    expect(only(effects, 'offer')[0]?.decision).toMatchObject({
      rule: 'longestIdle',
      requiredSkills: { ja: 3, en: 2 },
      considered: 3,
      candidates: [
        { agentId: 'C', verdict: 'chosen' },
        { agentId: 'A', verdict: 'skill' },
        { agentId: 'B', verdict: 'skill' },
      ],
    });
  });

  it('takes the higher level when queue and call name the same skill', () => {
    const acd = new TestAcd([queueConfig('q', { requiredSkills: { ja: 3 } })], [agentConfig('A', { skills: { ja: 3 } })]);
    acd.available('A');
    expect(offersIn(acd.queue('c1', { skills: { ja: 4 } }))).toEqual([]);
    expect(offersIn(acd.queue('c2', { skills: { ja: 1 } }))).toEqual(['A<-c2']);
  });

  it('does not mistake inherited object properties for skills', () => {
    const acd = new TestAcd([queueConfig('q')], [agentConfig('A')]);
    acd.available('A');
    expect(offersIn(acd.queue('c1', { skills: { constructor: 1 } }))).toEqual([]);
  });

  it('says once why nobody got the call', () => {
    const acd = new TestAcd([queueConfig('q')], [agentConfig('A'), agentConfig('B'), agentConfig('C')]);
    acd.available('A', 'B');
    acd.send({ type: 'seized', at: acd.tick(), agentId: 'A', callId: 'out' });
    acd.send({ type: 'health', at: acd.tick(), agentId: 'B', problems: ['microphone'] });
    const [decision] = only(acd.queue('c1'), 'decision');
    expect(decision?.decision).toMatchObject({
      agentId: null,
      candidates: [
        { agentId: 'A', verdict: 'busy' },
        { agentId: 'B', verdict: 'unhealthy' },
        { agentId: 'C', verdict: 'presence' },
      ],
    });
    expect(only(acd.queue('c2'), 'decision').map((effect) => effect.decision.callId)).toEqual(['c2']);
  });

  it('lists at most twenty agents beside the chosen one', () => {
    const agents = Array.from({ length: 50 }, (_, index) => agentConfig(`A${index}`));
    const acd = new TestAcd([queueConfig('q')], agents);
    acd.available(...agents.map((agent) => agent.agentId));
    const [offer] = only(acd.queue('c1'), 'offer');
    expect(offer?.decision.considered).toBe(50);
    expect(offer?.decision.candidates).toHaveLength(21);
    for (const { agentId } of agents) acd.send({ type: 'presence', at: acd.tick(), agentId, presence: 'break' });
    expect(only(acd.queue('c2'), 'decision')[0]?.decision.candidates).toHaveLength(20);
  });
});

describe('order of calls', () => {
  it('is priority, then time of queueing, then arrival', () => {
    const acd = new TestAcd([queueConfig('q')], [agentConfig('A')]);
    acd.queue('late', { queuedAt: 50 });
    acd.queue('early', { queuedAt: 10 });
    acd.queue('sameAsEarly', { queuedAt: 10 });
    acd.queue('vip', { priority: 1, queuedAt: 99 });
    const served: string[] = [];
    acd.available('A');
    for (let index = 1; index <= 4; index++) {
      const callId = only(acd.effects, 'offer')[0]?.callId ?? '';
      served.push(callId);
      acd.accept(`o${index}`);
      acd.release('A', callId);
    }
    expect(served).toEqual(['vip', 'early', 'sameAsEarly', 'late']);
  });

  it('holds across the queues of an agent', () => {
    const acd = new TestAcd([queueConfig('q'), queueConfig('r')], [agentConfig('A', { queueIds: ['q', 'r'] })]);
    acd.queue('second', { queueId: 'q', queuedAt: 20 });
    acd.queue('first', { queueId: 'r', queuedAt: 10 });
    expect(offersIn(acd.available('A'))).toEqual(['A<-first']);
  });

  it('lets an agent pass over calls that need another skill', () => {
    const acd = new TestAcd([queueConfig('q')], [agentConfig('A', { skills: { ja: 1 } })]);
    acd.queue('c1', { skills: { en: 1 } });
    acd.queue('c2', { skills: { ja: 1 } });
    expect(offersIn(acd.available('A'))).toEqual(['A<-c2']);
  });
});

describe('offers', () => {
  it('go to the next agent after a decline, and back to the first only after all others', () => {
    const acd = new TestAcd([queueConfig('q')], [agentConfig('A'), agentConfig('B')]);
    acd.available('A', 'B');
    acd.queue('c1');
    const declined = acd.decline('o1');
    expect(only(declined, 'withdraw')).toMatchObject([{ offerId: 'o1', reason: 'declined' }]);
    expect(offersIn(declined)).toEqual(['B<-c1']);
    expect(offersIn(acd.decline('o2'))).toEqual(['A<-c1']);
  });

  it('come again at once to the only agent', () => {
    const acd = new TestAcd([queueConfig('q')], [agentConfig('A')]);
    acd.available('A');
    acd.queue('c1');
    expect(offersIn(acd.timeout('o1'))).toEqual(['A<-c1']);
  });

  it('keep the strict order after a decline: a more urgent call comes first', () => {
    const acd = new TestAcd([queueConfig('q')], [agentConfig('A')]);
    acd.available('A');
    acd.queue('c1');
    acd.queue('vip', { priority: 5 });
    expect(offersIn(acd.decline('o1'))).toEqual(['A<-vip']);
  });

  it('put the agent who missed one at the end of the line', () => {
    const acd = new TestAcd([queueConfig('q')], [agentConfig('A'), agentConfig('B'), agentConfig('C')]);
    acd.available('A', 'B', 'C');
    acd.queue('c1');
    acd.timeout('o1');
    expect(offersIn(acd.queue('c2'))).toEqual(['C<-c2']);
    expect(offersIn(acd.queue('c3'))).toEqual(['A<-c3']);
  });

  it('give the agent the old place back when the caller hangs up', () => {
    const acd = new TestAcd([queueConfig('q')], [agentConfig('A'), agentConfig('B')]);
    acd.available('A', 'B');
    acd.queue('c1');
    const effects = acd.send({ type: 'removed', at: acd.tick(), callId: 'c1' });
    expect(only(effects, 'withdraw')).toMatchObject([{ offerId: 'o1', reason: 'callGone' }]);
    expect(offersIn(acd.queue('c2'))).toEqual(['A<-c2']);
  });

  it('connect on acceptance, once', () => {
    const acd = new TestAcd([queueConfig('q')], [agentConfig('A')]);
    acd.available('A');
    acd.queue('c1');
    expect(only(acd.accept('o1'), 'connect')).toEqual([
      { type: 'connect', offerId: 'o1', callId: 'c1', agentId: 'A', queueId: 'q' },
    ]);
    expect(acd.accept('o1')).toEqual([]);
    expect(acd.decline('o1')).toEqual([]);
    expect(acd.timeout('o1')).toEqual([]);
    expect(acd.agent('A')).toMatchObject({ work: 'talking', callId: 'c1', queueId: 'q', idleSince: null });
  });

  it('are withdrawn when the agent goes offline, on break or loses the microphone', () => {
    for (const event of [
      { type: 'presence', presence: 'offline' },
      { type: 'presence', presence: 'break' },
      { type: 'health', problems: ['microphone'] },
    ] as const) {
      const acd = new TestAcd([queueConfig('q')], [agentConfig('A'), agentConfig('B')]);
      acd.available('A', 'B');
      acd.queue('c1');
      const effects = acd.send({ ...event, at: acd.tick(), agentId: 'A' });
      expect(only(effects, 'withdraw')).toMatchObject([{ agentId: 'A', reason: 'agentGone' }]);
      expect(offersIn(effects)).toEqual(['B<-c1']);
      expect(acd.agent('A').work).toBe('idle');
    }
  });

  it('not taken so often in a row make the agent away; taking one starts the count again', () => {
    const acd = new TestAcd([queueConfig('q', { missedOffersToAway: 2 })], [agentConfig('A')]);
    acd.available('A');
    acd.queue('c1');
    acd.decline('o1');
    acd.accept('o2');
    acd.release('A', 'c1');
    acd.queue('c2');
    acd.timeout('o3');
    expect(acd.agent('A').presence).toBe('available');
    acd.decline('o4');
    expect(acd.agent('A')).toMatchObject({ presence: 'away', work: 'idle', idleSince: null });
    expect(waitingCall(acd.state, 'c2')).toMatchObject({ offerId: null, position: 1 });
    expect(offersIn(acd.available('A'))).toEqual(['A<-c2']);
  });

  it('count from nothing after the agent chose a presence', () => {
    const acd = new TestAcd([queueConfig('q', { missedOffersToAway: 2 })], [agentConfig('A')]);
    acd.available('A');
    acd.queue('c1');
    acd.decline('o1');
    acd.available('A');
    acd.decline('o2');
    expect(acd.agent('A')).toMatchObject({ presence: 'available', work: 'offered' });
  });

  it('that could not be delivered rest the agent, longer each time, without counting', () => {
    const station = agentConfig('S', { kind: 'station', stationUri: 'sip:s@127.0.0.1' });
    const acd = new TestAcd([queueConfig('q', { missedOffersToAway: 1 })], [station]);
    acd.queue('c1');
    const first = acd.send({ type: 'undeliverable', at: acd.tick(), offerId: 'o1' });
    expect(offersIn(first)).toEqual([]);
    expect(only(first, 'setTimer')).toEqual([{ type: 'setTimer', timer: { kind: 'rest', agentId: 'S' }, afterMs: 2000 }]);
    const rested = acd.send({ type: 'timer', at: acd.tick(2000), timer: { kind: 'rest', agentId: 'S' } });
    expect(offersIn(rested)).toEqual(['S<-c1']);
    const second = acd.send({ type: 'undeliverable', at: acd.tick(), offerId: 'o2' });
    expect(only(second, 'setTimer')).toMatchObject([{ afterMs: 4000 }]);
    expect(acd.agent('S').presence).toBe('available');
  });
});

describe('calls and wrap-up', () => {
  const talking = (change = {}): TestAcd => {
    const acd = new TestAcd([queueConfig('q', { wrapUpMs: 30_000, ...change })], [agentConfig('A')]);
    acd.available('A');
    acd.queue('c1');
    acd.accept('o1');
    return acd;
  };

  it('wrap-up ends by its timer', () => {
    const acd = talking();
    const effects = acd.release('A', 'c1');
    expect(only(effects, 'setTimer')).toEqual([
      { type: 'setTimer', timer: { kind: 'wrapUp', agentId: 'A' }, afterMs: 30_000 },
    ]);
    expect(acd.agent('A')).toMatchObject({ work: 'wrapUp', callId: 'c1', queueId: 'q' });
    expect(offersIn(acd.queue('c2'))).toEqual([]);
    expect(queuesOf(acd.state)[0]).toMatchObject({ waiting: 1, wrapUp: 1, talking: 0, routable: 0 });
    expect(offersIn(acd.send({ type: 'timer', at: acd.tick(30_000), timer: { kind: 'wrapUp', agentId: 'A' } }))).toEqual([
      'A<-c2',
    ]);
  });

  it('wrap-up may end early, and its timer with it', () => {
    const acd = talking();
    acd.release('A', 'c1');
    const effects = acd.send({ type: 'wrapUpDone', at: acd.tick(), agentId: 'A' });
    expect(only(effects, 'clearTimer')).toEqual([{ type: 'clearTimer', timer: { kind: 'wrapUp', agentId: 'A' } }]);
    expect(acd.agent('A')).toMatchObject({ work: 'idle', callId: null, queueId: null });
    acd.queue('c2');
    acd.accept('o2');
    acd.release('A', 'c2');
    acd.queue('c3');
    expect(offersIn(acd.send({ type: 'wrapUpDone', at: acd.tick(), agentId: 'A' }))).toEqual(['A<-c3']);
  });

  it('a timer of a wrap-up of the past does not end the present one', () => {
    const acd = talking();
    acd.release('A', 'c1');
    acd.send({ type: 'wrapUpDone', at: acd.tick(), agentId: 'A' });
    acd.queue('c2');
    acd.accept('o2');
    acd.release('A', 'c2');
    expect(acd.send({ type: 'timer', at: acd.tick(), timer: { kind: 'wrapUp', agentId: 'A' } })).toEqual([]);
    expect(acd.agent('A').work).toBe('wrapUp');
  });

  it('presence chosen during a call waits until wrap-up is over', () => {
    const acd = talking();
    acd.send({ type: 'presence', at: acd.tick(), agentId: 'A', presence: 'break' });
    expect(acd.agent('A')).toMatchObject({ presence: 'available', nextPresence: 'break', work: 'talking' });
    acd.release('A', 'c1');
    expect(acd.agent('A')).toMatchObject({ presence: 'available', work: 'wrapUp' });
    acd.send({ type: 'wrapUpDone', at: acd.tick(), agentId: 'A' });
    expect(acd.agent('A')).toMatchObject({ presence: 'break', work: 'idle' });
    expect(acd.agent('A')).not.toHaveProperty('nextPresence');
  });

  it('presence chosen during a call can be taken back', () => {
    const acd = talking({ wrapUpMs: 0 });
    acd.send({ type: 'presence', at: acd.tick(), agentId: 'A', presence: 'break' });
    acd.available('A');
    acd.release('A', 'c1');
    expect(acd.agent('A')).toMatchObject({ presence: 'available', work: 'idle' });
  });

  it('logging off ends a wrap-up at once', () => {
    const acd = talking();
    acd.release('A', 'c1');
    acd.send({ type: 'presence', at: acd.tick(), agentId: 'A', presence: 'offline' });
    expect(acd.agent('A')).toMatchObject({ presence: 'offline', work: 'idle' });
  });

  it('a call that did not come from a queue makes busy, without wrap-up', () => {
    const acd = new TestAcd([queueConfig('q', { wrapUpMs: 30_000 })], [agentConfig('A'), agentConfig('B')]);
    acd.available('A', 'B');
    acd.queue('c1');
    const effects = acd.send({ type: 'seized', at: acd.tick(), agentId: 'A', callId: 'out' });
    expect(only(effects, 'withdraw')).toMatchObject([{ reason: 'agentGone' }]);
    expect(offersIn(effects)).toEqual(['B<-c1']);
    expect(acd.agent('A')).toMatchObject({ work: 'talking', callId: 'out', queueId: null });
    acd.release('A', 'out');
    expect(acd.agent('A').work).toBe('idle');
  });

  it('a consultation call does not end the first call', () => {
    const acd = talking();
    acd.send({ type: 'seized', at: acd.tick(), agentId: 'A', callId: 'consult' });
    acd.release('A', 'consult');
    expect(acd.agent('A')).toMatchObject({ work: 'talking', callId: 'c1' });
    acd.release('A', 'c1');
    expect(acd.agent('A').work).toBe('wrapUp');
  });

  it('a call made during wrap-up is followed by the wrap-up again', () => {
    const acd = talking();
    acd.release('A', 'c1');
    acd.send({ type: 'seized', at: acd.tick(), agentId: 'A', callId: 'out' });
    expect(only(acd.effects, 'clearTimer')).toHaveLength(1);
    acd.release('A', 'out');
    expect(acd.agent('A')).toMatchObject({ work: 'wrapUp', queueId: 'q' });
  });

  it('a waiting call picked by hand leaves the queue, and the agent it rang at is free', () => {
    const acd = new TestAcd([queueConfig('q')], [agentConfig('A'), agentConfig('B')]);
    acd.available('A');
    acd.queue('c1');
    const effects = acd.send({ type: 'seized', at: acd.tick(), agentId: 'B', callId: 'c1' });
    expect(only(effects, 'withdraw')).toMatchObject([{ agentId: 'A', reason: 'answeredElsewhere' }]);
    expect(waitingCall(acd.state, 'c1')).toBeNull();
    expect(acd.agent('A').work).toBe('idle');
  });

  it('a call picked by hand, or under way after a restart, has the wrap-up of its queue', () => {
    const acd = new TestAcd([queueConfig('q', { wrapUpMs: 5000 })], [agentConfig('A'), agentConfig('B')]);
    acd.queue('c1');
    acd.send({ type: 'seized', at: acd.tick(), agentId: 'A', callId: 'c1' });
    acd.send({ type: 'seized', at: acd.tick(), agentId: 'B', callId: 'c2', queueId: 'q' });
    expect(queuesOf(acd.state)[0]).toMatchObject({ waiting: 0, talking: 2 });
    acd.release('A', 'c1');
    acd.release('B', 'c2');
    expect([acd.agent('A').work, acd.agent('B').work]).toEqual(['wrapUp', 'wrapUp']);
  });

  it('a talking call that is queued leaves its agent', () => {
    const acd = talking();
    acd.queue('c1');
    expect(acd.agent('A').work).toBe('wrapUp');
    expect(waitingCall(acd.state, 'c1')).toMatchObject({ queueId: 'q' });
  });
});

describe('positions', () => {
  it('tell an entering caller the position and the others only what changed', () => {
    const acd = new TestAcd([queueConfig('q')], [agentConfig('A')]);
    expect(only(acd.queue('c1'), 'position')).toMatchObject([{ callId: 'c1', position: 1 }]);
    expect(only(acd.queue('c2'), 'position')).toMatchObject([{ callId: 'c2', position: 2 }]);
    expect(only(acd.available('A'), 'position')).toEqual([]);
    expect(only(acd.accept('o1'), 'position')).toMatchObject([{ callId: 'c2', position: 1 }]);
  });

  it('do not flood: a long queue costs at most 21 effects an event', () => {
    const acd = new TestAcd([queueConfig('q')], [agentConfig('A')]);
    for (let index = 0; index < 500; index++) acd.queue(`c${index}`);
    expect(only(acd.effects, 'position')).toMatchObject([{ callId: 'c499', position: 500 }]);
    const effects = acd.send({ type: 'removed', at: acd.tick(), callId: 'c0' });
    expect(only(effects, 'position')).toHaveLength(20);
    expect(only(acd.queue('vip', { priority: 1 }), 'position')).toHaveLength(20);
  });
});

describe('boards', () => {
  it('see the oldest call even when a younger one has priority', () => {
    const acd = new TestAcd([queueConfig('q')], []);
    acd.queue('c1', { queuedAt: 5, priority: 0 });
    acd.queue('c2', { queuedAt: 9, priority: 3 });
    acd.queue('c3', { queuedAt: 7, priority: 3 });
    expect(queuesOf(acd.state)[0]).toMatchObject({ waiting: 3, oldestSince: 5 });
  });
});

describe('misuse', () => {
  it('a state that was reduced cannot be used again', () => {
    const state = createAcd(() => 'o');
    reduceAcd(state, { type: 'wrapUpDone', at: 0, agentId: 'nobody' });
    expect(() => reduceAcd(state, { type: 'wrapUpDone', at: 0, agentId: 'nobody' })).toThrow(/reduced already/);
  });

  it('a call for an unknown queue is handed back', () => {
    const acd = new TestAcd([queueConfig('q')], []);
    expect(acd.queue('c1', { queueId: 'gone' })).toEqual([
      { type: 'unroutable', callId: 'c1', queueId: 'gone', reason: 'unknownQueue' },
    ]);
  });
});
