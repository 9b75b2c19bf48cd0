/**
 * A new INVITE that takes a place in this call: with Replaces (RFC 3891) that of a telephone which talks or rings here, without
 * it that of whom a parked caller waits for. Who may do so was decided before (peer-legs.ts).
 *
 *     asked ── endpoint there ──► answered, in place; the one replaced gets BYE or CANCEL
 *       └── CANCEL, no place any more, no audio in common ──► as if it had not been
 */
import { answerFor, offerFor, securityOfOffer } from '../protocol/sdp/negotiate.ts';
import { SdpError } from '../protocol/sdp/sdp.ts';
import { onPartyChange } from './commands.ts';
import { SECURED } from './line.ts';
import { keepProtected } from './legs.ts';
import { takeOver } from './leaving.ts';
import { addParty, joinFork } from './parties.ts';
import type { CallRun } from './run.ts';
import { swapSides } from './sides.ts';
import type { LocalEndpoint, SipLegState } from './leg-state.ts';
import type { CallEvent, CallState, Replacing } from './types.ts';

type Place = 'agent' | 'far' | 'ringing' | 'parked' | null;

/** What of this call the newcomer can take. */
function placeOf({ phase, agent, far, parties }: CallState, replaced: string | null): Place {
  if (replaced === null) return phase === 'parked' ? 'parked' : null;
  const talks = (phase === 'talking' || phase === 'held') && agent?.stage === 'connected';
  if (talks && agent.sip?.legId === replaced) return 'agent';
  if (talks && far.sip?.legId === replaced && agent.kind === 'external' && agent.sip?.state === 'up') return 'far';
  const rings = parties.some(({ agentId, role, forks }) => agentId === null && role !== 'device' && forks.some(({ sip }) => sip?.legId === replaced));
  return rings ? 'ringing' : null;
}

/** Asked for; it is answered when its endpoint is there. */
export function onReplace(run: CallRun, event: Extract<CallEvent, { type: 'replace' }>): void {
  const { state } = run;
  const { type: _type, earlyOnly, ...asked } = event;
  const place = placeOf(state, asked.replaced);
  const security = securityOfOffer(asked.offerSdp);
  const isTaken = state.replacing !== null || state.refer !== null || (earlyOnly && place !== 'ringing');
  const status = place === null ? 481 : isTaken ? 486 : security === 'ice' ? 488 : null;
  if (status !== null) return run.sip({ type: 'sip', command: 'reject', legId: asked.legId, status, reason: '' });
  const endpoint = `${state.id}:r${run.nextPart()}`;
  state.replacing = { ...asked, endpoint };
  run.media('createRtpEndpoint', { endpoint, remote: null, ...(security !== 'none' && SECURED) });
}

/** @returns true when the event was about the newcomer */
export function onReplacing(run: CallRun, event: CallEvent): boolean {
  const { replacing } = run.state;
  if (!replacing) return false;
  switch (event.type) {
    case 'mediaDone':
      if (event.command !== 'createRtpEndpoint' || event.args.endpoint !== replacing.endpoint) return false;
      join(run, replacing, event.result);
      return true;
    case 'mediaFailed':
      if (event.command !== 'createRtpEndpoint' || event.endpoint !== replacing.endpoint) return false;
      refuse(run, replacing, 503);
      return true;
    case 'sip':
      if (event.event.legId !== replacing.legId) return false;
      giveUp(run, replacing);
      return true;
    case 'resumed':
      giveUp(run, replacing);
      return false;
    default:
      return false;
  }
}

function giveUp(run: CallRun, { endpoint }: Replacing): void {
  run.state.replacing = null;
  run.media('closeEndpoint', { endpoint });
}

function refuse(run: CallRun, replacing: Replacing, status: number): void {
  giveUp(run, replacing);
  run.sip({ type: 'sip', command: 'reject', legId: replacing.legId, status, reason: '' });
}

function join(run: CallRun, replacing: Replacing, local: LocalEndpoint): void {
  const { state } = run;
  const place = placeOf(state, replacing.replaced);
  if (place === null) return refuse(run, replacing, 481);
  const sip = answer(run, replacing, local);
  if (!sip) return;
  state.replacing = null;
  const { endpoint, number, name, inside, replaced } = replacing;
  run.step('call.replaced', { place, number }, place === 'parked' || place === 'ringing' ? 'call.picked_up' : null);
  if (place === 'ringing') {
    const party = joinFork(run, replaced ?? '', { endpoint, sip, number, name, inside });
    return party ? onPartyChange(run, { change: 'answered', party }) : undefined;
  }
  if (place === 'far') swapSides(run);
  takeOver(run, addParty(run, 'transfer', { endpoint, sip, number, name, inside }));
}

/** 200 OK with our side. @returns null when there was no audio in common, which is said then */
function answer(run: CallRun, replacing: Replacing, local: LocalEndpoint): SipLegState | null {
  const { legId, endpoint, offerSdp } = replacing;
  const leg: SipLegState = { legId, state: 'up', local, sdpVersion: 1, awaitsAnswer: offerSdp === '' };
  if (offerSdp === '') {
    run.sip({ type: 'sip', command: 'answer', legId, sdp: offerFor(local, 'sendrecv') });
    return leg;
  }
  try {
    const { answerSdp, remote } = answerFor(offerSdp, local, 'sendrecv');
    run.media('setRtpRemote', { endpoint, remote });
    run.sip({ type: 'sip', command: 'answer', legId, sdp: answerSdp });
    return { ...leg, local: keepProtected(local, remote) };
  } catch (error) {
    if (!(error instanceof SdpError)) throw error;
    refuse(run, replacing, error.status);
    return null;
  }
}
