import type { Verb } from './verb.ts';

/** Plays to the end; keys do not skip it, because the recording notice must be heard. */
export const play: Verb<'play'> = {
  enter(run, node) {
    if (node.prompts.length === 0) return node.next;
    run.play(node.prompts);
    return null;
  },
  on(run, node, event) {
    if (event.type !== 'playFinished') return null;
    if (node.notice) run.effects.push({ type: 'noticePlayed' });
    return node.next;
  },
};
