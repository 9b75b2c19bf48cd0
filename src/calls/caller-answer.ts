import { answerFor, offerFor } from '../protocol/sdp/negotiate.ts';
import { SdpError } from '../protocol/sdp/sdp.ts';
import { endCall } from './end.ts';
import { keepProtected } from './legs.ts';
import type { CallRun } from './run.ts';
import type { LocalEndpoint, SipLegState } from './leg-state.ts';

/** Refuses the caller's INVITE with a final status. */
export function refuse(run: CallRun, status: number, reason: string): void {
  const { far, direction } = run.state;
  if (far.sip && direction === 'inbound') {
    run.sip({ type: 'sip', command: 'reject', legId: far.sip.legId, status, reason: '' });
  }
  if (far.sip) run.state.far = { ...far, sip: { ...far.sip, state: 'gone' } };
  endCall(run, { outcome: status >= 500 && status < 600 ? 'failed' : 'rejected', by: 'system', reason });
}

/** 200 OK to the caller. @returns false when there was no audio in common and the call has ended */
export function answerCaller(run: CallRun, leg: SipLegState, local: LocalEndpoint): boolean {
  const { far } = run.state;
  const { legId } = leg;
  try {
    if (far.offerSdp === '') {
      run.state.far = { ...far, sip: { ...leg, state: 'up', awaitsAnswer: true } };
      run.sip({ type: 'sip', command: 'answer', legId, sdp: offerFor(local, 'sendrecv') });
    } else {
      const { answerSdp, remote } = answerFor(far.offerSdp, local, 'sendrecv');
      run.state.far = { ...far, offerSdp: '', sip: { ...leg, state: 'up', local: keepProtected(local, remote) } };
      run.media('setRtpRemote', { endpoint: far.endpoint, remote });
      run.sip({ type: 'sip', command: 'answer', legId, sdp: answerSdp });
    }
  } catch (error) {
    if (!(error instanceof SdpError)) throw error;
    refuse(run, error.status, 'sdp');
    return false;
  }
  return true;
}
