import { Button, Group, Loader, Stack, Text, Title } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { type ReactNode, useEffect, useRef } from 'react';
import { CardPage } from '../../components/card-page.tsx';
import { arrivedWith } from '../../lib/arrived.ts';
import { useLogin } from './api/use-login.ts';
import { Refusal } from './refusal.tsx';
import { takeReturnPath } from './return-path.ts';

interface Props {
  /** Placed at the top right. */
  corner: ReactNode;
  onEntered: (next: string) => void;
  onBack: () => void;
}

/** Hands what the provider sent back to the server, once, and goes on or says why not. */
export function SingleSignOnReturn({ corner, onEntered, onBack }: Props) {
  const enter = useLogin();
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    // The code is worth nothing twice; it need not stay in the history of the browser.
    history.replaceState(history.state, '', location.pathname);
    enter.mutateAsync({ way: 'single_sign_on', query: arrivedWith.replace(/^\?/, '') }).then(
      () => onEntered(takeReturnPath()),
      () => undefined,
    );
  }, [enter, onEntered]);
  return (
    <CardPage corner={corner}>
      <Stack gap="lg">
        <Title order={1} size="h3">
          Smart Contact Center
        </Title>
        {enter.isError ? (
          <>
            <Refusal error={enter.error} way="single_sign_on" />
            <Button variant="default" onClick={onBack} fullWidth>
              <Trans>Back to the login</Trans>
            </Button>
          </>
        ) : (
          <Group gap="sm" role="status">
            <Loader size="sm" aria-hidden />
            <Text size="sm">
              <Trans>Logging you in …</Trans>
            </Text>
          </Group>
        )}
      </Stack>
    </CardPage>
  );
}
