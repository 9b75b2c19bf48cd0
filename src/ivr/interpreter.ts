import { NO_FACTS, type CallFacts, type Flow, type FlowNode, type IvrEffect, type IvrEvent, type IvrState } from './types.ts';
import { answer } from './verbs/answer.ts';
import { collect } from './verbs/collect.ts';
import { condition } from './verbs/condition.ts';
import { consent } from './verbs/consent.ts';
import { customer } from './verbs/customer.ts';
import { dial } from './verbs/dial.ts';
import { echo } from './verbs/echo.ts';
import { goto } from './verbs/goto.ts';
import { hangup } from './verbs/hangup.ts';
import { holiday } from './verbs/holiday.ts';
import { hours } from './verbs/hours.ts';
import { http } from './verbs/http.ts';
import { mailbox } from './verbs/mailbox.ts';
import { menu } from './verbs/menu.ts';
import { play } from './verbs/play.ts';
import { queue } from './verbs/queue.ts';
import { returns } from './verbs/return.ts';
import { say } from './verbs/say.ts';
import { set } from './verbs/set.ts';
import { subflow } from './verbs/subflow.ts';
import { Run, type Next, type Verb } from './verbs/verb.ts';
import { voicemail } from './verbs/voicemail.ts';
import { withheld } from './verbs/withheld.ts';

const VERBS: { [Name in FlowNode['verb']]: Verb<Name> } = {
  answer,
  collect,
  condition,
  consent,
  customer,
  dial,
  echo,
  goto,
  hangup,
  holiday,
  hours,
  http,
  mailbox,
  menu,
  play,
  queue,
  return: returns,
  say,
  set,
  subflow,
  voicemail,
  withheld,
};

/** Nodes passed without waiting after which the flow is taken for endless and the call ended. */
const STEP_LIMIT = 100;

/** What one event led to. */
export interface IvrResult {
  state: IvrState;
  effects: IvrEffect[];
}

/** A flow that has not begun; give it the event `start`. */
export const newFlowState = (flow: Flow): IvrState => ({
  node: flow.start,
  phase: '',
  retriesLeft: 0,
  position: 0,
  done: false,
  timers: [],
  playing: false,
});

/** The flow begins again at its start and keeps what it knows: a call that comes back to it, or whose sound flows anew. */
export function restartedState(flow: Flow, { vars, masked, stack, request }: IvrState): IvrState {
  return { ...newFlowState(flow), ...(vars && { vars }), ...(masked && { masked }), ...(stack && { stack }), ...(request && { request }) };
}

/** The verb's functions accept exactly the node whose `verb` chose them, which the type of a table cannot say. */
const verbOf = (node: FlowNode): Verb<FlowNode['verb']> => VERBS[node.verb] as Verb<FlowNode['verb']>;

const nodeOf = (flow: Flow, id: string): FlowNode | undefined =>
  Object.hasOwn(flow.nodes, id) ? flow.nodes[id] : undefined;

/**
 * Works one event in. Pure: the state given is not changed. After `done`, and for events that do not fit, nothing happens.
 * A flow with a missing node or an endless loop hangs up with a trace instead of leaving the caller in silence.
 */
export function reduceIvr(flow: Flow, state: IvrState, event: IvrEvent, facts: CallFacts = NO_FACTS): IvrResult {
  if (state.done) return { state, effects: [] };
  const run = new Run(state, event.wall, facts);
  if (event.type === 'start') {
    enterFrom(run, flow, flow.start);
    return { state: run.state, effects: run.effects };
  }
  if (event.type === 'playFinished') run.state.playing = false;
  if (event.type === 'timer') {
    // One that was cleared while it was already on its way.
    if (!state.timers.includes(event.timer)) return { state, effects: [] };
    run.state.timers = state.timers.filter((timer) => timer !== event.timer);
  }
  const node = nodeOf(flow, state.node);
  const next = node ? verbOf(node).on(run, node, event) : null;
  if (next !== null) enterFrom(run, flow, next);
  return { state: run.state, effects: run.effects };
}

/**
 * The call leaves the flow from outside: an agent took it, or the caller hung up. Stops the sound and clears the timers; a
 * wait in a queue is not ended here, because it was the queue that gave the call away.
 */
export function leaveFlow(flow: Flow, state: IvrState): IvrResult {
  const run = new Run(state, 0, NO_FACTS);
  if (!state.done && nodeOf(flow, state.node)?.verb === 'voicemail' && state.phase === 'recording') {
    run.effects.push({ type: 'stopVoicemail' });
  }
  cleanUp(run);
  run.state.done = true;
  return { state: run.state, effects: run.effects };
}

function cleanUp(run: Run): void {
  run.stopPlay();
  for (const timer of run.state.timers) run.clearTimer(timer);
}

function enterFrom(run: Run, flow: Flow, first: string): void {
  let next: Next = first;
  for (let steps = 0; next !== null; steps++) {
    cleanUp(run);
    run.state.node = next;
    run.state.phase = '';
    const node = nodeOf(flow, next);
    if (!node || steps >= STEP_LIMIT) {
      run.trace('hangup', node ? 'endless loop' : 'missing node');
      hangup.enter(run, { verb: 'hangup' });
      return;
    }
    run.trace(node.verb, '');
    next = verbOf(node).enter(run, node);
  }
}
