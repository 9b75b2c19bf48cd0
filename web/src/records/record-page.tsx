import { Stack } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ErrorState, PageLoading } from '../components/list-states.tsx';
import { PageHead } from './page-head.tsx';
import { isLost } from './use-one.ts';

interface Props<Item> {
  query: UseQueryResult<Item>;
  /** What kind of record it is: the head while there is nothing else to show. */
  title: ReactNode;
  back: ReactNode;
  children: (item: Item) => ReactNode;
}

/** The three faces of a page about one record: loading, failed with the way back, the record. */
export function RecordPage<Item>({ query, title, back, children }: Props<Item>) {
  if (query.isPending) return <PageLoading />;
  if (isLost(query)) {
    return (
      <Stack>
        <PageHead title={title} back={back} />
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      </Stack>
    );
  }
  return children(query.data);
}
