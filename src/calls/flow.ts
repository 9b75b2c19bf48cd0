import { leaveFlow, newFlowState, reduceIvr } from '../ivr/interpreter.ts';
import type { Flow, IvrEffect, IvrEvent } from '../ivr/types.ts';
import { endCall, outcomeOf } from './end.ts';
import { dialOut } from './ivr-dial.ts';
import { recordVoicemail, stopRecording } from './recording.ts';
import type { CallRun } from './run.ts';

/** IvrEvent without its times, which the run adds. */
type IvrInput = IvrEvent extends infer Event ? (Event extends IvrEvent ? Omit<Event, 'at' | 'wall'> : never) : never;

/** The call comes to its flow. */
export function startFlow(run: CallRun): void {
  run.setPhase('ivr');
  feed(run, { type: 'start' });
}

/** The flow begins again at one node: a call that goes back to its queue. */
export function restartFlowAt(run: CallRun, node: string): void {
  const { flow } = run.state;
  if (!flow) return;
  const definition = { ...flow.definition, start: node };
  run.state.flow = { definition, state: newFlowState(definition) };
  startFlow(run);
}

/** Says that it does not work now, and hangs up. */
const APOLOGY: Flow = {
  start: 'apology',
  nodes: { apology: { verb: 'play', prompts: ['ja/all-busy'], next: 'end' }, end: { verb: 'hangup' } },
};

/** The caller's message cannot be kept: nobody is thanked for it, and the record does not call it a voicemail. */
export function failVoicemail(run: CallRun): void {
  run.state.hasVoicemail = false;
  run.state.voicemailFailed = true;
  endFlow(run);
  run.state.flow = { definition: APOLOGY, state: newFlowState(APOLOGY) };
  startFlow(run);
}

/** An agent has the call: no more sounds and timers of the flow. */
export function endFlow(run: CallRun): void {
  const { flow } = run.state;
  if (!flow) return;
  const left = leaveFlow(flow.definition, flow.state);
  run.state.flow = { ...flow, state: left.state };
  for (const effect of left.effects) apply(run, effect);
  run.stopPlay();
}

/** Gives the interpreter an event and runs what it says. */
export function feed(run: CallRun, event: IvrInput): void {
  const { flow } = run.state;
  if (!flow) return;
  const { at, wall } = run.moment;
  const result = reduceIvr(flow.definition, flow.state, { ...event, at, wall } as IvrEvent);
  run.state.flow = { ...flow, state: result.state };
  for (const effect of result.effects) apply(run, effect);
}

function apply(run: CallRun, effect: IvrEffect): void {
  const { state } = run;
  switch (effect.type) {
    case 'play':
      return run.play(effect.prompts, effect.loop, 'flow');
    case 'stopPlay':
      return run.stopPlay();
    case 'setTimer':
      return run.setTimer(effect.timer, effect.afterMs);
    case 'clearTimer':
      return run.clearTimer(effect.timer);
    case 'noticePlayed':
      return run.step('call.notice_played', {}, 'call.notice_played');
    case 'enqueue':
      run.effects.push({ type: 'enqueue', code: effect.queue, priority: effect.priority, requiredSkills: effect.requiredSkills });
      return;
    case 'dequeue':
      return dequeue(run);
    case 'startVoicemail':
      return recordVoicemail(run);
    case 'stopVoicemail':
      return stopRecording(run);
    case 'dial':
      return dialOut(run, effect);
    case 'echo':
      return run.media('setEcho', { endpoint: state.far.endpoint, on: true });
    case 'hangup':
      if (!state.end) endCall(run, { outcome: outcomeOf(state), by: 'system', reason: 'flow' });
      return;
    case 'trace':
      return trace(run, effect.node, effect.verb, effect.detail);
  }
}

function trace(run: CallRun, node: string, verb: string, detail: string): void {
  run.step('flow', { node, verb, detail });
  if (detail !== '') run.state.path = [...run.state.path, `${verb} ${detail}`].slice(-20);
}

/** A key of the far party. */
export function digit(run: CallRun, pressed: string): void {
  run.step('digit', { digit: pressed });
  feed(run, { type: 'digit', digit: pressed });
}

/** The flow takes the call out of its queue (overflow). An agent being rung is told by acd's `withdraw`. */
function dequeue(run: CallRun): void {
  run.setPhase('ivr');
  run.acd({ type: 'removed', callId: run.state.id });
}
