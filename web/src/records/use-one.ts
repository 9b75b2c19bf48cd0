import { useQuery } from '@tanstack/react-query';

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
