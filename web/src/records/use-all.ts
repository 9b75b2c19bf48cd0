import { useQuery } from '@tanstack/react-query';
import type { z } from 'zod';
import type { RouteContract } from '../../../shared/contract.ts';
import { call } from '../lib/api.ts';

interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

/** A route that answers a list, page by page or whole. */
export type ListContract<Item> = RouteContract & { response: z.ZodType<Page<Item>> };

/** Everything of a list, for choices and names. */
export interface All<Item> {
  /** Empty before it is read. */
  items: readonly Item[];
  isPending: boolean;
  error: Error | null;
  retry: () => void;
}

interface Options {
  /** Narrows the list. */
  query?: Readonly<Record<string, string>>;
  /** False for who may not read it, or does not need it yet. */
  enabled?: boolean;
}

/** The largest page that the server gives. */
const PAGE = 200;

async function everyPage<Item>(contract: ListContract<Item>, query: Options['query'], signal: AbortSignal): Promise<Item[]> {
  const route: RouteContract = contract;
  const found: Item[] = [];
  let cursor: string | null = null;
  do {
    const wanted = route.query && { ...query, limit: PAGE, ...(cursor !== null && { cursor }) };
    // `call` has checked the answer against the contract's own schema.
    const page = (await call(route, { query: wanted }, signal)) as Page<Item>;
    found.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return found;
}

/** Key and function of `useAll`, for code outside of React. */
export const allOf = <Item>(contract: ListContract<Item>, query: Options['query'] = {}) => ({
  queryKey: [contract.id, { all: query }] as const,
  queryFn: ({ signal }: { signal: AbortSignal }) => everyPage(contract, query, signal),
  staleTime: 60_000,
});

const NOTHING: readonly never[] = [];

/** Reads all pages of a list that is short by nature: queues, users, codes. Everyone who asks for the same shares one answer. */
export function useAll<Item>(contract: ListContract<Item>, { query, enabled = true }: Options = {}): All<Item> {
  const { data, isPending, error, refetch } = useQuery({ ...allOf(contract, query), enabled });
  return { items: data ?? NOTHING, isPending, error, retry: () => void refetch() };
}
