import type { CallEffect, CallState } from './types.ts';

/** What has its place in the line of a call's effects. */
export type OrderedEffect = Extract<CallEffect, { type: 'media' | 'play' | 'openRecording' | 'sip' | 'visitorAnswer' | 'forget' }>;

/**
 * Holds a call's answer back, and what the caller is to hear after it, until `release`. Ringing an agent's telephone
 * overtakes: it concerns the agent's side only, and the search for an agent must not wait for a database.
 */
export class AnswerHold {
  readonly #held: (() => void)[] = [];
  /** Something was held that joins both sides: from there on nothing overtakes. */
  #joined = false;
  #over = false;

  /** No effect waits any more. */
  get over(): boolean {
    return this.#over;
  }

  /** @returns true when `work` will be done at the release; false when it may be done at once */
  hold(effect: OrderedEffect, state: CallState, work: () => void): boolean {
    if (this.#over || (!this.#joined && isAgentsSide(effect, state))) return false;
    const isCallersSide = effect.type === 'play' || (effect.type === 'sip' && effect.command === 'answer') || effect.type === 'visitorAnswer';
    this.#joined ||= !isCallersSide;
    this.#held.push(work);
    return true;
  }

  release(): void {
    this.#over = true;
    for (const work of this.#held.splice(0)) work();
  }

  /** Nothing of it will be done: another process goes on with the call. */
  drop(): void {
    this.#over = true;
    this.#held.length = 0;
  }
}

function isAgentsSide(effect: OrderedEffect, { far }: CallState): boolean {
  if (effect.type === 'sip') return effect.legId !== far.sip?.legId;
  if (effect.type !== 'media' || !('endpoint' in effect.args)) return false;
  return effect.args.endpoint !== far.endpoint;
}
