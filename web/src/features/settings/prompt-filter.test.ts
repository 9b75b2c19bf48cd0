import { describe, expect, it } from 'vitest';
import { filterPrompts } from './prompt-filter.ts';

const prompt = (name: string, replaced = false) => ({ name, own: false, replaced, durationMs: null, sizeBytes: null, updatedAt: null, updatedBy: '' });
const prompts = [prompt('en/number-1'), prompt('en/closed'), prompt('ja/number-10'), prompt('ja/number-2', true), prompt('ja/notice')];
const names = (list: { name: string }[]) => list.map((item) => item.name);

describe('filterPrompts', () => {
  it('puts sentences before numbers and Japanese before English, numbers in their order', () => {
    expect(names(filterPrompts(prompts, '', false))).toEqual(['ja/notice', 'en/closed', 'ja/number-2', 'ja/number-10', 'en/number-1']);
  });

  it('finds by part of the name in any width, and own sounds', () => {
    expect(names(filterPrompts(prompts, ' NOTI', false))).toEqual(['ja/notice']);
    expect(names(filterPrompts(prompts, '', true))).toEqual(['ja/number-2']);
  });
});
