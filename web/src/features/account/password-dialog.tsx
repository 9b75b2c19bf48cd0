import { Button, Group, Stack, Text } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { FormDialog } from '../../records/form-dialog.tsx';
import { useProof } from '../../records/proof-input.tsx';

interface Props {
  title: ReactNode;
  hint: ReactNode;
  busy: boolean;
  /** The server may know another proof than the password. */
  canBeEmpty?: boolean;
  onGiven: (password: string) => void;
  onClose: () => void;
}

/** Asks for the present password, or that the provider of single sign-on says who it is: an unlocked desk is not enough for what follows. */
export function PasswordDialog({ title, hint, busy, canBeEmpty = false, onGiven, onClose }: Props) {
  const proof = useProof({ focus: true });
  return (
    <FormDialog title={title} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onGiven(proof.password);
        }}
      >
        <Stack gap="md">
          <Text size="sm">{hint}</Text>
          {proof.input}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              <Trans>Cancel</Trans>
            </Button>
            <Button type="submit" loading={busy} disabled={!proof.ready && !canBeEmpty}>
              <Trans>Go on</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </FormDialog>
  );
}
