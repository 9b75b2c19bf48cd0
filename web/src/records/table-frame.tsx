import { Paper, Table, VisuallyHidden } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';

/** The ground of a list: white, bordered, scrolling sideways where the screen is narrower than the table. */
export function TableFrame({ minWidth, children }: { minWidth: number; children: ReactNode }) {
  return (
    <Paper withBorder px="xs">
      <Table.ScrollContainer minWidth={minWidth}>{children}</Table.ScrollContainer>
    </Paper>
  );
}

/** The same for a table of `stacked-table.module.css`, whose rows are cards on a narrow screen: nothing is out of sight there. */
export function StackedFrame({ children }: { children: ReactNode }) {
  return (
    <Paper withBorder px="xs">
      {children}
    </Paper>
  );
}

/** Head of the column with the buttons of a row: only heard, not seen. */
export function ActionsHead() {
  return (
    <Table.Th>
      <VisuallyHidden>
        <Trans>Actions</Trans>
      </VisuallyHidden>
    </Table.Th>
  );
}
