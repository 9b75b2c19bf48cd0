import type { Verb } from './verb.ts';

/** Back to the flow that ran this one; in a flow that nobody ran it is the end. */
export const returns: Verb<'return'> = {
  enter(run) {
    const { stack = [] } = run.state;
    const back = stack.at(-1);
    if (back === undefined) {
      run.hangUp();
      return null;
    }
    run.state.stack = stack.slice(0, -1);
    return back;
  },
  on: () => null,
};
