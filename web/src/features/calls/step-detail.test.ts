import { describe, expect, it } from 'vitest';
import { stepDetail, transferText } from './step-detail.ts';

describe('stepDetail', () => {
  it('shows what people can read and leaves ids and empty values out', () => {
    const detail = { digit: '1', agentId: '0190a000', note: '', gone: null, fields: ['phones', 'note'], at: { x: 1 } };

    expect(stepDetail(detail)).toBe('digit: 1 · fields: phones, note · at: {"x":1}');
  });

  it('is empty for no detail', () => {
    expect(stepDetail({})).toBe('');
  });
});

describe('transferText', () => {
  const [anna, ben, gone] = ['01a22e26-dd1b-7ab5-95ba-364a62897880', '01a22e26-dd15-7e30-b3af-efafeef221a2', '01a22e26-0000-7e30-b3af-efafeef221a2'];
  const nameOf = (id: string): string => ({ [anna]: '相田 葵', [ben]: '管理 花子' })[id] ?? '';

  it('names agents, writes telephones as numbers, and shows nobody an id', () => {
    expect(transferText({ from: anna, to: ben }, nameOf)).toBe('相田 葵 → 管理 花子');
    expect(transferText({ from: anna, to: '+81312345678' }, nameOf)).toBe('相田 葵 → 03-1234-5678');
    expect(transferText({ from: gone, to: ben }, nameOf)).toBe('管理 花子');
    expect(transferText({ from: null, to: gone }, nameOf)).toBe('');
  });
});
