import type { NodeOf, Next, Run } from './verb.ts';

type Asking = NodeOf<'menu' | 'collect' | 'consent'>;

/** Says the prompts and listens; a key is taken at any moment of either. */
export function ask(run: Run, node: Asking, prompts: readonly string[] = node.prompts): void {
  if (prompts.length === 0) {
    listen(run, node);
    return;
  }
  run.state.phase = 'prompt';
  run.play(prompts);
}

/** Waits for the next key. */
export function listen(run: Run, node: Asking): void {
  run.state.phase = 'input';
  run.setTimer('menuInput', node.timeoutMs);
}

/** Asks once more, or goes to `otherwise` when that was done often enough. */
export function again(run: Run, node: Asking, apology: readonly string[], otherwise: string): Next {
  if (run.state.retriesLeft <= 0) return otherwise;
  run.state.retriesLeft -= 1;
  ask(run, node, [...apology, ...node.prompts]);
  return null;
}
