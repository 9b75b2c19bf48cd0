/** Which of the last 64 records were seen (RFC 6347 section 4.1.2.6). Pure. */
export interface ReplayWindow {
  /** Highest sequence number taken; -1 = none. */
  highest: number;
  /** Bit n = `highest - n` was taken. */
  seen: bigint;
}

const WINDOW = 64n;

export const EMPTY_WINDOW: ReplayWindow = { highest: -1, seen: 0n };

/** True when the record was taken already, or is too old to know. */
export function isReplay({ highest, seen }: ReplayWindow, sequence: number): boolean {
  if (sequence > highest) return false;
  const age = BigInt(highest - sequence);
  return age >= WINDOW || ((seen >> age) & 1n) === 1n;
}

/** To be called for authentic records only. */
export function take({ highest, seen }: ReplayWindow, sequence: number): ReplayWindow {
  if (sequence <= highest) return { highest, seen: seen | (1n << BigInt(highest - sequence)) };
  const step = BigInt(Math.min(sequence - highest, 64));
  return { highest: sequence, seen: BigInt.asUintN(64, seen << step) | 1n };
}
