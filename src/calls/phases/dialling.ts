import { offerFor } from '../../protocol/sdp/negotiate.ts';
import { isTrunkFailure } from '../../sip/trunks/circuit.ts';
import { endCall } from '../end.ts';
import { answeredLeg, readAnswer, takeAnswer } from '../legs.ts';
import { localOn, trunkOn } from '../line.ts';
import type { CallRun } from '../run.ts';
import type { SipLegState } from '../leg-state.ts';
import type { AgentPart, CallEvent } from '../types.ts';
import { joinTwo } from '../wiring.ts';
import { startTalking } from './talk.ts';

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
      if (agent && event.agentId === agent.agentId) lineUp(run, agent, event.endpoint);
      return;
    default:
  }
}

/** A new line of the agent: what was heard on the old one goes on. */
function lineUp(run: CallRun, agent: AgentPart, endpoint: string): void {
  const { state } = run;
  state.agent = { ...agent, endpoint };
  if (state.ringback) run.startRingback(endpoint);
}

/** It rings over there: the agent hears the other network's own tone where there is one, else ours (RFC 3960 section 3.2). */
function progress(run: CallRun, status: number, sdp: string): void {
  const { agent, far, wiring } = run.state;
  const { bridge } = wiring;
  run.step('call.progress', { status });
  // It rings: whatever comes now is the called party's answer, and no other line is tried.
  run.state.far = { ...run.state.far, others: [] };
  if (!agent?.endpoint) return;
  const remote = sdp === '' ? null : readAnswer(sdp, far.sip?.local ?? {});
  if (remote) run.media('setRtpRemote', { endpoint: far.endpoint, remote });
  if (remote && !bridge) hearEarly(run, agent.endpoint);
  else if (!remote && !bridge) run.startRingback(agent.endpoint);
}

function hearEarly(run: CallRun, endpoint: string): void {
  const { state } = run;
  run.stopRingback();
  joinTwo(run, state.far.endpoint, endpoint);
}

/** The line failed before anything rang: the same party by another one. @returns false when there is none */
function tryNextLine(run: CallRun): boolean {
  const { state } = run;
  const { far } = state;
  const [target, ...others] = far.others ?? [];
  if (!target || !far.sip?.local) return false;
  const legId = `${state.id}:out${run.nextPart()}`;
  const local = localOn(far.sip.local, target);
  const sip: SipLegState = { legId, state: 'early', local, sdpVersion: 1, awaitsAnswer: false, ...trunkOn(target) };
  state.far = { ...far, sip, others };
  run.step('call.rerouted', { left: others.length });
  run.sip({ type: 'sip', command: 'invite', legId, target: { ...target, sdp: offerFor(local, 'sendrecv') } });
  return true;
}

function onFarLeg(run: CallRun, sip: Extract<CallEvent, { type: 'sip' }>['event']): void {
  const { state } = run;
  const { agent, far } = state;
  switch (sip.type) {
    case 'progress':
      return progress(run, sip.status, sip.sdp);
    case 'answered': {
      const isAnswered = far.sip !== null && takeAnswer(run, far.sip, far.endpoint, sip.sdp);
      if (far.sip) state.far = { ...far, sip: answeredLeg(far.sip, sip.sdp) };
      if (!isAnswered || !agent) return endCall(run, { outcome: 'failed', by: 'system', reason: 'sdp' });
      run.step('call.answered', {}, 'call.answered');
      return startTalking(run, agent);
    }
    case 'rejected':
      if (isTrunkFailure(sip.status) && tryNextLine(run)) return;
      return endCall(run, { outcome: sip.status < 500 ? 'rejected' : 'failed', by: 'caller', reason: `sip_${sip.status}` });
    case 'ended':
    case 'cancelled':
      return endCall(run, { outcome: 'failed', by: 'caller', reason: sip.type });
    default:
  }
}
