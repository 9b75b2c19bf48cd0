import { filled } from '../values.ts';
import type { Verb } from './verb.ts';

/** Sets variables, one after the other. */
export const set: Verb<'set'> = {
  enter(run, node) {
    for (const { variable, value } of node.assignments) run.setVariable(variable, filled(run, value).slice(0, 1000));
    return node.next;
  },
  on: () => null,
};
