import { describe, expect, it } from 'vitest';
import { changesOf, draftOf, isSendable, skillFault } from './queue-draft.ts';

describe('the form of a queue', () => {
  it('sends only what was changed', () => {
    const stored = draftOf(null);
    expect(changesOf(stored, { ...stored, weight: 2, rings: [{ waitMs: 10_000, skillExpression: '', levelsDown: 1, queueIds: [] }] })).toEqual({
      weight: 2,
      rings: [{ waitMs: 10_000, skillExpression: '', levelsDown: 1, queueIds: [] }],
    });
    expect(changesOf(stored, { ...stored })).toEqual({});
  });

  it('is not sent without a name, with a faulty expression or a ring without a wait', () => {
    const draft = { ...draftOf(null), name: 'Support' };
    expect(isSendable(draft)).toBe(true);
    expect(isSendable({ ...draft, name: ' ' })).toBe(false);
    expect(isSendable({ ...draft, skillExpression: 'ja AND' })).toBe(false);
    expect(isSendable({ ...draft, rings: [{ waitMs: 0, skillExpression: '', levelsDown: 0, queueIds: [] }] })).toBe(false);
    expect(skillFault('ja >= 9')).toMatchObject({ code: 'level' });
    expect(skillFault('  ')).toBeNull();
  });
});
