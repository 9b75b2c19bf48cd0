import type { Verb } from './verb.ts';

/** Flows that may wait for one another; more is a flow that runs itself. */
const DEEPEST = 10;

/** Runs another flow, whose first node the linking has put into `flow`. */
export const subflow: Verb<'subflow'> = {
  enter(run, node) {
    const { stack = [] } = run.state;
    if (stack.length >= DEEPEST) {
      run.trace('subflow', 'too deep');
      run.hangUp();
      return null;
    }
    run.state.stack = [...stack, node.next];
    return node.flow;
  },
  on: () => null,
};
