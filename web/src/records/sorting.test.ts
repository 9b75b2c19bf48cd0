import { describe, expect, it } from 'vitest';
import { nextSorting, sortedRows, type Sorting } from './sorting.ts';

interface Row {
  name: string;
  rate: number | null;
}
const rows: Row[] = [{ name: '内線10', rate: 0.5 }, { name: '内線9', rate: null }, { name: 'あ', rate: 0 }, { name: 'い', rate: 0.5 }];
const valueOf = (row: Row, by: string) => (by === 'name' ? row.name : row.rate);
const order = (sorting: Sorting | null): string[] => sortedRows(rows, sorting, valueOf).map(({ name }) => name);

describe('a table in the order of a column', () => {
  it('stands as it came until a column is chosen', () => {
    expect(order(null)).toEqual(rows.map(({ name }) => name));
  });

  it('has rows without a figure last in both directions, and equal ones as they came', () => {
    expect(order({ by: 'rate', descending: true })).toEqual(['内線10', 'い', 'あ', '内線9']);
    expect(order({ by: 'rate', descending: false })).toEqual(['あ', '内線10', 'い', '内線9']);
  });

  it('reads numbers in names by their value', () => {
    expect(order({ by: 'name', descending: false })).toEqual(['あ', 'い', '内線9', '内線10']);
  });

  it('goes from the highest to the lowest, back, and to how it came', () => {
    const first = nextSorting(null, 'rate');
    const second = nextSorting(first, 'rate');
    expect([first, second, nextSorting(second, 'rate')]).toEqual([{ by: 'rate', descending: true }, { by: 'rate', descending: false }, null]);
    expect(nextSorting(first, 'name')).toEqual({ by: 'name', descending: true });
  });
});
