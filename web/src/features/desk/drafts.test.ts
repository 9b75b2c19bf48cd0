import { describe, expect, it } from 'vitest';
import { draftsFor, readDrafts, settled, withDraft } from './drafts.ts';

describe('drafts', () => {
  it('adds, changes and keeps what else was written', () => {
    const first = withDraft([], 'a', { note: '折り返し希望', caller: '03-1234-5678' });
    const second = withDraft(withDraft(first, 'b', { note: 'x' }), 'a', { wrapUpCodeId: 'w' });
    expect(second).toMatchObject([
      { callId: 'a', note: '折り返し希望', wrapUpCodeId: 'w', caller: '03-1234-5678' },
      { callId: 'b', note: 'x' },
    ]);
  });

  it('survives storage, and damaged storage', () => {
    const drafts = withDraft([], 'a', { note: '注文' });
    expect(readDrafts(JSON.stringify({ owner: 'ann', drafts }))).toEqual({ owner: 'ann', drafts });
    for (const damaged of ['{"broken', '{"owner":"ann","drafts":[{"callId":1}]}', '[]', null]) expect(readDrafts(damaged)).toEqual({ owner: null, drafts: [] });
  });

  it('are of who wrote them: gone for the next one at the tab, and after a logout', () => {
    const drafts = withDraft([], 'a', { note: '注文' });
    expect(draftsFor({ owner: null, drafts }, 'ann')).toEqual({ owner: 'ann', drafts });
    expect(draftsFor({ owner: 'ann', drafts }, 'ann')).toEqual({ owner: 'ann', drafts });
    expect(draftsFor({ owner: 'ann', drafts }, 'ben')).toEqual({ owner: 'ben', drafts: [] });
    expect(draftsFor({ owner: 'ann', drafts }, null)).toEqual({ owner: null, drafts: [] });
  });

  it('keeps what was written about a call that ended without a wrap-up', () => {
    const drafts = withDraft(withDraft(withDraft([], 'empty', {}), 'written', { note: 'x' }), 'live', {});
    expect(settled(drafts, 'live')).toMatchObject([{ callId: 'written', ended: true }, { callId: 'live', ended: false }]);
  });

  it('keeps the newest twenty', () => {
    let drafts = withDraft([], '0', {});
    for (let n = 1; n < 25; n += 1) drafts = withDraft(drafts, String(n), {});
    expect(drafts).toHaveLength(20);
    expect(drafts[0]?.callId).toBe('5');
  });
});
