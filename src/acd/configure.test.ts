import { describe, expect, it } from 'vitest';
import { agentConfig, offersIn, only, queueConfig, TestAcd } from './test-support.ts';
import type { AgentConfig, QueueConfig } from './types.ts';
import { agentsOf, waitingCall } from './views.ts';

const configure = (acd: TestAcd, queues: QueueConfig[], agents: AgentConfig[]): void => {
  acd.send({ type: 'configured', at: acd.tick(), queues, agents });
};

describe('reconfiguration while live', () => {
  it('serves waiting calls with agents who joined the queue', () => {
    const acd = new TestAcd([queueConfig('q')], [agentConfig('A', { queueIds: [] })]);
    acd.available('A');
    acd.queue('c1');
    configure(acd, [queueConfig('q')], [agentConfig('A')]);
    expect(offersIn(acd.effects)).toEqual(['A<-c1']);
  });

  it('serves waiting calls when the queue asks for less', () => {
    const acd = new TestAcd([queueConfig('q', { requiredSkills: { ja: 5 } })], [agentConfig('A', { skills: { ja: 4 } })]);
    acd.available('A');
    acd.queue('c1', { skills: { ja: 1 } });
    configure(acd, [queueConfig('q', { requiredSkills: { ja: 4 } })], [agentConfig('A', { skills: { ja: 4 } })]);
    expect(offersIn(acd.effects)).toEqual(['A<-c1']);
  });

  it('hands back the calls of a removed queue, and frees the agents they ring at', () => {
    const agents = [agentConfig('A', { queueIds: ['q', 'r'] })];
    const acd = new TestAcd([queueConfig('q'), queueConfig('r')], agents);
    acd.available('A');
    acd.queue('c1');
    acd.queue('c2');
    acd.queue('c3', { queueId: 'r' });
    configure(acd, [queueConfig('r')], agents);
    expect(only(acd.effects, 'unroutable').map((effect) => effect.callId)).toEqual(['c1', 'c2']);
    expect(only(acd.effects, 'withdraw')).toMatchObject([{ callId: 'c1', reason: 'callGone' }]);
    expect(only(acd.effects, 'queueRemoved')).toEqual([{ type: 'queueRemoved', queueId: 'q' }]);
    expect(offersIn(acd.effects)).toEqual(['A<-c3']);
  });

  it('withdraws the offer of a removed agent', () => {
    const acd = new TestAcd([queueConfig('q')], [agentConfig('A'), agentConfig('B')]);
    acd.available('A', 'B');
    acd.queue('c1');
    configure(acd, [queueConfig('q')], [agentConfig('B')]);
    expect(only(acd.effects, 'withdraw')).toMatchObject([{ agentId: 'A', reason: 'agentGone' }]);
    expect(only(acd.effects, 'agentRemoved')).toEqual([{ type: 'agentRemoved', agentId: 'A' }]);
    expect(offersIn(acd.effects)).toEqual(['B<-c1']);
  });

  it('lets a removed agent finish the call, without wrap-up and without another', () => {
    const acd = new TestAcd([queueConfig('q', { wrapUpMs: 10_000 })], [agentConfig('A')]);
    acd.available('A');
    acd.queue('c1');
    acd.accept('o1');
    configure(acd, [queueConfig('q', { wrapUpMs: 10_000 })], []);
    expect(acd.agent('A').work).toBe('talking');
    expect(only(acd.queue('c2'), 'decision')).toMatchObject([{ decision: { considered: 0 } }]);
    expect(only(acd.release('A', 'c1'), 'agentRemoved')).toHaveLength(1);
    expect(agentsOf(acd.state)).toEqual([]);
    expect(waitingCall(acd.state, 'c2')).toMatchObject({ offerId: null });
  });

  it('keeps a removed agent who comes back during the call', () => {
    const acd = new TestAcd([queueConfig('q')], [agentConfig('A')]);
    acd.available('A');
    acd.queue('c1');
    acd.accept('o1');
    configure(acd, [queueConfig('q')], []);
    configure(acd, [queueConfig('q')], [agentConfig('A')]);
    acd.queue('c2');
    expect(offersIn(acd.release('A', 'c1'))).toEqual(['A<-c2']);
  });

  it('clears the timers of a removed agent and of a wrap-up whose queue is gone', () => {
    const acd = new TestAcd([queueConfig('q', { wrapUpMs: 9000 })], [agentConfig('A'), agentConfig('B')]);
    acd.available('A', 'B');
    acd.queue('c1');
    acd.queue('c2');
    acd.accept('o1');
    acd.accept('o2');
    acd.release('A', 'c1');
    acd.release('B', 'c2');
    configure(acd, [], [agentConfig('B')]);
    expect(only(acd.effects, 'clearTimer').map((effect) => effect.timer)).toEqual([
      { kind: 'wrapUp', agentId: 'A' },
      { kind: 'wrapUp', agentId: 'B' },
    ]);
    expect(acd.agent('B').work).toBe('idle');
  });

  it('clears the rest of a removed agent who is in another call', () => {
    const acd = new TestAcd([queueConfig('q')], [agentConfig('A')]);
    acd.available('A');
    acd.queue('c1');
    acd.send({ type: 'undeliverable', at: acd.tick(), offerId: 'o1' });
    acd.send({ type: 'seized', at: acd.tick(), agentId: 'A', callId: 'out' });
    configure(acd, [queueConfig('q')], []);
    expect(only(acd.effects, 'clearTimer')).toMatchObject([{ timer: { kind: 'rest', agentId: 'A' } }]);
  });

  it('does not put an agent twice into a queue that is named twice', () => {
    const acd = new TestAcd([queueConfig('q')], [agentConfig('A', { queueIds: ['q', 'q'] })]);
    acd.available('A');
    acd.queue('c1');
    acd.queue('c2');
    expect(only(acd.effects, 'offer')).toEqual([]);
  });
});
