import { type QueryObserverLoadingErrorResult, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { ApiProblem } from '../lib/problem.ts';

/** Reads one record; the key begins with the contract's id like that of a list. */
export const useOne = <Item>(
  key: readonly unknown[],
  fetchOne: (signal: AbortSignal) => Promise<Item>,
  /** True while the record goes on changing by itself: it is read again every few seconds. */
  changing: (item: Item) => boolean = () => false,
) =>
  useQuery({
    queryKey: key,
    queryFn: ({ signal }) => fetchOne(signal),
    refetchInterval: (query) => (query.state.data !== undefined && changing(query.state.data) ? 3_000 : false),
  });

const isGone = (error: unknown): boolean => error instanceof ApiProblem && (error.status === 403 || error.status === 404);

/**
 * There is nothing to show but the error: the first reading failed, or the record is gone or not to be seen any more. When a later
 * reading fails otherwise, as without a network, what was read stays on the page with what somebody is typing into it.
 */
export const isLost = <Item>(query: UseQueryResult<Item>): query is QueryObserverLoadingErrorResult<Item> => query.isError && (query.data === undefined || isGone(query.error));
