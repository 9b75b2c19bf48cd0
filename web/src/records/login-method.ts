import { useLingui } from '@lingui/react/macro';
import type { LoginMethod } from '../../../shared/api/session.ts';

/** With what a session was opened, in words. */
export function useLoginMethods(): Readonly<Record<LoginMethod, string>> {
  const { t } = useLingui();
  return {
    password: t`Password`,
    password_code: t`Password and code`,
    password_recovery_code: t`Password and recovery code`,
    password_passkey: t`Password and passkey`,
    passkey: t`Passkey`,
    single_sign_on: t`Single sign-on`,
  };
}
