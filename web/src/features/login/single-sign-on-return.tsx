import { Button, Group, Loader, Stack, Text, Title } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { CardPage } from '../../components/card-page.tsx';
import { arrivedWith } from '../../lib/arrived.ts';
import { endConfirmation, isConfirmation } from '../../lib/confirm-at-provider.ts';
import { useProblemText } from '../../lib/problem-text.ts';
import { useLogin } from './api/use-login.ts';
import { Refusal } from './refusal.tsx';
import { takeReturnPath } from './return-path.ts';

interface Props {
  /** Placed at the top right. */
  corner: ReactNode;
  onEntered: (next: string) => void;
  onBack: () => void;
}

const query = arrivedWith.replace(/^\?/, '');

/** Hands what the provider sent back to the server, once: of a login, or of a question whether it is really the user. */
export function SingleSignOnReturn(props: Props) {
  const [asked] = useState(() => isConfirmation(query));
  return asked ? <Confirmation corner={props.corner} /> : <Login {...props} />;
}

/** Sends it once: it is worth nothing twice, and need not stay in the history of the browser. */
function useArrival(send: (query: string) => void): void {
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    history.replaceState(history.state, '', location.pathname);
    send(query);
  }, [send]);
}

function Frame({ corner, children }: { corner: ReactNode; children: ReactNode }) {
  return (
    <CardPage corner={corner}>
      <Stack gap="lg">
        <Title order={1} size="h3">
          Smart Contact Center
        </Title>
        {children}
      </Stack>
    </CardPage>
  );
}

function Confirmation({ corner }: Pick<Props, 'corner'>) {
  const problemText = useProblemText();
  const { mutate, isError, isSuccess, error } = useMutation({ mutationFn: endConfirmation });
  useArrival(mutate);
  return (
    <Frame corner={corner}>
      <Text size="sm" role={isError ? 'alert' : 'status'}>
        {isError && problemText(error)} {isError && <Trans>Close this window and begin again on the page you came from.</Trans>}
        {isSuccess && <Trans>Confirmed. You can close this window.</Trans>}
        {!isError && !isSuccess && <Trans>Confirming that it is you …</Trans>}
      </Text>
    </Frame>
  );
}

function Login({ corner, onEntered, onBack }: Props) {
  const enter = useLogin();
  useArrival((arrived) => {
    enter.mutateAsync({ way: 'single_sign_on', query: arrived }).then(
      () => onEntered(takeReturnPath()),
      () => undefined,
    );
  });
  return (
    <Frame corner={corner}>
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
    </Frame>
  );
}
