import { describe, expect, it } from 'vitest';
import { stepDetail } from './step-detail.ts';

describe('stepDetail', () => {
  it('shows what people can read and leaves ids and empty values out', () => {
    const detail = { digit: '1', agentId: '0190a000', note: '', gone: null, fields: ['phones', 'note'], at: { x: 1 } };

    expect(stepDetail(detail)).toBe('digit: 1 · fields: phones, note · at: {"x":1}');
  });

  it('is empty for no detail', () => {
    expect(stepDetail({})).toBe('');
  });
});
