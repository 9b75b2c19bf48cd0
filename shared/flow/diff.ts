import type { Flow, FlowNode } from './nodes.ts';

/** One node that two versions of a flow do not have alike. */
export interface NodeChange {
  node: string;
  kind: 'added' | 'removed' | 'changed' | 'moved';
  /** Fields in which they differ; empty unless `changed`. */
  fields: { field: string; before: unknown; after: unknown }[];
}

export interface FlowDiff {
  start: { before: string; after: string } | null;
  changes: NodeChange[];
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

/** The same value with the keys of its objects in order, as JSON in a database has them in another. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, entry]) => [key, sorted(entry)]),
  );
}

function fieldsOf(before: FlowNode, after: FlowNode): NodeChange['fields'] {
  const [old, now] = [before, after] as unknown as Record<string, unknown>[];
  const names = new Set([...Object.keys(old ?? {}), ...Object.keys(now ?? {})]);
  return [...names].filter((field) => !same(old?.[field], now?.[field])).map((field) => ({ field, before: old?.[field] ?? null, after: now?.[field] ?? null }));
}

/** What was changed from one version to another: nodes by id, then where they stand or what they are called. */
export function diffFlows(before: Flow, after: Flow): FlowDiff {
  const changes: NodeChange[] = [];
  for (const id of new Set([...Object.keys(before.nodes), ...Object.keys(after.nodes)])) {
    const [old, now] = [before.nodes[id], after.nodes[id]];
    if (!old || !now) changes.push({ node: id, kind: old ? 'removed' : 'added', fields: [] });
    else {
      const fields = fieldsOf(old, now);
      if (fields.length > 0) changes.push({ node: id, kind: 'changed', fields });
      else if (!same(before.view?.[id], after.view?.[id])) changes.push({ node: id, kind: 'moved', fields: [] });
    }
  }
  return { start: before.start === after.start ? null : { before: before.start, after: after.start }, changes };
}

/** True when both do the same with a call; positions and titles do not count. */
export const sameBehaviour = (a: Flow, b: Flow): boolean => same([a.start, a.nodes], [b.start, b.nodes]);
