import { Box, Button, Center, Stack } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { EmptyState, ErrorState, LoadingRows } from '../components/list-states.tsx';
import type { ListQuery } from './use-list.ts';

interface Props<Item> {
  list: ListQuery<Item>;
  /** What to say, and offer, when there is nothing. */
  empty: { title: ReactNode; hint?: ReactNode; action?: ReactNode };
  children: (items: Item[]) => ReactNode;
}

/** The four faces of every list: loading, empty, failed, rows (with a button for more). */
export function ListState<Item>({ list, empty, children }: Props<Item>) {
  if (list.items === undefined) {
    return list.error ? <ErrorState error={list.error} onRetry={list.retry} /> : <LoadingRows rows={6} />;
  }
  return (
    <Stack gap="sm" aria-busy={list.stale}>
      {list.error && <ErrorState error={list.error} onRetry={list.retry} />}
      {list.items.length === 0 ? (
        <Stack align="center" gap={0}>
          <EmptyState title={empty.title} hint={empty.hint} />
          {empty.action}
        </Stack>
      ) : (
        <Box opacity={list.stale ? 0.6 : 1}>{children(list.items)}</Box>
      )}
      {list.hasMore && (
        <Center>
          <Button variant="default" onClick={list.loadMore} loading={list.loadingMore}>
            <Trans>Show more</Trans>
          </Button>
        </Center>
      )}
    </Stack>
  );
}
