import { answerFor, offerFor, remoteFromAnswer, type NegotiatedRemote } from '../protocol/sdp/negotiate.ts';
import { SdpError } from '../protocol/sdp/sdp.ts';
import type { CallRun } from './run.ts';
import type { CallEvent, SipLegState } from './types.ts';

/** One of the call's SIP dialogs with its endpoint. */
interface Leg {
  leg: SipLegState;
  endpoint: string;
  /** Writes a changed leg back into the run's state. */
  put(leg: SipLegState): void;
}

/** The call's dialog of this id, or null. */
export function legOf(run: CallRun, legId: string): Leg | null {
  const { far, agent } = run.state;
  if (far.sip?.legId === legId) {
    return { leg: far.sip, endpoint: far.endpoint, put: (leg) => (run.state.far = { ...run.state.far, sip: leg }) };
  }
  if (!agent?.sip || agent.sip.legId !== legId) return null;
  const endpoint = agent.endpoint ?? '';
  return {
    leg: agent.sip,
    endpoint,
    put(leg) {
      if (run.state.agent) run.state.agent = { ...run.state.agent, sip: leg };
    },
  };
}

/**
 * What happens inside a dialog and changes nothing but its session: hold by the peer, a new address, the ACK's answer.
 * @returns true when the event was worked in
 */
export function onLegEvent(run: CallRun, event: CallEvent): boolean {
  if (event.type !== 'sip') return false;
  const { event: sip } = event;
  const found = legOf(run, sip.legId);
  if (!found) {
    // A leg that was given up while its answer was on the way.
    if (sip.type === 'answered') run.sip({ type: 'sip', command: 'hangup', legId: sip.legId, reason: 'given up' });
    return true;
  }
  switch (sip.type) {
    case 'reinvite':
      answerReinvite(run, found, sip.sdp);
      return true;
    case 'confirmed':
      confirm(run, found, sip.sdp);
      return true;
    case 'reinviteAnswered':
    case 'reinviteRefused':
      return true;
    case 'cancelled':
    case 'ended':
    case 'rejected':
      found.put({ ...found.leg, state: 'gone' });
      return false;
    case 'progress':
    case 'answered':
    case 'dtmf':
      return false;
  }
}

function answerReinvite(run: CallRun, found: Leg, sdp: string): void {
  const { leg, endpoint } = found;
  if (!leg.local) return;
  const sdpVersion = leg.sdpVersion + 1;
  const { legId } = leg;
  try {
    if (sdp === '') {
      found.put({ ...leg, sdpVersion, awaitsAnswer: true });
      run.sip({ type: 'sip', command: 'answerReinvite', legId, sdp: offerFor(leg.local, 'sendrecv', sdpVersion) });
      return;
    }
    const { answerSdp, remote } = answerFor(sdp, leg.local, 'sendrecv', sdpVersion);
    found.put({ ...leg, sdpVersion });
    run.media('setRtpRemote', { endpoint, remote });
    run.sip({ type: 'sip', command: 'answerReinvite', legId, sdp: answerSdp });
    run.step('call.session_changed', { direction: remote.direction });
  } catch (error) {
    if (!(error instanceof SdpError)) throw error;
    run.sip({ type: 'sip', command: 'reject', legId, status: error.status, reason: '' });
  }
}

function confirm(run: CallRun, found: Leg, sdp: string): void {
  if (!found.leg.awaitsAnswer) return;
  found.put({ ...found.leg, awaitsAnswer: false });
  const remote = readAnswer(sdp);
  if (remote) run.media('setRtpRemote', { endpoint: found.endpoint, remote });
}

/** The peer's side in its answer to our offer, or null when there is nothing we can use. */
export function readAnswer(sdp: string): NegotiatedRemote | null {
  try {
    return remoteFromAnswer(sdp);
  } catch (error) {
    if (error instanceof SdpError) return null;
    throw error;
  }
}

/** Ends a dialog unless it is over. */
export function hangupLeg(run: CallRun, leg: SipLegState | null, reason: string): void {
  if (!leg || leg.state === 'gone') return;
  run.sip({ type: 'sip', command: 'hangup', legId: leg.legId, reason });
}
