import { describe, expect, it } from 'vitest';
import { choosable, inTreeOrder, pathTo, type TreeNode } from './code-tree.ts';

const code = (id: string, parentId: string | null, position: number, active = true): TreeNode => ({ id, parentId, position, active });

const CODES = [code('b', null, 2), code('b2', 'b', 2), code('b1', 'b', 1), code('a', null, 1), code('old', 'b', 3, false), code('below-old', 'old', 1)];
const ids = (nodes: TreeNode[]): string[] => nodes.map(({ id }) => id);

describe('the tree of wrap-up codes on screen', () => {
  it('follows the positions, each level behind its group', () => {
    expect(ids(inTreeOrder(CODES))).toEqual(['a', 'b', 'b1', 'b2', 'old', 'below-old']);
    expect(ids(pathTo(CODES, 'below-old'))).toEqual(['b', 'old', 'below-old']);
  });

  it('offers ends in use, of the wanted group only', () => {
    expect(ids(choosable(CODES, null))).toEqual(['a', 'b1', 'b2']);
    expect(ids(choosable(CODES, 'b'))).toEqual(['b1', 'b2']);
    expect(ids(choosable(CODES, 'a'))).toEqual([]);
  });

  it('survives a circle', () => {
    expect(ids(pathTo([code('x', 'y', 1), code('y', 'x', 1)], 'x'))).toEqual(['y', 'x']);
  });
});
