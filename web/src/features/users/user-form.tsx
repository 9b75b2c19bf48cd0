import { Button, Group, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { Trans, useLingui } from '@lingui/react/macro';
import { createUser, LOGIN_ID, updateUser, type User } from '../../../../shared/api/users.ts';
import { call } from '../../lib/api.ts';
import { useSession } from '../../lib/session.ts';
import { FormDialog } from '../../records/form-dialog.tsx';
import { RecordMeta } from '../../records/record-meta.tsx';
import { useSave } from '../../records/use-save.ts';
import type { Issued } from './issued-password.tsx';
import { useCovers, useProfiles } from './use-profiles.ts';
import { USERS_CHANGED } from './users-changed.ts';

interface Props {
  /** null = a new one. */
  user: User | null;
  onClose: () => void;
  onIssued: (issued: Issued) => void;
}

type Entries = Pick<User, 'loginId' | 'name' | 'nameKana' | 'department' | 'email' | 'employeeNumber' | 'profileId'>;

const entriesOf = (user: User | null): Entries => ({
  loginId: user?.loginId ?? '',
  name: user?.name ?? '',
  nameKana: user?.nameKana ?? '',
  department: user?.department ?? '',
  email: user?.email ?? '',
  employeeNumber: user?.employeeNumber ?? '',
  profileId: user?.profileId ?? '',
});

/** Registers a user, or changes what is known of one. */
export function UserForm({ user, onClose, onIssued }: Props) {
  const { t } = useLingui();
  const form = useForm({
    initialValues: entriesOf(user),
    validate: {
      loginId: (value) => (LOGIN_ID.test(value.trim().toLowerCase()) ? null : t`Letters, digits and . _ @ - only; it begins with a letter or a digit.`),
      name: (value) => (value.trim() === '' ? t`Enter a name.` : null),
      email: (value) => (value.trim() === '' || /^\S+@\S+\.\S+$/u.test(value.trim()) ? null : t`This is no mail address.`),
      profileId: (value) => (value === '' ? t`Choose a profile.` : null),
    },
  });
  const create = useSave({
    run: (values: Entries) => call(createUser, { body: values }),
    refresh: USERS_CHANGED,
    done: t`User created`,
    onDone: (issued) => (onClose(), onIssued(issued)),
  });
  const change = useSave({
    run: ({ loginId: _fixed, ...values }: Entries) => call(updateUser, { params: { id: user?.id ?? '' }, body: values }),
    refresh: USERS_CHANGED,
    done: t`User saved`,
    onDone: onClose,
  });
  const save = user === null ? create : change;
  return (
    <FormDialog onClose={onClose} keep size="lg" title={user === null ? <Trans>New user</Trans> : <Trans>Edit user</Trans>}>
      <form onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
        <Stack gap="sm">
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
            <TextInput label={t`Login ID`} required autoComplete="off" autoCapitalize="none" spellCheck={false} disabled={user !== null} maxLength={64} {...form.getInputProps('loginId')} />
            <ProfileSelect user={user} {...form.getInputProps('profileId')} />
            <TextInput label={t`Name`} required maxLength={100} {...form.getInputProps('name')} />
            <TextInput label={t`Name in kana`} maxLength={100} {...form.getInputProps('nameKana')} />
            <TextInput label={t`Department`} maxLength={100} {...form.getInputProps('department')} />
            <TextInput label={t`Employee number`} maxLength={50} {...form.getInputProps('employeeNumber')} />
            <TextInput type="email" label={t`Mail address`} maxLength={254} {...form.getInputProps('email')} />
          </SimpleGrid>
          {user === null && (
            <Text size="sm" c="dimmed">
              <Trans>A first password is shown after you save. At the login the user chooses another.</Trans>
            </Text>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              <Trans>Cancel</Trans>
            </Button>
            <Button type="submit" loading={save.isPending}>
              {user === null ? <Trans>Create the user</Trans> : <Trans>Save</Trans>}
            </Button>
          </Group>
          {user && <RecordMeta record={user} />}
        </Stack>
      </form>
    </FormDialog>
  );
}

interface ProfileSelectProps {
  user: User | null;
  value?: string;
  onChange?: (value: string | null) => void;
}

/** The profiles that one may give; the own profile is nobody's to change. */
function ProfileSelect({ user, ...input }: ProfileSelectProps) {
  const { t } = useLingui();
  const session = useSession();
  const covers = useCovers();
  const { profiles, error } = useProfiles();
  const own = user !== null && user.id === session.user?.id;
  const options = profiles.map((profile) => ({ value: profile.id, label: profile.name, disabled: !covers(profile) }));
  return (
    <Select
      label={t`Profile`}
      required
      searchable={options.length > 8}
      allowDeselect={false}
      data={options}
      disabled={own}
      description={own ? t`Somebody else changes your own profile.` : undefined}
      {...input}
      {...(error && { error: t`The profiles could not be loaded.` })}
    />
  );
}
