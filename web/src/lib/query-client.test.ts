import { MutationObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { queryClient } from './query-client.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('the answer of a change, which may be a password, is gone a second after what showed it', async () => {
  const change = new MutationObserver(queryClient, { mutationFn: async () => ({ password: 'told once' }) });
  const close = change.subscribe(() => undefined);
  await change.mutate();
  const kept = () => queryClient.getMutationCache().getAll().map(({ state }) => state.data);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(kept(), 'while it is shown').toEqual([{ password: 'told once' }]);
  close();
  await vi.advanceTimersByTimeAsync(1000);
  expect(kept()).toEqual([]);
});
