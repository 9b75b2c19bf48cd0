import { Button, Group, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { endOtherSessions, endOwnSession, listOwnSessions, type LiveSession } from '../../../../shared/api/account.ts';
import { ErrorState, LoadingRows } from '../../components/list-states.tsx';
import { call } from '../../lib/api.ts';
import { SessionTable } from '../../records/session-table.tsx';
import { useOne } from '../../records/use-one.ts';
import { useSave } from '../../records/use-save.ts';
import { PasswordDialog } from './password-dialog.tsx';

/** What is to end: one session, or all but this one. */
type Asked = LiveSession | 'others';

/** The own sessions, each of which can be ended from here, or all others together. */
export function OwnSessions() {
  const query = useOne([listOwnSessions.id], (signal) => call(listOwnSessions, {}, signal));
  const [asked, setAsked] = useState<Asked | null>(null);
  if (query.isPending) return <LoadingRows rows={2} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const { items } = query.data;
  return (
    <>
      <Text size="sm" c="dimmed">
        <Trans>End what you do not know, and change your password then.</Trans>
      </Text>
      <SessionTable sessions={items} onEnd={setAsked} />
      {items.some(({ current }) => !current) && (
        <Group>
          <Button variant="default" onClick={() => setAsked('others')}>
            <Trans>End all other sessions</Trans>
          </Button>
        </Group>
      )}
      {asked && <EndDialog asked={asked} byProvider={items.some(({ current, method }) => current && method === 'single_sign_on')} onClose={() => setAsked(null)} />}
    </>
  );
}

function EndDialog({ asked, byProvider, onClose }: { asked: Asked; byProvider: boolean; onClose: () => void }) {
  const { t } = useLingui();
  const end = useSave<string, unknown>({
    run: (password) => (asked === 'others' ? call(endOtherSessions, { body: { password } }) : call(endOwnSession, { params: { id: asked.id }, body: { password } })),
    refresh: [listOwnSessions.id],
    done: asked === 'others' ? t`The other sessions have ended` : t`Session ended`,
    onDone: onClose,
  });
  return (
    <PasswordDialog
      title={asked === 'others' ? <Trans>End all other sessions?</Trans> : <Trans>End this session?</Trans>}
      hint={
        byProvider ? (
          <Trans>Whoever uses it has to log in again. Leave the password empty when you came in through your company's login service within the last five minutes.</Trans>
        ) : (
          <Trans>Whoever uses it has to log in again.</Trans>
        )
      }
      canBeEmpty={byProvider}
      busy={end.isPending}
      onGiven={end.mutate}
      onClose={onClose}
    />
  );
}
