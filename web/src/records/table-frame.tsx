import { Paper, Table, VisuallyHidden } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { Children, isValidElement, type ReactNode } from 'react';

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

interface ColumnsProps {
  /** The rows end with buttons: their column has a head that is only heard, not seen. */
  actions?: boolean;
  /** A name for each column; one that needs more than a name is a `Table.Th` itself. */
  children: ReactNode;
}

/** The head of a table. */
export function Columns({ actions = false, children }: ColumnsProps) {
  return (
    <Table.Thead>
      <Table.Tr>
        {Children.map(children, (column) => (isValidElement(column) && column.type !== Table.Th ? <Table.Th>{column}</Table.Th> : column))}
        {actions && (
          <Table.Th>
            <VisuallyHidden>
              <Trans>Actions</Trans>
            </VisuallyHidden>
          </Table.Th>
        )}
      </Table.Tr>
    </Table.Thead>
  );
}
