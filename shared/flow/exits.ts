import type { FlowNode, FlowVerb } from './nodes.ts';

/** A branch of a node: its name inside the node, and where it leads (empty = nowhere yet). */
export interface Exit {
  /** `next`, `choices.1`, `cases.0` … */
  key: string;
  target: string;
}

/** Branches that are plain fields, in the order in which people read them. */
const FIELDS: { readonly [Verb in FlowVerb]: readonly string[] } = {
  answer: ['next'],
  play: ['next'],
  say: ['next'],
  menu: ['otherwise'],
  collect: ['next', 'otherwise'],
  hours: ['open', 'closed'],
  holiday: ['holiday', 'companyDay', 'otherwise'],
  condition: ['otherwise'],
  customer: ['found', 'several', 'notFound'],
  http: ['ok', 'failed', 'timeout'],
  set: ['next'],
  queue: ['overflow'],
  voicemail: ['next'],
  mailbox: ['next'],
  dial: ['answered', 'busy', 'failed', 'refused'],
  consent: ['granted', 'declined'],
  withheld: ['anonymous', 'payphone', 'unavailable', 'shown'],
  subflow: ['next'],
  goto: [],
  return: [],
  echo: [],
  hangup: [],
};

/** Keys in the order of a telephone; JSON would put the zero first. */
const KEYPAD = '1234567890*#ABCD';

/** Every branch of a node, connected or not. */
export function exitsOf(node: FlowNode): Exit[] {
  const fields = node as unknown as Readonly<Record<string, string | undefined>>;
  const named = FIELDS[node.verb].map((key) => ({ key, target: fields[key] ?? '' }));
  if (node.verb === 'menu') {
    const choices = Object.entries(node.choices).toSorted(([a], [b]) => KEYPAD.indexOf(a) - KEYPAD.indexOf(b));
    return [...choices.map(([key, target]) => ({ key: `choices.${key}`, target })), ...named];
  }
  if (node.verb === 'condition') return [...node.cases.map(({ to }, index) => ({ key: `cases.${index}`, target: to })), ...named];
  if (node.verb === 'queue') return [...named, ...Object.entries(node.exits ?? {}).map(([key, target = '']) => ({ key: `exits.${key}`, target }))];
  return named;
}

/** Nodes that a node can lead to, each once. */
export const targetsOf = (node: FlowNode): string[] => [...new Set(exitsOf(node).flatMap(({ target }) => (target === '' ? [] : [target])))];

/** The node with one branch led elsewhere; a branch that it does not have changes nothing. */
export function withExit(node: FlowNode, key: string, target: string): FlowNode {
  const part = key.slice(key.indexOf('.') + 1);
  if (node.verb === 'menu' && key.startsWith('choices.')) return { ...node, choices: { ...node.choices, [part]: target } };
  if (node.verb === 'condition' && key.startsWith('cases.')) {
    return { ...node, cases: node.cases.map((entry, index) => (String(index) === part ? { ...entry, to: target } : entry)) };
  }
  if (node.verb === 'queue' && key.startsWith('exits.')) return part in (node.exits ?? {}) ? { ...node, exits: { ...node.exits, [part]: target } } : node;
  return FIELDS[node.verb].includes(key) ? ({ ...node, [key]: target } as FlowNode) : node;
}

/** The node with every target put through `change`. */
export const mapTargets = (node: FlowNode, change: (target: string) => string): FlowNode =>
  exitsOf(node).reduce((changed, { key, target }) => withExit(changed, key, change(target)), node);
