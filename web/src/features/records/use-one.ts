import { useQuery } from '@tanstack/react-query';

/** Reads one record; the key begins with the contract's id like that of a list. */
export const useOne = <Item>(key: readonly unknown[], fetchOne: (signal: AbortSignal) => Promise<Item>, enabled = true) =>
  useQuery({ queryKey: key, queryFn: ({ signal }) => fetchOne(signal), enabled });
