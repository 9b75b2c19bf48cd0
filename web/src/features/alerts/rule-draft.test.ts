import { describe, expect, it } from 'vitest';
import type { AlertRule } from '../../../../shared/api/alerts.ts';
import { wrongAddresses } from '../../records/receivers.ts';
import { bodyOf, draftOf, isComplete, newDraft } from './rule-draft.ts';

describe('a rule as it is typed', () => {
  it('waits are seconds, rates per cent, counts as they are', () => {
    expect(bodyOf({ ...newDraft, metric: 'longestWait', typed: 90 }).threshold).toBe(90_000);
    expect(bodyOf({ ...newDraft, metric: 'answerRateToday', typed: 80 }).threshold).toBeCloseTo(0.8, 10);
    expect(bodyOf({ ...newDraft, typed: 5 }).threshold).toBe(5);
  });

  it('comes back as it was typed', () => {
    for (const [metric, typed] of [['longestWait', 90], ['abandonRateToday', 12.5], ['waiting', 7]] as const) {
      const body = bodyOf({ ...newDraft, name: 'x', metric, typed });
      expect(draftOf({ ...body, active: true } as unknown as AlertRule).typed).toBe(typed);
    }
  });

  it('a figure of the whole centre is of no queue', () => {
    expect(bodyOf({ ...newDraft, metric: 'unhealthyAgents', queueId: 'q' }).queueId).toBeNull();
  });

  it('is complete with a name, a limit, and addresses that can be ones', () => {
    expect(isComplete({ ...newDraft, name: 'x' })).toBe(true);
    expect(isComplete({ ...newDraft, name: ' ' })).toBe(false);
    expect(isComplete({ ...newDraft, name: 'x', typed: '' })).toBe(false);
    expect(isComplete({ ...newDraft, name: 'x', webhookUrl: 'javascript:alert(1)' })).toBe(false);
    expect(wrongAddresses(['a@example.jp', 'nobody'])).toEqual(['nobody']);
  });
});
