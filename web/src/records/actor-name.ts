import { useLingui } from '@lingui/react/macro';
import { useSession } from '../lib/session.ts';
import { usePeople } from './people.ts';

/** Turns the actor of a record (`user:ID`, `apiKey:ID`, `caller:ID`, `operator:ID`, `system:NAME`) into words. */
export function useActorName(): (actor: string) => string {
  const { t } = useLingui();
  const { user } = useSession();
  const people = usePeople();
  return (actor) => {
    const [kind, id = ''] = actor.split(':', 2);
    if (kind === 'apiKey') return t`API client`;
    if (kind === 'caller') return t`Caller`;
    if (kind === 'operator') return t`Operator of the service`;
    if (kind !== 'user') return t`System`;
    if (id === user?.id) return user.name;
    return people.find((known) => known.id === id)?.name ?? t`User ${id.slice(-6)}`;
  };
}
