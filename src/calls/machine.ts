import { agentIn, wantsAlone } from './alone.ts';
import { setAside } from './asides.ts';
import { beginCall } from './begin.ts';
import { endCall } from './end.ts';
import { failVoicemail } from './flow.ts';
import { onPartyChange, pickUp } from './commands.ts';
import { onLegEvent } from './legs.ts';
import { mediaLost, onMoving } from './moving.ts';
import { onPartyEvent } from './parties.ts';
import { onConnecting } from './phases/connecting.ts';
import { onDialling } from './phases/dialling.ts';
import { onEnding } from './phases/ending.ts';
import { onFlow } from './phases/flow.ts';
import { onSetup } from './phases/setup.ts';
import { onTalking } from './phases/talking.ts';
import { onRecordingEvent, pauseRecording } from './recording.ts';
import { onReferred } from './refer.ts';
import { onReplace, onReplacing } from './replace.ts';
import { CallRun } from './run.ts';
import { stopSupervising, supervise } from './supervise.ts';
import type { CallEvent, CallResult, CallState, Moment } from './types.ts';

/**
 * Works one event into a call. Pure: the state given is not changed; time and ids come with the moment.
 * Events after the end, and events that do not fit the phase, change nothing.
 */
export function reduceCall(state: CallState, event: CallEvent, moment: Moment): CallResult {
  if (state.phase === 'ended') return { state, effects: [] };
  const run = new CallRun(state, moment);
  run.actor = actorOf(state, event) ?? run.actor;
  work(run, event);
  tellAlone(run, state);
  run.state.version += 1;
  return { state: run.state, effects: run.effects };
}

/** The distributor offers nothing beside a call that wants its agent alone. */
function tellAlone(run: CallRun, before: CallState): void {
  const agentId = agentIn(run.state);
  const alone = wantsAlone(run.state);
  if (agentId === null || agentId === '' || agentIn(before) !== agentId || wantsAlone(before) === alone) return;
  run.acd({ type: 'alone', agentId, callId: run.state.id, alone });
}

/** Who is behind an event, for the audit log; null = the product itself. */
function actorOf(state: CallState, event: CallEvent) {
  const caller = { kind: 'caller', id: state.id, ip: state.party.ip } as const;
  switch (event.type) {
    case 'agent':
    case 'supervise':
    case 'superviseEnd':
    case 'pickUp':
      return { kind: 'user', id: event.agentId, ip: event.ip } as const;
    case 'visitor':
      return caller;
    case 'begin':
      return state.direction === 'inbound' ? caller : null;
    case 'sip':
      return 'legId' in event.event && event.event.legId === state.far.sip?.legId ? caller : null;
    default:
      return null;
  }
}

function work(run: CallRun, event: CallEvent): void {
  // What is the same in every phase comes first.
  switch (event.type) {
    case 'begin':
      return beginCall(run);
    case 'stop':
      return endCall(run, { outcome: event.outcome, by: 'system', reason: event.reason });
    case 'mediaLost':
      return mediaLost(run, event.endpoints);
    case 'supervise':
      return supervise(run, event);
    case 'superviseEnd':
      return stopSupervising(run, event.agentId);
    case 'pickUp':
      return pickUp(run, event);
    case 'referred':
      return onReferred(run, event);
    case 'replace':
      return onReplace(run, event);
    case 'matched':
      run.state.customerIds = event.customerIds;
      return;
    case 'decided':
      run.journal({ kind: 'decision', id: run.moment.id, atWall: run.moment.wall, decision: event.decision });
      return;
    case 'aside':
      return setAside(run, event.on);
    case 'recordingOpened':
      return onRecordingEvent(run, event);
    case 'recordingRefused':
      return recordingRefused(run, event);
    case 'timer':
      delete run.state.timers[event.timer];
      if (event.timer === 'pauseOver') return pauseRecording(run, false);
      break;
    default:
  }
  if (onReplacing(run, event) || onLegEvent(run, event) || onMoving(run, event)) return;
  const change = onPartyEvent(run, event);
  if (change) return onPartyChange(run, change);
  if (change === undefined) phase(run, event);
}

function recordingRefused(run: CallRun, event: Extract<CallEvent, { type: 'recordingRefused' }>): void {
  const { recording, end } = run.state;
  onRecordingEvent(run, event);
  if (recording?.id === event.recording && recording.kind === 'voicemail' && !end) failVoicemail(run);
}

function phase(run: CallRun, event: CallEvent): void {
  switch (run.state.phase) {
    case 'setup':
      return onSetup(run, event);
    case 'ivr':
    case 'queued':
    case 'ringing':
      return onFlow(run, event);
    case 'dialling':
      return onDialling(run, event);
    case 'talking':
    case 'held':
      return onTalking(run, event);
    case 'connecting':
    case 'parked':
      return onConnecting(run, event);
    case 'ending':
      return onEnding(run, event);
    case 'ended':
  }
}
