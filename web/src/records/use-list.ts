import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';

interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

/** A list of the server, page by page. */
export interface ListQuery<Item> {
  /** What is loaded so far; undefined before the first answer. */
  items: Item[] | undefined;
  error: Error | null;
  /** The first page is on its way. */
  loading: boolean;
  /** Shown is the answer to an older question while a new one is on its way. */
  stale: boolean;
  hasMore: boolean;
  loadingMore: boolean;
  loadMore: () => void;
  retry: () => void;
}

type FetchPage<Item> = (cursor: string | undefined, signal: AbortSignal) => Promise<Page<Item>>;

/**
 * What reads a list page by page. Its pages are kept apart from other answers of the same contract, whatever keys those have:
 * the marker is an object, which no id and no typed text equals.
 */
export const pagesOf = <Item>([contractId, ...rest]: readonly [string, ...unknown[]], fetchPage: FetchPage<Item>) =>
  infiniteQueryOptions({
    queryKey: [contractId, { pages: true }, ...rest],
    queryFn: ({ pageParam, signal }) => fetchPage(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });

/**
 * Reads a list that answers `{ items, nextCursor }`. `key` begins with the contract's id, so that a change of a record can
 * invalidate all lists of its kind. While a filter changes the old rows stay until the new ones are there.
 *
 * @param options `everyMs`: the rows show something live and are read again so often, ms
 */
export function useList<Item>(
  key: readonly [string, ...unknown[]],
  fetchPage: FetchPage<Item>,
  options: { enabled?: boolean; everyMs?: number } = {},
): ListQuery<Item> {
  const query = useInfiniteQuery({
    ...pagesOf(key, fetchPage),
    placeholderData: keepPreviousData,
    enabled: options.enabled ?? true,
    refetchInterval: options.everyMs ?? false,
  });
  return {
    items: query.data?.pages.flatMap((page) => page.items),
    error: query.error,
    loading: query.isPending && query.fetchStatus !== 'idle',
    stale: query.isPlaceholderData,
    hasMore: query.hasNextPage,
    loadingMore: query.isFetchingNextPage,
    loadMore: () => void query.fetchNextPage(),
    retry: () => void query.refetch(),
  };
}
