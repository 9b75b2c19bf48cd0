import { describe, expect, it } from 'vitest';
import { parseSkills, type SkillExpression } from '../../shared/skills/expression.ts';
import { SIMPLE, type PreferredAgent, type QueueRules, type Ring } from './rules.ts';
import { agentConfig, offersIn, only, queueConfig, TestAcd } from './test-support.ts';
import type { AcdEffect, AgentConfig, Skills } from './types.ts';
import { queuesOf, waitingCall } from './views.ts';

const MINUTE = 60_000;

const rules = (change: Partial<QueueRules>): { rules: QueueRules } => ({ rules: { ...SIMPLE, ...change } });

const skills = (text: string): SkillExpression => {
  const parsed = parseSkills(text);
  if ('fault' in parsed) throw new Error(parsed.fault.code);
  return parsed.expression;
};

const ring = (waitMs: number, change: Partial<Ring> = {}): Ring => ({ waitMs, expression: null, levelsDown: 0, queueIds: [], ...change });

const able = (names: Record<string, Skills>): AgentConfig[] => Object.entries(names).map(([agentId, levels]) => agentConfig(agentId, { skills: levels }));

/** Takes whatever is offered and ends the call at once; returns who got the calls. */
function work(acd: TestAcd, calls: number): string[] {
  const served: string[] = [];
  for (let index = 0; index < calls; index++) {
    const [offer] = only(acd.queue(`w${index}`), 'offer');
    if (!offer) throw new Error('nobody was free');
    served.push(offer.agentId);
    acd.accept(offer.offerId);
    acd.release(offer.agentId, offer.callId);
  }
  return served;
}

const at = (acd: TestAcd, ms: number, event: 'stage' | 'leave', callId: string): AcdEffect[] => {
  acd.now = ms;
  return acd.send({ type: 'timer', at: ms, timer: { kind: event, callId } });
};

describe('orders of agents', () => {
  it('best available: the highest level of the skills asked for', () => {
    const acd = new TestAcd([queueConfig('q', { requiredSkills: { ja: 1 }, ...rules({ order: 'bestSkill' }) })], able({ A: { ja: 2 }, B: { ja: 5 }, C: { ja: 4, en: 5 } }));
    acd.available('A', 'B', 'C');
    const [offer] = only(acd.queue('c1'), 'offer');
    expect(offer).toMatchObject({ agentId: 'B', decision: { rule: 'bestSkill' } });
    expect(offer?.decision.candidates).toMatchObject([{ agentId: 'B', score: 5 }, { agentId: 'A', verdict: 'behind', score: 2 }, { agentId: 'C', verdict: 'behind', score: 4 }]);
  });

  it('round robin goes on behind the last one, whoever was idle longest', () => {
    const acd = new TestAcd([queueConfig('q', rules({ order: 'roundRobin' }))], able({ A: {}, B: {}, C: {} }));
    acd.available('C', 'A', 'B');
    expect(work(acd, 5)).toEqual(['A', 'B', 'C', 'A', 'B']);
  });

  it('linear always begins at the front, by place', () => {
    const agents = [agentConfig('A', { places: { q: { position: 2, weight: 1 } } }), agentConfig('B', { places: { q: { position: 1, weight: 1 } } })];
    const acd = new TestAcd([queueConfig('q', rules({ order: 'linear' }))], agents);
    acd.available('A', 'B');
    expect(work(acd, 3)).toEqual(['B', 'B', 'B']);
  });

  it('fewest calls counts the calls of this queue, until the day ends', () => {
    const acd = new TestAcd([queueConfig('q', rules({ order: 'fewestCalls' }))], able({ A: {}, B: {} }));
    acd.available('A');
    work(acd, 2);
    acd.available('B');
    expect(work(acd, 3)).toEqual(['B', 'B', 'A']);
    acd.send({ type: 'newDay', at: acd.tick() });
    expect(new Set(work(acd, 2))).toEqual(new Set(['A', 'B']));
  });

  it('least recent looks at the last call of this queue, not at idle time', () => {
    const acd = new TestAcd([queueConfig('q', rules({ order: 'leastRecent' }))], able({ A: {}, B: {} }));
    acd.available('A', 'B');
    expect(work(acd, 2)).toEqual(['A', 'B']);
    acd.send({ type: 'presence', at: acd.tick(), agentId: 'A', presence: 'break' });
    acd.available('A');
    expect(work(acd, 1)).toEqual(['A']);
  });

  it('weighted draw follows the weights', () => {
    const agents = [agentConfig('A', { places: { q: { position: 0, weight: 3 } } }), agentConfig('B', { places: { q: { position: 0, weight: 1 } } })];
    let state = 1;
    const random = (): number => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
    const acd = new TestAcd([queueConfig('q', rules({ order: 'weightedRandom' }))], agents, random);
    acd.available('A', 'B');
    const share = work(acd, 2000).filter((agentId) => agentId === 'A').length / 2000;
    // Three standard errors around three quarters.
    expect(Math.abs(share - 0.75)).toBeLessThan(0.03);
  });

  it('random draws evenly', () => {
    let draw = 0;
    const acd = new TestAcd([queueConfig('q', rules({ order: 'random' }))], able({ A: {}, B: {} }), () => (draw++ % 2) / 2);
    acd.available('A', 'B');
    const served = work(acd, 100);
    expect(served.filter((agentId) => agentId === 'A').length).toBeGreaterThan(30);
    expect(new Set(served).size).toBe(2);
  });

  it('ring all rings everybody, connects the first and lets the others go on unharmed', () => {
    const acd = new TestAcd([queueConfig('q', { missedOffersToAway: 1, ...rules({ order: 'ringAll' }) })], able({ A: {}, B: {}, C: {} }));
    acd.available('A', 'B', 'C');
    const offers = only(acd.queue('c1'), 'offer');
    expect(offers.map(({ agentId }) => agentId)).toEqual(['A', 'B', 'C']);
    expect(offers[1]?.decision.candidates.map(({ verdict }) => verdict)).toEqual(['chosen', 'chosen', 'chosen']);
    acd.queue('c2');
    const effects = acd.accept(offers[1]?.offerId ?? '');
    expect(only(effects, 'connect')).toMatchObject([{ agentId: 'B', callId: 'c1' }]);
    expect(only(effects, 'withdraw').map(({ agentId, reason }) => `${agentId} ${reason}`)).toEqual(['A answeredElsewhere', 'C answeredElsewhere']);
    expect(offersIn(effects)).toEqual(['A<-c2', 'C<-c2']);
    expect(acd.agent('A')).toMatchObject({ presence: 'available' });
  });
});

describe('skill expressions', () => {
  it('join, choose and exclude', () => {
    const expression = skills('(ja >= 3 OR en >= 4) AND NOT trainee');
    const acd = new TestAcd([queueConfig('q', rules({ expression }))], able({ A: { ja: 2 }, B: { en: 5, trainee: 1 }, C: { en: 4 } }));
    acd.available('A', 'B', 'C');
    const [offer] = only(acd.queue('c1'), 'offer');
    expect(offer).toMatchObject({ agentId: 'C', decision: { detail: { expression: '(ja >= 3 OR en >= 4) AND NOT trainee', stage: 'pool', ring: 0 } } });
    expect(offer?.decision.candidates.map(({ verdict }) => verdict)).toEqual(['chosen', 'skill', 'skill']);
  });
});

describe('priority', () => {
  it('ages: a long wait outweighs a higher priority', () => {
    const acd = new TestAcd([queueConfig('q', rules({ ageingPerMinute: 1 }))], able({ A: {} }));
    acd.queue('old', { queuedAt: 1 });
    acd.now = 3 * MINUTE;
    acd.queue('vip', { priority: 2 });
    acd.queue('vipper', { priority: 5 });
    expect(offersIn(acd.available('A'))).toEqual(['A<-vipper']);
    acd.accept('o1');
    const [offer] = only(acd.release('A', 'vipper'), 'offer');
    expect(offer).toMatchObject({ callId: 'old', decision: { detail: { priority: 0, aged: 3 } } });
  });

  it('weighs queues against each other for agents of both', () => {
    const acd = new TestAcd([queueConfig('q'), queueConfig('r', rules({ weight: 2 }))], [agentConfig('A', { queueIds: ['q', 'r'] })]);
    acd.queue('first');
    acd.queue('weighty', { queueId: 'r' });
    acd.queue('urgent', { priority: 3 });
    expect(offersIn(acd.available('A'))).toEqual(['A<-urgent']);
    acd.accept('o1');
    expect(offersIn(acd.release('A', 'urgent'))).toEqual(['A<-weighty']);
  });

  it('starves nobody when waiting counts, however many important calls come', () => {
    const acd = new TestAcd([queueConfig('q', rules({ ageingPerMinute: 2 }))], able({ A: {} }));
    acd.available('A');
    acd.queue('busy');
    acd.accept('o1');
    acd.queue('poor');
    let current = 'busy';
    for (let minute = 1; minute <= 10; minute++) {
      acd.now = minute * MINUTE;
      acd.queue(`rich${minute}`, { priority: 10 });
      const [offer] = only(acd.release('A', current), 'offer');
      current = offer?.callId ?? '';
      acd.accept(offer?.offerId ?? '');
      if (current === 'poor') break;
    }
    expect(current).toBe('poor');
    expect(acd.now).toBeLessThanOrEqual(7 * MINUTE);
  });
});

describe('expanding rings', () => {
  const six = [
    ring(10_000, { levelsDown: 1 }),
    ring(10_000, { levelsDown: 2 }),
    ring(10_000, { expression: skills('en') }),
    ring(10_000, { queueIds: ['r'] }),
    ring(10_000, { levelsDown: 4, queueIds: ['s'] }),
    ring(10_000, { expression: skills('NOT trainee') }),
  ];

  it('open one after the other, each asking for less or asking more people', () => {
    const agents = [agentConfig('R', { queueIds: ['r'], skills: { ja: 4 } }), agentConfig('S', { queueIds: ['s'], skills: { ja: 1 } })];
    const acd = new TestAcd([queueConfig('q', { requiredSkills: { ja: 4 }, ...rules({ rings: six }) }), queueConfig('r'), queueConfig('s')], agents);
    acd.available('R', 'S');
    expect(only(acd.queue('c1', { queuedAt: 1 }), 'setTimer')).toMatchObject([{ timer: { kind: 'stage', callId: 'c1' } }]);
    for (const [index, ms] of [10_001, 20_001, 30_001].entries()) {
      expect(offersIn(at(acd, ms, 'stage', 'c1')), `ring ${index + 1}`).toEqual([]);
    }
    const fourth = at(acd, 40_001, 'stage', 'c1');
    expect(offersIn(fourth)).toEqual(['R<-c1']);
    expect(only(fourth, 'offer')[0]?.decision).toMatchObject({ detail: { ring: 4, queueIds: ['r'] }, considered: 1 });
    acd.decline('o1');
    // R declined: S of the next ring is asked before R is asked again.
    expect(offersIn(at(acd, 50_001, 'stage', 'c1'))).toEqual([]);
    expect(offersIn(acd.decline('o2'))).toEqual(['S<-c1']);
  });

  it('are served by an agent of another queue who becomes free, after that one\'s own earlier calls', () => {
    const rings = [ring(10_000, { queueIds: ['r'] })];
    const acd = new TestAcd([queueConfig('q', rules({ rings })), queueConfig('r')], [agentConfig('R', { queueIds: ['r'] })]);
    acd.queue('own', { queueId: 'r', queuedAt: 1 });
    acd.queue('theirs', { queuedAt: 2 });
    at(acd, 10_002, 'stage', 'theirs');
    expect(offersIn(acd.available('R'))).toEqual(['R<-own']);
    acd.accept('o1');
    expect(offersIn(acd.release('R', 'own'))).toEqual(['R<-theirs']);
  });

  it('are edited live: calls that wait follow the new rings at once', () => {
    const agents = able({ A: { ja: 2 } });
    const acd = new TestAcd([queueConfig('q', { requiredSkills: { ja: 5 } })], agents);
    acd.available('A');
    acd.queue('c1', { queuedAt: 1 });
    acd.now = 20_000;
    acd.send({ type: 'configured', at: acd.now, queues: [queueConfig('q', { requiredSkills: { ja: 5 }, ...rules({ rings: [ring(15_000, { levelsDown: 3 })] }) })], agents });
    expect(offersIn(acd.effects)).toEqual(['A<-c1']);
  });
});

describe('preferred agents', () => {
  const lastAgent = (agentId: string, waitMs = 20_000): PreferredAgent => ({ agentId, reason: 'lastAgent', waitMs });

  it('are waited for, and the others are asked when the time is over', () => {
    const acd = new TestAcd([queueConfig('q')], able({ A: {}, B: {} }));
    acd.available('A', 'B');
    acd.send({ type: 'seized', at: acd.tick(), agentId: 'A', callId: 'other' });
    const effects = acd.queue('c1', { preferred: [lastAgent('A')], queuedAt: 3 });
    expect(offersIn(effects)).toEqual([]);
    expect(only(effects, 'decision')[0]?.decision).toMatchObject({ agentId: null, considered: 1, candidates: [{ agentId: 'A', verdict: 'busy' }], detail: { stage: 'lastAgent' } });
    expect(offersIn(at(acd, 20_005, 'stage', 'c1'))).toEqual(['B<-c1']);
  });

  it('get the call before others who were idle longer, also from a queue that is not theirs', () => {
    const acd = new TestAcd([queueConfig('q'), queueConfig('r')], [agentConfig('A'), agentConfig('O', { queueIds: ['r'] })]);
    acd.available('A', 'O');
    const [offer] = only(acd.queue('c1', { preferred: [{ agentId: 'O', reason: 'owner', waitMs: 1000 }] }), 'offer');
    expect(offer).toMatchObject({ agentId: 'O', decision: { detail: { stage: 'owner' } } });
  });

  it('are passed over when they are not there, decline, or leave', () => {
    const acd = new TestAcd([queueConfig('q')], able({ A: {}, B: {}, C: {} }));
    acd.available('A', 'B');
    expect(offersIn(acd.queue('c1', { preferred: [lastAgent('C')] }))).toEqual(['A<-c1']);
    acd.accept('o1');
    expect(offersIn(acd.queue('c2', { preferred: [lastAgent('B')] }))).toEqual(['B<-c2']);
    acd.available('C');
    expect(offersIn(acd.decline('o2'))).toEqual(['C<-c2']);
    expect(offersIn(acd.queue('c3', { preferred: [lastAgent('A')] }))).toEqual([]);
    // A's choice takes effect at the end of the call: only then is there nobody to wait for.
    acd.send({ type: 'presence', at: acd.tick(), agentId: 'A', presence: 'offline' });
    expect(offersIn(acd.effects)).toEqual([]);
    expect(offersIn(acd.release('A', 'c1'))).toEqual(['B<-c3']);
  });
});

describe('limits', () => {
  it('send away who comes when the queue is full, and who waits too long', () => {
    const acd = new TestAcd([queueConfig('q', rules({ maxLength: 2, maxWaitMs: 60_000 }))], able({ A: {} }));
    acd.queue('c1', { queuedAt: 1 });
    acd.queue('c2');
    expect(only(acd.queue('c3'), 'exit')).toMatchObject([{ callId: 'c3', reason: 'length', waitedMs: 0 }]);
    // One that keeps its place was let in before.
    expect(only(acd.queue('back', { queuedAt: 0 }), 'exit')).toEqual([]);
    expect(only(at(acd, 60_001, 'leave', 'c1'), 'exit')).toEqual([{ type: 'exit', callId: 'c1', queueId: 'q', reason: 'wait', waitedMs: 60_000 }]);
    expect(waitingCall(acd.state, 'c1')).toBeNull();
  });

  it('let a call that rings ring on, and send it away when nobody answers', () => {
    const acd = new TestAcd([queueConfig('q', rules({ maxWaitMs: 10_000 }))], able({ A: {} }));
    acd.available('A');
    acd.queue('c1', { queuedAt: 2 });
    expect(only(at(acd, 10_002, 'leave', 'c1'), 'exit')).toEqual([]);
    const effects = acd.timeout('o1');
    expect(only(effects, 'exit')).toMatchObject([{ reason: 'wait' }]);
    expect(offersIn(effects)).toEqual([]);
  });

  it('send everybody away when the last agent logs off', () => {
    const acd = new TestAcd([queueConfig('q', rules({ noAgents: 'loggedOff' })), queueConfig('r', rules({ noAgents: 'unavailable' }))], [agentConfig('A', { queueIds: ['q', 'r'] })]);
    expect(only(acd.queue('early'), 'exit')).toMatchObject([{ reason: 'noAgents' }]);
    acd.available('A');
    acd.send({ type: 'seized', at: acd.tick(), agentId: 'A', callId: 'x' });
    acd.queue('c1');
    acd.queue('c2', { queueId: 'r' });
    acd.queue('cb', { callback: true });
    acd.send({ type: 'presence', at: acd.tick(), agentId: 'A', presence: 'break' });
    expect(only(acd.release('A', 'x'), 'exit')).toMatchObject([{ callId: 'c2', reason: 'noAgents' }]);
    acd.send({ type: 'presence', at: acd.tick(), agentId: 'A', presence: 'offline' });
    expect(only(acd.effects, 'exit')).toMatchObject([{ callId: 'c1', reason: 'noAgents' }]);
    expect(waitingCall(acd.state, 'cb')).not.toBeNull();
  });

  it('close outside hours for newcomers, in an emergency for all', () => {
    const acd = new TestAcd([queueConfig('q')], able({ A: {} }));
    acd.queue('c1');
    acd.send({ type: 'queueClosed', at: acd.tick(), queueId: 'q', closed: 'closed' });
    expect(only(acd.effects, 'exit')).toEqual([]);
    expect(only(acd.queue('c2'), 'exit')).toMatchObject([{ reason: 'closed' }]);
    acd.queue('cb', { callback: true });
    expect(offersIn(acd.available('A'))).toEqual(['A<-c1']);
    acd.accept('o1');
    acd.queue('c3', { queuedAt: 0 });
    acd.send({ type: 'queueClosed', at: acd.tick(), queueId: 'q', closed: 'emergency' });
    expect(only(acd.effects, 'exit')).toMatchObject([{ callId: 'c3', reason: 'emergency' }]);
    expect(offersIn(acd.release('A', 'c1'))).toEqual([]);
    acd.send({ type: 'queueClosed', at: acd.tick(), queueId: 'q', closed: null });
    expect(offersIn(acd.effects)).toEqual(['A<-cb']);
  });
});

describe('callbacks', () => {
  it('keep their place between live callers: neither first nor last', () => {
    const acd = new TestAcd([queueConfig('q')], able({ A: {} }));
    acd.queue('before', { queuedAt: 10 });
    acd.queue('asks', { queuedAt: 20 });
    acd.queue('after', { queuedAt: 30 });
    acd.send({ type: 'removed', at: acd.tick(), callId: 'asks' });
    acd.queue('callback', { queuedAt: 20, callback: true });
    expect(queuesOf(acd.state)[0]).toMatchObject({ waiting: 3, callbacks: 1 });
    const served: string[] = [];
    acd.available('A');
    for (let index = 1; index <= 3; index++) {
      const [offer] = only(acd.effects, 'offer');
      served.push(offer?.callId ?? '');
      acd.accept(offer?.offerId ?? '');
      acd.release('A', offer?.callId ?? '');
    }
    expect(served).toEqual(['before', 'callback', 'after']);
  });
});

describe('a supervisor', () => {
  it('gives a waiting call to one agent, who gets it before older ones', () => {
    const acd = new TestAcd([queueConfig('q')], able({ A: {}, B: {} }));
    acd.available('A');
    acd.send({ type: 'seized', at: acd.tick(), agentId: 'A', callId: 'x' });
    acd.queue('older');
    acd.queue('mine');
    acd.send({ type: 'assigned', at: acd.tick(), callId: 'mine', agentId: 'A', waitMs: 120_000 });
    const [offer] = only(acd.release('A', 'x'), 'offer');
    expect(offer).toMatchObject({ callId: 'mine', decision: { detail: { stage: 'assigned' } } });
  });

  it('takes a call that rings at one agent to another', () => {
    const acd = new TestAcd([queueConfig('q')], able({ A: {}, B: {} }));
    acd.available('A', 'B');
    acd.queue('c1');
    acd.send({ type: 'assigned', at: acd.tick(), callId: 'c1', agentId: 'B', waitMs: 120_000 });
    expect(only(acd.effects, 'withdraw')).toMatchObject([{ agentId: 'A', reason: 'callGone' }]);
    expect(offersIn(acd.effects)).toEqual(['B<-c1']);
  });
});

describe('the wait to expect', () => {
  /** One agent who takes a call each minute. */
  function paced(): TestAcd {
    const acd = new TestAcd([queueConfig('q')], able({ A: {} }));
    acd.available('A');
    for (let minute = 1; minute <= 10; minute++) {
      acd.now = minute * MINUTE;
      const [offer] = only(acd.queue(`p${minute}`), 'offer');
      acd.accept(offer?.offerId ?? '');
      acd.release('A', `p${minute}`);
    }
    acd.send({ type: 'seized', at: acd.tick(), agentId: 'A', callId: 'x' });
    return acd;
  }

  it('is not told while too little is known', () => {
    const acd = new TestAcd([queueConfig('q')], able({ A: {} }));
    expect(only(acd.queue('c1'), 'position')).toEqual([{ type: 'position', callId: 'c1', position: 1 }]);
  });

  it('is a range around what the pace says', () => {
    const acd = paced();
    for (let index = 1; index <= 4; index++) acd.queue(`c${index}`);
    const [told] = only(acd.queue('c5'), 'position');
    expect(told?.position).toBe(5);
    expect(told?.wait?.lowMs).toBeGreaterThan(MINUTE);
    expect(told?.wait?.lowMs).toBeLessThan(5 * MINUTE);
    expect(told?.wait?.highMs).toBeGreaterThan(5 * MINUTE);
    expect(told?.wait?.highMs).toBeLessThan(11 * MINUTE);
  });

  it('never goes back up, and falls silent when it turned out wrong', () => {
    const acd = paced();
    acd.queue('c1');
    const [first] = only(acd.queue('c2'), 'position');
    const until = acd.now + (first?.wait?.highMs ?? 0);
    acd.queue('vip', { priority: 1 });
    const moved = only(acd.effects, 'position').find(({ callId }) => callId === 'c2');
    expect(moved?.position).toBe(3);
    expect(acd.now + (moved?.wait?.highMs ?? Infinity)).toBeLessThanOrEqual(until + 1);
    acd.now = until + MINUTE;
    acd.send({ type: 'removed', at: acd.now, callId: 'c1' });
    expect(only(acd.effects, 'position').find(({ callId }) => callId === 'c2')).toEqual({ type: 'position', callId: 'c2', position: 2 });
  });
});
