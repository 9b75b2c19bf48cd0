import { dropParty, type PartyChange } from './parties.ts';
import type { CallRun } from './run.ts';

/** Statuses by which somebody says no for everywhere (RFC 3261 section 21.6). */
const NO: ReadonlySet<number> = new Set([600, 603]);

/** A telephone of the agent who is offered the call answered, or none of them does. */
export function onDeviceChange(run: CallRun, { change, party }: NonNullable<PartyChange>): void {
  const { state } = run;
  const { agent } = state;
  const offerId = agent?.stage === 'offered' ? agent.offerId : null;
  if (change !== 'answered' || !agent || offerId === null) {
    dropParty(run, party, 'not needed');
    if (offerId !== null && NO.has(party.refusal)) run.acd({ type: 'declined', offerId });
    return;
  }
  state.parties = state.parties.filter(({ id }) => id !== party.id);
  state.agent = { ...agent, kind: 'device', endpoint: party.endpoint, sip: party.sip, inside: true };
  run.acd({ type: 'accepted', offerId });
}
