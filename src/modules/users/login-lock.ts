/** Failed logins in a row before the first delay. */
export const FREE_FAILURES = 5;
/** Failed logins in a row after which only a supervisor opens the account again (NIST SP 800-63B-4 section 3.2.2). */
export const HARD_LOCK_FAILURES = 100;

/** From where nobody has come for so long is not known any more, ms. */
export const KNOWN_MS = 90 * 86_400_000;
/** Places of a kind that are known of somebody. */
export const MOST_KNOWN = 20;

const FIRST_DELAY_MS = 30_000;
const LONGEST_DELAY_MS = 3_600_000;

/** How long no login is taken after this many failures in a row: none below five, then 30 s, doubling to an hour. */
export function delayAfter(failures: number): number {
  if (failures < FREE_FAILURES) return 0;
  return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(20, failures - FREE_FAILURES));
}

export type Lock = 'none' | 'until' | 'hard';

/** State of the lock at `now`, ms since the epoch. */
export function lockOf(failures: number, lockedUntil: Date | null, now: number): Lock {
  if (failures >= HARD_LOCK_FAILURES) return 'hard';
  return lockedUntil !== null && lockedUntil.getTime() > now ? 'until' : 'none';
}

/** The worst of several locks, and until when the last of them holds. */
export function worstLock(locks: readonly { failed_logins: number; locked_until: Date | null }[], now: number): { lock: Lock; until: Date | null } {
  const states = locks.map((one) => lockOf(one.failed_logins, one.locked_until, now));
  const until = locks.map((one) => one.locked_until?.getTime() ?? 0).reduce((latest, time) => Math.max(latest, time), 0);
  return { lock: states.includes('hard') ? 'hard' : states.includes('until') ? 'until' : 'none', until: until > 0 ? new Date(until) : null };
}
