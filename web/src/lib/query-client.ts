import { QueryClient } from '@tanstack/react-query';
import { ApiProblem } from './problem.ts';

/** Refusals do not get better by asking again; a lost network may. */
const worthRetrying = (failures: number, error: Error): boolean =>
  failures < 2 && error instanceof ApiProblem && (error.status === 0 || error.status >= 502);

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: worthRetrying, staleTime: 10_000, refetchOnWindowFocus: true },
    mutations: { retry: false },
  },
});
