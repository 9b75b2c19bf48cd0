import type { Verb } from './verb.ts';

/** Ends the call. */
export const hangup: Verb<'hangup'> = {
  enter(run, { cause }) {
    run.hangUp({ type: 'hangup', ...(cause && cause !== 'normal' && { cause }) });
    return null;
  },
  on: () => null,
};
