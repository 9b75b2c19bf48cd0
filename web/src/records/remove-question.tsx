import { Button, Group, Stack, Text } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { FormDialog } from './form-dialog.tsx';

interface Props {
  title: ReactNode;
  /** What goes, and what stays. */
  children: ReactNode;
  busy: boolean;
  onRemove: () => void;
  onClose: () => void;
}

/** Asks once more before something is removed for good. */
export function RemoveQuestion({ title, children, busy, onRemove, onClose }: Props) {
  return (
    <FormDialog title={title} onClose={onClose}>
      <Stack gap="md">
        <Text size="sm">{children}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button color="red" loading={busy} onClick={onRemove}>
            <Trans>Remove</Trans>
          </Button>
        </Group>
      </Stack>
    </FormDialog>
  );
}
