import type { NodeOf, Next, Run, Verb } from './verb.ts';

/** Says the prompts and listens; a key is taken at any moment of either. */
function ask(run: Run, node: NodeOf<'menu'>, prompts: readonly string[]): void {
  if (prompts.length === 0) {
    listen(run, node);
    return;
  }
  run.state.phase = 'prompt';
  run.play(prompts);
}

function listen(run: Run, node: NodeOf<'menu'>): void {
  run.state.phase = 'input';
  run.setTimer('menuInput', node.timeoutMs);
}

function again(run: Run, node: NodeOf<'menu'>, apology: readonly string[]): Next {
  if (run.state.retriesLeft <= 0) return node.otherwise;
  run.state.retriesLeft -= 1;
  ask(run, node, [...apology, ...node.prompts]);
  return null;
}

/**
 * A choice by key. A key pressed during the prompt interrupts it; a key without a choice, or none in time, repeats the menu
 * until the retries are used up.
 */
export const menu: Verb<'menu'> = {
  enter(run, node) {
    run.state.retriesLeft = node.retries;
    ask(run, node, node.prompts);
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
        return chosen ?? again(run, node, node.invalidPrompts);
      }
      case 'timer':
        if (event.timer !== 'menuInput') return null;
        run.trace('menu', 'timeout');
        return again(run, node, node.timeoutPrompts);
      case 'start':
      case 'position':
      case 'unroutable':
      case 'voicemailDone':
      case 'dialDone':
        return null;
    }
  },
};
