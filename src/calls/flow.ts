import type { QueueExit } from '../acd/rules.ts';
import { comparableNumber } from '../modules/telephony/phone-number.ts';
import { leaveFlow, newFlowState, reduceIvr, restartedState } from '../ivr/interpreter.ts';
import type { Flow, FlowNode, HangupCause, IvrEffect, IvrEvent } from '../ivr/types.ts';
import { answerCaller, refuse } from './caller-answer.ts';
import { endCall, outcomeOf } from './end.ts';
import { dialOut } from './ivr-dial.ts';
import { discardVoicemail, recordVoicemail, stopRecording } from './recording.ts';
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
  run.state.flow = { definition, state: restartedState(definition, flow.state) };
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

/** The flow is recording the caller's message, or waits until it is on the disk: nothing of that can be begun anew. */
export function takesMessage({ state: { flow } }: CallRun): boolean {
  if (flow?.definition.nodes[flow.state.node]?.verb !== 'voicemail') return false;
  return flow.state.phase === 'recording' || flow.state.phase === 'closing';
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
  const { party, dialled } = run.state;
  const facts = { callerNumber: party.number, withheldReason: party.withheldReason, dialled };
  const result = reduceIvr(flow.definition, flow.state, { ...event, at, wall } as IvrEvent, facts);
  run.state.flow = { ...flow, state: result.state };
  for (const effect of result.effects) apply(run, effect);
}

/** Steps that need neither sound nor time: a flow that begins with them may refuse the call, or be answered by whom it dials. */
const SILENT: ReadonlySet<FlowNode['verb']> = new Set(['answer', 'condition', 'dial', 'goto', 'hangup', 'holiday', 'hours', 'return', 'set', 'subflow', 'withheld']);

/** Whether the flow itself says when the call is answered. */
export function answersLate({ state: { flow } }: CallRun): boolean {
  const first = flow?.definition.nodes[flow.definition.start];
  return first !== undefined && SILENT.has(first.verb);
}

/** Effects for which somebody must have picked up. */
const ANSWERING: ReadonlySet<IvrEffect['type']> = new Set(['answer', 'play', 'setTimer', 'enqueue', 'startVoicemail', 'echo', 'lookUp']);

const CAUSE_STATUS: { readonly [Cause in HangupCause]: number } = { normal: 480, busy: 486, rejected: 603, unavailable: 480, noSuchNumber: 404 };

/** @returns false when the call could not be answered and has ended */
function answered(run: CallRun): boolean {
  const { far, phase } = run.state;
  if (phase !== 'ivr' || far.sip?.state !== 'early' || !far.sip.local) return run.state.end === null;
  return answerCaller(run, far.sip, far.sip.local);
}

function hangUp(run: CallRun, cause: HangupCause | undefined): void {
  const { state } = run;
  if (state.end) return;
  const reason = cause ? `flow_${cause}` : 'flow';
  if (state.far.sip?.state === 'early') return refuse(run, CAUSE_STATUS[cause ?? 'normal'], reason);
  endCall(run, { outcome: outcomeOf(state), by: 'system', reason });
}

function apply(run: CallRun, effect: IvrEffect): void {
  const { state } = run;
  if (ANSWERING.has(effect.type) && !answered(run)) return;
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
      run.effects.push({ type: 'enqueue', code: effect.queue, priority: effect.priority, requiredSkills: effect.requiredSkills, ...(effect.script && { script: effect.script }) });
      return;
    case 'dequeue':
      return dequeue(run);
    case 'callback':
      return requestCallback(run, effect.number);
    case 'startVoicemail':
      return recordVoicemail(run, effect);
    case 'stopVoicemail':
      return stopRecording(run);
    case 'discardVoicemail':
      return discardVoicemail(run, effect.recording);
    case 'dial':
      return dialOut(run, effect);
    case 'echo':
      return run.media('setEcho', { endpoint: state.far.endpoint, on: true });
    case 'answer':
      return;
    case 'consent':
      state.recordingDeclined = !effect.granted;
      return run.step('call.recording_consent', { granted: effect.granted }, 'call.recording_consent');
    case 'lookUp':
      run.effects.push({ type: 'lookUp', request: effect.request, query: effect.query });
      return;
    case 'hangup':
      return hangUp(run, effect.cause);
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
  const { flow } = run.state;
  const node = flow?.definition.nodes[flow.state.node];
  // A card number or PIN is nowhere in the call's record.
  const isSecret = node?.verb === 'mailbox' || (node?.verb === 'collect' && node.masked);
  run.step('digit', isSecret ? { masked: true } : { digit: pressed });
  feed(run, { type: 'digit', digit: pressed });
}

/** The call leaves its queue neither to an agent nor by hanging up: measured as a flow-out. */
export function flowOut(run: CallRun, reason: QueueExit | 'callback', waitedMs: number): void {
  const { state, moment } = run;
  const { queue } = state;
  if (!queue) return;
  state.flowOuts = (state.flowOuts ?? 0) + 1;
  state.expected = undefined;
  const { queueId } = queue;
  run.journal({ kind: 'queueExit', callId: state.id, seq: state.nextSeq, atWall: moment.wall, queueId, reason, waitedMs });
  run.step('call.flowed_out', { queue: queue.code, reason, waitedMs: Math.round(waitedMs) }, 'call.flowed_out');
  run.effects.push({ type: 'count', what: 'flowedOut', queueId });
}

/** The caller keeps the place and gives up the line. @param typed null = the number they call from, which is known: else it is not offered */
function requestCallback(run: CallRun, typed: string | null): void {
  const { state, moment } = run;
  const { queue, party, customerIds } = state;
  const number = typed === null ? party.number : comparableNumber(typed);
  if (!queue || number === null) return;
  const queuedWall = state.queuedWall ?? moment.wall;
  flowOut(run, 'callback', moment.wall - queuedWall);
  run.setPhase('ivr');
  run.acd({ type: 'removed', callId: state.id });
  const { queueId, priority } = queue;
  const customerId = customerIds?.length === 1 ? (customerIds[0] ?? null) : null;
  run.effects.push({ type: 'requestCallback', request: { callId: state.id, queueId, priority, queuedWall, number, name: party.name, customerId } });
}

/** The flow takes the call out of its queue (overflow). An agent being rung is told by acd's `withdraw`. */
function dequeue(run: CallRun): void {
  flowOut(run, 'wait', run.moment.at - (run.state.queuedAt ?? run.moment.at));
  run.setPhase('ivr');
  run.acd({ type: 'removed', callId: run.state.id });
}
