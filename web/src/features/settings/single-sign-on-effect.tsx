import { Alert, List } from '@mantine/core';
import { Plural, Trans } from '@lingui/react/macro';
import { IconAlertTriangle, IconLock, IconShieldCheck } from '@tabler/icons-react';
import type { SingleSignOnSet } from '../../../../shared/api/single-sign-on.ts';

/** What the provider says, and whom the settings would let in, before they are in force. */
export function SingleSignOnEffect({ answer, only }: { answer: SingleSignOnSet; only: boolean }) {
  const { fault, users, unmatchable } = answer;
  if (!answer.youStayAllowed) {
    return (
      <Alert color="red" role="alert" icon={<IconLock aria-hidden />} title={<Trans>This would lock you out</Trans>}>
        <Trans>Log in through the provider once before you turn passwords off, or name yourself as the administrator who may still use the password.</Trans>
      </Alert>
    );
  }
  const bad = !answer.reachable;
  return (
    <Alert color={bad ? 'red' : unmatchable > 0 ? 'orange' : 'teal'} role={bad ? 'alert' : 'status'} icon={bad || unmatchable > 0 ? <IconAlertTriangle aria-hidden /> : <IconShieldCheck aria-hidden />}>
      <List size="sm">
        <List.Item>
          {answer.reachable && <Trans>The provider answers, and is the one named.</Trans>}
          {bad && fault === 'address_not_allowed' && <Trans>The provider is at an address inside this installation, which its operator has not allowed.</Trans>}
          {bad && fault !== 'address_not_allowed' && <Trans>The provider does not answer as it should ({fault}).</Trans>}
          {bad && only && (
            <>
              {' '}
              <Trans>Only single sign-on cannot be turned on before it does.</Trans>
            </>
          )}
        </List.Item>
        <List.Item>
          <Plural
            value={unmatchable}
            _0={`All ${users} active users can be recognised.`}
            one={`# of ${users} active users cannot be recognised: the field is empty, or the same as another user's.`}
            other={`# of ${users} active users cannot be recognised: the field is empty, or the same as another user's.`}
          />
        </List.Item>
      </List>
    </Alert>
  );
}
