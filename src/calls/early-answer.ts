import { answerFor } from '../protocol/sdp/negotiate.ts';
import { SdpError } from '../protocol/sdp/sdp.ts';
import type { CallRun } from './run.ts';
import type { LocalEndpoint } from './leg-state.ts';

/** The status with which an offer is refused that cannot be answered; null = it can, or comes later. */
export function refusalOf(offerSdp: string, local: LocalEndpoint): number | null {
  if (offerSdp === '') return null;
  try {
    answerFor(offerSdp, local, 'sendrecv');
    return null;
  } catch (error) {
    if (!(error instanceof SdpError)) throw error;
    return error.status;
  }
}

/** 183 with our answer, so that the caller hears what comes before the call is answered. @returns false when that cannot be */
export function answerEarly(run: CallRun): boolean {
  const { far } = run.state;
  const { sip } = far;
  if (sip?.state !== 'early' || !sip.local || far.offerSdp === '') return false;
  if (far.early) return true;
  try {
    const { answerSdp, remote } = answerFor(far.offerSdp, sip.local, 'sendrecv');
    run.media('setRtpRemote', { endpoint: far.endpoint, remote });
    run.sip({ type: 'sip', command: 'ring', legId: sip.legId, sdp: answerSdp });
    run.state.far = { ...far, early: true };
    return true;
  } catch (error) {
    if (!(error instanceof SdpError)) throw error;
    return false;
  }
}
