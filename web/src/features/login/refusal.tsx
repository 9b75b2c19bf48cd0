import { Alert } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { IconAlertTriangle } from '@tabler/icons-react';
import { isCancelled } from '../../lib/passkeys.ts';
import { ApiProblem } from '../../lib/problem.ts';
import { useProblemText } from '../../lib/problem-text.ts';
import type { Attempt } from './api/use-login.ts';

/** One message for all wrong entries of a way; others only for what the user cannot have mistyped. */
export function Refusal({ error, way }: { error: Error; way: Attempt['way'] | 'code' }) {
  const problemText = useProblemText();
  const refused = error instanceof ApiProblem && [400, 401, 403, 422].includes(error.status);
  const tooMany = error instanceof ApiProblem && error.status === 429;
  const own = error instanceof ApiProblem && error.code.startsWith('single_sign_on_');
  const cancelled = isCancelled(error);
  return (
    <Alert role="alert" color="red" icon={<IconAlertTriangle aria-hidden />}>
      {refused && way === 'code' && <Trans>The code was not accepted. Each code works once: wait for the next one. After several failed tries wait a while.</Trans>}
      {refused && way === 'password' && (
        <Trans>
          You could not be logged in. Check company ID, login ID and password. If it goes on, ask your administrator: the user may be
          locked or this network not allowed.
        </Trans>
      )}
      {refused && way === 'single_sign_on' && (own ? problemText(error) : <Trans>You could not be logged in. Ask your administrator: the user may be locked or this network not allowed.</Trans>)}
      {refused && (way === 'passkey' || way === 'second_passkey') && (
        <Trans>
          The passkey did not let you in. If it goes on, ask your administrator: it may not be registered here, the user may be locked
          or this network not allowed.
        </Trans>
      )}
      {cancelled && <Trans>The passkey was not used. Try again, or log in another way.</Trans>}
      {tooMany && <Trans>Too many attempts. Please wait a few minutes and try again.</Trans>}
      {!refused && !tooMany && !cancelled && problemText(error)}
    </Alert>
  );
}
