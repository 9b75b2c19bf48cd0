import { ActionIcon, Button, Group, Select, Stack, Table, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconBan, IconCheck, IconDotsVertical, IconLock, IconLockOpen, IconSearch, IconShieldCheck } from '@tabler/icons-react';
import { useState } from 'react';
import { listUsers, unlockUser, updateUser, type User } from '../../../../shared/api/users.ts';
import { call } from '../../lib/api.ts';
import { FormDialog } from '../../records/form-dialog.tsx';
import { ListState } from '../../records/list-state.tsx';
import { PageHead } from '../../records/page-head.tsx';
import { useSession } from '../../lib/session.ts';
import { formatDateTime } from '../../lib/format.ts';
import { ActionsHead, TableFrame } from '../../records/table-frame.tsx';
import { useList } from '../../records/use-list.ts';
import { useSave } from '../../records/use-save.ts';
import { Tag } from '../../records/tag.tsx';
import { UserAccount } from './user-account.tsx';

/** The users of the tenant: who may log in, who is locked. */
export default function UsersPage() {
  const { t } = useLingui();
  const [text, setText] = useState('');
  const [status, setStatus] = useState<User['status'] | null>(null);
  const [settled] = useDebouncedValue(text.trim(), 250);
  const list = useList([listUsers.id, settled, status], (cursor, signal) =>
    call(
      listUsers,
      {
        query: {
          limit: 50,
          ...(settled === '' ? {} : { q: settled }),
          ...(status === null ? {} : { status }),
          ...(cursor === undefined ? {} : { cursor }),
        },
      },
      signal,
    ),
  );
  return (
    <Stack gap="md">
      <PageHead title={<Trans>Users</Trans>} />
      <Group gap="sm" align="flex-end">
        <TextInput
          type="search"
          label={t`Search users`}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          leftSection={<IconSearch size={18} aria-hidden />}
          maxLength={100}
          w={300}
        />
        <Select
          label={t`Status`}
          placeholder={t`All`}
          clearable
          w={160}
          data={[
            { value: 'active', label: t`Active` },
            { value: 'disabled', label: t`Disabled` },
          ]}
          value={status}
          onChange={(next) => setStatus(next as User['status'] | null)}
        />
      </Group>
      <ListState list={list} empty={{ title: t`No user matches` }}>
        {(users) => <UserTable users={users} />}
      </ListState>
    </Stack>
  );
}

function UserTable({ users }: { users: User[] }) {
  const [disabling, setDisabling] = useState<User | null>(null);
  const [shown, setShown] = useState<User | null>(null);
  return (
    <TableFrame minWidth={820}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>
              <Trans>Login ID</Trans>
            </Table.Th>
            <Table.Th>
              <Trans>Name</Trans>
            </Table.Th>
            <Table.Th>
              <Trans>Profile</Trans>
            </Table.Th>
            <Table.Th>
              <Trans>Department</Trans>
            </Table.Th>
            <Table.Th>
              <Trans>Status</Trans>
            </Table.Th>
            <ActionsHead />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {users.map((user) => (
            <Table.Tr key={user.id}>
              <Table.Td ff="monospace">{user.loginId}</Table.Td>
              <Table.Td>
                <Text size="xs" c="dimmed">
                  {user.nameKana}
                </Text>
                {user.name}
              </Table.Td>
              <Table.Td>{user.profileCode}</Table.Td>
              <Table.Td>{user.department}</Table.Td>
              <Table.Td>
                <UserStatus user={user} />
              </Table.Td>
              <Table.Td>
                <UserActions user={user} onDisable={() => setDisabling(user)} onAccount={() => setShown(user)} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {shown && <UserAccount user={users.find(({ id }) => id === shown.id) ?? shown} onClose={() => setShown(null)} />}
      {disabling && <DisableQuestion user={disabling} onClose={() => setDisabling(null)} />}
    </TableFrame>
  );
}

function UserStatus({ user }: { user: User }) {
  const { i18n, t } = useLingui();
  const until = user.lockedUntil === null ? '' : formatDateTime(user.lockedUntil, i18n.locale);
  return (
    <Group gap={4}>
      {user.status === 'active' ? (
        <Tag color="teal" icon={IconCheck}>
          <Trans>Active</Trans>
        </Tag>
      ) : (
        <Tag icon={IconBan}>
          <Trans>Disabled</Trans>
        </Tag>
      )}
      {user.lock !== 'none' && (
        <Tag color="orange" icon={IconLock}>
          {user.lock === 'until' && until !== '' ? t`Locked until ${until}` : t`Locked`}
        </Tag>
      )}
      {user.secondFactor && (
        <Tag color="teal" icon={IconShieldCheck}>
          <Trans>Two-factor</Trans>
        </Tag>
      )}
    </Group>
  );
}

function UserActions({ user, onDisable, onAccount }: { user: User; onDisable: () => void; onAccount: () => void }) {
  const { t } = useLingui();
  const session = useSession();
  const unlock = useSave({ run: () => call(unlockUser, { params: { id: user.id } }), refresh: [listUsers.id], done: t`User unlocked` });
  const enable = useSave({
    run: () => call(updateUser, { params: { id: user.id }, body: { status: 'active' } }),
    refresh: [listUsers.id],
    done: t`User enabled`,
  });
  if (!session.can('user.manage')) return null;
  return (
    <Group gap="xs" justify="flex-end" wrap="nowrap">
      {user.lock !== 'none' && (
        <Button
          size="compact-sm"
          variant="light"
          leftSection={<IconLockOpen size={16} aria-hidden />}
          aria-label={t`Unlock ${user.name}`}
          loading={unlock.isPending}
          onClick={() => unlock.mutate(undefined)}
        >
          <Trans>Unlock</Trans>
        </Button>
      )}
      {user.status === 'disabled' ? (
        <Button size="compact-sm" variant="default" aria-label={t`Enable ${user.name}`} loading={enable.isPending} onClick={() => enable.mutate(undefined)}>
          <Trans>Enable</Trans>
        </Button>
      ) : (
        <Button size="compact-sm" variant="default" aria-label={t`Disable ${user.name}`} disabled={user.id === session.user?.id} onClick={onDisable}>
          <Trans>Disable</Trans>
        </Button>
      )}
      <ActionIcon variant="subtle" color="gray" aria-label={t`Sessions and second factor of ${user.name}`} onClick={onAccount}>
        <IconDotsVertical size={18} aria-hidden />
      </ActionIcon>
    </Group>
  );
}

function DisableQuestion({ user, onClose }: { user: User; onClose: () => void }) {
  const { t } = useLingui();
  const disable = useSave({
    run: () => call(updateUser, { params: { id: user.id }, body: { status: 'disabled' } }),
    refresh: [listUsers.id],
    done: t`User disabled`,
    onDone: onClose,
  });
  const name = user.name;
  return (
    <FormDialog onClose={onClose} title={<Trans>Disable {name}?</Trans>}>
      <Stack gap="md">
        <Text size="sm">
          <Trans>Every session of the user ends at once. The user’s records stay, and the user can be enabled again.</Trans>
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button color="red" loading={disable.isPending} onClick={() => disable.mutate(undefined)}>
            <Trans>Disable</Trans>
          </Button>
        </Group>
      </Stack>
    </FormDialog>
  );
}
