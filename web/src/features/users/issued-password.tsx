import { Alert, Button, Code, Group, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconKey } from '@tabler/icons-react';
import type { User } from '../../../../shared/api/users.ts';
import { formatDateTime } from '../../lib/format.ts';
import { CopyValue } from '../../records/copy-value.tsx';
import { FormDialog } from '../../records/form-dialog.tsx';

/** What the server tells once. */
export interface Issued {
  user: User;
  password: string;
}

/** A password to be handed over; it is not shown again. */
export function IssuedPassword({ issued: { user, password }, onClose }: { issued: Issued; onClose: () => void }) {
  const { i18n } = useLingui();
  const { name, loginId } = user;
  const until = user.passwordUntil === null ? '' : formatDateTime(user.passwordUntil, i18n.locale);
  return (
    <FormDialog onClose={onClose} keep title={<Trans>Password for {name}</Trans>}>
      <Stack gap="md">
        <Alert color="yellow" role="status" icon={<IconKey aria-hidden />} title={<Trans>Hand it over now: it is shown only once</Trans>}>
          <Stack gap="xs">
            <Text size="sm">
              <Trans>Login ID: {loginId}</Trans>
            </Text>
            <Group gap="sm">
              <Code fz="md">{password}</Code>
              <CopyValue value={password} />
            </Group>
          </Stack>
        </Alert>
        <Text size="sm">
          <Trans>It works until {until}. At the login the user chooses another password before anything else.</Trans>
        </Text>
        <Group justify="flex-end">
          <Button onClick={onClose}>
            <Trans>I have handed it over</Trans>
          </Button>
        </Group>
      </Stack>
    </FormDialog>
  );
}
