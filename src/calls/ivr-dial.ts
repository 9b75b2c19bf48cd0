import type { IvrEffect } from '../ivr/types.ts';
import { inviteParty } from './parties.ts';
import type { CallRun } from './run.ts';
import { wire } from './wiring.ts';

/** The flow calls a number outside: the caller hears it ring, or what that network plays. */
export function dialOut(run: CallRun, { number, callerId, ringMs, record }: Extract<IvrEffect, { type: 'dial' }>): void {
  const { state } = run;
  state.dial = { record };
  state.connecting = { reason: 'dial', by: null };
  run.setPhase('connecting');
  run.stopPlay();
  const { id } = inviteParty(run, 'transfer', { kind: 'dial', number, callerId }, null);
  run.setTimer(`ring:${id}`, ringMs);
  wire(run);
}
