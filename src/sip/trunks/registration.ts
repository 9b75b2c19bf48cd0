/** When to register at a carrier again (RFC 3261 section 10.2, RFC 5626 section 4.5). Pure. */

export interface Registration {
  readonly state: 'registering' | 'registered' | 'unregistered';
  /** What we ask for, s. */
  readonly expires: number;
  /** Failures in a row. */
  readonly failures: number;
}

export const NEW_REGISTRATION: Registration = { state: 'registering', expires: 3600, failures: 0 };

/** What a REGISTER came to. */
export interface RegisterResult {
  /** 408 and 503 when nobody answered. */
  status: number;
  /** What was granted, s; null when the answer did not say. */
  expires: number | null;
  /** Of a 423, s. */
  minExpires: number | null;
}

const FIRST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 300_000;
const LONGEST_EXPIRES = 86_400;

/**
 * @param random 0 <= random < 1: keeps many trunks from trying at the same moment
 * @returns the next state and in how many ms to register again
 */
export function afterRegister(before: Registration, result: RegisterResult, random: number): { next: Registration; afterMs: number } {
  const { status } = result;
  if (status >= 200 && status < 300) {
    const granted = Math.max(1, Math.min(result.expires ?? before.expires, LONGEST_EXPIRES));
    // Well before it runs out, and with a retransmission time in hand.
    const afterMs = Math.max(granted * 500, (granted - 40) * 1000) * (0.9 + random * 0.1);
    return { next: { ...before, state: 'registered', failures: 0 }, afterMs };
  }
  const failures = before.failures + 1;
  const wished = result.minExpires;
  if (status === 423 && wished !== null && wished > before.expires && wished <= LONGEST_EXPIRES) {
    return { next: { ...before, expires: wished, failures }, afterMs: 0 };
  }
  const backoff = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 10));
  return { next: { ...before, state: 'unregistered', failures }, afterMs: backoff * (0.5 + random * 0.5) };
}
