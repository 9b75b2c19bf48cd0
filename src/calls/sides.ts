import { stopRecording } from './recording.ts';
import type { CallRun } from './run.ts';
import { unwire } from './wiring.ts';

/**
 * Two telephones that talk change places, so that the one who called is on the side that may give the call away. The record
 * goes on naming who called whom.
 * @returns false when the other one is an agent, or no telephone
 */
export function swapSides(run: CallRun): boolean {
  const { state } = run;
  const { far, agent } = state;
  if (agent?.kind !== 'external' || agent.sip?.state !== 'up' || agent.endpoint === null || far.sip?.state !== 'up') return false;
  stopRecording(run);
  run.stopPlay();
  unwire(run);
  state.far = { endpoint: agent.endpoint, offerSdp: '', sip: agent.sip, target: null, inside: agent.inside === true };
  state.agent = { ...agent, name: state.party.name || (state.party.number ?? ''), endpoint: far.endpoint, sip: far.sip, inside: far.inside === true };
  return true;
}
