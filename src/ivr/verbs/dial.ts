import type { Verb } from './verb.ts';

/** Rings somebody; the shell joins the caller to them and tells what became of it. */
export const dial: Verb<'dial'> = {
  enter(run, { to = 'number', number, agentId, callerId, ringMs, record }) {
    const inside = to === 'number' ? {} : { to, ...(agentId !== undefined && { agentId }) };
    run.effects.push({ type: 'dial', number, callerId, ringMs, record, ...inside });
    return null;
  },
  on(run, node, event) {
    if (event.type !== 'dialDone') return null;
    run.trace('dial', event.outcome);
    return node[event.outcome];
  },
};
