import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { listUsers } from '../../../../shared/api/users.ts';
import { call } from '../../lib/api.ts';
import { useSession } from '../../lib/session.ts';

/** Users by id, as far as the viewer may see them. */
export function useUsers() {
  const { can } = useSession();
  return useQuery({
    queryKey: [listUsers.id, 'directory'],
    queryFn: ({ signal }) => call(listUsers, { query: { limit: 200 } }, signal),
    enabled: can('user.read'),
    staleTime: 60_000,
  });
}

/** Turns the actor of a record (`user:ID`, `apiKey:ID`, `caller:ID`, `operator:ID`, `system:NAME`) into words. */
export function useActorName(): (actor: string) => string {
  const { t } = useLingui();
  const { user } = useSession();
  const users = useUsers().data?.items ?? [];
  return (actor) => {
    const [kind, id = ''] = actor.split(':', 2);
    if (kind === 'apiKey') return t`API client`;
    if (kind === 'caller') return t`Caller`;
    if (kind === 'operator') return t`Operator of the service`;
    if (kind !== 'user') return t`System`;
    if (id === user?.id) return user.name;
    return users.find((known) => known.id === id)?.name ?? t`User ${id.slice(-6)}`;
  };
}
