/** The tree of wrap-up codes, pure. */

/** Levels that a tree may have; more than that nobody finds anything in. */
export const MAX_LEVELS = 4;

export interface TreeCode {
  id: string;
  parent_id: string | null;
  active: boolean;
}

const byId = (codes: readonly TreeCode[]): Map<string, TreeCode> => new Map(codes.map((code) => [code.id, code]));

/** The ids above a code, nearest first; ends at a circle. */
export function above(codes: readonly TreeCode[], id: string): string[] {
  const known = byId(codes);
  const found: string[] = [];
  for (let next = known.get(id)?.parent_id ?? null; next !== null && !found.includes(next); next = known.get(next)?.parent_id ?? null) found.push(next);
  return found;
}

/** How many levels a code has below it and itself. */
export function levels(codes: readonly TreeCode[], id: string, seen: readonly string[] = []): number {
  const below = codes.filter((code) => code.parent_id === id && !seen.includes(code.id));
  return 1 + Math.max(0, ...below.map((code) => levels(codes, code.id, [...seen, id])));
}

/** Why a code cannot stand under this parent; null when it can. */
export function placeFault(codes: readonly TreeCode[], id: string, parentId: string | null): 'no such wrap-up code' | 'below itself' | 'too deep' | null {
  if (parentId === null) return null;
  if (!codes.some((code) => code.id === parentId)) return 'no such wrap-up code';
  const path = [parentId, ...above(codes, parentId)];
  if (path.includes(id)) return 'below itself';
  return path.length + levels(codes, id) > MAX_LEVELS ? 'too deep' : null;
}

/**
 * Whether a call can be given this code: it and everything above is in use, nothing in use is below it, and it is in the
 * group that its queue wants (null = any).
 */
export function canBeChosen(codes: readonly TreeCode[], id: string, groupId: string | null): boolean {
  const known = byId(codes);
  const path = above(codes, id);
  if (![id, ...path].every((code) => known.get(code)?.active === true)) return false;
  if (codes.some((code) => code.parent_id === id && code.active)) return false;
  return groupId === null || path.includes(groupId);
}
