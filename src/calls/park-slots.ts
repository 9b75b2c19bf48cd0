import type { CallState } from './types.ts';

/** Numbers at which callers are parked begin here. */
const FIRST_SLOT = 701;

/** The lowest number at which nobody is parked. */
export function freeSlot(calls: readonly Pick<CallState, 'park'>[]): number {
  const taken = new Set(calls.map(({ park }) => park?.slot));
  for (let slot = FIRST_SLOT; ; slot++) if (!taken.has(slot)) return slot;
}

/** The call that is parked there, or null. */
export const parkedAt = (calls: readonly CallState[], slot: number): CallState | null =>
  calls.find(({ phase, park }) => phase === 'parked' && park?.slot === slot) ?? null;
