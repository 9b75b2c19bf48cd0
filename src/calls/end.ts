import { leaveFlow } from '../ivr/interpreter.ts';
import { hangupLeg } from './legs.ts';
import { dropParty } from './parties.ts';
import { closeRecording, stopRecording } from './recording.ts';
import type { CallRun } from './run.ts';
import { rungAgents } from './rung.ts';
import type { AgentPart, CallState, CallTimer, EndedBy, Outcome } from './types.ts';
import { contentOf } from './view.ts';
import { unwire } from './wiring.ts';

/** How long the media process may take to close a recording before it counts as interrupted, ms. */
const CLOSING_MS = 30_000;

/** Everybody is hung up, everything closed, and the record completed: the one way out of every phase. */
export function endCall(run: CallRun, end: { outcome: Outcome; by: EndedBy; reason: string }): void {
  const { state, moment } = run;
  if (state.end) {
    // Already ending: only a lost recording can be waited for, and it will not come.
    if (end.outcome !== 'answered' && state.recording) finishClosing(run);
    return;
  }
  const before = state.phase;
  const wasConnected = state.agent?.stage === 'connected';
  const atEnd = wasConnected ? (state.agent?.agentId ?? null) : null;
  leave(run);
  run.setPhase('ending');
  state.end = { ...end, wall: moment.wall };
  hangupLeg(run, state.far.sip, end.reason);
  if (wasConnected && state.agent) {
    run.acd({ type: 'released', agentId: state.agent.agentId, callId: state.id });
  } else if (before === 'queued' || before === 'ringing') run.acd({ type: 'removed', callId: state.id });
  if (!wasConnected) stopRinging(run);
  stopRecording(run);
  run.stopRingback();
  unwire(run);
  for (const party of state.parties) dropParty(run, party, end.reason);
  // A browser's line outlives the call: only the time of this call is asked for.
  if (wasConnected && state.agent?.kind === 'browser' && state.agent.endpoint) {
    const sinceMs = Math.max(1, moment.wall - (state.answeredWall ?? moment.wall));
    run.media('readQuality', { endpoint: state.agent.endpoint, overMs: Math.round(sinceMs) });
  }
  dropAgent(run, end.reason);
  run.media('closeEndpoint', { endpoint: state.far.endpoint });
  complete(run, atEnd);
  if (state.recording) run.setTimer('closing', CLOSING_MS);
  else finish(run);
}

/** Agents who were being rung learn that the call is gone; acd's own `withdraw` comes too late for a call that has ended. */
function stopRinging(run: CallRun): void {
  for (const { agentId, offerId, kind } of rungAgents(run.state)) {
    if (offerId === null) continue;
    run.step('call.offer_ended', { agentId, offerId, reason: 'callGone' }, 'call.offer_ended');
    if (kind === 'browser') run.effects.push({ type: 'stopRinging', agentId, offerId, reason: 'callGone' });
  }
  run.state.alsoRung = [];
}

/** The flow's sounds and timers, and the call's own timers. */
function leave(run: CallRun): void {
  const { state } = run;
  if (state.flow && !state.flow.state.done) {
    state.flow = { ...state.flow, state: leaveFlow(state.flow.definition, state.flow.state).state };
  }
  for (const timer of Object.keys(state.timers) as CallTimer[]) run.clearTimer(timer);
  state.playing = null;
}

/** Ends a station's dialog and closes its endpoint; a browser's line stays up for the next call. */
export function dropAgent(run: CallRun, reason: string): void {
  const { agent } = run.state;
  if (!agent) return;
  closePart(run, agent, reason);
  run.state.agent = null;
}

/** The sound and dialog of somebody who leaves the agent's place, but for a browser's line. */
export function closePart(run: CallRun, part: AgentPart, reason: string): void {
  hangupLeg(run, part.sip, reason);
  if (part.kind !== 'browser' && part.endpoint) run.media('closeEndpoint', { endpoint: part.endpoint });
}

/** @param atEnd the agent who was in the call when it ended; one who left before was told then */
function complete(run: CallRun, atEnd: string | null): void {
  const { state, moment } = run;
  const { end, queue, lastAgent, spent } = state;
  if (!end) return;
  const isAbandoned = end.outcome === 'abandoned';
  const code = isAbandoned ? 'call.abandoned' : end.outcome === 'interrupted' ? 'call.interrupted' : 'call.ended';
  run.step(code, { outcome: end.outcome, by: end.by, reason: end.reason }, code);
  if (queue && isAbandoned) run.effects.push({ type: 'count', what: 'abandoned', queueId: queue.queueId });
  const wasAnswered = state.answeredWall !== null;
  run.journal({
    kind: 'callCompleted',
    callId: state.id,
    outcome: end.outcome,
    endedBy: end.by,
    endReason: end.reason,
    queueId: queue?.queueId ?? null,
    scriptId: queue?.script ?? null,
    agentId: lastAgent?.kind === 'browser' ? lastAgent.agentId : null,
    stationId: lastAgent?.kind === 'station' ? lastAgent.agentId : null,
    customerId: state.customerIds?.length === 1 ? (state.customerIds[0] ?? null) : null,
    queuedWall: state.queuedWall,
    answeredWall: state.answeredWall,
    endedWall: moment.wall,
    queueMs: state.queuedWall === null ? null : Math.round((spent.queued ?? 0) + (spent.ringing ?? 0)),
    ringMs: Math.round((spent.ringing ?? 0) + (spent.dialling ?? 0) + (wasAnswered ? 0 : (spent.connecting ?? 0))),
    talkMs: wasAnswered ? Math.round(spent.talking ?? 0) : null,
    holdMs: wasAnswered ? Math.round((spent.held ?? 0) + (spent.connecting ?? 0) + (spent.parked ?? 0)) : null,
    asideMs: wasAnswered ? Math.round(state.aside?.ms ?? 0) : 0,
    content: contentOf(state),
    agentName: lastAgent?.name ?? '',
    hasVoicemail: state.hasVoicemail,
  });
  run.effects.push({ type: 'recordComplete' });
  if (lastAgent?.kind === 'browser' && lastAgent.agentId === atEnd) {
    run.effects.push({ type: 'deskCallEnded', agentId: lastAgent.agentId, by: end.by, wrapUp: queue !== null && wasAnswered });
  }
}

/** The recording could not be closed in time or at all. */
export function finishClosing(run: CallRun): void {
  const { recording } = run.state;
  if (recording) closeRecording(run, recording.id, null);
  finish(run);
}

/** The last step of every call. */
export function finish(run: CallRun): void {
  for (const timer of Object.keys(run.state.timers) as CallTimer[]) run.clearTimer(timer);
  run.setPhase('ended');
  run.effects.push({ type: 'forget' });
}

/** How a call that its far party left is to be called. */
export function outcomeOf(state: CallState): Outcome {
  if (state.answeredWall !== null) return 'answered';
  if (state.voicemailFailed) return 'failed';
  if (state.hasVoicemail) return 'voicemail';
  if (state.direction === 'outbound') return 'failed';
  if (state.direct || state.dial) return 'abandoned';
  return state.queuedWall === null ? 'self_service' : 'abandoned';
}
