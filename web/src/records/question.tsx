import { Button, Group, Stack, Text } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { FormDialog } from './form-dialog.tsx';

interface Props {
  title: ReactNode;
  /** What happens, and what stays. */
  children: ReactNode;
  /** The word of the button that does it. */
  yes: ReactNode;
  /** It takes something away. */
  takesAway?: boolean;
  busy: boolean;
  onYes: () => void;
  onClose: () => void;
}

/** Asks once more before something is done. */
export function Question({ title, children, yes, takesAway = false, busy, onYes, onClose }: Props) {
  return (
    <FormDialog title={title} onClose={onClose}>
      <Stack gap="md">
        <Text size="sm">{children}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button {...(takesAway ? { color: 'red' } : {})} loading={busy} onClick={onYes}>
            {yes}
          </Button>
        </Group>
      </Stack>
    </FormDialog>
  );
}
