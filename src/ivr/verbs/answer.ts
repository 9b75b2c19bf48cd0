import type { Verb } from './verb.ts';

/** Picks up; a call that was answered already just goes on. */
export const answer: Verb<'answer'> = {
  enter(run, node) {
    run.effects.push({ type: 'answer' });
    return node.next;
  },
  on: () => null,
};
