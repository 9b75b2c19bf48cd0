import { describe, expect, it } from 'vitest';
import { addRoute, areSound, draftsOf, moved, routesBody, wrongPrefix } from './route-drafts.ts';

const routes = [
  { id: '1', name: 'a', prefix: '+8150', trunkIds: ['x'] },
  { id: '2', name: 'b', prefix: '', trunkIds: ['x', 'y'] },
];
const names = (drafts: readonly { name: string }[]) => drafts.map(({ name }) => name);

describe('outbound routes in the form', () => {
  it('moves rows, and leaves them at the ends', () => {
    const drafts = draftsOf(routes);
    expect(names(moved(drafts, 0, 1))).toEqual(['b', 'a']);
    expect(names(moved(drafts, 0, -1))).toEqual(['a', 'b']);
    expect(names(moved(drafts, 1, 1))).toEqual(['a', 'b']);
  });

  it('gives a new row a key of its own, also after one was removed', () => {
    const [, second] = draftsOf(routes);
    const keys = addRoute(second ? [second] : []).map(({ key }) => key);
    expect(new Set(keys).size).toBe(2);
  });

  it('is complete with a name, a prefix of digits and a trunk each', () => {
    expect(areSound(draftsOf(routes))).toBe(true);
    expect(areSound(addRoute(draftsOf(routes)))).toBe(false);
    expect(['', '+', '117', '+8150', '+81-50', 'abc'].map(wrongPrefix)).toEqual([false, false, false, false, true, true]);
    expect(routesBody(draftsOf(routes))).toEqual(routes.map(({ name, prefix, trunkIds }) => ({ name, prefix, trunkIds })));
  });
});
