import { HOLD_MUSIC } from '../../ivr/prompts.ts';
import { dropAgent, endCall } from '../end.ts';
import { endFlow, restartFlowAt } from '../flow.ts';
import { closeRecording, recordTalk, recordWithoutAgent } from '../recording.ts';
import type { CallRun } from '../run.ts';
import type { AgentPart, CallEvent } from '../types.ts';
import { onFarGone } from './far-gone.ts';

/** How long a caller waits, with music, for an agent's browser to come back, ms. */
const LINE_GRACE_MS = 20_000;

/** An agent has the call. */
export function startTalking(run: CallRun, agent: AgentPart): void {
  const { state, moment } = run;
  const isFirst = state.answeredWall === null;
  endFlow(run);
  run.stopRingback();
  state.lastAgent = { agentId: agent.agentId, name: agent.name, kind: agent.kind };
  state.answeredWall ??= moment.wall;
  if (isFirst && state.queue) run.effects.push({ type: 'count', what: 'answered', queueId: state.queue.queueId });
  state.hold = { byAgent: false, lineLost: false };
  run.setPhase('talking');
  if (agent.endpoint) join(run, agent.endpoint);
  else lineLost(run);
}

/** talking, held. */
export function onTalking(run: CallRun, event: CallEvent): void {
  if (onFarGone(run, event)) return;
  const { agent } = run.state;
  switch (event.type) {
    case 'agent':
      if (event.agentId === agent?.agentId) onCommand(run, event.action);
      return;
    case 'lineDown':
      if (event.agentId === agent?.agentId && agent.kind === 'browser') lineLost(run);
      return;
    case 'lineUp':
      if (event.agentId === agent?.agentId && agent.kind === 'browser') lineBack(run, agent, event.endpoint);
      return;
    case 'timer':
      if (event.timer === 'lineGrace') lineGivenUp(run);
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

function onCommand(run: CallRun, action: Extract<CallEvent, { type: 'agent' }>['action']): void {
  const { state } = run;
  switch (action.command) {
    case 'hold':
      if (state.hold.byAgent) return;
      part(run);
      state.hold = { ...state.hold, byAgent: true };
      run.step('call.held', {}, 'call.held');
      return;
    case 'resume':
      if (!state.hold.byAgent) return;
      state.hold = { ...state.hold, byAgent: false };
      run.step('call.resumed', {}, 'call.resumed');
      return rejoin(run);
    case 'hangup':
      return agentGone(run);
    case 'dtmf':
      run.media('sendDtmf', { endpoint: state.far.endpoint, digit: action.digit, durationMs: 160 });
  }
}

const agentGone = (run: CallRun): void => endCall(run, { outcome: 'answered', by: 'agent', reason: 'hangup' });

/** Both hear each other, and are recorded where the queue (or an outbound call) says so. */
function join(run: CallRun, endpoint: string): void {
  const { state } = run;
  run.stopPlay();
  if (state.bridge) run.media('closeBridge', { bridge: state.bridge });
  state.bridge = `${state.id}:b${run.nextPart()}`;
  run.media('createBridge', { bridge: state.bridge, a: state.far.endpoint, b: endpoint });
  if (state.queue?.record ?? true) recordTalk(run, endpoint);
}

/** The caller hears music, the agent nothing. */
function part(run: CallRun): void {
  const { state } = run;
  if (state.bridge) run.media('closeBridge', { bridge: state.bridge });
  state.bridge = null;
  recordWithoutAgent(run);
  if (!state.playing) run.play([HOLD_MUSIC], true, 'music');
  run.setPhase('held');
}

function rejoin(run: CallRun): void {
  const { state } = run;
  if (state.hold.byAgent || state.hold.lineLost || !state.agent?.endpoint) return;
  run.setPhase('talking');
  join(run, state.agent.endpoint);
}

function lineLost(run: CallRun): void {
  const { state } = run;
  if (state.hold.lineLost) return;
  part(run);
  if (state.agent) state.agent = { ...state.agent, endpoint: null };
  state.hold = { ...state.hold, lineLost: true };
  run.step('call.line_lost');
  run.setTimer('lineGrace', LINE_GRACE_MS);
}

function lineBack(run: CallRun, agent: AgentPart, endpoint: string): void {
  const { state } = run;
  if (agent.endpoint === endpoint) return;
  state.agent = { ...agent, endpoint };
  if (state.hold.lineLost) run.step('call.line_back');
  run.clearTimer('lineGrace');
  state.hold = { ...state.hold, lineLost: false };
  rejoin(run);
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
  if (event.event === 'recordingFailed') closeRecording(run, event.recording, null);
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
  if (event.command === 'createBridge') {
    state.bridge = null;
    // Without the agent's line the caller waits for it; without the caller's endpoint there is nothing left.
    if (state.agent?.kind === 'browser' && event.code !== 'media_unavailable') return lineLost(run);
    return endCall(run, { outcome: 'failed', by: 'system', reason: event.code });
  }
  if (event.command === 'stopRecording' && state.recording) closeRecording(run, state.recording.id, null);
}
