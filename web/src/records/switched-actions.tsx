import { ActionIcon, Group, Switch } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconEdit, IconTrash } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { RemoveQuestion } from './remove-question.tsx';
import { useSave } from './use-save.ts';

interface Props {
  /** What people call it. */
  name: string;
  active: boolean;
  /** What the switch says to those who cannot see the column's head. */
  switchLabel: string;
  /** Ids of the contracts whose answers a change makes old. */
  refresh: readonly string[];
  onSwitch: (active: boolean) => Promise<unknown>;
  onEdit: () => void;
  onRemove: () => Promise<unknown>;
  /** Told when it is gone. */
  removed: string;
  /** What goes with it, and what stays. */
  consequence: ReactNode;
  /** Between the switch and the pencil. */
  children?: ReactNode;
}

/** What can be done with something that works by itself until it is switched off: a rule, a notice, a schedule. */
export function SwitchedActions({ name, active, switchLabel, refresh, onSwitch, onEdit, onRemove, removed, consequence, children }: Props) {
  const { t } = useLingui();
  const [asking, setAsking] = useState(false);
  const change = useSave({ run: () => onSwitch(!active), refresh, done: t`Saved` });
  const remove = useSave({ run: onRemove, refresh, done: removed, onDone: () => setAsking(false) });
  return (
    <Group gap="xs" wrap="nowrap" justify="flex-end">
      <Switch checked={active} disabled={change.isPending} onChange={() => change.mutate(undefined)} aria-label={switchLabel} />
      {children}
      <ActionIcon variant="default" aria-label={t`Change “${name}”`} onClick={onEdit}>
        <IconEdit size={18} aria-hidden />
      </ActionIcon>
      <ActionIcon variant="default" aria-label={t`Remove “${name}”`} onClick={() => setAsking(true)}>
        <IconTrash size={18} aria-hidden />
      </ActionIcon>
      {asking && (
        <RemoveQuestion title={<Trans>Remove “{name}”?</Trans>} busy={remove.isPending} onRemove={() => remove.mutate(undefined)} onClose={() => setAsking(false)}>
          {consequence}
        </RemoveQuestion>
      )}
    </Group>
  );
}
