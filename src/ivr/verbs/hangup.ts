import type { Verb } from './verb.ts';

/** Ends the call. */
export const hangup: Verb<'hangup'> = {
  enter(run) {
    run.state.done = true;
    run.effects.push({ type: 'hangup' });
    return null;
  },
  on: () => null,
};
