import { takeOver } from './leaving.ts';
import { addParty, dropParty, MAX_PARTIES, partyOf, putParty } from './parties.ts';
import type { CallRun } from './run.ts';
import type { CallEvent } from './types.ts';
import { wire } from './wiring.ts';

const TONE = 'ja/beep';

/** A supervisor listens, changes how, or takes the call over. */
export function supervise(run: CallRun, event: Extract<CallEvent, { type: 'supervise' }>): void {
  const { state } = run;
  const { agentId, name, endpoint, mode, tone } = event;
  if (state.phase !== 'talking' && state.phase !== 'held') return;
  const known = partyOf(run, (party) => party.role === 'supervisor' && party.agentId === agentId);
  if (!known && (state.parties.length >= MAX_PARTIES || state.agent?.agentId === agentId)) return;
  run.step('call.supervised', { supervisor: agentId, mode, tone, agentId: state.agent?.agentId ?? null }, 'call.supervised');
  const party = known ?? addParty(run, 'supervisor', { agentId, name, endpoint });
  if (mode === 'takeOver') return takeOver(run, party);
  putParty(run, { ...party, mode });
  wire(run);
  const { mix } = state.wiring;
  // Everybody who hears all hears that somebody came.
  if (tone && mix) run.effects.push({ type: 'play', endpoint: mix.id, playback: `${state.id}:p${run.nextPart()}`, sounds: [TONE], loop: false });
}

export function stopSupervising(run: CallRun, agentId: string): void {
  const party = partyOf(run, (entry) => entry.role === 'supervisor' && entry.agentId === agentId);
  if (!party) return;
  dropParty(run, party, 'left');
  wire(run);
}
