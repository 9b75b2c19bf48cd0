import { exitsOf, mapTargets, withExit } from '../../../../shared/flow/exits.ts';
import type { Flow, FlowNode } from '../../../../shared/flow/nodes.ts';
import { autoLayout } from './auto-layout.ts';

/** What is being edited, with its history. Pure: a change gives a new draft. */
export interface FlowDraft {
  flow: Flow;
  past: readonly Flow[];
  future: readonly Flow[];
  /** Ids of the nodes that are chosen. */
  selected: readonly string[];
}

export type DraftAction =
  | { do: 'add'; node: FlowNode; at?: Place; from?: { node: string; key: string } }
  | { do: 'change'; id: string; node: FlowNode }
  | { do: 'rename'; id: string; title: string }
  | { do: 'connect'; id: string; key: string; target: string }
  | { do: 'start'; id: string }
  | { do: 'move'; places: Readonly<Record<string, Place>> }
  | { do: 'remove'; ids: readonly string[] }
  | { do: 'paste'; clip: Clip }
  | { do: 'arrange' }
  | { do: 'replace'; flow: Flow }
  | { do: 'select'; ids: readonly string[] }
  | { do: 'undo' }
  | { do: 'redo' };

export interface Place {
  x: number;
  y: number;
}

/** Nodes that were copied, with their places. */
export interface Clip {
  nodes: Readonly<Record<string, FlowNode>>;
  view: NonNullable<Flow['view']>;
}

const MOST_STEPS_BACK = 100;
/** How far a copy stands from what was copied. */
const PASTE_OFFSET = 40;
/** Room beside the last node for a new one. */
const BESIDE = 300;

export const newDraft = (flow: Flow): FlowDraft => ({ flow: withPlaces(flow), past: [], future: [], selected: [] });

/** A flow whose nodes all have a place: one from before it was drawn, or from outside, gets it here. */
export function withPlaces(flow: Flow): Flow {
  const isPlaced = Object.keys(flow.nodes).every((id) => flow.view?.[id] !== undefined);
  return isPlaced ? flow : { ...flow, view: arranged(flow) };
}

/** Places by what leads where, with the titles as they are. */
function arranged(flow: Flow): NonNullable<Flow['view']> {
  const places = autoLayout(flow);
  return Object.fromEntries(
    Object.entries(places).map(([id, place]) => {
      const title = flow.view?.[id]?.title;
      return [id, title === undefined ? place : { ...place, title }];
    }),
  );
}

/** An id that no node has: the verb with a number. */
function freeId(flow: Flow, verb: string, taken: ReadonlySet<string> = new Set()): string {
  for (let number = 1; ; number++) {
    const id = `${verb}${number}`;
    if (!Object.hasOwn(flow.nodes, id) && !taken.has(id)) return id;
  }
}

/** @returns the draft with one more step to go back */
function changed(draft: FlowDraft, flow: Flow, selected = draft.selected): FlowDraft {
  if (flow === draft.flow) return draft;
  return { flow, past: [...draft.past, draft.flow].slice(-MOST_STEPS_BACK), future: [], selected };
}

const withNode = (flow: Flow, id: string, node: FlowNode): Flow => ({ ...flow, nodes: { ...flow.nodes, [id]: node } });

function besideAll({ view = {} }: Flow, from: string | undefined): Place {
  const origin = from === undefined ? undefined : view[from];
  if (origin) return { x: origin.x + BESIDE, y: origin.y };
  const all = Object.values(view);
  return { x: Math.max(0, ...all.map(({ x }) => x)), y: Math.max(0, ...all.map(({ y }) => y + 160)) };
}

function add(draft: FlowDraft, { node, at, from }: Extract<DraftAction, { do: 'add' }>): FlowDraft {
  const { flow } = draft;
  const id = freeId(flow, node.verb);
  let next = withNode(flow, id, node);
  next = { ...next, view: { ...flow.view, [id]: at ?? besideAll(flow, from?.node) } };
  const origin = from ? next.nodes[from.node] : undefined;
  if (from && origin) next = withNode(next, from.node, withExit(origin, from.key, id));
  if (!Object.hasOwn(flow.nodes, flow.start)) next = { ...next, start: id };
  return changed(draft, next, [id]);
}

/** Branches that led to what is removed lead nowhere. */
function remove(draft: FlowDraft, ids: readonly string[]): FlowDraft {
  const gone = new Set(ids.filter((id) => Object.hasOwn(draft.flow.nodes, id)));
  if (gone.size === 0) return draft;
  const left = <T>(entries: Readonly<Record<string, T>>) => Object.entries(entries).filter(([id]) => !gone.has(id));
  const nodes = Object.fromEntries(left(draft.flow.nodes).map(([id, node]) => [id, mapTargets(node, (target) => (gone.has(target) ? '' : target))]));
  const start = gone.has(draft.flow.start) ? '' : draft.flow.start;
  return changed(draft, { start, nodes, view: Object.fromEntries(left(draft.flow.view ?? {})) }, []);
}

/** What is chosen, to be pasted here or into another flow. */
export function copied({ flow, selected }: FlowDraft): Clip {
  const ids = selected.filter((id) => Object.hasOwn(flow.nodes, id));
  const pick = <T>(entries: Readonly<Record<string, T>>): Record<string, T> => Object.fromEntries(Object.entries(entries).filter(([id]) => ids.includes(id)));
  return { nodes: pick(flow.nodes), view: pick(flow.view ?? {}) };
}

/** Branches among what is pasted stay; those to nodes that are not here lead nowhere. */
function paste(draft: FlowDraft, clip: Clip): FlowDraft {
  const names = new Map<string, string>();
  for (const [id, node] of Object.entries(clip.nodes)) names.set(id, freeId(draft.flow, node.verb, new Set(names.values())));
  if (names.size === 0) return draft;
  const target = (id: string): string => names.get(id) ?? (Object.hasOwn(draft.flow.nodes, id) ? id : '');
  const nodes = { ...draft.flow.nodes };
  const view = { ...draft.flow.view };
  for (const [id, node] of Object.entries(clip.nodes)) {
    const name = names.get(id) ?? id;
    nodes[name] = mapTargets(node, target);
    const { x = 0, y = 0, title } = clip.view[id] ?? {};
    view[name] = { x: x + PASTE_OFFSET, y: y + PASTE_OFFSET, ...(title !== undefined && { title }) };
  }
  return changed(draft, { ...draft.flow, nodes, view }, [...names.values()]);
}

function rename(flow: Flow, id: string, title: string): Flow {
  const { x = 0, y = 0 } = flow.view?.[id] ?? {};
  return { ...flow, view: { ...flow.view, [id]: { x, y, ...(title !== '' && { title }) } } };
}

function move(flow: Flow, places: Readonly<Record<string, Place>>): Flow {
  const view = { ...flow.view };
  for (const [id, { x, y }] of Object.entries(places)) view[id] = { ...view[id], x: Math.round(x), y: Math.round(y) };
  return { ...flow, view };
}

function back(draft: FlowDraft): FlowDraft {
  const before = draft.past.at(-1);
  return before ? { flow: before, past: draft.past.slice(0, -1), future: [draft.flow, ...draft.future], selected: [] } : draft;
}

function forth(draft: FlowDraft): FlowDraft {
  const [next, ...future] = draft.future;
  return next ? { flow: next, past: [...draft.past, draft.flow], future, selected: [] } : draft;
}

export function reduceDraft(draft: FlowDraft, action: DraftAction): FlowDraft {
  const { flow } = draft;
  switch (action.do) {
    case 'add':
      return add(draft, action);
    case 'change':
      return Object.hasOwn(flow.nodes, action.id) ? changed(draft, withNode(flow, action.id, action.node)) : draft;
    case 'rename':
      return changed(draft, rename(flow, action.id, action.title));
    case 'connect': {
      const node = flow.nodes[action.id];
      const isSame = node === undefined || exitsOf(node).some(({ key, target }) => key === action.key && target === action.target);
      return isSame ? draft : changed(draft, withNode(flow, action.id, withExit(node, action.key, action.target)));
    }
    case 'start':
      return flow.start === action.id ? draft : changed(draft, { ...flow, start: action.id });
    case 'move':
      return changed(draft, move(flow, action.places));
    case 'remove':
      return remove(draft, action.ids);
    case 'paste':
      return paste(draft, action.clip);
    case 'arrange':
      return changed(draft, { ...flow, view: arranged(flow) });
    case 'replace':
      return changed(draft, withPlaces(action.flow), []);
    case 'select':
      return { ...draft, selected: action.ids };
    case 'undo':
      return back(draft);
    case 'redo':
      return forth(draft);
  }
}
