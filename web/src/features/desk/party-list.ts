import type { CallView } from '../../../../shared/events.ts';

type Party = CallView['parties'][number];

/** What a party is called: an agent by name, somebody else by number. */
export const partyName = ({ name, number }: Pick<Party, 'name' | 'number'>): string => (name === '' ? number : name);

/** Who was in the call before and is not now; nobody when it is another call, or when the missing one has become its agent. */
export function gone(before: CallView, now: CallView): Party[] {
  if (before.callId !== now.callId) return [];
  return before.parties.filter(({ partyId, agentId }) => !now.parties.some((party) => party.partyId === partyId) && (agentId === null || agentId !== now.agentId));
}
