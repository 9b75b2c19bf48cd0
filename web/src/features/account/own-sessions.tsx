import { Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { endOwnSession, listOwnSessions, type LiveSession } from '../../../../shared/api/account.ts';
import { ErrorState, LoadingRows } from '../../components/list-states.tsx';
import { call } from '../../lib/api.ts';
import { SessionTable } from '../../records/session-table.tsx';
import { useOne } from '../../records/use-one.ts';
import { useSave } from '../../records/use-save.ts';

/** The own sessions, each of which can be ended from here. */
export function OwnSessions() {
  const { t } = useLingui();
  const query = useOne([listOwnSessions.id], (signal) => call(listOwnSessions, {}, signal));
  const end = useSave({
    run: (session: LiveSession) => call(endOwnSession, { params: { id: session.id } }),
    refresh: [listOwnSessions.id],
    done: t`Session ended`,
  });
  if (query.isPending) return <LoadingRows rows={2} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <>
      <Text size="sm" c="dimmed">
        <Trans>End what you do not know, and change your password then.</Trans>
      </Text>
      <SessionTable sessions={query.data.items} onEnd={end.mutate} />
    </>
  );
}
