import { onAnnounced } from '../conduct.ts';
import { onCommand } from '../commands.ts';
import { dropAgent, endCall } from '../end.ts';
import { restartFlowAt } from '../flow.ts';
import { holdForgotten } from '../hold-alarm.ts';
import { takeOver } from '../leaving.ts';
import { connected, partyOf } from '../parties.ts';
import { UNWIRED } from '../party.ts';
import { closeRecording, recordingBroke } from '../recording.ts';
import type { CallRun } from '../run.ts';
import type { AgentPart, CallEvent } from '../types.ts';
import { wire } from '../wiring.ts';
import { onFarGone } from './far-gone.ts';
import { dialOver } from './dial-over.ts';
import { lineLost } from './talk.ts';

/** talking, held. */
export function onTalking(run: CallRun, event: CallEvent): void {
  if (onFarGone(run, event)) return;
  const { agent } = run.state;
  switch (event.type) {
    case 'agent':
      if (event.agentId !== agent?.agentId) return;
      return event.action.command === 'hangup' ? endCall(run, { outcome: 'answered', by: 'agent', reason: 'hangup' }) : onCommand(run, event.action);
    case 'lineDown':
      if (event.agentId === agent?.agentId && agent.kind === 'browser') lineLost(run);
      return;
    case 'lineUp':
      if (event.agentId === agent?.agentId && agent.kind === 'browser') lineBack(run, agent, event.endpoint);
      return;
    case 'timer':
      if (event.timer === 'lineGrace') lineGivenUp(run);
      if (event.timer === 'recordAgain') wire(run);
      if (event.timer === 'holdAlarm' && holdForgotten(run)) onCommand(run, { command: 'resume' });
      return;
    case 'sip':
      if (event.event.type === 'ended' && event.event.legId === agent?.sip?.legId) agentGone(run);
      return;
    case 'media':
      return onMedia(run, event.event);
    case 'mediaDone':
      return onMediaDone(run, event);
    case 'mediaFailed':
      return onMediaFailed(run, event);
    default:
  }
}

/** The agent's side hung up: the end, unless others talk on. */
function agentGone(run: CallRun): void {
  const next = partyOf(run, connected('member'));
  if (next) return takeOver(run, next);
  if (run.state.dial) return dialOver(run, 'answered');
  endCall(run, { outcome: 'answered', by: 'agent', reason: 'hangup' });
}

function lineBack(run: CallRun, agent: AgentPart, endpoint: string): void {
  const { state } = run;
  if (agent.endpoint === endpoint) return;
  state.agent = { ...agent, endpoint };
  if (state.hold.lineLost) run.step('call.line_back');
  run.clearTimer('lineGrace');
  state.hold = { ...state.hold, lineLost: false };
  wire(run);
}

/** The agent's browser did not come back: to the head of the queue again, or the end when the call came from none. */
function lineGivenUp(run: CallRun): void {
  const { state } = run;
  if (!state.hold.lineLost || !state.agent) return;
  const node = state.flow?.state.node;
  if (!state.queue || node === undefined) {
    return endCall(run, { outcome: 'answered', by: 'system', reason: 'agent_lost' });
  }
  run.acd({ type: 'released', agentId: state.agent.agentId, callId: state.id });
  run.effects.push({ type: 'deskCallEnded', agentId: state.agent.agentId, by: 'system', wrapUp: false });
  dropAgent(run, 'agent_lost');
  state.hold = { byAgent: false, lineLost: false };
  run.stopPlay();
  run.step('call.requeued');
  restartFlowAt(run, node);
}

function onMedia(run: CallRun, event: Extract<CallEvent, { type: 'media' }>['event']): void {
  if (event.event === 'recordingFailed') recordingBroke(run, event.recording);
  if (event.event === 'playFinished') onAnnounced(run, event.playback);
  if (event.event === 'dtmf') run.step('digit', { digit: event.digit, far: event.endpoint === run.state.far.endpoint });
}

function onMediaDone(run: CallRun, event: Extract<CallEvent, { type: 'mediaDone' }>): void {
  if (event.command === 'stopRecording') closeRecording(run, event.args.recording, event.result);
  // A station's endpoint that came after its offer had ended.
  if (event.command === 'createRtpEndpoint' && event.args.endpoint !== run.state.agent?.endpoint) {
    run.media('closeEndpoint', { endpoint: event.args.endpoint });
  }
}

function onMediaFailed(run: CallRun, event: Extract<CallEvent, { type: 'mediaFailed' }>): void {
  const { state } = run;
  if (event.command === 'setWebrtcAnswer') return endCall(run, { outcome: 'failed', by: 'system', reason: event.code });
  if (event.command === 'createBridge' || event.command === 'createMix') {
    state.wiring = UNWIRED;
    // Without the agent's line the caller waits for it; without the caller's endpoint there is nothing left.
    if (state.agent?.kind === 'browser' && event.code !== 'media_unavailable') return lineLost(run);
    return endCall(run, { outcome: 'failed', by: 'system', reason: event.code });
  }
  if (event.command === 'stopRecording' && state.recording) closeRecording(run, state.recording.id, null);
}
