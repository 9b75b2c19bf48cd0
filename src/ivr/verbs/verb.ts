import type { CallFacts, FlowNode, IvrEffect, IvrEvent, IvrState, IvrTimer, LookupQuery } from '../types.ts';

/** Node of one verb. */
export type NodeOf<Name extends FlowNode['verb']> = Extract<FlowNode, { verb: Name }>;

/** Where to go: a node's id, or null to stay in this node and wait. */
export type Next = string | null;

/** One verb of the flow language. Both functions work on the draft state and effects of `run`. */
export interface Verb<Name extends FlowNode['verb']> {
  /** The call comes to the node. */
  enter(run: Run, node: NodeOf<Name>): Next;
  /** Something happened while it is there; unexpected events are ignored. */
  on(run: Run, node: NodeOf<Name>, event: IvrEvent): Next;
}

/** One event being worked on: a private copy of the state, and the effects so far. */
export class Run {
  readonly state: IvrState;
  readonly effects: IvrEffect[] = [];
  /** Wall time of the event, ms since the epoch. */
  readonly wall: number;
  readonly facts: CallFacts;

  constructor(state: IvrState, wall: number, facts: CallFacts) {
    this.state = { ...state };
    this.wall = wall;
    this.facts = facts;
  }

  play(prompts: readonly string[], loop = false): void {
    this.state.playing = true;
    this.effects.push({ type: 'play', prompts, loop });
  }

  /** Does nothing when nothing plays. */
  stopPlay(): void {
    if (!this.state.playing) return;
    this.state.playing = false;
    this.effects.push({ type: 'stopPlay' });
  }

  setTimer(timer: IvrTimer, afterMs: number): void {
    this.state.timers = [...this.state.timers.filter((running) => running !== timer), timer];
    this.effects.push({ type: 'setTimer', timer, afterMs });
  }

  /** Does nothing when the timer does not run. */
  clearTimer(timer: IvrTimer): void {
    if (!this.state.timers.includes(timer)) return;
    this.state.timers = this.state.timers.filter((running) => running !== timer);
    this.effects.push({ type: 'clearTimer', timer });
  }

  /** Sets a variable; a masked one's value is written down nowhere. */
  setVariable(name: string, value: string, masked = false): void {
    const { state } = this;
    state.vars = { ...state.vars, [name]: value };
    const others = (state.masked ?? []).filter((hidden) => hidden !== name);
    if (masked) state.masked = [...others, name];
    else if (state.masked) state.masked = others;
  }

  /** Asks the outside; the node is told by `lookedUp`, or by the timer `lookup` when nothing comes. */
  lookUp(query: LookupQuery, patienceMs: number): void {
    const request = (this.state.request ?? 0) + 1;
    this.state.request = request;
    this.effects.push({ type: 'lookUp', request, query });
    this.setTimer('lookup', patienceMs);
  }

  /** The call is over. */
  hangUp(effect: Extract<IvrEffect, { type: 'hangup' }> = { type: 'hangup' }): void {
    this.state.done = true;
    this.effects.push(effect);
  }

  /** A line for the call's history. */
  trace(verb: FlowNode['verb'], detail: string): void {
    this.effects.push({ type: 'trace', node: this.state.node, verb, detail });
  }
}
