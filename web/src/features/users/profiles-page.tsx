import { Button, Stack } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import type { Profile } from '../../../../shared/api/profiles.ts';
import { ErrorState, LoadingRows } from '../../components/list-states.tsx';
import { useSession } from '../../lib/session.ts';
import { BackLink } from '../../records/links.tsx';
import { PageHead } from '../../records/page-head.tsx';
import { ProfileForm } from './profile-form.tsx';
import { ProfileMatrix } from './profile-matrix.tsx';
import { useProfiles } from './use-profiles.ts';

/** Who may do what: every permission beside every profile. */
export default function ProfilesPage() {
  const { can } = useSession();
  const { profiles, isPending, error, retry } = useProfiles();
  const [form, setForm] = useState<{ profile: Profile | null; template: Profile | null } | null>(null);
  return (
    <Stack gap="md">
      <PageHead
        title={<Trans>Profiles and permissions</Trans>}
        back={
          <BackLink to="/users">
            <Trans>Users</Trans>
          </BackLink>
        }
        hint={<Trans>A change counts at once, for those who are logged in too. SV and CSR are locked: copy one and change the copy.</Trans>}
      >
        {can('user.manage') && (
          <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setForm({ profile: null, template: null })}>
            <Trans>New profile</Trans>
          </Button>
        )}
      </PageHead>
      {error !== null && <ErrorState error={error} onRetry={retry} />}
      {isPending && <LoadingRows rows={8} />}
      {profiles.length > 0 && (
        <ProfileMatrix profiles={profiles} onEdit={(profile) => setForm({ profile, template: null })} onCopy={(template) => setForm({ profile: null, template })} />
      )}
      {form && <ProfileForm profile={form.profile} template={form.template} onClose={() => setForm(null)} />}
    </Stack>
  );
}
