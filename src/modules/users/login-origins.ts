import type { TenantTx } from '../../db/types.ts';
import { networkOf } from './ip-ranges.ts';
import { delayAfter, KNOWN_MS, lockOf, MOST_KNOWN, type Lock } from './login-lock.ts';
import { clearOriginFailures, deleteOrigins, findOrigin, isOriginOfAnybody, pruneOrigins, setOriginFailures, touchOrigin, type OriginKey, type OriginKind } from './login-origins.queries.ts';
import { lockUserForLogin, patchUser } from './users.queries.ts';

/** From where somebody tries to log in. */
export interface Origin {
  ip: string;
  /** The cookie of the browser; empty when it has none. */
  browser: string;
}

/** Where the failed logins of a user are counted, and what was counted there. */
export interface Count {
  userId: string;
  /** Null = of the account, by everybody who comes from nowhere known. */
  origin: OriginKey | null;
  failures: number;
  lockedUntil: Date | null;
}

/** A user's row as it is locked for a login. */
export type LockedUser = NonNullable<Awaited<ReturnType<typeof lockUserForLogin>>> & { count: Count };


const tokenOf = (tx: TenantTx, kind: OriginKind, value: string): Buffer => tx.vault.token('login_origin', `${kind} ${value}`);

function keysOf(tx: TenantTx, userId: string, { ip, browser }: Origin): OriginKey[] {
  const address: OriginKey = { userId, kind: 'address', token: tokenOf(tx, 'address', networkOf(ip)) };
  return browser === '' ? [address] : [{ userId, kind: 'browser', token: tokenOf(tx, 'browser', browser) }, address];
}

async function countOfOrigin(tx: TenantTx, origin: OriginKey): Promise<Count | null> {
  const row = await findOrigin(tx, origin);
  return row ? { userId: origin.userId, origin, failures: row.failed_logins, lockedUntil: row.locked_until } : null;
}

/**
 * Where the user's failures from an origin are counted: by themselves where the user has logged in before, the browser before the
 * address, else with those of everybody. So who only knows a login ID delays strangers, and not its owner.
 */
async function countOf(tx: TenantTx, user: { id: string; failed_logins: number; locked_until: Date | null }, from: Origin): Promise<Count> {
  for (const key of keysOf(tx, user.id, from)) {
    const count = await countOfOrigin(tx, key);
    if (count) return count;
  }
  return { userId: user.id, origin: null, failures: user.failed_logins, lockedUntil: user.locked_until };
}

/** Whether the user has logged in from there before. */
export async function isKnownOrigin(tx: TenantTx, userId: string, from: Origin): Promise<boolean> {
  for (const key of keysOf(tx, userId, from)) if (await findOrigin(tx, key)) return true;
  return false;
}

/** Locks the user's row for a login from an origin. */
export async function lockUserFrom(tx: TenantTx, userId: string, from: Origin): Promise<LockedUser | null> {
  const user = await lockUserForLogin(tx, userId);
  return user ? { ...user, count: await countOf(tx, user, from) } : null;
}

/** Where failures to repeat the own password in a session are counted. */
export async function countOfSession(tx: TenantTx, userId: string, sessionId: string): Promise<Count> {
  const origin: OriginKey = { userId, kind: 'session', token: tokenOf(tx, 'session', sessionId) };
  return (await countOfOrigin(tx, origin)) ?? { userId, origin, failures: 0, lockedUntil: null };
}

/** State of the lock of one count at `now`, ms since the epoch. */
export const lockOfCount = ({ failures, lockedUntil }: Count, now: number): Lock => lockOf(failures, lockedUntil, now);

/** Where a login comes from, for the audit log. */
export const originName = ({ origin }: Count): string => (origin ? `known ${origin.kind}` : 'unknown');

async function write(tx: TenantTx, { userId, origin }: Count, failures: number, lockedUntil: Date | null, now: number): Promise<void> {
  const state = { failed_logins: failures, locked_until: lockedUntil };
  if (origin) await setOriginFailures(tx, origin, state, new Date(now));
  else await patchUser(tx, userId, state);
}

/** Counts a failed login, and locks when there were too many in a row. */
export async function countFailure(tx: TenantTx, count: Count, now: number): Promise<void> {
  const failures = count.failures + 1;
  const delay = delayAfter(failures);
  await write(tx, count, failures, delay > 0 ? new Date(now + delay) : count.lockedUntil, now);
  if (delay > 0) await tx.audit({ code: 'user.locked', subject: { kind: 'user', id: count.userId }, detail: { failures, lockedForMs: delay, from: originName(count) } });
}

/** Forgets what failed before a success. */
export async function forgetFailures(tx: TenantTx, count: Count, now: number): Promise<void> {
  if (count.failures > 0 || count.lockedUntil) await write(tx, count, 0, null, now);
}

/** Keeps from where a user has just logged in. */
export async function rememberOrigin(tx: TenantTx, userId: string, from: Origin, now: number): Promise<void> {
  for (const key of keysOf(tx, userId, from)) await touchOrigin(tx, key, new Date(now));
  await pruneOrigins(tx, userId, new Date(now - KNOWN_MS), MOST_KNOWN);
}

/** Whether anybody of the tenant has come from this address before. */
export const isKnownAddress = (tx: TenantTx, ip: string, now: number): Promise<boolean> =>
  isOriginOfAnybody(tx, 'address', tokenOf(tx, 'address', networkOf(ip)), new Date(now - KNOWN_MS));

/** Lifts every lock of a user. @param forget also from where they have come: somebody else may have been there */
export async function liftLocks(tx: TenantTx, userId: string, { forget }: { forget: boolean }): Promise<void> {
  await patchUser(tx, userId, { failed_logins: 0, locked_until: null });
  await (forget ? deleteOrigins(tx, userId) : clearOriginFailures(tx, userId));
}
