import type { FlowNode, IvrEffect, IvrEvent, IvrState, IvrTimer } from '../types.ts';

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

  constructor(state: IvrState, wall: number) {
    this.state = { ...state };
    this.wall = wall;
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

  /** A line for the call's history. */
  trace(verb: FlowNode['verb'], detail: string): void {
    this.effects.push({ type: 'trace', node: this.state.node, verb, detail });
  }
}
