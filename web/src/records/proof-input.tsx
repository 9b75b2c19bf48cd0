import { Button, Group, PasswordInput, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconExternalLink, IconShieldCheck } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { FRESH_LOGIN_MS } from '../../../shared/api/account.ts';
import { onConfirmed, openProvider } from '../lib/confirm-at-provider.ts';
import { useProblemText } from '../lib/problem-text.ts';
import { sessionStore } from '../lib/session-store.ts';

interface Proof {
  /** What the server is given: the password, empty once the provider has confirmed. */
  password: string;
  /** Something can be given. */
  ready: boolean;
  input: ReactNode;
  /** Once it was taken. */
  clear: () => void;
}

/** That it is really the user: the present password or, for who can come through the provider of single sign-on, a new login there. */
export function useProof({ focus = false } = {}): Proof {
  const { t } = useLingui();
  const [password, setPassword] = useState('');
  const byProvider = useStore(sessionStore, (state) => state.session?.confirmByProvider ?? false);
  const { confirmed, setConfirmed, expect } = useConfirmed();
  const passwordInput = (
    <PasswordInput
      label={t`Present password`}
      autoComplete="current-password"
      value={password}
      onChange={(event) => setPassword(event.currentTarget.value)}
      {...(focus && !byProvider && { 'data-autofocus': true })}
    />
  );
  const input = byProvider ? <ByProvider confirmed={confirmed} onOpen={expect} focus={focus}>{passwordInput}</ByProvider> : passwordInput;
  return { password: confirmed ? '' : password, ready: confirmed || password !== '', input, clear: () => (setPassword(''), setConfirmed(false)) };
}

/** Whether the provider has confirmed, for as long as the server takes it. Only who asked hears it: it is good once. */
function useConfirmed() {
  const [confirmed, setConfirmed] = useState(false);
  const hasAsked = useRef(false);
  useEffect(
    () =>
      onConfirmed(() => {
        if (hasAsked.current) setConfirmed(true);
        hasAsked.current = false;
      }),
    [],
  );
  useEffect(() => {
    if (!confirmed) return;
    const timer = setTimeout(() => setConfirmed(false), FRESH_LOGIN_MS);
    return () => clearTimeout(timer);
  }, [confirmed]);
  return { confirmed, setConfirmed, expect: () => (hasAsked.current = true) };
}

function ByProvider({ confirmed, onOpen, focus, children }: { confirmed: boolean; onOpen: () => void; focus: boolean; children: ReactNode }) {
  const problemText = useProblemText();
  const open = useMutation({ mutationFn: openProvider });
  if (confirmed) {
    return (
      <Group gap="xs" wrap="nowrap" role="status">
        <IconShieldCheck size={18} style={{ flexShrink: 0 }} aria-hidden />
        <Text size="sm">
          <Trans>Your company's login service has confirmed that it is you. This is good once, for five minutes.</Trans>
        </Text>
      </Group>
    );
  }
  return (
    <Stack gap="xs">
      <Button
        variant="light"
        leftSection={<IconExternalLink size={18} aria-hidden />}
        loading={open.isPending}
        onClick={() => {
          onOpen();
          open.mutate();
        }}
        {...(focus && { 'data-autofocus': true })}
      >
        <Trans>Confirm at your company's login service</Trans>
      </Button>
      <Text size="sm" c={open.isError || open.data === false ? 'red.8' : 'gray.7'} role="status">
        {open.isError && problemText(open.error)}
        {open.data === false && <Trans>Your browser did not let the window open. Allow windows of this page and try again.</Trans>}
        {open.data === true && <Trans>Log in in the window that has opened; this page goes on by itself.</Trans>}
        {open.isIdle && <Trans>You log in there again in a window of its own. Or type the password you have here.</Trans>}
      </Text>
      {children}
    </Stack>
  );
}
