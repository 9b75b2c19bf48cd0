import { endCall } from '../end.ts';
import { readAnswer } from '../legs.ts';
import type { CallRun } from '../run.ts';
import type { CallEvent } from '../types.ts';
import { startTalking } from './talking.ts';

/** dialling: the far party of an agent's call is being rung. */
export function onDialling(run: CallRun, event: CallEvent): void {
  const { agent, far } = run.state;
  switch (event.type) {
    case 'sip':
      if (event.event.legId === far.sip?.legId) onFarLeg(run, event.event);
      return;
    case 'agent':
      if (event.agentId !== agent?.agentId || event.action.command !== 'hangup') return;
      return endCall(run, { outcome: 'abandoned', by: 'agent', reason: 'hangup' });
    case 'lineDown':
      if (event.agentId !== agent?.agentId) return;
      return endCall(run, { outcome: 'abandoned', by: 'agent', reason: 'agent_lost' });
    case 'lineUp':
      if (agent && event.agentId === agent.agentId) run.state.agent = { ...agent, endpoint: event.endpoint };
      return;
    default:
  }
}

function onFarLeg(run: CallRun, sip: Extract<CallEvent, { type: 'sip' }>['event']): void {
  const { state } = run;
  const { agent, far } = state;
  switch (sip.type) {
    case 'progress':
      return run.step('call.progress', { status: sip.status });
    case 'answered': {
      const remote = readAnswer(sip.sdp);
      if (far.sip) state.far = { ...far, sip: { ...far.sip, state: 'up' } };
      if (!remote || !agent) return endCall(run, { outcome: 'failed', by: 'system', reason: 'sdp' });
      run.media('setRtpRemote', { endpoint: far.endpoint, remote });
      run.step('call.answered', {}, 'call.answered');
      return startTalking(run, agent);
    }
    case 'rejected':
      return endCall(run, { outcome: sip.status < 500 ? 'rejected' : 'failed', by: 'caller', reason: `sip_${sip.status}` });
    case 'ended':
    case 'cancelled':
      return endCall(run, { outcome: 'failed', by: 'caller', reason: sip.type });
    default:
  }
}
