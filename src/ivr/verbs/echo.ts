import type { Verb } from './verb.ts';

/** Sends the caller's sound back until the caller hangs up. */
export const echo: Verb<'echo'> = {
  enter(run) {
    run.effects.push({ type: 'echo' });
    return null;
  },
  on: () => null,
};
