import { describe, expect, it } from 'vitest';
import { diffFlows, sameBehaviour } from './diff.ts';
import { exitsOf, mapTargets, withExit } from './exits.ts';
import type { Flow, FlowNode } from './nodes.ts';

const flow = (nodes: Record<string, FlowNode>, view: Flow['view'] = {}): Flow => ({ start: 'a', nodes, view });

describe('diffFlows', () => {
  const before = flow({ a: { verb: 'play', prompts: ['x'], next: 'b' }, b: { verb: 'hangup' }, c: { verb: 'echo' } }, { a: { x: 0, y: 0 }, b: { x: 0, y: 1 } });

  it('names what was added, removed, changed and moved', () => {
    const after = flow({ a: { verb: 'play', prompts: ['x', 'y'], next: 'd' }, b: { verb: 'hangup' }, d: { verb: 'hangup' } }, { a: { x: 9, y: 0 }, b: { x: 0, y: 2 } });
    expect(diffFlows(before, after)).toEqual({
      start: null,
      changes: [
        { node: 'a', kind: 'changed', fields: [{ field: 'prompts', before: ['x'], after: ['x', 'y'] }, { field: 'next', before: 'b', after: 'd' }] },
        { node: 'b', kind: 'moved', fields: [] },
        { node: 'c', kind: 'removed', fields: [] },
        { node: 'd', kind: 'added', fields: [] },
      ],
    });
  });

  it('does not mind the order of keys, and sees behaviour without positions', () => {
    const reordered = flow({ a: { next: 'b', prompts: ['x'], verb: 'play' }, b: { verb: 'hangup' }, c: { verb: 'echo' } }, { b: { y: 1, x: 0 }, a: { y: 0, x: 0 } });
    expect(diffFlows(before, reordered)).toEqual({ start: null, changes: [] });
    expect(sameBehaviour(before, flow(before.nodes as Record<string, FlowNode>))).toBe(true);
    expect(diffFlows(before, { ...before, start: 'b' }).start).toEqual({ before: 'a', after: 'b' });
  });
});

describe('branches', () => {
  const menu: FlowNode = { verb: 'menu', prompts: [], choices: { 1: 'x' }, timeoutMs: 1, retries: 0, invalidPrompts: [], timeoutPrompts: [], otherwise: 'y' };

  it('can be read, led elsewhere, and mapped', () => {
    expect(exitsOf(menu)).toEqual([{ key: 'choices.1', target: 'x' }, { key: 'otherwise', target: 'y' }]);
    expect(exitsOf(withExit(menu, 'choices.1', 'z'))[0]).toEqual({ key: 'choices.1', target: 'z' });
    expect(withExit(menu, 'verb', 'z')).toBe(menu);
    expect(exitsOf(mapTargets(menu, (target) => `f/${target}`)).map(({ target }) => target)).toEqual(['f/x', 'f/y']);
  });
});
