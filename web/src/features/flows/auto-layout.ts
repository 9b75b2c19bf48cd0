import { exitsOf, targetsOf } from '../../../../shared/flow/exits.ts';
import type { Flow, FlowNode } from '../../../../shared/flow/nodes.ts';

/** Space from one column to the next, and between nodes of a column. */
const COLUMN = 300;
const GAP = 40;

/** How high a node is drawn, without its margin. */
export const heightOf = (node: FlowNode): number => 62 + exitsOf(node).length * 24;

/** Columns: how many steps a node is from the start; what cannot be reached comes after everything else. */
function columnsOf(flow: Flow): Map<string, number> {
  const columns = new Map<string, number>();
  let open = Object.hasOwn(flow.nodes, flow.start) ? [flow.start] : [];
  for (let column = 0; open.length > 0; column++) {
    const next: string[] = [];
    for (const id of open) {
      const node = flow.nodes[id];
      if (!node || columns.has(id)) continue;
      columns.set(id, column);
      next.push(...targetsOf(node));
    }
    open = next.filter((id) => !columns.has(id));
  }
  return columns;
}

/** Where each node stands: left to right by steps from the start, top to bottom by where its callers' branches are. */
export function autoLayout(flow: Flow): Record<string, { x: number; y: number }> {
  const columns = columnsOf(flow);
  const last = Math.max(-1, ...columns.values());
  const byColumn = new Map<number, string[]>();
  for (const id of Object.keys(flow.nodes)) {
    const column = columns.get(id) ?? last + 1;
    byColumn.set(column, [...(byColumn.get(column) ?? []), id]);
  }
  const places: Record<string, { x: number; y: number }> = {};
  for (const [column, ids] of [...byColumn].toSorted(([a], [b]) => a - b)) {
    let y = 0;
    for (const id of ids.toSorted((a, b) => wishOf(flow, places, a) - wishOf(flow, places, b))) {
      const node = flow.nodes[id];
      if (!node) continue;
      places[id] = { x: column * COLUMN, y };
      y += heightOf(node) + GAP;
    }
  }
  return places;
}

/** How high up the branches that lead to a node are. */
function wishOf(flow: Flow, places: Readonly<Record<string, { y: number }>>, id: string): number {
  const heights = Object.entries(flow.nodes).flatMap(([from, node]) => {
    const place = places[from];
    if (!place) return [];
    return exitsOf(node).flatMap(({ target }, index) => (target === id ? [place.y + index * 24] : []));
  });
  return heights.length === 0 ? Number.MAX_SAFE_INTEGER : Math.min(...heights);
}

/** Nodes in the order in which a reader follows them; those that are not reached last. */
export function readingOrder(flow: Flow): string[] {
  const seen = new Set<string>();
  const visit = (id: string): void => {
    const node = flow.nodes[id];
    if (!node || seen.has(id)) return;
    seen.add(id);
    for (const target of targetsOf(node)) visit(target);
  };
  visit(flow.start);
  return [...seen, ...Object.keys(flow.nodes).filter((id) => !seen.has(id))];
}
