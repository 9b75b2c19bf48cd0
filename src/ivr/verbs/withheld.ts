import type { Verb } from './verb.ts';

/** Goes by why there is no number. Who withheld it (非通知) is told first how to show it: 186 before the number. */
export const withheld: Verb<'withheld'> = {
  enter(run, node) {
    const reason = run.facts.withheldReason ?? 'shown';
    run.trace('withheld', reason);
    if (reason !== 'anonymous' || node.prompts.length === 0) return node[reason];
    run.play(node.prompts);
    return null;
  },
  on(_run, node, event) {
    return event.type === 'playFinished' ? node.anonymous : null;
  },
};
