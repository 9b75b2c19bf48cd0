import { Button, Divider, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconFingerprint, IconLogin2 } from '@tabler/icons-react';
import type { LoginWays } from '../../../../shared/api/login-settings.ts';
import { PasskeyObstacleText } from '../../components/passkey-obstacle.tsx';
import { wordsIn } from '../../lib/both-languages.ts';
import { here, passkeyObstacle } from '../../lib/passkeys.ts';

interface Props {
  ways: LoginWays;
  busy: boolean;
  onPasskey: () => void;
  onSingleSignOn: () => void;
}

/** What a company offers beside the password. */
export function OtherWays({ ways, busy, onPasskey, onSingleSignOn }: Props) {
  const { t, i18n } = useLingui();
  const { singleSignOn, passkey, passkeyOrigin } = ways;
  const obstacle = passkeyObstacle(passkeyOrigin, here());
  const only = singleSignOn?.only ?? false;
  return (
    <Stack gap="md">
      {!only && <Divider label={t`or`} />}
      {singleSignOn && (
        <Button variant={only ? 'filled' : 'default'} size="md" leftSection={<IconLogin2 size={18} aria-hidden />} disabled={busy} onClick={onSingleSignOn} fullWidth>
          {wordsIn(i18n.locale, { ja: singleSignOn.textJa, en: singleSignOn.textEn })}
        </Button>
      )}
      {passkey && obstacle && <PasskeyObstacleText obstacle={obstacle} origin={passkeyOrigin} />}
      {passkey && !obstacle && (
        <Button variant="default" size="md" leftSection={<IconFingerprint size={18} aria-hidden />} disabled={busy} onClick={onPasskey} fullWidth>
          <Trans>Log in with a passkey</Trans>
        </Button>
      )}
      {only && (
        <>
          <Divider label={t`or`} />
          <Text size="sm" c="gray.7">
            <Trans>Your company logs in this way alone. The password below lets in only the administrator who is named for emergencies.</Trans>
          </Text>
        </>
      )}
    </Stack>
  );
}
