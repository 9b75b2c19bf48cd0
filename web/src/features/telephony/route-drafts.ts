import type { OutboundRoute } from '../../../../shared/api/trunks.ts';

/** An outbound route in the form; `key` stays the same while rows move. */
export interface RouteDraft extends Pick<OutboundRoute, 'name' | 'prefix' | 'trunkIds'> {
  key: number;
}

export const draftsOf = (routes: readonly OutboundRoute[]): RouteDraft[] =>
  routes.map(({ name, prefix, trunkIds }, key) => ({ key, name, prefix, trunkIds }));

export const addRoute = (drafts: readonly RouteDraft[]): RouteDraft[] => [
  ...drafts,
  { key: Math.max(-1, ...drafts.map(({ key }) => key)) + 1, name: '', prefix: '', trunkIds: [] },
];

/** The rows with one moved up or down; as they were when it stands at the end already. */
export function moved(drafts: readonly RouteDraft[], index: number, by: -1 | 1): RouteDraft[] {
  const next = [...drafts];
  const [row] = next.splice(index, 1);
  const to = index + by;
  if (!row || to < 0 || to > next.length) return [...drafts];
  next.splice(to, 0, row);
  return next;
}

export const wrongPrefix = (prefix: string): boolean => !/^\+?\d{0,15}$/.test(prefix);

export const areSound = (drafts: readonly RouteDraft[]): boolean =>
  drafts.every(({ name, prefix, trunkIds }) => name.trim() !== '' && !wrongPrefix(prefix) && trunkIds.length > 0);

export const routesBody = (drafts: readonly RouteDraft[]) => drafts.map(({ name, prefix, trunkIds }) => ({ name: name.trim(), prefix, trunkIds: [...trunkIds] }));
