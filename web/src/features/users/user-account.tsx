import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { endUserSessions, listUserSessions, resetSecondFactor } from '../../../../shared/api/account.ts';
import { unlinkSingleSignOn } from '../../../../shared/api/single-sign-on.ts';
import { listUsers, type User } from '../../../../shared/api/users.ts';
import { EmptyState, ErrorState, LoadingRows } from '../../components/list-states.tsx';
import { call } from '../../lib/api.ts';
import { formatDateTime } from '../../lib/format.ts';
import { useSession } from '../../lib/session.ts';
import { FormDialog } from '../../records/form-dialog.tsx';
import { Question } from '../../records/question.tsx';
import { SessionTable } from '../../records/session-table.tsx';
import { useOne } from '../../records/use-one.ts';
import { useSave } from '../../records/use-save.ts';

/** Where a user is logged in, and the way back in for one who lost the telephone with the codes. */
export function UserAccount({ user, onClose }: { user: User; onClose: () => void }) {
  const { t } = useLingui();
  const name = user.name;
  const query = useOne([listUserSessions.id, user.id], (signal) => call(listUserSessions, { params: { id: user.id } }, signal));
  const end = useSave({
    run: () => call(endUserSessions, { params: { id: user.id } }),
    refresh: [listUserSessions.id],
    done: ({ sessionsEnded }) => t`Sessions ended: ${sessionsEnded}`,
  });
  const canEnd = query.data?.items.some(({ current }) => !current) ?? false;
  return (
    <FormDialog size="lg" onClose={onClose} title={<Trans>Account of {name}</Trans>}>
      <Stack gap="lg">
        <Stack gap="xs">
          <Group justify="space-between">
            <Title order={3} size="h5">
              <Trans>Logged in at</Trans>
            </Title>
            {canEnd && (
              <Button size="compact-sm" variant="default" loading={end.isPending} onClick={() => end.mutate(undefined)}>
                <Trans>End all sessions</Trans>
              </Button>
            )}
          </Group>
          {query.isPending && <LoadingRows rows={2} />}
          {query.isError && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
          {query.data?.items.length === 0 && <EmptyState title={<Trans>Not logged in anywhere</Trans>} />}
          {query.data && query.data.items.length > 0 && <SessionTable sessions={query.data.items} />}
        </Stack>
        <SecondFactor user={user} />
        {user.singleSignOnSince !== null && <Linked user={user} since={user.singleSignOnSince} />}
      </Stack>
    </FormDialog>
  );
}

/** The account of the login service that the user came in with first. */
function Linked({ user, since }: { user: User; since: string }) {
  const { i18n, t } = useLingui();
  const [asking, setAsking] = useState(false);
  const unlink = useSave({
    run: () => call(unlinkSingleSignOn, { params: { id: user.id } }),
    refresh: [listUsers.id, listUserSessions.id],
    done: t`Unlinked from the login service`,
    onDone: () => setAsking(false),
  });
  const day = formatDateTime(since, i18n.locale);
  return (
    <Stack gap="xs">
      <Title order={3} size="h5">
        <Trans>Single sign-on</Trans>
      </Title>
      <Text size="sm">
        <Trans>Linked to an account of the login service since {day}. Another account is refused, whatever it is called.</Trans>
      </Text>
      <Group>
        <Button variant="light" color="red" onClick={() => setAsking(true)}>
          <Trans>Unlink</Trans>
        </Button>
      </Group>
      {asking && (
        <Question title={<Trans>Unlink from the login service?</Trans>} yes={<Trans>Unlink</Trans>} takesAway busy={unlink.isPending} onYes={() => unlink.mutate(undefined)} onClose={() => setAsking(false)}>
          <Trans>Do it when the account at the login service was made anew, after you have made sure who asks: the next account that the service names so is linked. The user's sessions end.</Trans>
        </Question>
      )}
    </Stack>
  );
}

function SecondFactor({ user }: { user: User }) {
  const { t } = useLingui();
  const session = useSession();
  const reset = useSave({
    run: () => call(resetSecondFactor, { params: { id: user.id } }),
    refresh: [listUsers.id, listUserSessions.id],
    done: t`Two-factor authentication reset`,
  });
  return (
    <Stack gap="xs">
      <Title order={3} size="h5">
        <Trans>Two-factor authentication</Trans>
      </Title>
      <Text size="sm">
        {user.secondFactor ? (
          <Trans>On. Reset it when the user has lost the telephone, the recovery codes and the passkeys, after you have made sure who asks. All sessions of the user end.</Trans>
        ) : (
          <Trans>Not set up</Trans>
        )}
      </Text>
      {user.secondFactor && user.id !== session.user?.id && (
        <Group>
          <Button variant="light" color="red" loading={reset.isPending} onClick={() => reset.mutate(undefined)}>
            <Trans>Reset two-factor authentication</Trans>
          </Button>
        </Group>
      )}
    </Stack>
  );
}
