import { Button, Group, Stack, Table, Text, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconFingerprint } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { getSecondFactor, listOwnSessions } from '../../../../shared/api/account.ts';
import { type AddedPasskey, addPasskey, beginPasskey, listPasskeys, type Passkey, type Passkeys, removePasskey } from '../../../../shared/api/passkeys.ts';
import { EmptyState, ErrorState } from '../../components/list-states.tsx';
import { PasskeyObstacleText } from '../../components/passkey-obstacle.tsx';
import { call } from '../../lib/api.ts';
import { formatDateTime } from '../../lib/format.ts';
import { here, isCancelled, makePasskey, passkeyObstacle } from '../../lib/passkeys.ts';
import { loadSession } from '../../lib/session.ts';
import { FormDialog } from '../../records/form-dialog.tsx';
import { useProof } from '../../records/proof-input.tsx';
import { Columns, TableFrame } from '../../records/table-frame.tsx';
import { Tag } from '../../records/tag.tsx';
import { useOne } from '../../records/use-one.ts';
import { useSave } from '../../records/use-save.ts';
import { Part } from './part.tsx';
import { PasswordDialog } from './password-dialog.tsx';
import { RecoveryCodesDialog } from './recovery-codes.tsx';

const REFRESH = [listPasskeys.id, getSecondFactor.id, listOwnSessions.id];

/** The own passkeys; nothing where the company takes none and none is left from before. */
export function PasskeySettings() {
  const query = useOne([listPasskeys.id], (signal) => call(listPasskeys, {}, signal));
  if (query.isPending) return null;
  if (query.isError) return <Part title={<Trans>Passkeys</Trans>}><ErrorState error={query.error} onRetry={() => void query.refetch()} /></Part>;
  const { mode, items } = query.data;
  if (mode === 'off' && items.length === 0) return null;
  return (
    <Part title={<Trans>Passkeys</Trans>}>
      <Text size="sm" c="gray.7">
        {mode === 'off' && <Trans>Your company does not take passkeys.</Trans>}
        {mode === 'second_factor' && <Trans>With a passkey, your device or security key confirms a login beside the password.</Trans>}
        {mode === 'passwordless' && <Trans>With a passkey you log in by your device or security key, without the password.</Trans>}
      </Text>
      {items.length > 0 ? <PasskeyTable passkeys={items} /> : mode !== 'off' && <EmptyState title={<Trans>No passkeys yet</Trans>} />}
      {mode !== 'off' && <AddPasskey passkeys={query.data} />}
    </Part>
  );
}

function PasskeyTable({ passkeys }: { passkeys: readonly Passkey[] }) {
  const { i18n, t } = useLingui();
  const [asked, setAsked] = useState<Passkey | null>(null);
  const remove = useSave({
    run: ({ id, password }: { id: string; password: string }) => call(removePasskey, { params: { id }, body: { password } }),
    refresh: REFRESH,
    done: t`Passkey removed`,
    onDone: () => setAsked(null),
  });
  const name = asked?.name ?? '';
  return (
    <>
      <TableFrame minWidth={520}>
        <Table verticalSpacing="xs">
          <Columns actions>
            <Trans>Name</Trans>
            <Trans>Registered on</Trans>
            <Trans>Last used</Trans>
          </Columns>
          <Table.Tbody>
            {passkeys.map((passkey) => (
              <Table.Tr key={passkey.id}>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>
                  {passkey.name}{' '}
                  {passkey.synced && (
                    <Tag>
                      <Trans>Synced</Trans>
                    </Tag>
                  )}
                </Table.Td>
                <Table.Td>{formatDateTime(passkey.createdAt, i18n.locale)}</Table.Td>
                <Table.Td>{passkey.lastUsedAt === null ? <Trans>Never used</Trans> : formatDateTime(passkey.lastUsedAt, i18n.locale)}</Table.Td>
                <Table.Td ta="right">
                  <Button size="compact-sm" variant="default" aria-label={t`Remove the passkey ${passkey.name}`} onClick={() => setAsked(passkey)}>
                    <Trans>Remove</Trans>
                  </Button>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </TableFrame>
      {asked && (
        <PasswordDialog
          title={<Trans>Remove the passkey “{name}”?</Trans>}
          hint={<Trans>It lets nobody in any more. Remove it on the device too.</Trans>}
          busy={remove.isPending}
          onGiven={(password) => remove.mutate({ id: asked.id, password })}
          onClose={() => setAsked(null)}
        />
      )}
    </>
  );
}

function AddPasskey({ passkeys: { origin } }: { passkeys: Passkeys }) {
  const [open, setOpen] = useState(false);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const obstacle = passkeyObstacle(origin, here());
  if (obstacle) return <PasskeyObstacleText obstacle={obstacle} origin={origin} />;
  return (
    <>
      <Group>
        <Button leftSection={<IconFingerprint size={18} aria-hidden />} onClick={() => setOpen(true)}>
          <Trans>Add a passkey</Trans>
        </Button>
      </Group>
      {open && (
        <AddDialog
          onAdded={(made) => {
            setOpen(false);
            setCodes(made.recoveryCodes);
            // Who had to set one up may do everything now; who gets codes is led on once they are kept.
            if (made.recoveryCodes === null) void loadSession();
          }}
          onClose={() => setOpen(false)}
        />
      )}
      {codes && (
        <RecoveryCodesDialog
          codes={codes}
          onClose={() => {
            setCodes(null);
            void loadSession();
          }}
        />
      )}
    </>
  );
}

/** Name and password; then the browser asks for the device or security key. */
function AddDialog({ onAdded, onClose }: { onAdded: (made: AddedPasskey) => void; onClose: () => void }) {
  const { t } = useLingui();
  const [name, setName] = useState('');
  const proof = useProof();
  const [cancelled, setCancelled] = useState(false);
  const add = useSave({
    run: async () => {
      setCancelled(false);
      const { options } = await call(beginPasskey, { body: { password: proof.password } });
      try {
        return await call(addPasskey, { body: { name: name.trim(), answer: await makePasskey(options) } });
      } catch (error) {
        if (!isCancelled(error)) throw error;
        setCancelled(true);
        return null;
      }
    },
    refresh: REFRESH,
    done: null,
    onDone: (made) => {
      if (made) onAdded(made);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate(undefined);
  };
  return (
    <FormDialog title={<Trans>Add a passkey</Trans>} onClose={onClose}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <Text size="sm">
            <Trans>Your browser then asks for a fingerprint, a face, a PIN or a security key. Register a second device too, so that the loss of one does not lock you out.</Trans>
          </Text>
          <TextInput label={t`Name of the passkey`} description={t`For example the device that keeps it`} value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={60} data-autofocus />
          {proof.input}
          {cancelled && (
            <Text size="sm" role="status">
              <Trans>Nothing was registered. Try again.</Trans>
            </Text>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              <Trans>Cancel</Trans>
            </Button>
            <Button type="submit" loading={add.isPending} disabled={name.trim() === '' || !proof.ready}>
              <Trans>Go on</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </FormDialog>
  );
}
