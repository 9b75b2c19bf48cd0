import { expect, it } from 'vitest';
import { busyPart, spreadMarks } from './intervals.ts';

it('shows the part of the day in which something happens', () => {
  expect(busyPart([0, 0, 3, 0, 2, 0], (value) => value > 0)).toEqual([3, 0, 2]);
  expect(busyPart([0, 0], (value) => value > 0)).toEqual([0, 0]);
});

it('spreads marks', () => {
  expect(spreadMarks(['a', 'b', 'c', 'd', 'e'], 3)).toEqual(['a', 'c', 'e']);
  expect(spreadMarks([], 3)).toEqual([]);
});
