import { describe, expect, it } from 'vitest';
import { fitting, Kept, type KeptStorage } from './kept.ts';

function storage(): KeptStorage & { size: () => number } {
  const held = new Map<string, string>();
  return { getItem: (key) => held.get(key) ?? null, setItem: (key, value) => void held.set(key, value), removeItem: (key) => void held.delete(key), size: () => held.size };
}

describe('what a page was left with', () => {
  it('is kept by entry of the history and name, the last hundred of them', () => {
    const held = storage();
    const kept = new Kept(() => held);
    kept.write('u:1', 'filter', { queueId: null });
    kept.write('u:1', 'columns', 'main');
    for (let entry = 2; entry <= 100; entry++) kept.write(`u:${entry}`, 'filter', { queueId: String(entry) });
    expect(kept.read('u:1', 'filter')).toBeUndefined();
    expect(kept.read('u:1', 'columns')).toBe('main');
    expect(kept.read('u:100', 'filter')).toEqual({ queueId: '100' });
    expect(kept.read('other:100', 'filter')).toBeUndefined();
    // Beside the values the list of their names.
    expect(held.size()).toBe(101);
  });

  it('is nothing, and no error, without storage', () => {
    const kept = new Kept(() => {
      throw new Error('denied');
    });
    kept.write('u:1', 'filter', 'x');
    expect(kept.read('u:1', 'filter')).toBeUndefined();
  });

  it('is taken only in the shape that the page has now', () => {
    const initial = { fromDay: '', queueId: null as string | null };
    expect(fitting({ fromDay: '2026-11-01', queueId: 'q' }, initial)).toEqual({ fromDay: '2026-11-01', queueId: 'q' });
    expect(fitting({ fromDay: '', queueId: null }, initial)).toBe(initial);
    for (const other of [{ fromDay: '' }, { fromDay: '', queueId: null, more: 1 }, 'text', null, undefined]) expect(fitting(other, initial)).toBe(initial);
    expect([fitting('q', null), fitting(null, null), fitting(1, null)]).toEqual(['q', null, null]);
    expect([fitting('sealed', 'main'), fitting(true, 'main'), fitting(undefined, 'main')]).toEqual(['sealed', 'main', 'main']);
  });
});
