import { exitsOf, targetsOf } from './exits.ts';
import { lintNode } from './lint-nodes.ts';
import type { Flow, FlowNode } from './nodes.ts';
import type { FlowContext, FlowProblem } from './problems.ts';

const nodeAt = (flow: Flow, id: string): FlowNode | undefined => (Object.hasOwn(flow.nodes, id) ? flow.nodes[id] : undefined);

/** Steps that wait for the caller or an agent; all others alone would go round for ever. */
const WAITING: ReadonlySet<FlowNode['verb']> = new Set(['menu', 'collect', 'consent', 'queue', 'voicemail', 'mailbox', 'subflow', 'echo', 'goto', 'return', 'hangup']);

/** Everything wrong with a flow, in order of its nodes; it may be published when no error is among it. */
export function lintFlow(flow: Flow, context: FlowContext = {}): FlowProblem[] {
  const problems: FlowProblem[] = [];
  if (!nodeAt(flow, flow.start)) problems.push({ code: 'missingStart', severity: 'error', node: flow.start, detail: flow.start });
  for (const [id, node] of Object.entries(flow.nodes)) {
    for (const { key, target } of exitsOf(node)) {
      if (target === '') problems.push({ code: 'missingBranch', severity: 'error', node: id, detail: key });
      else if (!nodeAt(flow, target)) problems.push({ code: 'missingNode', severity: 'error', node: id, detail: target });
    }
    problems.push(...lintNode(id, node, flow, context));
  }
  return [...problems, ...loopsOf(flow), ...unreachableOf(flow)];
}

/** Each loop once, reported at the node through which it is first met. */
function loopsOf(flow: Flow): FlowProblem[] {
  const problems: FlowProblem[] = [];
  const finished = new Set<string>();
  const path: string[] = [];
  const visit = (id: string): void => {
    const from = path.indexOf(id);
    if (from >= 0) {
      problems.push({ code: 'endlessLoop', severity: 'error', node: id, detail: [...path.slice(from), id].join(' > ') });
      return;
    }
    const node = nodeAt(flow, id);
    if (!node || finished.has(id) || WAITING.has(node.verb)) return;
    path.push(id);
    for (const target of targetsOf(node)) visit(target);
    path.pop();
    finished.add(id);
  };
  for (const id of Object.keys(flow.nodes)) visit(id);
  return problems;
}

function unreachableOf(flow: Flow): FlowProblem[] {
  const seen = new Set<string>();
  const open = [flow.start];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const node = nodeAt(flow, id);
    if (!node || seen.has(id)) continue;
    seen.add(id);
    open.push(...targetsOf(node));
  }
  return Object.keys(flow.nodes)
    .filter((id) => !seen.has(id))
    .map((node) => ({ code: 'unreachable', severity: 'warning', node, detail: '' }));
}
