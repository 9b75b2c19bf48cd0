import { offerFor } from '../../protocol/sdp/negotiate.ts';
import { answerCaller, refuse } from '../caller-answer.ts';
import { refusalOf } from '../early-answer.ts';
import { endCall } from '../end.ts';
import { answersLate, startFlow } from '../flow.ts';
import type { CallRun } from '../run.ts';
import { listenForTones, localOn } from '../line.ts';
import type { LocalEndpoint, SipLegState } from '../leg-state.ts';
import type { CallEvent } from '../types.ts';
import { startDirect } from './connecting.ts';

/** setup: the far party's endpoint is being made. */
export function onSetup(run: CallRun, event: CallEvent): void {
  switch (event.type) {
    case 'mediaDone':
      if (event.command === 'createRtpEndpoint') return onRtpEndpoint(run, event.result);
      if (event.command === 'createWebrtcOffer') return inviteBrowser(run, event.result.offerSdp);
      if (event.command === 'createWebrtcEndpoint') onWebrtcEndpoint(run, event.result.answerSdp);
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

function onRtpEndpoint(run: CallRun, made: LocalEndpoint): void {
  const { far } = run.state;
  if (!far.sip) return;
  const line = far.target ?? far.line ?? {};
  const local = localOn(made, line);
  listenForTones(run, far.endpoint, line);
  const leg: SipLegState = { ...far.sip, local, sdpVersion: 1 };
  if (far.target) {
    run.state.far = { ...far, sip: leg, target: null };
    const target = { ...far.target, sdp: offerFor(local, 'sendrecv') };
    run.sip({ type: 'sip', command: 'invite', legId: leg.legId, target });
    run.setPhase('dialling');
    return;
  }
  const { direct } = run.state;
  run.state.far = { ...far, sip: leg };
  if (direct || answersLate(run)) {
    // Answered late, but refused at once: nobody is rung for a caller who cannot be heard.
    const status = refusalOf(far.offerSdp, local);
    if (status !== null) return refuse(run, status, 'sdp');
    // A number outside answers for us, or the flow refuses the call: who calls pays nothing before, and hears the other network.
    return direct ? startDirect(run, direct) : startFlow(run);
  }
  // 200 OK at once, whatever else comes first in the flow: notices and queue music must be heard.
  if (answerCaller(run, leg, local)) startFlow(run);
}

/** An agent calls a softphone in a browser. */
function inviteBrowser(run: CallRun, offerSdp: string): void {
  const { far } = run.state;
  if (!far.sip || !far.target) return;
  run.state.far = { ...far, target: null };
  run.sip({ type: 'sip', command: 'invite', legId: far.sip.legId, target: { ...far.target, sdp: offerSdp } });
  run.setPhase('dialling');
}

/** A visitor's browser, or a softphone over WebSocket: the flow begins once its audio is connected. */
function onWebrtcEndpoint(run: CallRun, answerSdp: string): void {
  const { far } = run.state;
  if (!far.sip) {
    run.effects.push({ type: 'visitorAnswer', sdp: answerSdp });
    return;
  }
  const { direct } = run.state;
  if (direct) {
    run.clearTimer('answer');
    run.state.far = { ...far, offerSdp: '', sip: { ...far.sip, readyAnswer: answerSdp } };
    return startDirect(run, direct);
  }
  run.state.far = { ...far, sip: { ...far.sip, state: 'up' } };
  run.sip({ type: 'sip', command: 'answer', legId: far.sip.legId, sdp: answerSdp });
}

function onEndpointState(run: CallRun, event: Extract<CallEvent, { type: 'media' }>['event']): void {
  if (event.event !== 'endpointState') return;
  if (event.state === 'connected') {
    run.clearTimer('answer');
    run.state.far = { ...run.state.far, offerSdp: '' };
    startFlow(run);
  } else if (event.state === 'failed' || event.state === 'closed') gone(run, event.state);
}
