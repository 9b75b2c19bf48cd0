import { answerFor, offerFor, remoteFromAnswer, type LocalRtp, type NegotiatedRemote } from '../protocol/sdp/negotiate.ts';
import { SdpError } from '../protocol/sdp/sdp.ts';
import type { CallRun } from './run.ts';
import type { PartyPart } from './party.ts';
import type { LocalEndpoint, SipLegState } from './leg-state.ts';
import type { CallEvent } from './types.ts';

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
  if (!agent?.sip || agent.sip.legId !== legId) return partyLeg(run, legId);
  const endpoint = agent.endpoint ?? '';
  return {
    leg: agent.sip,
    endpoint,
    put(leg) {
      if (run.state.agent) run.state.agent = { ...run.state.agent, sip: leg };
    },
  };
}

/** A dialog of somebody beside the two: of a party, or one that is being rung for it. */
function partyLeg(run: CallRun, legId: string): Leg | null {
  for (const party of run.state.parties) {
    const put = (next: PartyPart): void => {
      run.state.parties = run.state.parties.map((other) => (other.id === next.id ? next : other));
    };
    if (party.sip?.legId === legId) return { leg: party.sip, endpoint: party.endpoint ?? '', put: (sip) => put({ ...party, sip }) };
    const fork = party.forks.find(({ sip }) => sip?.legId === legId);
    if (fork?.sip) {
      const { endpoint } = fork;
      return { leg: fork.sip, endpoint, put: (sip) => put({ ...party, forks: party.forks.map((other) => (other === fork ? { ...fork, sip } : other)) }) };
    }
  }
  return null;
}

/**
 * What happens inside a dialog and changes nothing but its session: hold by the peer, a new address, the ACK's answer.
 * @returns true when the event was worked in
 */
export function onLegEvent(run: CallRun, event: CallEvent): boolean {
  if (event.type === 'mediaDone' || event.type === 'mediaFailed') return onReanswered(run, event);
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
    case 'reinviteAnswered': {
      const remote = readAnswer(sip.sdp, found.leg.local ?? {});
      if (remote) run.media('setRtpRemote', { endpoint: found.endpoint, remote });
      return false;
    }
    case 'reinviteRefused':
    case 'referred':
    case 'referProgress':
      return false;
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

/** The answer to a re-INVITE over ICE has been made, or none could be. */
function onReanswered(run: CallRun, event: Extract<CallEvent, { type: 'mediaDone' | 'mediaFailed' }>): boolean {
  if (event.command !== 'reanswerWebrtc') return false;
  const endpoint = event.type === 'mediaDone' ? event.args.endpoint : event.endpoint;
  const { far, agent, parties } = run.state;
  const leg = [far, agent, ...parties].find((part) => part?.endpoint === endpoint && part.sip?.local === null)?.sip;
  if (!leg || leg.state === 'gone') return true;
  const { legId } = leg;
  if (event.type === 'mediaDone') run.sip({ type: 'sip', command: 'answerReinvite', legId, sdp: event.result.answerSdp });
  else run.sip({ type: 'sip', command: 'rejectReinvite', legId, status: 488 });
  return true;
}

function answerReinvite(run: CallRun, found: Leg, sdp: string): void {
  const { leg, endpoint } = found;
  if (!leg.local) {
    // Over ICE the transport stays; who sends may change, which is answered where the connection is.
    if (sdp === '') run.sip({ type: 'sip', command: 'rejectReinvite', legId: leg.legId, status: 488 });
    else run.media('reanswerWebrtc', { endpoint, offerSdp: sdp });
    return;
  }
  const sdpVersion = leg.sdpVersion + 1;
  const { legId } = leg;
  try {
    if (sdp === '') {
      found.put({ ...leg, sdpVersion, awaitsAnswer: true });
      run.sip({ type: 'sip', command: 'answerReinvite', legId, sdp: offerFor(leg.local, 'sendrecv', sdpVersion) });
      return;
    }
    const { answerSdp, remote } = answerFor(sdp, leg.local, 'sendrecv', sdpVersion);
    found.put({ ...leg, sdpVersion, local: keepProtected(leg.local, remote) });
    run.media('setRtpRemote', { endpoint, remote });
    run.sip({ type: 'sip', command: 'answerReinvite', legId, sdp: answerSdp });
    run.step('call.session_changed', { direction: remote.direction });
  } catch (error) {
    if (!(error instanceof SdpError)) throw error;
    run.sip({ type: 'sip', command: 'rejectReinvite', legId, status: error.status });
  }
}

function confirm(run: CallRun, found: Leg, sdp: string): void {
  if (!found.leg.awaitsAnswer) return;
  found.put({ ...found.leg, awaitsAnswer: false });
  const remote = readAnswer(sdp, found.leg.local ?? {});
  if (remote) run.media('setRtpRemote', { endpoint: found.endpoint, remote });
}

/** A stream that has been protected once stays so, in its way: neither our own offers nor a later one of the peer's may take it back. */
export const keepProtected = (local: LocalEndpoint, remote: NegotiatedRemote): LocalEndpoint => {
  if (remote.dtls) return { ...local, srtp: 'dtls', dtlsRole: remote.dtls.role };
  return remote.srtp ? { ...local, srtp: 'required' } : local;
};

/** The peer's side in its answer to our offer, or null when there is nothing we can use. */
export function readAnswer(sdp: string, local: Omit<LocalRtp, 'host' | 'port'> = {}): NegotiatedRemote | null {
  try {
    return remoteFromAnswer(sdp, 'sendrecv', local);
  } catch (error) {
    if (error instanceof SdpError) return null;
    throw error;
  }
}

/** A contact behind a WebSocket is a browser (RFC 7118): it takes ICE and DTLS only. */
export const isBrowser = (uri: string): boolean => /;transport=wss?(;|>|$)/i.test(uri);

/** The dialog as it is up; protected once, it stays so. */
export function answeredLeg(leg: SipLegState, sdp: string): SipLegState {
  const { local } = leg;
  const remote = local && readAnswer(sdp, local);
  return { ...leg, state: 'up', local: remote ? keepProtected(local, remote) : local };
}

/** The peer answered our INVITE. @returns false when there is no audio in common */
export function takeAnswer(run: CallRun, leg: SipLegState, endpoint: string, sdp: string): boolean {
  if (!leg.local) {
    run.media('setWebrtcAnswer', { endpoint, answerSdp: sdp });
    return true;
  }
  const remote = readAnswer(sdp, leg.local);
  if (remote) run.media('setRtpRemote', { endpoint, remote });
  return remote !== null;
}

/** Ends a dialog unless it is over. */
export function hangupLeg(run: CallRun, leg: SipLegState | null, reason: string): void {
  if (!leg || leg.state === 'gone') return;
  run.sip({ type: 'sip', command: 'hangup', legId: leg.legId, reason });
}
