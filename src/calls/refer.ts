/**
 * A telephone asks by REFER that its peer be given to somebody else (RFC 3515; RFC 5589 for the flows). Only telephones of the
 * tenant may: what comes in from outside must not make us call. The referrer stays in its dialog, out of the sound, until the
 * new party answers; when nobody does, it has its peer back.
 *
 *     talking ── REFER ──► connecting ── answered ──► talking with the new party, BYE to the referrer
 *                              │── refused ──► talking with the referrer again
 *                              └── BYE of the referrer ──► goes on without it
 */
import { dropSupervisors } from './commands.ts';
import { partyOf } from './parties.ts';
import { park, ringFor, toQueue } from './phases/connecting.ts';
import { tellReferrer } from './refer-status.ts';
import type { CallRun } from './run.ts';
import { swapSides } from './sides.ts';
import type { AgentPart, CallEvent } from './types.ts';

const isOwnTelephone = ({ kind, inside }: AgentPart): boolean => kind === 'station' || kind === 'device' || inside === true;

/** Brings who asks onto the agent's side. @returns false when it has no right to, or nothing to transfer */
function takeSide(run: CallRun, legId: string): boolean {
  const { phase, agent, far } = run.state;
  if ((phase !== 'talking' && phase !== 'held') || agent?.stage !== 'connected') return false;
  if (agent.sip?.legId === legId) return isOwnTelephone(agent);
  return far.sip?.legId === legId && far.inside === true && swapSides(run);
}

/** REFER of a telephone in the call. */
export function onReferred(run: CallRun, { legId, referId, target }: Extract<CallEvent, { type: 'referred' }>): void {
  const { state } = run;
  const isBusy = state.refer !== null || state.replacing !== null || partyOf(run, ({ role }) => role !== 'supervisor') !== null;
  const status = isBusy ? 491 : takeSide(run, legId) ? null : 603;
  if (status !== null) {
    run.step('call.refer_refused', { status });
    return run.sip({ type: 'sip', command: 'rejectRefer', legId, referId, status });
  }
  dropSupervisors(run);
  run.sip({ type: 'sip', command: 'acceptRefer', legId, referId });
  state.refer = { legId, referId };
  run.step('call.referred', { kind: target.kind });
  if (target.kind === 'queue') {
    tellReferrer(run, 200);
    return toQueue(run, target.code);
  }
  if (target.kind === 'park') {
    tellReferrer(run, 200);
    return park(run, target.slot);
  }
  ringFor(run, target, { reason: 'transfer', by: state.agent?.agentId || null });
}
