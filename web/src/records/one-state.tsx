import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ErrorState, LoadingRows } from '../components/list-states.tsx';
import { isLost } from './use-one.ts';

interface Props<Item> {
  query: UseQueryResult<Item>;
  /** How high the grey place is while it loads. */
  rows?: number;
  children: (item: Item) => ReactNode;
}

/** The three faces of one record within a page: loading, failed with the way back, the record. */
export function OneState<Item>({ query, rows = 2, children }: Props<Item>) {
  if (query.isPending) return <LoadingRows rows={rows} />;
  if (isLost(query)) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return children(query.data);
}
