import { describe, expect, it } from 'vitest';
import type { Flow, FlowNode } from '../../../../shared/flow/nodes.ts';
import { autoLayout, readingOrder } from './auto-layout.ts';
import { copied, newDraft, reduceDraft, type DraftAction, type FlowDraft } from './flow-draft.ts';

const play = (next: string): FlowNode => ({ verb: 'play', prompts: ['x'], next });
const end: FlowNode = { verb: 'hangup' };
const small: Flow = { start: 'a', nodes: { a: play('end'), end } };

const after = (draft: FlowDraft, ...actions: DraftAction[]): FlowDraft => actions.reduce(reduceDraft, draft);
const nodesOf = ({ flow }: FlowDraft) => Object.keys(flow.nodes);

describe('a draft', () => {
  it('gives every node a place, and keeps those that have one', () => {
    const { flow } = newDraft(small);
    expect(flow.view).toEqual({ a: { x: 0, y: 0 }, end: { x: 300, y: 0 } });
    const placed = { ...small, view: { a: { x: 5, y: 6 }, end: { x: 7, y: 8, title: 'Ende' } } };
    expect(newDraft(placed).flow).toBe(placed);
    expect(after(newDraft(placed), { do: 'arrange' }).flow.view?.['end']).toEqual({ x: 300, y: 0, title: 'Ende' });
  });

  it('adds a step with an id of its own, at the end of a branch, and begins with the first one', () => {
    const one = after(newDraft(small), { do: 'add', node: play(''), from: { node: 'a', key: 'next' } });
    expect(one.flow.nodes['a']).toEqual(play('play1'));
    expect(one.selected).toEqual(['play1']);
    expect(nodesOf(after(one, { do: 'add', node: play('') }))).toContain('play2');
    expect(after(newDraft({ start: '', nodes: {} }), { do: 'add', node: end }).flow.start).toBe('hangup1');
  });

  it('removes steps with the branches that led to them', () => {
    const draft = after(newDraft(small), { do: 'remove', ids: ['end', 'gone'] });
    expect(draft.flow).toMatchObject({ start: 'a', nodes: { a: play('') } });
    expect(draft.flow.view).not.toHaveProperty('end');
    expect(after(draft, { do: 'remove', ids: ['a'] }).flow.start).toBe('');
  });

  it('goes back and forth through every change, but not through choosing', () => {
    const begin = newDraft(small);
    const changed = after(begin, { do: 'connect', id: 'a', key: 'next', target: '' }, { do: 'select', ids: ['a'] }, { do: 'rename', id: 'a', title: 'Hallo' });
    expect(changed.past).toHaveLength(2);
    const back = after(changed, { do: 'undo' }, { do: 'undo' }, { do: 'undo' });
    expect(back.flow).toBe(begin.flow);
    expect(after(back, { do: 'redo' }, { do: 'redo' }, { do: 'redo' }).flow).toBe(changed.flow);
    expect(after(back, { do: 'start', id: 'end' }).future).toEqual([]);
    expect(after(begin, { do: 'connect', id: 'a', key: 'next', target: 'end' })).toBe(begin);
  });

  it('pastes copies beside the originals, their branches among themselves', () => {
    const draft = after(newDraft({ start: 'a', nodes: { a: play('b'), b: play('end'), end } }), { do: 'select', ids: ['a', 'b'] });
    const clip = copied(draft);
    expect(Object.keys(clip.nodes)).toEqual(['a', 'b']);
    const pasted = after(draft, { do: 'paste', clip });
    expect(pasted.flow.nodes).toMatchObject({ play1: play('play2'), play2: play('end') });
    expect(pasted.selected).toEqual(['play1', 'play2']);
    const elsewhere = after(newDraft({ start: '', nodes: {} }), { do: 'paste', clip });
    expect(elsewhere.flow.nodes).toEqual({ play1: play('play2'), play2: play('') });
  });

  it('moves', () => {
    expect(after(newDraft(small), { do: 'move', places: { a: { x: 1.4, y: 2.6 } } }).flow.view?.['a']).toEqual({ x: 1, y: 3 });
  });
});

describe('the drawing', () => {
  const menu: FlowNode = { verb: 'menu', prompts: [], choices: { 1: 'x', 2: 'y' }, timeoutMs: 1, retries: 0, invalidPrompts: [], timeoutPrompts: [], otherwise: 'x' };
  const flow: Flow = { start: 'm', nodes: { y: end, lost: end, x: play('m'), m: menu } };

  it('goes from left to right by steps from the start, without two nodes at one place', () => {
    const places = autoLayout(flow);
    expect(Object.fromEntries(Object.entries(places).map(([id, { x }]) => [id, x / 300]))).toEqual({ m: 0, x: 1, y: 1, lost: 2 });
    expect(places['x']?.y).toBeLessThan(places['y']?.y ?? 0);
    expect(new Set(Object.values(places).map(({ x, y }) => `${x} ${y}`)).size).toBe(4);
  });

  it('is read in the order of its branches', () => {
    expect(readingOrder(flow)).toEqual(['m', 'x', 'y', 'lost']);
  });
});
