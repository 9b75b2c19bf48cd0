import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconFileImport, IconPlus, IconSearch, IconShieldLock } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { listUsers, type User } from '../../../../shared/api/users.ts';
import { call } from '../../lib/api.ts';
import { useSession } from '../../lib/session.ts';
import { ListState } from '../../records/list-state.tsx';
import { PageHead } from '../../records/page-head.tsx';
import { useList } from '../../records/use-list.ts';
import { useKept } from '../../records/kept.ts';
import { type Issued, IssuedPassword } from './issued-password.tsx';
import { UserForm } from './user-form.tsx';
import { UserTable } from './user-table.tsx';

/** The users of the tenant: who may log in as what, who is locked. */
export default function UsersPage() {
  const { t } = useLingui();
  const { can } = useSession();
  const [text, setText] = useKept<string>('search', '');
  const [status, setStatus] = useKept<User['status'] | null>('status', null);
  const [creating, setCreating] = useState(false);
  const [issued, setIssued] = useState<Issued | null>(null);
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
      <PageHead title={<Trans>Users</Trans>}>
        <Button component={Link} to="/users/profiles" variant="default" leftSection={<IconShieldLock size={18} aria-hidden />}>
          <Trans>Profiles and permissions</Trans>
        </Button>
        {can('user.manage') && (
          <Button component={Link} to="/users/import" variant="default" leftSection={<IconFileImport size={18} aria-hidden />}>
            <Trans>Import from CSV</Trans>
          </Button>
        )}
        {can('user.manage') && (
          <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setCreating(true)}>
            <Trans>New user</Trans>
          </Button>
        )}
      </PageHead>
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
        {(users) => <UserTable users={users} onIssued={setIssued} />}
      </ListState>
      {creating && <UserForm user={null} onClose={() => setCreating(false)} onIssued={setIssued} />}
      {issued && <IssuedPassword issued={issued} onClose={() => setIssued(null)} />}
    </Stack>
  );
}
