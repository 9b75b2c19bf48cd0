import type { IvrTimer } from '../../ivr/types.ts';
import { endCall } from '../end.ts';
import { digit, failVoicemail, feed, flowOut, restartFlowAt, takesMessage } from '../flow.ts';
import { closeRecording } from '../recording.ts';
import type { CallRun } from '../run.ts';
import type { CallEvent } from '../types.ts';
import { onFarGone } from './far-gone.ts';
import { onRinging } from './ringing.ts';

const IVR_TIMERS: ReadonlySet<string> = new Set<IvrTimer>(['menuInput', 'announce', 'maxWait', 'voicemailMax', 'lookup']);

/** ivr, queued, ringing: the flow runs; acd may ring an agent meanwhile. */
export function onFlow(run: CallRun, event: CallEvent): void {
  if (onFarGone(run, event)) return;
  switch (event.type) {
    case 'media':
      return onMedia(run, event.event);
    case 'sip':
      if (event.event.type === 'dtmf' && event.event.legId === run.state.far.sip?.legId) digit(run, event.event.digit);
      else onRinging(run, event);
      return;
    case 'visitor':
      if (typeof event.action === 'object' && 'digit' in event.action) digit(run, event.action.digit);
      return;
    case 'timer':
      if (IVR_TIMERS.has(event.timer)) feed(run, { type: 'timer', timer: event.timer as IvrTimer });
      return;
    case 'lookedUp':
      return feed(run, { type: 'lookedUp', request: event.request, result: event.result });
    case 'enqueued':
      return enqueued(run, event.queue);
    case 'unroutable':
      return unroutable(run, event.exit);
    case 'resumed':
      return resume(run);
    case 'position':
      return position(run, event);
    case 'mediaDone':
      if (event.command === 'stopRecording') recordingClosed(run, event);
      else onRinging(run, event);
      return;
    case 'mediaFailed':
      return onMediaFailed(run, event);
    default:
      onRinging(run, event);
  }
}

function enqueued(run: CallRun, queue: Extract<CallEvent, { type: 'enqueued' }>['queue']): void {
  const { state, moment } = run;
  const isFirstTime = state.queuedAt === null;
  state.queue = queue;
  // A call that goes back to a queue keeps its place.
  state.queuedAt ??= moment.at;
  state.queuedWall ??= moment.wall;
  run.setPhase('queued');
  run.step('call.queued', { queue: queue.code, priority: queue.priority }, 'call.queued');
  if (isFirstTime) run.effects.push({ type: 'count', what: 'offered', queueId: queue.queueId });
  const { queueId, priority, requiredSkills, preferred } = queue;
  run.acd({ type: 'queued', callId: state.id, queueId, priority, requiredSkills, queuedAt: state.queuedAt, ...(preferred && { preferred }) });
}

function position(run: CallRun, { position, wait }: Extract<CallEvent, { type: 'position' }>): void {
  const { state, moment } = run;
  state.position = position;
  state.expected = wait && { fromWall: moment.wall + wait.lowMs, toWall: moment.wall + wait.highMs };
  feed(run, { type: 'position', position, ...(wait && { wait }) });
}

/** Sent away so often, a call goes round in a flow that never lets it wait. */
const MOST_FLOW_OUTS = 50;

/** The queue is gone, was never there, or sends the call away: the flow leaves it by the way for that, else as after the longest wait. */
function unroutable(run: CallRun, exit: Extract<CallEvent, { type: 'unroutable' }>['exit']): void {
  const { flow } = run.state;
  if (exit) flowOut(run, exit.reason, exit.waitedMs);
  if ((run.state.flowOuts ?? 0) > MOST_FLOW_OUTS) return endCall(run, { outcome: 'abandoned', by: 'system', reason: 'queue_loop' });
  // The flow has moved on meanwhile: it does not wait for that queue any more.
  if (flow?.definition.nodes[flow.state.node]?.verb !== 'queue') return;
  if (!exit) run.step('call.unroutable');
  run.setPhase('ivr');
  feed(run, { type: 'unroutable', ...(exit && { reason: exit.reason }) });
}

/** A message that is being recorded goes on; everything else of the flow is said again. */
function resume(run: CallRun): void {
  const { flow } = run.state;
  if (flow && !takesMessage(run)) restartFlowAt(run, flow.state.node);
}

function onMedia(run: CallRun, event: Extract<CallEvent, { type: 'media' }>['event']): void {
  const { state } = run;
  switch (event.event) {
    case 'dtmf':
      if (event.endpoint === state.far.endpoint) digit(run, event.digit);
      return;
    case 'playFinished':
      return playFinished(run, event.playback);
    case 'recordingFailed':
      return recordingLost(run, event.recording);
    case 'recordingSilent':
      if (run.state.recording?.id === event.recording) feed(run, { type: 'voicemailSilent' });
      return;
    default:
  }
}

/** A flow that asks the caller about the message waits for this; one that does not has gone on. */
function recordingClosed(run: CallRun, { args: { recording }, result }: Extract<CallEvent, { type: 'mediaDone'; command: 'stopRecording' }>): void {
  closeRecording(run, recording, result);
  if (run.state.flow?.state.phase === 'closing' && takesMessage(run)) feed(run, { type: 'voicemailDone', recording });
}

function recordingLost(run: CallRun, recordingId: string): void {
  const { recording } = run.state;
  if (recording?.id !== recordingId) return;
  closeRecording(run, recordingId, null);
  if (recording.kind === 'voicemail') failVoicemail(run);
}

function playFinished(run: CallRun, playback: string): void {
  if (run.state.playing?.id !== playback) return;
  run.state.playing = null;
  feed(run, { type: 'playFinished' });
}

/** A sound that cannot be played counts as played: the caller goes on. Other failures cost the call only where it needs them. */
function onMediaFailed(run: CallRun, event: Extract<CallEvent, { type: 'mediaFailed' }>): void {
  const { state } = run;
  if (event.command === 'stopRecording' && state.recording) return recordingLost(run, state.recording.id);
  if (event.command === 'play' && event.code === 'unknown_sound' && state.playing) {
    run.step('sound.missing', { code: event.code });
    const isEndless = state.flow?.definition.nodes[state.flow.state.node]?.verb === 'queue' && state.flow.state.phase === 'music';
    if (!isEndless) playFinished(run, state.playing.id);
    return;
  }
  if (event.endpoint === state.far.endpoint && event.code === 'unknown_endpoint') {
    return endCall(run, { outcome: 'failed', by: 'system', reason: 'media_lost' });
  }
  onRinging(run, event);
}
