import { again, ask, listen } from './asking.ts';
import type { Verb } from './verb.ts';

/**
 * A choice by key. A key pressed during the prompt interrupts it; a key without a choice, or none in time, repeats the menu
 * until the retries are used up.
 */
export const menu: Verb<'menu'> = {
  enter(run, node) {
    run.state.retriesLeft = node.retries;
    ask(run, node);
    return null;
  },
  on(run, node, event) {
    switch (event.type) {
      case 'playFinished':
        if (run.state.phase === 'prompt') listen(run, node);
        return null;
      case 'digit': {
        run.stopPlay();
        run.clearTimer('menuInput');
        run.trace('menu', `key ${event.digit}`);
        const chosen = Object.hasOwn(node.choices, event.digit) ? node.choices[event.digit] : undefined;
        return chosen ?? again(run, node, node.invalidPrompts, node.otherwise);
      }
      case 'timer':
        if (event.timer !== 'menuInput') return null;
        run.trace('menu', 'timeout');
        return again(run, node, node.timeoutPrompts, node.otherwise);
      default:
        return null;
    }
  },
};
