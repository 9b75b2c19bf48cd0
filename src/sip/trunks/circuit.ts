/** Circuit breaker of one trunk: no call waits for a carrier that has failed three times in a row. Pure. */

export interface Circuit {
  readonly state: 'closed' | 'open' | 'half_open';
  /** Failures since the last success. */
  readonly failures: number;
  /** Monotonic ms from which one call may try again; only while open. */
  readonly retryAt: number;
}

export const CLOSED: Circuit = { state: 'closed', failures: 0, retryAt: 0 };

const FAILURES = 3;
/** How long an open circuit stays so, ms; doubled by each failed try up to the longest. */
const FIRST_REST_MS = 15_000;
const LONGEST_REST_MS = 240_000;

/** Statuses that say that the trunk, not the called party, is at fault. */
export const isTrunkFailure = (status: number): boolean => status === 408 || (status >= 500 && status < 600);

/** Whether a call may be tried; the one that may try an open circuit makes it half open. */
export function tryCircuit(circuit: Circuit, at: number): { circuit: Circuit; allowed: boolean } {
  if (circuit.state === 'closed') return { circuit, allowed: true };
  if (circuit.state === 'half_open' || at < circuit.retryAt) return { circuit, allowed: false };
  return { circuit: { ...circuit, state: 'half_open' }, allowed: true };
}

export function afterSuccess(): Circuit {
  return CLOSED;
}

/** The try of a half-open circuit said nothing about the trunk (the caller gave up): another one may try at once. */
export function afterNothing(circuit: Circuit): Circuit {
  return circuit.state === 'half_open' ? { ...circuit, state: 'open' } : circuit;
}

export function afterFailure(circuit: Circuit, at: number): Circuit {
  const failures = circuit.failures + 1;
  if (failures < FAILURES) return { state: 'closed', failures, retryAt: 0 };
  // Calls that were under way when it opened say nothing new.
  if (circuit.state === 'open') return { ...circuit, failures };
  const rests = circuit.state === 'half_open' ? Math.max(0, failures - FAILURES) : 0;
  const rest = Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** Math.min(rests, 10));
  return { state: 'open', failures, retryAt: at + rest };
}
