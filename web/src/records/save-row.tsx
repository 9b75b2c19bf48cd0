import { Button, Group } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { IconArrowBackUp } from '@tabler/icons-react';

interface Props {
  /** Something differs from what is stored. */
  dirty: boolean;
  /** What was typed can be saved. */
  sound?: boolean;
  saving: boolean;
  onUndo: () => void;
}

/** The end of a form: back to what is stored, or save. */
export function SaveRow({ dirty, sound = true, saving, onUndo }: Props) {
  return (
    <Group justify="space-between">
      <Button variant="subtle" color="gray" leftSection={<IconArrowBackUp size={18} aria-hidden />} disabled={!dirty} onClick={onUndo}>
        <Trans>Undo changes</Trans>
      </Button>
      <Button type="submit" loading={saving} disabled={!dirty || !sound}>
        <Trans>Save</Trans>
      </Button>
    </Group>
  );
}
