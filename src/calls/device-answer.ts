import { dropParty, type PartyChange } from './parties.ts';
import type { CallRun } from './run.ts';
import { putRung, rungWith } from './rung.ts';

/** Statuses by which somebody says no for everywhere (RFC 3261 section 21.6). */
const NO: ReadonlySet<number> = new Set([600, 603]);

/** A telephone of an agent who is offered the call answered, or none of them does. */
export function onDeviceChange(run: CallRun, { change, party }: NonNullable<PartyChange>): void {
  const { state } = run;
  const rung = rungWith(state, party.forOffer);
  if (change !== 'answered' || !rung?.offerId) {
    dropParty(run, party, 'not needed');
    if (rung?.offerId && NO.has(party.refusal)) run.acd({ type: 'declined', offerId: rung.offerId });
    return;
  }
  state.parties = state.parties.filter(({ id }) => id !== party.id);
  putRung(state, { ...rung, kind: 'device', endpoint: party.endpoint, sip: party.sip, inside: true });
  // The telephone has one conversation; the lines of the desk are not its.
  run.acd({ type: 'accepted', offerId: rung.offerId, alone: true });
}
