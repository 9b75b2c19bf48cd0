import { describe, expect, it } from 'vitest';
import { addSeat, assignSeat, leastSize, moveSeat, removeSeat, resize, seatAt, type SeatDraft, stepFrom } from './seat-draft.ts';

const at = (column: number, row: number) => ({ column, row });
const draft: SeatDraft = { name: '1F', columns: 3, rows: 2, seats: [{ ...at(0, 0), label: 'A', userId: 'ann' }, { ...at(2, 1), label: 'B', userId: null }] };

describe('arranging seats', () => {
  it('adds one where nothing is, inside of the plan only', () => {
    expect(seatAt(addSeat(draft, at(1, 0)), at(1, 0))).toEqual({ ...at(1, 0), label: '', userId: null });
    expect(addSeat(draft, at(0, 0))).toBe(draft);
    expect(addSeat(draft, at(3, 0))).toBe(draft);
  });

  it('moves one; a seat that stands there changes places', () => {
    expect(seatAt(moveSeat(draft, at(0, 0), at(1, 1)), at(1, 1))?.label).toBe('A');
    const swapped = moveSeat(draft, at(0, 0), at(2, 1));
    expect([seatAt(swapped, at(2, 1))?.label, seatAt(swapped, at(0, 0))?.label]).toEqual(['A', 'B']);
    expect(moveSeat(draft, at(0, 0), at(0, 5))).toBe(draft);
  });

  it('gives an agent one seat only', () => {
    const moved = assignSeat(draft, at(2, 1), 'ann');
    expect(moved.seats.map(({ userId }) => userId)).toEqual([null, 'ann']);
    expect(assignSeat(moved, at(2, 1), null).seats.map(({ userId }) => userId)).toEqual([null, null]);
  });

  it('cannot be made so small that seats fall out', () => {
    expect(leastSize(draft)).toEqual({ columns: 3, rows: 2 });
    expect(resize(draft, { columns: 1, rows: 99 })).toMatchObject({ columns: 3, rows: 40 });
    expect(resize(removeSeat(draft, at(2, 1)), { columns: 1 })).toMatchObject({ columns: 1 });
  });

  it('goes by arrow keys, not beyond the edge', () => {
    expect(stepFrom(draft, at(0, 0), 'ArrowRight')).toEqual(at(1, 0));
    expect(stepFrom(draft, at(0, 0), 'ArrowUp')).toBeNull();
    expect(stepFrom(draft, at(0, 0), 'x')).toBeNull();
  });
});
