import { again, ask, listen } from './asking.ts';
import type { Next, NodeOf, Run, Verb } from './verb.ts';

function decide(run: Run, node: NodeOf<'consent'>, granted: boolean): Next {
  run.effects.push({ type: 'consent', granted });
  run.trace('consent', granted ? 'granted' : 'declined');
  return granted ? node.granted : node.declined;
}

/** May the call be recorded? Who says nothing, or nothing that is offered, has not agreed. */
export const consent: Verb<'consent'> = {
  enter(run, node) {
    run.state.retriesLeft = node.retries;
    ask(run, node);
    return null;
  },
  on(run, node, event) {
    const giveUp = (apology: readonly string[]): Next => (run.state.retriesLeft > 0 ? again(run, node, apology, '') : decide(run, node, false));
    switch (event.type) {
      case 'playFinished':
        if (run.state.phase === 'prompt') listen(run, node);
        return null;
      case 'digit':
        run.stopPlay();
        run.clearTimer('menuInput');
        if (event.digit === node.yesKey || event.digit === node.noKey) return decide(run, node, event.digit === node.yesKey);
        return giveUp(node.invalidPrompts);
      case 'timer':
        return event.timer === 'menuInput' ? giveUp(node.timeoutPrompts) : null;
      default:
        return null;
    }
  },
};
