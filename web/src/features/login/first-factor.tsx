import { PasswordInput, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useLingui } from '@lingui/react/macro';
import type { Credentials } from './api/use-login.ts';

/** Tenant, login ID and password. */
export function FirstFactor({ form, focusTenant }: { form: UseFormReturnType<Credentials>; focusTenant: boolean }) {
  const { t } = useLingui();
  return (
    <>
      <TextInput
        label={t`Company ID`}
        autoComplete="organization"
        autoCapitalize="none"
        spellCheck={false}
        data-autofocus={focusTenant}
        {...form.getInputProps('tenant')}
      />
      <TextInput label={t`Login ID`} autoComplete="username" autoCapitalize="none" spellCheck={false} {...form.getInputProps('loginId')} />
      <PasswordInput
        label={t`Password`}
        autoComplete="current-password"
        {...form.getInputProps('password')}
      />
    </>
  );
}
