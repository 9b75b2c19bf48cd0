import { Button, Text, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconFingerprint } from '@tabler/icons-react';
import type { FactorNeeded } from '../../../../shared/api/session.ts';
import type { Credentials } from './api/use-login.ts';

interface Props {
  needed: FactorNeeded;
  form: UseFormReturnType<Credentials>;
  busy: boolean;
  onPasskey: (options: Record<string, unknown>) => void;
}

/** What is asked for after the right password: a passkey, a code, or either. */
export function SecondFactor({ needed, form, busy, onPasskey }: Props) {
  const { t } = useLingui();
  const { passkey } = needed;
  return (
    <>
      {passkey && (
        <>
          <Text size="sm">
            <Trans>The password was right. Now confirm with your passkey.</Trans>
          </Text>
          <Button size="md" leftSection={<IconFingerprint size={18} aria-hidden />} loading={busy} onClick={() => onPasskey(passkey)} fullWidth autoFocus>
            <Trans>Use the passkey</Trans>
          </Button>
        </>
      )}
      {!passkey && !needed.code && (
        <Text size="sm" role="alert">
          <Trans>Your login needs a passkey, and passkeys do not work at this address. Open the product at the address where you registered it.</Trans>
        </Text>
      )}
      {needed.code && (
        <TextInput
          label={needed.app ? t`Code of your authenticator app` : t`Recovery code`}
          description={needed.app ? t`Six digits, or one of your recovery codes` : t`If you have lost the passkey: one of the codes that were shown when you registered it`}
          autoComplete="one-time-code"
          autoCapitalize="characters"
          spellCheck={false}
          maxLength={20}
          autoFocus={!passkey}
          {...form.getInputProps('code')}
        />
      )}
    </>
  );
}
