import { ActionIcon, Group } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { IconArrowDown, IconArrowUp, IconTrash } from '@tabler/icons-react';

interface Props {
  /** What is moved or removed. */
  name: string;
  isFirst: boolean;
  isLast: boolean;
  onMove: (by: -1 | 1) => void;
  /** Null: it has to stay. */
  onRemove: (() => void) | null;
}

/** Up, down and away for one entry of a list that has an order. */
export function OrderButtons({ name, isFirst, isLast, onMove, onRemove }: Props) {
  const { t } = useLingui();
  return (
    <Group gap={4} wrap="nowrap">
      <ActionIcon variant="subtle" color="gray.7" disabled={isFirst} aria-label={t`Move up: ${name}`} onClick={() => onMove(-1)}>
        <IconArrowUp size={18} aria-hidden />
      </ActionIcon>
      <ActionIcon variant="subtle" color="gray.7" disabled={isLast} aria-label={t`Move down: ${name}`} onClick={() => onMove(1)}>
        <IconArrowDown size={18} aria-hidden />
      </ActionIcon>
      <ActionIcon variant="subtle" color="red.9" disabled={onRemove === null} aria-label={t`Remove: ${name}`} onClick={() => onRemove?.()}>
        <IconTrash size={18} aria-hidden />
      </ActionIcon>
    </Group>
  );
}
