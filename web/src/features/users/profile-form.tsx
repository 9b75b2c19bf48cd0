import { Alert, Button, Group, Input, List, Stack, Text, TextInput } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { IconUsers } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { createProfile, listProfiles, type Profile, type ProfileChange, updateProfile } from '../../../../shared/api/profiles.ts';
import { listUsers } from '../../../../shared/api/users.ts';
import type { Permission } from '../../../../shared/permissions.ts';
import { ErrorState } from '../../components/list-states.tsx';
import { call } from '../../lib/api.ts';
import { useSession } from '../../lib/session.ts';
import { FormDialog } from '../../records/form-dialog.tsx';
import { PermissionPicker } from '../../records/permission-picker.tsx';
import { usePermissionText } from '../../records/permission-text.ts';
import { RecordMeta } from '../../records/record-meta.tsx';
import { useSave } from '../../records/use-save.ts';

interface Props {
  /** null = a new one. */
  profile: Profile | null;
  /** What a new one begins as. */
  template: Profile | null;
  onClose: () => void;
}

/** Makes a profile, or changes one after its effect was shown. */
export function ProfileForm({ profile, template, onClose }: Props) {
  const { t } = useLingui();
  const { can } = useSession();
  const [name, setName] = useState(profile?.name ?? (template ? t`Copy of ${template.name}` : ''));
  // What one has not cannot be given, in a copy neither.
  const [chosen, setChosen] = useState<readonly Permission[]>(profile?.permissions ?? template?.permissions.filter(can) ?? []);
  const save = useProfileSave(profile, { name: name.trim(), permissions: [...chosen] }, onClose);
  const { preview } = save;
  const edit = (work: () => void) => {
    work();
    preview.reset();
  };
  const shown = profile === null || preview.data !== undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === '') return;
    if (shown) save.apply();
    else preview.mutate();
  };
  return (
    <FormDialog onClose={onClose} keep size="lg" title={profile === null ? <Trans>New profile</Trans> : <Trans>Edit profile</Trans>}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput label={t`Name`} required maxLength={50} value={name} onChange={({ currentTarget: { value } }) => edit(() => setName(value))} />
          <Input.Wrapper label={t`Permissions`} labelElement="div" description={t`Greyed out: what you may not do yourself, you cannot give.`}>
            <PermissionPicker value={chosen} onChange={(next) => edit(() => setChosen(next))} />
          </Input.Wrapper>
          {preview.isError && <ErrorState error={preview.error} onRetry={() => preview.mutate()} />}
          {preview.data && <Effect change={preview.data} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              <Trans>Cancel</Trans>
            </Button>
            <Button type="submit" loading={save.isPending} disabled={name.trim() === ''}>
              {profile === null ? <Trans>Create the profile</Trans> : shown ? <Trans>Apply</Trans> : <Trans>Check the effect</Trans>}
            </Button>
          </Group>
          {profile && <RecordMeta record={profile} />}
        </Stack>
      </form>
    </FormDialog>
  );
}

function useProfileSave(profile: Profile | null, body: { name: string; permissions: Permission[] }, onClose: () => void) {
  const { t } = useLingui();
  const id = profile?.id ?? '';
  const create = useSave({ run: () => call(createProfile, { body }), refresh: [listProfiles.id], done: t`Profile created`, onDone: onClose });
  const change = useSave({
    run: () => call(updateProfile, { params: { id }, body: { ...body, preview: false } }),
    refresh: [listProfiles.id, listUsers.id],
    done: t`Profile saved`,
    onDone: onClose,
  });
  const preview = useMutation({ mutationFn: () => call(updateProfile, { params: { id }, body: { ...body, preview: true } }) });
  const apply = () => (profile === null ? create.mutate(undefined) : change.mutate(undefined));
  return { preview, apply, isPending: create.isPending || change.isPending || preview.isPending };
}

/** How many names are shown. */
const MOST_NAMES = 12;

/** Who gains and loses what. */
function Effect({ change: { gained, lost, users, userCount } }: { change: ProfileChange }) {
  const texts = usePermissionText();
  const names = users.slice(0, MOST_NAMES).map(({ name }) => name).join(', ');
  const more = userCount - Math.min(users.length, MOST_NAMES);
  const list = (permissions: readonly Permission[]) => permissions.map((permission) => texts[permission].label).join(', ');
  return (
    <Alert color={lost.length > 0 ? 'yellow' : 'teal'} role="status" icon={<IconUsers aria-hidden />} title={<Plural value={userCount} _0="Nobody has this profile" one="This concerns # user" other="This concerns # users" />}>
      <Stack gap={4}>
        <List size="sm">
          {lost.length > 0 && (
            <List.Item>
              <Trans>They lose: {list(lost)}</Trans>
            </List.Item>
          )}
          {gained.length > 0 && (
            <List.Item>
              <Trans>They gain: {list(gained)}</Trans>
            </List.Item>
          )}
          {gained.length + lost.length === 0 && (
            <List.Item>
              <Trans>The permissions stay as they are.</Trans>
            </List.Item>
          )}
        </List>
        {names !== '' && (
          <Text size="sm">
            {names}
            {more > 0 && <Trans> and {more} more</Trans>}
          </Text>
        )}
      </Stack>
    </Alert>
  );
}
