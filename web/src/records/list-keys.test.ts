import { QueryClient } from '@tanstack/react-query';
import { expect, test } from 'vitest';
import { listQueues } from '../../../shared/api/queues.ts';
import { allOf } from './use-all.ts';
import { pagesOf } from './use-list.ts';

const page = { items: ['a', 'b'], nextCursor: null };

const client = () => new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } });

for (const rest of [[], ['all'], ['some text that was typed', null]]) {
  test(`a list by pages and a plain reading keep their shapes under the same key ${JSON.stringify(rest)}`, async () => {
    const queries = client();
    const key = [listQueues.id, ...rest] as const;

    await queries.fetchInfiniteQuery(pagesOf(key, async () => page));
    const plain = await queries.fetchQuery({ queryKey: key, queryFn: async () => page });
    const pages = await queries.fetchInfiniteQuery(pagesOf(key, async () => page));

    expect(plain).toEqual(page);
    expect(pages.pages).toEqual([page]);
  });
}

test('the whole of a list is kept apart from its pages, and both grow old together', async () => {
  const queries = client();
  const pages = pagesOf([listQueues.id], async () => page);
  const all = { ...allOf(listQueues), queryFn: async () => [] };
  await queries.fetchInfiniteQuery(pages);
  await queries.fetchQuery(all);

  await queries.invalidateQueries({ queryKey: [listQueues.id], refetchType: 'none' });

  expect(queries.getQueryData<unknown>(all.queryKey)).toEqual([]);
  expect([pages.queryKey, all.queryKey].map((queryKey) => queries.getQueryState(queryKey)?.isInvalidated)).toEqual([true, true]);
});

test('a narrowed reading is not the whole', () => {
  expect(allOf(listQueues, { status: 'active' }).queryKey).not.toEqual(allOf(listQueues).queryKey);
});
