import { again, ask, listen } from './asking.ts';
import type { Next, NodeOf, Run, Verb } from './verb.ts';

/** How long after a key the next one is waited for, ms; longer only where the node says less for the first one. */
const BETWEEN_MS = 4000;

function keep(run: Run, node: NodeOf<'collect'>, digits: string): Next {
  run.setVariable(node.variable, digits, node.masked);
  run.trace('collect', node.masked ? `${node.variable} (${digits.length})` : `${node.variable} ${digits}`);
  return node.next;
}

function ended(run: Run, node: NodeOf<'collect'>, digits: string, apology: readonly string[]): Next {
  run.state.digits = '';
  if (digits.length >= node.minDigits) return keep(run, node, digits);
  run.trace('collect', digits === '' ? 'timeout' : 'too short');
  return again(run, node, apology, node.otherwise);
}

function pressed(run: Run, node: NodeOf<'collect'>, digit: string): Next {
  run.stopPlay();
  run.clearTimer('menuInput');
  const before = run.state.digits ?? '';
  if (digit === node.terminator) return ended(run, node, before, node.invalidPrompts);
  if (!/^\d$/.test(digit)) {
    // A key that is no digit: the caller means to begin anew.
    run.state.digits = '';
    return again(run, node, node.invalidPrompts, node.otherwise);
  }
  const digits = before + digit;
  run.state.digits = digits;
  if (digits.length >= node.maxDigits) return ended(run, node, digits, node.invalidPrompts);
  run.state.phase = 'input';
  run.setTimer('menuInput', Math.min(BETWEEN_MS, node.timeoutMs));
  return null;
}

/** Several keys into a variable, ended by the terminator, the longest length, or a pause. */
export const collect: Verb<'collect'> = {
  enter(run, node) {
    run.state.retriesLeft = node.retries;
    run.state.digits = '';
    ask(run, node);
    return null;
  },
  on(run, node, event) {
    switch (event.type) {
      case 'playFinished':
        if (run.state.phase === 'prompt') listen(run, node);
        return null;
      case 'digit':
        return pressed(run, node, event.digit);
      case 'timer':
        if (event.timer !== 'menuInput') return null;
        return ended(run, node, run.state.digits ?? '', run.state.digits ? node.invalidPrompts : node.timeoutPrompts);
      default:
        return null;
    }
  },
};
