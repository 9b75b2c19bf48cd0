import { endCall, outcomeOf } from '../end.ts';
import type { CallRun } from '../run.ts';
import type { CallEvent } from '../types.ts';

/** How long a visitor's connection may be interrupted, ms. */
const FAR_LOST_MS = 15_000;

/** No RTP from a telephone for this long ends the call even without a BYE, ms. */
const SILENCE_MS = 600_000;

/**
 * The far party leaves: BYE, the visitor's page closed, the connection lost for good.
 * @returns true when the event was about that
 */
export function onFarGone(run: CallRun, event: CallEvent): boolean {
  const { state } = run;
  switch (event.type) {
    case 'sip': {
      const { event: sip } = event;
      const isEnd = sip.type === 'ended' || sip.type === 'cancelled' || sip.type === 'rejected';
      if (!isEnd || sip.legId !== state.far.sip?.legId) return false;
      hungUp(run, sip.type === 'ended' ? sip.reason || sip.by : sip.type);
      return true;
    }
    case 'visitor':
      if (typeof event.action === 'object') return false;
      hungUp(run, event.action);
      return true;
    case 'timer':
      if (event.timer !== 'farLost') return false;
      hungUp(run, 'connection_lost');
      return true;
    case 'media':
      return onFarMedia(run, event.event);
    default:
      return false;
  }
}

const hungUp = (run: CallRun, reason: string): void =>
  endCall(run, { outcome: outcomeOf(run.state), by: 'caller', reason });

function onFarMedia(run: CallRun, event: Extract<CallEvent, { type: 'media' }>['event']): boolean {
  const { state } = run;
  if (event.event === 'rtpTimeout' && event.endpoint === state.far.endpoint) {
    if (event.silentMs >= SILENCE_MS) hungUp(run, 'silence');
    return true;
  }
  if (event.event !== 'endpointState' || event.endpoint !== state.far.endpoint) return false;
  if (event.state === 'connected') run.clearTimer('farLost');
  else if (event.state === 'disconnected') run.setTimer('farLost', FAR_LOST_MS);
  else if (event.state === 'failed' || event.state === 'closed') hungUp(run, 'connection_lost');
  return true;
}
