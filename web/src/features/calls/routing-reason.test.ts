import { describe, expect, it } from 'vitest';
import type { RoutingDecisionView } from '../../../../shared/api/calls.ts';
import { routingReason } from './routing-reason.ts';

const decision: RoutingDecisionView = {
  id: 'd',
  at: '2026-05-01T00:00:00.000Z',
  queueId: 'q',
  queueName: 'サポート',
  rule: 'longestIdle',
  agentId: 'a1',
  agentName: '佐藤',
  waitedMs: 4000,
  considered: 6,
  requiredSkills: { billing: 3 },
  detail: null,
  candidates: [
    { agentId: 'a1', agentName: '佐藤', verdict: 'chosen', idleMs: 90_000, score: null, problems: [] },
    { agentId: 'a2', agentName: '鈴木', verdict: 'idleShorter', idleMs: 20_000, score: null, problems: [] },
    { agentId: 'a3', agentName: '田中', verdict: 'busy', idleMs: null, score: null, problems: [] },
    { agentId: 'a4', agentName: '伊藤', verdict: 'busy', idleMs: null, score: null, problems: [] },
    { agentId: 'a5', agentName: '加藤', verdict: 'moonPhase', idleMs: null, score: null, problems: [] },
  ],
};

describe('routingReason', () => {
  it('tells who got the call, how long they were idle and why the others did not', () => {
    expect(routingReason(decision)).toEqual({
      chosen: { name: '佐藤', idleMs: 90_000, score: null },
      waitedMs: 4000,
      considered: 6,
      skills: [{ skill: 'billing', level: 3 }],
      others: [
        { reason: 'busy', names: ['田中', '伊藤'], nextIdleMs: null, scores: [null, null], problems: [[], []] },
        { reason: 'idleShorter', names: ['鈴木'], nextIdleMs: 20_000, scores: [null], problems: [[]] },
        { reason: 'other', names: ['加藤'], nextIdleMs: null, scores: [null], problems: [[]] },
      ],
      notListed: 1,
    });
  });

  it('tells that nobody was free', () => {
    const reason = routingReason({ ...decision, agentId: null, agentName: '', candidates: decision.candidates.slice(2, 4), considered: 2 });

    expect(reason.chosen).toBeNull();
    expect(reason.notListed).toBe(0);
  });
});
