import { Alert, Stack } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { IconKey, IconShieldExclamation } from '@tabler/icons-react';
import { useStore } from 'zustand';
import { sessionStore } from '../../lib/session-store.ts';
import { PageHead } from '../../records/page-head.tsx';
import { OwnSessions } from './own-sessions.tsx';
import { Part } from './part.tsx';
import { PasskeySettings } from './passkey-settings.tsx';
import { PasswordForm } from './password-form.tsx';
import { SecondFactorSettings } from './second-factor-settings.tsx';

/** What users do for the safety of their own account. */
export default function AccountPage() {
  const mustSetUp = useStore(sessionStore, (state) => state.session?.mustSetUpFactor ?? false);
  const mustChange = useStore(sessionStore, (state) => state.session?.mustChangePassword ?? false);
  return (
    <Stack gap="md" maw={760}>
      <PageHead title={<Trans>Account and security</Trans>} />
      {mustChange && (
        <Alert color="orange" role="status" icon={<IconKey aria-hidden />} title={<Trans>Choose a password of your own first</Trans>}>
          <Trans>Your password was issued by somebody else. Everything else opens as soon as you have changed it below.</Trans>
        </Alert>
      )}
      {mustSetUp && (
        <Alert color="orange" role="status" icon={<IconShieldExclamation aria-hidden />} title={<Trans>Set up two-factor authentication first</Trans>}>
          <Trans>Your company demands it of your profile. Everything else opens as soon as it is set up.</Trans>
        </Alert>
      )}
      <Part title={<Trans>Two-factor authentication</Trans>}>
        <SecondFactorSettings />
      </Part>
      <PasskeySettings />
      <Part title={<Trans>Password</Trans>}>
        <PasswordForm />
      </Part>
      <Part title={<Trans>Where you are logged in</Trans>}>
        <OwnSessions />
      </Part>
    </Stack>
  );
}
