import { describe, expect, it } from 'vitest';
import { agentState } from '../../../../shared/agent-state.ts';
import { agent, call, queue } from './board-fixtures.ts';
import { answerRate, boardTotals, callTimerSince, chosenStatus, countStates, queueAlarm, sortAgents, sortCalls, sortQueues } from './board-figures.ts';

const at = (second: number): string => new Date(Date.UTC(2026, 4, 1, 0, 0, second)).toISOString();

describe('agentState', () => {
  it('shows the call before anything else, and a health problem only where it stops calls', () => {
    expect(agentState(agent('a', { presence: 'break', work: 'talking', problems: ['network'] }))).toBe('talking');
    expect(agentState(agent('a', { problems: ['microphone'] }))).toBe('unhealthy');
    expect(agentState(agent('a', { presence: 'away', problems: ['microphone'] }))).toBe('away');
    expect(agentState(agent('a'))).toBe('available');
  });
});

describe('chosenStatus', () => {
  it('is what waits for the end of the call, so that the present status can be chosen again', () => {
    expect(chosenStatus(agent('a', { presence: 'break', reasonId: 'lunch' }))).toEqual({ presence: 'break', reasonId: 'lunch' });
    expect(chosenStatus(agent('a', { work: 'talking', next: { presence: 'break', reasonId: null } }))).toEqual({ presence: 'break', reasonId: null });
  });
});

describe('sorting', () => {
  it('puts agents at work first, the longest in a state first, stations last', () => {
    const sorted = sortAgents([
      agent('station', { kind: 'station', work: 'talking' }),
      agent('off', { presence: 'offline' }),
      agent('short', { work: 'talking', since: at(30) }),
      agent('long', { work: 'talking', since: at(10) }),
      agent('rings', { work: 'offered', since: at(40) }),
    ]);

    expect(sorted.map((item) => item.agentId)).toEqual(['rings', 'long', 'short', 'off', 'station']);
  });

  it('keeps queues in name order whatever their load', () => {
    expect(sortQueues([queue('b', { waiting: 9 }), queue('a')]).map((item) => item.queueId)).toEqual(['a', 'b']);
  });

  it('puts the caller who waits longest on top', () => {
    const sorted = sortCalls([
      call('talks', { phase: 'talking', startedAt: at(1) }),
      call('new', { startedAt: at(20) }),
      call('old', { startedAt: at(10) }),
      call('menu', { phase: 'ivr', startedAt: at(0) }),
    ]);

    expect(sorted.map((item) => item.callId)).toEqual(['old', 'new', 'talks', 'menu']);
  });
});

describe('figures', () => {
  it('gives the answer rate with one decimal and none without calls', () => {
    expect(answerRate({ offeredToday: 3, answeredToday: 2 })).toBe(66.7);
    expect(answerRate({ offeredToday: 0, answeredToday: 0 })).toBeNull();
  });

  it('raises the alarm by waiting time', () => {
    const waiting = queue('q', { waiting: 1, oldestSince: at(0) });

    expect(queueAlarm(queue('q'), Date.parse(at(0)))).toBe('calm');
    expect(queueAlarm(waiting, Date.parse(at(59)))).toBe('waiting');
    expect(queueAlarm(waiting, Date.parse(at(60)))).toBe('serious');
  });

  it('counts an agent of two queues once and takes the oldest caller of all', () => {
    const totals = boardTotals({
      at: at(0),
      queues: { q1: queue('q1', { waiting: 2, routable: 1, oldestSince: at(9), offeredToday: 4 }), q2: queue('q2', { waiting: 1, routable: 1, oldestSince: at(5), offeredToday: 1 }) },
      agents: { a1: agent('a1'), a2: agent('a2', { work: 'wrapUp' }), s1: agent('s1', { kind: 'station' }) },
      calls: {},
      superviseTone: false,
    });

    expect(totals).toMatchObject({ waiting: 3, available: 2, availableStations: 1, wrapUp: 1, offered: 5, oldestSince: at(5) });
  });

  it('counts states', () => {
    expect(countStates([agent('a'), agent('b', { presence: 'break' }), agent('c')])).toMatchObject({ available: 2, break: 1, talking: 0 });
  });

  it('runs a call timer from the step it is in', () => {
    const times = { startedAt: at(0), queuedAt: at(5), answeredAt: at(9) };

    expect(callTimerSince(call('c', { ...times, phase: 'ivr' }))).toBe(at(0));
    expect(callTimerSince(call('c', { ...times, phase: 'ringing' }))).toBe(at(5));
    expect(callTimerSince(call('c', { ...times, phase: 'held' }))).toBe(at(9));
  });
});
