import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, describe, expect, it } from 'vitest';
import { ApiProblem } from '../lib/problem.ts';
import { isLost } from './use-one.ts';

const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
afterEach(() => client.clear());

/** What a page holds after each of these answers of the server, one reading after the other. */
async function afterReadings(...answers: (string | ApiProblem)[]) {
  const left = [...answers];
  const observer = new QueryObserver<string>(client, {
    queryKey: ['record'],
    queryFn: () => {
      const next = left.shift() ?? '';
      return next instanceof ApiProblem ? Promise.reject(next) : Promise.resolve(next);
    },
    enabled: false,
  });
  for (const _ of answers) await observer.refetch();
  return observer.getCurrentResult();
}

describe('a record whose reading fails', () => {
  it('is lost when it was never read', async () => {
    expect(isLost(await afterReadings(new ApiProblem(0, 'network', '')))).toBe(true);
  });

  it.each([0, 429, 502, 503])('stays on the page, with what is typed into it, after a status %i', async (status) => {
    const result = await afterReadings('record', new ApiProblem(status, 'x', ''));
    expect([result.isError, isLost(result), result.data]).toEqual([true, false, 'record']);
  });

  it.each([403, 404])('is lost when it is gone or not to be seen any more (%i)', async (status) => {
    expect(isLost(await afterReadings('record', new ApiProblem(status, 'x', '')))).toBe(true);
  });

  it('is there again after the next reading', async () => {
    expect(isLost(await afterReadings('record', new ApiProblem(404, 'x', ''), 'record'))).toBe(false);
  });
});
