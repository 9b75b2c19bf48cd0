/** The tree of wrap-up codes as people choose from it, pure. */

export interface TreeNode {
  id: string;
  parentId: string | null;
  position: number;
  active: boolean;
}

/** The codes from the top down to this one. A circle, which the server refuses, ends the path. */
export function pathTo<Node extends TreeNode>(codes: readonly Node[], id: string): Node[] {
  const path: Node[] = [];
  for (let next = codes.find((code) => code.id === id); next && !path.includes(next); ) {
    path.unshift(next);
    const above = next.parentId;
    next = codes.find((code) => code.id === above);
  }
  return path;
}

/** Every code behind the one it hangs under, in the order of their positions. */
export function inTreeOrder<Node extends TreeNode>(codes: readonly Node[], parentId: string | null = null): Node[] {
  return codes
    .filter((code) => code.parentId === parentId)
    .toSorted((a, b) => a.position - b.position)
    .flatMap((code) => [code, ...inTreeOrder(codes, code.id)]);
}

/** What a call can be given: ends of the tree that are in use with all above them, in a group or anywhere. */
export function choosable<Node extends TreeNode>(codes: readonly Node[], groupId: string | null): Node[] {
  return inTreeOrder(codes).filter((code) => {
    const path = pathTo(codes, code.id);
    const isEnd = !codes.some((other) => other.parentId === code.id && other.active);
    return isEnd && path.every(({ active }) => active) && (groupId === null || path.slice(0, -1).some(({ id }) => id === groupId));
  });
}
