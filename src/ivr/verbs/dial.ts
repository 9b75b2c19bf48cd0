import type { Verb } from './verb.ts';

/** Rings a number outside; the shell joins the caller to it and tells what became of it. */
export const dial: Verb<'dial'> = {
  enter(run, { number, callerId, ringMs, record }) {
    run.effects.push({ type: 'dial', number, callerId, ringMs, record });
    return null;
  },
  on(run, node, event) {
    if (event.type !== 'dialDone') return null;
    run.trace('dial', event.outcome);
    return node[event.outcome];
  },
};
