import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { IconDatabaseOff, IconDevices, IconPlugConnectedX } from '@tabler/icons-react';
import { FormDialog } from '../../records/form-dialog.tsx';
import { softphone, useSoftphone } from '../../softphone/use-softphone.ts';
import { useCommand } from '../../softphone/use-command.ts';

/** What is wrong with the whole desk, above everything else. */
export function DeskBanners() {
  const { connection, database, desk, call } = useSoftphone();
  const { run, busy } = useCommand();
  return (
    <>
      {connection === 'waiting' && (
        <Alert role="alert" color="red" icon={<IconPlugConnectedX aria-hidden />} title={<Trans>The connection to the server is lost</Trans>}>
          {call ? (
            <Trans>Connecting again. Your call may go on meanwhile; keep this page open.</Trans>
          ) : (
            <Trans>Connecting again. You are not offered calls meanwhile.</Trans>
          )}
        </Alert>
      )}
      {database === 'down' && (
        <Alert role="alert" color="orange" icon={<IconDatabaseOff aria-hidden />} title={<Trans>The database is unavailable</Trans>}>
          <Trans>Calls in progress go on. Records cannot be read or saved until it is back; what you type stays here.</Trans>
        </Alert>
      )}
      {desk === 'taken' && (
        <Alert color="blue" icon={<IconDevices aria-hidden />} title={<Trans>Your desk is open in another window</Trans>}>
          <Group justify="space-between">
            <Text size="sm">
              <Trans>It was taken over there. Calls ring only in one window.</Trans>
            </Text>
            <Button size="xs" loading={busy} onClick={() => void run(() => softphone.takeOver())}>
              <Trans>Use this window</Trans>
            </Button>
          </Group>
        </Alert>
      )}
    </>
  );
}

/** Asks before the desk of another window is closed. */
export function TakeOverDialog({ onLeave }: { onLeave: () => void }) {
  const { desk } = useSoftphone();
  const { run, busy } = useCommand();
  if (desk !== 'elsewhere') return null;
  return (
    <FormDialog onClose={onLeave} title={<Trans>Your desk is open in another window</Trans>}>
      <Stack>
        <Text size="sm">
          <Trans>Calls ring in one window only. If you go on here, the desk in the other window closes; a call in progress comes along.</Trans>
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onLeave}>
            <Trans>Leave it there</Trans>
          </Button>
          <Button loading={busy} onClick={() => void run(() => softphone.takeOver())} data-autofocus>
            <Trans>Use this window</Trans>
          </Button>
        </Group>
      </Stack>
    </FormDialog>
  );
}
