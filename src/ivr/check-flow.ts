import { isTimeZone } from './open-hours.ts';
import type { Flow, FlowNode } from './types.ts';

/** What is wrong with a flow; `node` is the node to open in an editor. */
export type FlowProblem =
  | { code: 'missingStart'; node: string }
  | { code: 'missingNode'; node: string; target: string }
  | { code: 'endlessLoop'; node: string; path: readonly string[] }
  | { code: 'unreachable'; node: string }
  | { code: 'noChoices'; node: string }
  | { code: 'badKey'; node: string; key: string }
  | { code: 'badDuration'; node: string; field: string }
  | { code: 'badNumber'; node: string; number: string }
  | { code: 'badTimeZone'; node: string; timeZone: string }
  | { code: 'badSpan'; node: string; day: string };

/** One English sentence for logs and API answers; screens translate by `code`. */
export function describeProblem(problem: FlowProblem): string {
  const at = `Node "${problem.node}"`;
  switch (problem.code) {
    case 'missingStart':
      return `The start node "${problem.node}" does not exist.`;
    case 'missingNode':
      return `${at} leads to "${problem.target}", which does not exist.`;
    case 'endlessLoop':
      return `${at} leads back to itself without waiting for the caller: ${problem.path.join(' > ')}.`;
    case 'unreachable':
      return `${at} is never reached.`;
    case 'noChoices':
      return `${at} is a menu without choices.`;
    case 'badKey':
      return `${at} has a choice for "${problem.key}", which is not a key of a telephone.`;
    case 'badDuration':
      return `${at}: ${problem.field} is out of range.`;
    case 'badNumber':
      return `${at} dials "${problem.number}", which is no telephone number.`;
    case 'badTimeZone':
      return `${at} names the unknown time zone "${problem.timeZone}".`;
    case 'badSpan':
      return `${at} has a wrong time span on day ${problem.day}.`;
  }
}

/** Nodes that a node can lead to. */
function targetsOf(node: FlowNode): string[] {
  switch (node.verb) {
    case 'play':
    case 'voicemail':
      return [node.next];
    case 'menu':
      return [...Object.values(node.choices), node.otherwise];
    case 'hours':
      return [node.open, node.closed];
    case 'queue':
      return [node.overflow];
    case 'dial':
      return [node.answered, node.busy, node.failed, node.refused];
    case 'echo':
    case 'hangup':
      return [];
  }
}

/** Steps that need neither the caller nor an agent; announcements alone would go round for ever, and so would calls that are refused. */
const runsThrough = (node: FlowNode | undefined): boolean => node?.verb === 'play' || node?.verb === 'hours' || node?.verb === 'dial';

/**
 * Everything wrong with a flow, in order of its nodes; empty = it may be stored. Says all at once, because an editor shows
 * all at once.
 */
export function checkFlow(flow: Flow): FlowProblem[] {
  const problems: FlowProblem[] = [];
  if (!Object.hasOwn(flow.nodes, flow.start)) problems.push({ code: 'missingStart', node: flow.start });
  for (const [id, node] of Object.entries(flow.nodes)) {
    for (const target of new Set(targetsOf(node))) {
      if (!Object.hasOwn(flow.nodes, target)) problems.push({ code: 'missingNode', node: id, target });
    }
    problems.push(...checkNode(id, node));
  }
  return [...problems, ...loopsOf(flow), ...unreachableOf(flow)];
}

const MAX_MS = 24 * 60 * 60 * 1000;
const MAX_RING_MS = 3 * 60 * 1000;

function checkNode(id: string, node: FlowNode): FlowProblem[] {
  const problems: FlowProblem[] = [];
  const range = (field: string, value: number, least: number, most = MAX_MS): void => {
    if (!Number.isFinite(value) || value < least || value > most) problems.push({ code: 'badDuration', node: id, field });
  };
  switch (node.verb) {
    case 'menu':
      if (Object.keys(node.choices).length === 0) problems.push({ code: 'noChoices', node: id });
      for (const key of Object.keys(node.choices)) {
        if (!/^[0-9*#A-D]$/.test(key)) problems.push({ code: 'badKey', node: id, key });
      }
      range('timeoutMs', node.timeoutMs, 1);
      range('retries', node.retries, 0, 100);
      break;
    case 'queue':
      range('announceEveryMs', node.announceEveryMs, 0);
      range('maxWaitMs', node.maxWaitMs, 0);
      break;
    case 'dial':
      if (!/^\+?[0-9]{2,20}$/.test(node.number)) problems.push({ code: 'badNumber', node: id, number: node.number });
      range('ringMs', node.ringMs, 1000, MAX_RING_MS);
      break;
    case 'voicemail':
      range('maxMs', node.maxMs, 1);
      break;
    case 'hours': {
      const { timeZone, days } = node.hours;
      if (!isTimeZone(timeZone)) problems.push({ code: 'badTimeZone', node: id, timeZone });
      for (const [day, spans] of Object.entries(days)) {
        const good = spans.every((span) => span.fromMinute >= 0 && span.fromMinute < span.toMinute && span.toMinute <= 1440);
        if (!/^[0-6]$/.test(day) || !good) problems.push({ code: 'badSpan', node: id, day });
      }
      break;
    }
    case 'play':
    case 'echo':
    case 'hangup':
      break;
  }
  return problems;
}

/** Each loop once, reported at the node through which it is first met. */
function loopsOf(flow: Flow): FlowProblem[] {
  const problems: FlowProblem[] = [];
  const finished = new Set<string>();
  const path: string[] = [];
  const visit = (id: string): void => {
    const from = path.indexOf(id);
    if (from >= 0) {
      problems.push({ code: 'endlessLoop', node: id, path: [...path.slice(from), id] });
      return;
    }
    const node = Object.hasOwn(flow.nodes, id) ? flow.nodes[id] : undefined;
    if (!node || finished.has(id) || !runsThrough(node)) return;
    path.push(id);
    for (const target of new Set(targetsOf(node))) visit(target);
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
    const node = Object.hasOwn(flow.nodes, id) ? flow.nodes[id] : undefined;
    if (!node || seen.has(id)) continue;
    seen.add(id);
    open.push(...targetsOf(node));
  }
  return Object.keys(flow.nodes)
    .filter((id) => !seen.has(id))
    .map((node) => ({ code: 'unreachable', node }));
}
