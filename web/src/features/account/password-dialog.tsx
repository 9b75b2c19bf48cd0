import { Button, Group, PasswordInput, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { type ReactNode, useState } from 'react';
import { FormDialog } from '../../records/form-dialog.tsx';

interface Props {
  title: ReactNode;
  hint: ReactNode;
  busy: boolean;
  /** The server may know another proof than the password. */
  canBeEmpty?: boolean;
  onGiven: (password: string) => void;
  onClose: () => void;
}

/** Asks for the present password: an unlocked desk is not enough for what follows. */
export function PasswordDialog({ title, hint, busy, canBeEmpty = false, onGiven, onClose }: Props) {
  const { t } = useLingui();
  const [password, setPassword] = useState('');
  return (
    <FormDialog title={title} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onGiven(password);
        }}
      >
        <Stack gap="md">
          <Text size="sm">{hint}</Text>
          <PasswordInput
            label={t`Present password`}
            autoComplete="current-password"
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            data-autofocus
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              <Trans>Cancel</Trans>
            </Button>
            <Button type="submit" loading={busy} disabled={password === '' && !canBeEmpty}>
              <Trans>Go on</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </FormDialog>
  );
}
