import { fillTemplate } from '../../../shared/flow/variables.ts';
import { valueOf } from '../values.ts';
import type { NodeOf, Run, Verb } from './verb.ts';

/** The shell gives up by itself at the node's time; this is for the case that it cannot tell. */
const GRACE_MS = 1000;
/** Longest value kept of an answer, characters. */
const LONGEST_VALUE = 1000;

/** A value of the answer as text; objects and what is not there are empty. */
function pick(answer: unknown, path: string): string {
  let at: unknown = answer;
  for (const part of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return '';
    at = (at as Record<string, unknown>)[part];
  }
  return typeof at === 'string' || typeof at === 'number' || typeof at === 'boolean' ? String(at).slice(0, LONGEST_VALUE) : '';
}

function keep(run: Run, node: NodeOf<'http'>, answer: unknown): void {
  for (const { path, variable } of node.save) run.setVariable(variable, pick(answer, path));
}

/** Asks a server outside. What it answers can only become values of variables. */
export const http: Verb<'http'> = {
  enter(run, node) {
    const url = fillTemplate(node.url, (name) => encodeURIComponent(valueOf(run, name)));
    const body = node.method === 'POST' ? fillTemplate(node.body, (name) => JSON.stringify(valueOf(run, name))) : null;
    keep(run, node, null);
    run.lookUp({ kind: 'http', method: node.method, url, body, timeoutMs: node.timeoutMs }, node.timeoutMs + GRACE_MS);
    return null;
  },
  on(run, node, event) {
    if (event.type === 'timer' && event.timer === 'lookup') {
      run.trace('http', 'timeout');
      return node.timeout;
    }
    if (event.type !== 'lookedUp' || event.request !== run.state.request || event.result.kind !== 'http') return null;
    const { result } = event;
    run.trace('http', result.outcome === 'ok' ? 'ok' : `${result.outcome} ${result.reason}`.trim());
    if (result.outcome === 'ok') keep(run, node, result.answer);
    return node[result.outcome];
  },
};
