import { Button, Code, Group, Stack, Text, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { beginSecondFactor, confirmSecondFactor, getSecondFactor, listOwnSessions } from '../../../../shared/api/account.ts';
import { call } from '../../lib/api.ts';
import { loadSession } from '../../lib/session.ts';
import { CopyValue } from '../../records/copy-value.tsx';
import { FormDialog } from '../../records/form-dialog.tsx';
import { QrCode } from '../../records/qr-code.tsx';
import { useSave } from '../../records/use-save.ts';
import { PasswordDialog } from './password-dialog.tsx';
import { RecoveryCodes } from './recovery-codes.tsx';

type Begun = { secret: string; uri: string };

/** Password, QR code with a first code of the app, recovery codes. */
export function SetUpDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const begin = useSave({ run: (password: string) => call(beginSecondFactor, { body: { password } }), refresh: [], done: null });
  const finish = () => {
    onClose();
    // The page behind changes only now: a user who must set it up would otherwise be led away from the codes.
    void Promise.all([getSecondFactor.id, listOwnSessions.id].map((id) => client.invalidateQueries({ queryKey: [id] })));
    void loadSession();
  };
  if (!begin.data) {
    return (
      <PasswordDialog
        title={<Trans>Set up two-factor authentication</Trans>}
        hint={<Trans>Have an authenticator app ready on your telephone, for example Google Authenticator, Microsoft Authenticator or 1Password.</Trans>}
        busy={begin.isPending}
        onGiven={begin.mutate}
        onClose={onClose}
      />
    );
  }
  if (codes) {
    return (
      <FormDialog keep onClose={finish} title={<Trans>Keep your recovery codes</Trans>}>
        <RecoveryCodes codes={codes} onKept={finish} />
      </FormDialog>
    );
  }
  return (
    <FormDialog keep passing onClose={onClose} title={<Trans>Connect the app</Trans>}>
      <ConnectApp begun={begin.data} onConfirmed={setCodes} />
    </FormDialog>
  );
}

function ConnectApp({ begun, onConfirmed }: { begun: Begun; onConfirmed: (codes: readonly string[]) => void }) {
  const { t } = useLingui();
  const [code, setCode] = useState('');
  const confirm = useSave({
    run: () => call(confirmSecondFactor, { body: { code } }),
    refresh: [],
    done: null,
    onDone: ({ recoveryCodes }) => onConfirmed(recoveryCodes),
  });
  const spaced = begun.secret.replaceAll(/(.{4})(?=.)/g, '$1 ');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        confirm.mutate(undefined);
      }}
    >
      <Stack gap="md">
        <Text size="sm">
          <Trans>Read this QR code with the app. It then shows a new code every 30 seconds.</Trans>
        </Text>
        <Group gap="md" align="center">
          <QrCode text={begun.uri} size={180} label={t`QR code for the authenticator app`} />
          <Stack gap={4} flex={1} miw={200}>
            <Text size="sm" c="gray.7">
              <Trans>Or type this key into the app:</Trans>
            </Text>
            <Code style={{ overflowWrap: 'anywhere' }}>{spaced}</Code>
            <Group>
              <CopyValue value={begun.secret} label={t`Copy the key`} />
            </Group>
          </Stack>
        </Group>
        <TextInput
          label={t`Code of the app`}
          description={t`Six digits`}
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={10}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
          data-autofocus
        />
        <Group justify="flex-end">
          <Button type="submit" loading={confirm.isPending} disabled={code.trim() === ''}>
            <Trans>Turn on</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
