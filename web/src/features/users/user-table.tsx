import { ActionIcon, Button, Group, Menu, Table, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconBan, IconCheck, IconDevices, IconDotsVertical, IconKey, IconLock, IconLockOpen, IconPencil, IconShieldCheck } from '@tabler/icons-react';
import { useState } from 'react';
import { listUsers, resetUserPassword, unlockUser, updateUser, type User } from '../../../../shared/api/users.ts';
import { call } from '../../lib/api.ts';
import { formatDateTime } from '../../lib/format.ts';
import { useSession } from '../../lib/session.ts';
import { Question } from '../../records/question.tsx';
import { Columns, TableFrame } from '../../records/table-frame.tsx';
import { Tag } from '../../records/tag.tsx';
import { useSave } from '../../records/use-save.ts';
import type { Issued } from './issued-password.tsx';
import { UserAccount } from './user-account.tsx';
import { UserForm } from './user-form.tsx';
import { USERS_CHANGED } from './users-changed.ts';

type Dialog = 'disable' | 'account' | 'edit' | 'password';

interface Props {
  users: User[];
  onIssued: (issued: Issued) => void;
}

/** Users with what can be done about them. */
export function UserTable({ users, onIssued }: Props) {
  const [open, setOpen] = useState<{ dialog: Dialog; user: User } | null>(null);
  const close = () => setOpen(null);
  // As it is now: what was done in the dialog shows in it.
  const user = open && (users.find(({ id }) => id === open.user.id) ?? open.user);
  return (
    <TableFrame minWidth={820}>
      <Table verticalSpacing="xs">
        <Columns actions>
          <Trans>Login ID</Trans>
          <Trans>Name</Trans>
          <Trans>Profile</Trans>
          <Trans>Department</Trans>
          <Trans>Status</Trans>
        </Columns>
        <Table.Tbody>
          {users.map((each) => (
            <Table.Tr key={each.id}>
              <Table.Td ff="monospace">{each.loginId}</Table.Td>
              <Table.Td>
                <Text size="xs" c="dimmed">
                  {each.nameKana}
                </Text>
                {each.name}
              </Table.Td>
              <Table.Td>{each.profileName}</Table.Td>
              <Table.Td>{each.department}</Table.Td>
              <Table.Td>
                <UserStatus user={each} />
              </Table.Td>
              <Table.Td>
                <UserActions user={each} onOpen={(dialog) => setOpen({ dialog, user: each })} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {open?.dialog === 'account' && user && <UserAccount user={user} onClose={close} />}
      {open?.dialog === 'edit' && user && <UserForm user={user} onClose={close} onIssued={onIssued} />}
      {open?.dialog === 'disable' && user && <DisableQuestion user={user} onClose={close} />}
      {open?.dialog === 'password' && user && <PasswordQuestion user={user} onClose={close} onIssued={onIssued} />}
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
      {user.passwordUntil !== null && (
        <Tag color="yellow" icon={IconKey}>
          <Trans>Password to be changed</Trans>
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

function UserActions({ user, onOpen }: { user: User; onOpen: (dialog: Dialog) => void }) {
  const { t } = useLingui();
  const session = useSession();
  const unlock = useSave({ run: () => call(unlockUser, { params: { id: user.id } }), refresh: [listUsers.id], done: t`User unlocked` });
  const enable = useSave({
    run: () => call(updateUser, { params: { id: user.id }, body: { status: 'active' } }),
    refresh: USERS_CHANGED,
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
      {user.status === 'disabled' && (
        <Button size="compact-sm" variant="default" aria-label={t`Enable ${user.name}`} loading={enable.isPending} onClick={() => enable.mutate(undefined)}>
          <Trans>Enable</Trans>
        </Button>
      )}
      <UserMenu user={user} isOwn={user.id === session.user?.id} onOpen={onOpen} />
    </Group>
  );
}

function UserMenu({ user, isOwn, onOpen }: { user: User; isOwn: boolean; onOpen: (dialog: Dialog) => void }) {
  const { t } = useLingui();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t`Actions for ${user.name}`}>
          <IconDotsVertical size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconPencil size={16} aria-hidden />} onClick={() => onOpen('edit')}>
          <Trans>Edit</Trans>
        </Menu.Item>
        <Menu.Item leftSection={<IconDevices size={16} aria-hidden />} onClick={() => onOpen('account')}>
          <Trans>Sessions and second factor</Trans>
        </Menu.Item>
        <Menu.Item leftSection={<IconKey size={16} aria-hidden />} disabled={isOwn} onClick={() => onOpen('password')}>
          <Trans>Issue a new password</Trans>
        </Menu.Item>
        {user.status === 'active' && (
          <Menu.Item color="red" leftSection={<IconBan size={16} aria-hidden />} disabled={isOwn} onClick={() => onOpen('disable')}>
            <Trans>Disable</Trans>
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

function PasswordQuestion({ user, onClose, onIssued }: { user: User; onClose: () => void; onIssued: (issued: Issued) => void }) {
  const { t } = useLingui();
  const issue = useSave({
    run: () => call(resetUserPassword, { params: { id: user.id } }),
    refresh: [listUsers.id],
    done: t`New password issued`,
    onDone: (issued) => (onClose(), onIssued(issued)),
  });
  const name = user.name;
  return (
    <Question title={<Trans>Issue a new password to {name}?</Trans>} yes={<Trans>Issue</Trans>} busy={issue.isPending} onYes={() => issue.mutate(undefined)} onClose={onClose}>
      <Trans>The old password stops working and every session of the user ends. Make sure first who asks.</Trans>
    </Question>
  );
}

function DisableQuestion({ user, onClose }: { user: User; onClose: () => void }) {
  const { t } = useLingui();
  const disable = useSave({
    run: () => call(updateUser, { params: { id: user.id }, body: { status: 'disabled' } }),
    refresh: USERS_CHANGED,
    done: t`User disabled`,
    onDone: onClose,
  });
  const name = user.name;
  return (
    <Question title={<Trans>Disable {name}?</Trans>} yes={<Trans>Disable</Trans>} takesAway busy={disable.isPending} onYes={() => disable.mutate(undefined)} onClose={onClose}>
      <Trans>Sessions, telephones and API keys of the user stop working at once, and a call that rings goes to somebody else. The user’s records stay, and the user can be enabled again.</Trans>
    </Question>
  );
}
