import { answerFor, offerFor } from '../../protocol/sdp/negotiate.ts';
import { SdpError } from '../../protocol/sdp/sdp.ts';
import { endCall } from '../end.ts';
import { startFlow } from '../flow.ts';
import type { CallRun } from '../run.ts';
import type { CallEvent, SipLegState } from '../types.ts';

/** setup: the far party's endpoint is being made. */
export function onSetup(run: CallRun, event: CallEvent): void {
  switch (event.type) {
    case 'mediaDone':
      if (event.command === 'createRtpEndpoint') return onRtpEndpoint(run, event.result);
      if (event.command === 'createWebrtcEndpoint') run.effects.push({ type: 'visitorAnswer', sdp: event.result.answerSdp });
      return;
    case 'mediaFailed':
      return refuse(run, 503, event.code);
    case 'media':
      return onEndpointState(run, event.event);
    case 'timer':
      return endCall(run, { outcome: 'failed', by: 'system', reason: 'not_connected' });
    case 'sip':
      if (event.event.type === 'cancelled' || event.event.type === 'ended') gone(run, event.event.type);
      return;
    case 'visitor':
      if (event.action === 'hangup' || event.action === 'gone') gone(run, event.action);
      return;
    case 'agent':
      if (event.action.command === 'hangup') endCall(run, { outcome: 'abandoned', by: 'agent', reason: 'hangup' });
      return;
    default:
  }
}

const gone = (run: CallRun, reason: string): void => endCall(run, { outcome: 'abandoned', by: 'caller', reason });

/** Refuses the caller's INVITE with a final status. */
function refuse(run: CallRun, status: number, reason: string): void {
  const { far, direction } = run.state;
  if (far.sip && direction === 'inbound') {
    run.sip({ type: 'sip', command: 'reject', legId: far.sip.legId, status, reason: '' });
  }
  if (far.sip) run.state.far = { ...far, sip: { ...far.sip, state: 'gone' } };
  endCall(run, { outcome: status >= 500 ? 'failed' : 'rejected', by: 'system', reason });
}

function onRtpEndpoint(run: CallRun, local: { host: string; port: number }): void {
  const { far } = run.state;
  if (!far.sip) return;
  const leg: SipLegState = { ...far.sip, local, sdpVersion: 1 };
  if (far.target) {
    run.state.far = { ...far, sip: leg, target: null };
    const target = { ...far.target, sdp: offerFor(local, 'sendrecv') };
    run.sip({ type: 'sip', command: 'invite', legId: leg.legId, target });
    run.setPhase('dialling');
    return;
  }
  answerCaller(run, leg, local, far.offerSdp);
}

/** 200 OK at once, whatever comes first in the flow: notices and queue music must be heard. */
function answerCaller(run: CallRun, leg: SipLegState, local: { host: string; port: number }, offerSdp: string): void {
  const { far } = run.state;
  const { legId } = leg;
  try {
    if (offerSdp === '') {
      run.state.far = { ...far, sip: { ...leg, state: 'up', awaitsAnswer: true } };
      run.sip({ type: 'sip', command: 'answer', legId, sdp: offerFor(local, 'sendrecv') });
    } else {
      const { answerSdp, remote } = answerFor(offerSdp, local, 'sendrecv');
      run.state.far = { ...far, offerSdp: '', sip: { ...leg, state: 'up' } };
      run.media('setRtpRemote', { endpoint: far.endpoint, remote });
      run.sip({ type: 'sip', command: 'answer', legId, sdp: answerSdp });
    }
  } catch (error) {
    if (!(error instanceof SdpError)) throw error;
    return refuse(run, error.status, 'sdp');
  }
  startFlow(run);
}

function onEndpointState(run: CallRun, event: Extract<CallEvent, { type: 'media' }>['event']): void {
  if (event.event !== 'endpointState') return;
  if (event.state === 'connected') {
    run.clearTimer('answer');
    run.state.far = { ...run.state.far, offerSdp: '' };
    startFlow(run);
  } else if (event.state === 'failed' || event.state === 'closed') gone(run, event.state);
}
