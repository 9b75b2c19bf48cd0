import { Paper, Table } from '@mantine/core';
import type { ReactNode } from 'react';

/** The ground of a list: white, bordered, scrolling sideways where the screen is narrower than the table. */
export function TableFrame({ minWidth, children }: { minWidth: number; children: ReactNode }) {
  return (
    <Paper withBorder px="xs">
      <Table.ScrollContainer minWidth={minWidth}>{children}</Table.ScrollContainer>
    </Paper>
  );
}
