interface Promised {
  dueAt: string;
}

/** How long before its time the agent is reminded, ms. */
const BEFORE_MS = 5 * 60_000;

/** The next first. */
export const inOrder = <Item extends Promised>(items: readonly Item[]): Item[] => items.toSorted((a, b) => Date.parse(a.dueAt) - Date.parse(b.dueAt));

/** Those whose time is near, or past. @param now ms since the epoch */
export const dueSoon = <Item extends Promised>(items: readonly Item[], now: number): Item[] => items.filter(({ dueAt }) => Date.parse(dueAt) - BEFORE_MS <= now);
