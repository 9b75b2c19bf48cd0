import { describe, expect, it } from 'vitest';
import { delayAfter, lockOf } from './login-lock.ts';

describe('login lock', () => {
  it.each([
    [0, 0],
    [4, 0],
    [5, 30_000],
    [6, 60_000],
    [7, 120_000],
    [11, 1_920_000],
    [12, 3_600_000],
    [99, 3_600_000],
  ])('after %i failures waits %i ms', (failures, delay) => {
    expect(delayAfter(failures)).toBe(delay);
  });

  it('tells waiting from hard lock', () => {
    const now = Date.UTC(2026, 0, 1);
    expect(lockOf(5, new Date(now + 1), now)).toBe('until');
    expect(lockOf(5, new Date(now), now)).toBe('none');
    expect(lockOf(100, null, now)).toBe('hard');
  });
});
