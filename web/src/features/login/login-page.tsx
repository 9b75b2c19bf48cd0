import { Alert, Button, Stack, Text, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDebouncedValue } from '@mantine/hooks';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconClockPause } from '@tabler/icons-react';
import { CardPage } from '../../components/card-page.tsx';
import { type ReactNode, useState } from 'react';
import { useStore } from 'zustand';
import { isCancelled } from '../../lib/passkeys.ts';
import { sessionStore } from '../../lib/session-store.ts';
import type { FactorNeeded } from '../../../../shared/api/session.ts';
import { type Attempt, factorNeeded, useLeaveForProvider, useLogin, useLoginWays } from './api/use-login.ts';
import { FirstFactor } from './first-factor.tsx';
import { OtherWays } from './other-ways.tsx';
import { Refusal } from './refusal.tsx';
import { SecondFactor } from './second-factor.tsx';

const TENANT_KEY = 'scc.tenant';

interface Props {
  /** Placed at the top right. */
  corner: ReactNode;
  onEntered: () => void;
}

/** Tenant, login ID, password, and what the tenant offers beside them. Every refusal looks alike: it never says which part was wrong. */
export function LoginPage({ corner, onEntered }: Props) {
  const { t } = useLingui();
  const expired = useStore(sessionStore, (state) => state.expired);
  const enter = useLogin();
  const leave = useLeaveForProvider();
  const [rememberedTenant] = useState(() => localStorage.getItem(TENANT_KEY) ?? '');
  const form = useForm({
    initialValues: { tenant: rememberedTenant, loginId: '', password: '', code: '' },
    validate: {
      tenant: (value) => (value.trim() === '' ? t`Enter the company ID.` : null),
      loginId: (value) => (value.trim() === '' ? t`Enter your login ID.` : null),
      password: (value) => (value === '' ? t`Enter your password.` : null),
    },
  });
  const [tenant] = useDebouncedValue(form.values.tenant.trim(), 400);
  const [needed, setNeeded] = useState<FactorNeeded | null>(null);
  const attempt = async (given: Attempt) => {
    leave.reset();
    try {
      await enter.mutateAsync(given);
      localStorage.setItem(TENANT_KEY, form.values.tenant.trim());
      onEntered();
    } catch (error) {
      const next = factorNeeded(error);
      if (next) setNeeded(next);
      if (given.way === 'password') form.setFieldValue((needed ?? next) ? 'code' : 'password', '');
      if (given.way !== 'second_passkey' || isCancelled(error)) return;
      // What the passkey was asked to sign is spent: the password brings a new question.
      setNeeded(null);
      form.setFieldValue('password', '');
    }
  };
  const submit = form.onSubmit((credentials) => attempt({ way: 'password', credentials }));
  const way = enter.variables?.way ?? 'password';
  const ways = useLoginWays(tenant).data;
  const first = ways?.singleSignOn?.only ?? false;
  const others = needed === null && ways && (ways.passkey || ways.singleSignOn) && (
    <OtherWays
      ways={ways}
      busy={enter.isPending || leave.isPending}
      onPasskey={() => void attempt({ way: 'passkey', tenant })}
      onSingleSignOn={() => {
        localStorage.setItem(TENANT_KEY, tenant);
        enter.reset();
        leave.mutate(tenant);
      }}
    />
  );

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
        {enter.isError && !factorNeeded(enter.error) && <Refusal error={enter.error} way={way === 'password' && needed ? 'code' : way} />}
        {leave.isError && <Refusal error={leave.error} way="single_sign_on" />}
        {first && others}
        <form onSubmit={submit} noValidate>
          <Stack gap="md">
            {needed === null && <FirstFactor form={form} focusTenant={rememberedTenant === ''} />}
            {needed && (
              <SecondFactor
                needed={needed}
                form={form}
                busy={enter.isPending}
                onPasskey={(options) => void attempt({ way: 'second_passkey', credentials: { ...form.values, code: '' }, options })}
              />
            )}
            {(needed === null || needed.code) && (
              <Button type="submit" size="md" variant={needed?.passkey ? 'default' : 'filled'} loading={enter.isPending && way === 'password'} fullWidth>
                <Trans>Log in</Trans>
              </Button>
            )}
            {needed && (
              <Button
                variant="subtle"
                onClick={() => {
                  setNeeded(null);
                  form.setValues({ password: '', code: '' });
                  enter.reset();
                }}
              >
                <Trans>Log in as somebody else</Trans>
              </Button>
            )}
          </Stack>
        </form>
        {!first && others}
      </Stack>
    </CardPage>
  );
}
