import type { CallRun } from './run.ts';
import type { CallEvent } from './types.ts';

/** A recording that broke off is tried again this much later: a full disk may have space by then. */
const AGAIN_MS = 10_000;

/** A pause ends by itself after this, ms: it is longer than reading out a card takes, and nobody forgets it for a whole call. */
const PAUSE_MS = 180_000;

/** Begins the two-channel recording of far party (left) and agent (right), or gives a running one its new agent. */
export function recordTalk(run: CallRun, right: string | null): void {
  const { state, moment } = run;
  if (state.recordingDeclined) return;
  if (state.recording) return hear(run, right);
  state.recording = { id: moment.id, kind: 'call', stage: 'opening', journaled: false, right, paused: false };
  run.effects.push({ type: 'openRecording', recording: moment.id, left: state.far.endpoint, right });
}

/** Begins to record the caller's message, for a box where one is named. */
export function recordVoicemail(run: CallRun, { box, silenceMs }: { box?: string; silenceMs?: number }): void {
  const { state, moment } = run;
  if (state.recording) return;
  state.recording = { id: moment.id, kind: 'voicemail', stage: 'opening', journaled: false, right: null, paused: false, ...(box && { box }) };
  state.hasVoicemail = true;
  run.step('voicemail.started', box ? { box } : {});
  run.effects.push({ type: 'openRecording', recording: moment.id, left: state.far.endpoint, right: null, ...(silenceMs !== undefined && { silenceMs }) });
}

/** The caller records the message again: the one before is gone for good. */
export function discardVoicemail(run: CallRun, recordingId: string): void {
  const { id } = run.state;
  run.state.hasVoicemail = false;
  run.journal({ kind: 'recordingDiscarded', recordingId, callId: id });
  run.step('recording.deleted', { recordingId, callId: id, reason: 'caller' }, 'recording.deleted');
}

/** Nobody's voice on the agent's channel: the agent is not in the call at the moment. */
export function recordWithoutAgent(run: CallRun): void {
  hear(run, null);
}

function hear(run: CallRun, right: string | null): void {
  const { recording } = run.state;
  if (recording?.kind !== 'call' || recording.stage === 'closing' || recording.right === right) return;
  run.state.recording = { ...recording, right };
  run.media('setRecordingRight', { recording: recording.id, right });
}

/** The file of a running recording failed. The call goes on, and gets a further part as soon as one can be written. */
export function recordingBroke(run: CallRun, recordingId: string): void {
  const { recording } = run.state;
  if (recording?.id !== recordingId) return;
  closeRecording(run, recordingId, null);
  // What the agent keeps out of the recording must not get into the next part of it.
  if (recording.kind === 'call' && !recording.paused) run.setTimer('recordAgain', AGAIN_MS);
}

/** Nothing is written until the agent says so, for example while a card number is read out; the gap is marked in the file. */
export function pauseRecording(run: CallRun, paused: boolean): void {
  const { recording, id } = run.state;
  // Asked while it is not recorded: nor shall it be now.
  if (!recording && paused) run.clearTimer('recordAgain');
  if (recording?.kind !== 'call' || recording.stage !== 'running' || recording.paused === paused) return;
  run.state.recording = { ...recording, paused };
  if (paused) run.setTimer('pauseOver', PAUSE_MS);
  else run.clearTimer('pauseOver');
  run.media('pauseRecording', { recording: recording.id, paused });
  const code = paused ? 'recording.paused' : 'recording.resumed';
  run.step(code, { recordingId: recording.id, callId: id }, code);
}

/** Asks the media process to close the recording; told by `mediaDone` or `mediaFailed`. */
export function stopRecording(run: CallRun): void {
  const { state } = run;
  if (!state.recording || state.recording.stage === 'closing') return;
  run.media('stopRecording', { recording: state.recording.id });
  state.recording = { ...state.recording, stage: 'closing' };
}

/** The recording began, or could not: the call goes on either way. */
export function onRecordingEvent(
  run: CallRun,
  event: Extract<CallEvent, { type: 'recordingOpened' | 'recordingRefused' }>,
): void {
  const { state } = run;
  const { recording } = state;
  if (!recording || recording.id !== event.recording) return;
  if (event.type === 'recordingRefused') {
    // Tried again and again, but told once.
    if (!state.unrecorded) run.step('recording.refused', { code: event.code }, 'recording.interrupted');
    state.recording = null;
    state.unrecorded = true;
    if (recording.kind === 'call' && !state.end) run.setTimer('recordAgain', AGAIN_MS);
    return;
  }
  state.unrecorded = false;
  state.recording = { ...recording, stage: recording.stage === 'opening' ? 'running' : recording.stage, journaled: true };
  const ids = { recordingId: recording.id, callId: state.id };
  run.journal({ kind: 'recordingOpened', ...ids, recordingKind: recording.kind, box: recording.box ?? null, ...event.file });
  run.step('recording.started', { recordingId: recording.id, callId: state.id, kind: recording.kind }, 'recording.started');
}

/**
 * The recording is closed, whole or not.
 * @param result null = interrupted
 */
export function closeRecording(
  run: CallRun,
  recordingId: string,
  result: Extract<CallEvent, { type: 'mediaDone'; command: 'stopRecording' }>['result'] | null,
): void {
  const { state } = run;
  const { recording } = state;
  if (!recording || recording.id !== recordingId) return;
  state.recording = null;
  // It failed before its row was there: the history says that nothing was recorded.
  if (!recording.journaled) return run.step('recording.refused', { code: 'io_error' }, 'recording.interrupted');
  run.journal({ kind: 'recordingClosed', recordingId, callId: state.id, result });
  const code = result ? 'recording.completed' : 'recording.interrupted';
  run.step(code, { recordingId, callId: state.id, durationMs: result?.durationMs ?? null }, code);
}
