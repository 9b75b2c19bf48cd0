/** Time before the next attempt to connect, ms: doubles from half a second to fifteen, shifted by up to a quarter so that
 * a restarted server is not met by all desks at once. `random` is in [0, 1). */
export function backOffMs(attempt: number, random: number): number {
  const base = Math.min(15_000, 500 * 2 ** Math.min(attempt, 10));
  return Math.round(base * (0.75 + random * 0.5));
}

/** A random number in [0, 1). */
export const randomShare = (): number => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32;
