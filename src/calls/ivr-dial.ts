import type { IvrEffect } from '../ivr/types.ts';
import { inviteParty } from './parties.ts';
import type { PartyTarget } from './party.ts';
import type { CallRun } from './run.ts';
import { wire } from './wiring.ts';

type Dial = Extract<IvrEffect, { type: 'dial' }>;

function targetOf({ to, number, callerId, agentId = '' }: Dial): PartyTarget {
  if (to === 'agent') return { kind: 'agent', agentId };
  return to === 'extension' ? { kind: 'number', number } : { kind: 'dial', number, callerId };
}

/** The flow calls somebody: the caller hears it ring, or what that network plays. */
export function dialOut(run: CallRun, effect: Dial): void {
  const { ringMs, record } = effect;
  const { state } = run;
  state.dial = { record };
  state.connecting = { reason: 'dial', by: null };
  run.setPhase('connecting');
  run.stopPlay();
  const { id } = inviteParty(run, 'transfer', targetOf(effect), null);
  run.setTimer(`ring:${id}`, ringMs);
  wire(run);
}
