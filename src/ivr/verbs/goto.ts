import type { Verb } from './verb.ts';

/** Goes on in another flow, whose first node the linking has put into `flow`. */
export const goto: Verb<'goto'> = {
  enter: (_run, node) => node.flow,
  on: () => null,
};
