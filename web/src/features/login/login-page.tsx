import { Alert, Button, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useForm, type UseFormReturnType } from '@mantine/form';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconAlertTriangle, IconClockPause } from '@tabler/icons-react';
import { CardPage } from '../../components/card-page.tsx';
import { type ReactNode, useState } from 'react';
import { useStore } from 'zustand';
import { ApiProblem } from '../../lib/problem.ts';
import { useProblemText } from '../../lib/problem-text.ts';
import { sessionStore } from '../../lib/session-store.ts';
import { useLogin } from './api/use-login.ts';

const TENANT_KEY = 'scc.tenant';

interface Props {
  /** Placed at the top right. */
  corner: ReactNode;
  onEntered: () => void;
}

/** Tenant, login ID, password. Every refusal looks alike: it never says which part was wrong. */
export function LoginPage({ corner, onEntered }: Props) {
  const { t } = useLingui();
  const expired = useStore(sessionStore, (state) => state.expired);
  const enter = useLogin();
  const [rememberedTenant] = useState(() => localStorage.getItem(TENANT_KEY) ?? '');
  const form = useForm({
    initialValues: { tenant: rememberedTenant, loginId: '', password: '', code: '' },
    validate: {
      tenant: (value) => (value.trim() === '' ? t`Enter the company ID.` : null),
      loginId: (value) => (value.trim() === '' ? t`Enter your login ID.` : null),
      password: (value) => (value === '' ? t`Enter your password.` : null),
    },
  });
  const [needsCode, setNeedsCode] = useState(false);
  const submit = form.onSubmit(async (values) => {
    try {
      await enter.mutateAsync(values);
      localStorage.setItem(TENANT_KEY, values.tenant.trim());
      onEntered();
    } catch (error) {
      if (asksForCode(error)) setNeedsCode(true);
      form.setFieldValue(needsCode || asksForCode(error) ? 'code' : 'password', '');
    }
  });

  return (
    <CardPage corner={corner}>
      <Stack gap="lg">
        <div>
          <Title order={1} size="h3">
            Smart Contact Center
          </Title>
          <Text c="dimmed" size="sm">
            <Trans>Log in to start working</Trans>
          </Text>
        </div>
        {expired && !enter.isError && (
          <Alert role="status" color="blue" icon={<IconClockPause aria-hidden />}>
            <Trans>Your session has ended. Log in again and you return to where you were.</Trans>
          </Alert>
        )}
        {enter.isError && !asksForCode(enter.error) && <Refusal error={enter.error} withCode={needsCode} />}
        <form onSubmit={submit} noValidate>
          <Stack gap="md">
            {needsCode ? (
              <TextInput
                label={t`Code of your authenticator app`}
                description={t`Six digits, or one of your recovery codes`}
                autoComplete="one-time-code"
                autoCapitalize="characters"
                spellCheck={false}
                maxLength={20}
                autoFocus
                {...form.getInputProps('code')}
              />
            ) : (
              <FirstFactor form={form} focusTenant={rememberedTenant === ''} />
            )}
            <Button type="submit" size="md" loading={enter.isPending} fullWidth>
              <Trans>Log in</Trans>
            </Button>
            {needsCode && (
              <Button
                variant="subtle"
                onClick={() => {
                  setNeedsCode(false);
                  form.setValues({ password: '', code: '' });
                  enter.reset();
                }}
              >
                <Trans>Log in as somebody else</Trans>
              </Button>
            )}
          </Stack>
        </form>
      </Stack>
    </CardPage>
  );
}

interface Entries {
  tenant: string;
  loginId: string;
  password: string;
  code: string;
}

function FirstFactor({ form, focusTenant }: { form: UseFormReturnType<Entries>; focusTenant: boolean }) {
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

/** Not a refusal: the password was right, and the user has a second factor. */
const asksForCode = (error: unknown): boolean => error instanceof ApiProblem && error.code === 'second_factor_needed';

/** One message for all wrong entries; others only for what the user cannot have mistyped. */
function Refusal({ error, withCode }: { error: Error; withCode: boolean }) {
  const problemText = useProblemText();
  const refused = error instanceof ApiProblem && [400, 401, 403, 422].includes(error.status);
  const tooMany = error instanceof ApiProblem && error.status === 429;
  return (
    <Alert role="alert" color="red" icon={<IconAlertTriangle aria-hidden />}>
      {refused && withCode && <Trans>The code was not accepted. Each code works once: wait for the next one. After several failed tries wait a while.</Trans>}
      {refused && !withCode && (
        <Trans>
          You could not be logged in. Check company ID, login ID and password. If it goes on, ask your administrator: the user may be
          locked or this network not allowed.
        </Trans>
      )}
      {tooMany && <Trans>Too many attempts. Please wait a few minutes and try again.</Trans>}
      {!refused && !tooMany && problemText(error)}
    </Alert>
  );
}
