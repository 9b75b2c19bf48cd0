import { QueryClient } from '@tanstack/react-query';
import { ApiProblem } from './problem.ts';

/** Refusals do not get better by asking again; a lost network may. */
const worthRetrying = (failures: number, error: Error): boolean =>
  failures < 2 && error instanceof ApiProblem && (error.status === 0 || error.status >= 502);

/** How long the answer of a change is kept when nothing on screen uses it any more, ms. */
const FORGOTTEN_AFTER_MS = 1000;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: worthRetrying, staleTime: 10_000, refetchOnWindowFocus: true },
    // What a change answered may be a password that is told once: it is not kept beyond what shows it.
    mutations: { retry: false, gcTime: FORGOTTEN_AFTER_MS },
  },
});
