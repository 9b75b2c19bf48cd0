import { expect, it } from 'vitest';
import { dueSoon, inOrder } from './callbacks-due.ts';

const at = (minutes: number) => ({ dueAt: new Date(minutes * 60_000).toISOString() });

it('promised calls are listed by their time, and told from five minutes before it on', () => {
  const coming = inOrder([at(70), at(63), at(50)]);
  expect(coming).toEqual([at(50), at(63), at(70)]);
  expect(dueSoon(coming, 60 * 60_000)).toEqual([at(50), at(63)]);
});
