import { ActionIcon, Group, Table } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { IconArrowDown, IconArrowsSort, IconArrowUp } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { nextSorting, type Sorting } from './sorting.ts';

interface Props {
  /** The column, as `sortedRows` asks for it. */
  id: string;
  /** For who hears the button. */
  name: string;
  sorting: Sorting | null;
  onSort: (sorting: Sorting | null) => void;
  /** Of figures: at the right. */
  figures?: boolean;
  children: ReactNode;
}

/** Head of a column by which the rows can be put in order. */
export function SortHead({ id, name, sorting, onSort, figures = false, children }: Props) {
  const { t } = useLingui();
  const mine = sorting?.by === id ? sorting : null;
  const Icon = mine === null ? IconArrowsSort : mine.descending ? IconArrowDown : IconArrowUp;
  return (
    <Table.Th ta={figures ? 'right' : 'left'} aria-sort={mine === null ? 'none' : mine.descending ? 'descending' : 'ascending'} style={{ whiteSpace: 'nowrap' }}>
      <Group gap={2} wrap="nowrap" justify={figures ? 'flex-end' : 'flex-start'}>
        {children}
        <ActionIcon variant="subtle" size={24} color={mine === null ? 'gray' : 'navy'} aria-label={t`Sort by “${name}”`} onClick={() => onSort(nextSorting(sorting, id))}>
          <Icon size={14} aria-hidden />
        </ActionIcon>
      </Group>
    </Table.Th>
  );
}
