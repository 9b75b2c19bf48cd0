import { FRESH_LOGIN_MS } from '../../../shared/api/account.ts';
import type { TenantTx } from '../../db/types.ts';
import { AppError } from '../../lib/errors.ts';
import { actorOf, forbidden, type Session } from '../support/binding.ts';
import { countFailure, countOfSession, forgetFailures, lockOfCount } from './login-origins.ts';
import { demandGoodPassword, demandOtherPassword, hashPassword, verifyPassword } from './passwords.ts';
import { findOpening, revokeSessionsOfUser } from './sessions.queries.ts';
import { tellRevoked } from './sessions.service.ts';
import { lockUserForLogin, patchUser } from './users.queries.ts';
import type { UserDeps } from './users.service.ts';

/** @throws AppError `forbidden` for a program: it has no password, no second factor and no sessions */
export function demandPerson(session: Session): void {
  if (session.kind !== 'user') throw forbidden();
}

const passwordRefused = () => new AppError('password_refused', 422, 'The present password is not right, or was tried too often.');

/** The stored hash that a typed password was right for, null when it was wrong. */
type Proof = string | null;

/** Checks the present password, outside a transaction: the work takes long. */
async function proveOwnPassword(deps: UserDeps, session: Session, password: string): Promise<Proof> {
  demandPerson(session);
  const user = await deps.withTenant(session.tenantId, actorOf(session), (tx) => lockUserForLogin(tx, session.userId));
  return (await verifyPassword(user?.password_hash ?? null, password)) ? (user?.password_hash ?? null) : null;
}

/**
 * Runs `work` in a transaction when the proof still holds. Wrong passwords are counted and delayed like failed logins, in this session alone:
 * who guesses at the login page takes nothing from who is in.
 * @throws AppError `password_refused`
 */
async function withProof<T>(deps: UserDeps, session: Session, proof: Proof, work: (tx: TenantTx) => Promise<T>): Promise<T> {
  const now = deps.clock.wall();
  const done = await deps.withTenant(session.tenantId, actorOf(session), async (tx) => {
    const user = await lockUserForLogin(tx, session.userId);
    const count = await countOfSession(tx, session.userId, session.sessionId);
    if (!user || lockOfCount(count, now) !== 'none') return null;
    if (proof === null || user.password_hash !== proof) {
      await countFailure(tx, count, now);
      return null;
    }
    await forgetFailures(tx, count, now);
    return { result: await work(tx) };
  });
  if (!done) throw passwordRefused();
  return done.result;
}

/**
 * Runs `work` when the owner of the session gives the right password: for what a passer-by at an unlocked desk must not do.
 * @throws AppError `password_refused`, `forbidden`
 */
export async function withOwnPassword<T>(deps: UserDeps, session: Session, password: string, work: (tx: TenantTx) => Promise<T>): Promise<T> {
  return withProof(deps, session, await proveOwnPassword(deps, session, password), work);
}

/**
 * Like `withOwnPassword`; no password is asked of who came through the provider of single sign-on just now, because they may have none that
 * they know.
 * @throws AppError `password_refused`, `forbidden`
 */
export async function withOwnProof<T>(deps: UserDeps, session: Session, password: string, work: (tx: TenantTx) => Promise<T>): Promise<T> {
  if (password !== '') return withOwnPassword(deps, session, password, work);
  demandPerson(session);
  const done = await deps.withTenant(session.tenantId, actorOf(session), async (tx) => {
    const opening = await findOpening(tx, session.sessionId);
    const isFresh = opening?.method === 'single_sign_on' && deps.clock.wall() - opening.created_at.getTime() < FRESH_LOGIN_MS;
    return isFresh ? { result: await work(tx) } : null;
  });
  // Nothing was tried, so nothing counts as a failed login.
  if (!done) throw passwordRefused();
  return done.result;
}

/**
 * Changes the own password; every other session of the user ends.
 * @throws AppError `password_refused`, `invalid`
 */
export async function changeOwnPassword(deps: UserDeps, session: Session, tenantWords: readonly string[], current: string, next: string): Promise<void> {
  const proof = await proveOwnPassword(deps, session, current);
  if (proof !== null) demandOtherPassword(current, next);
  if (proof !== null) demandGoodPassword(next, [session.loginId, session.name, ...tenantWords]);
  const passwordHash = proof === null ? '' : await hashPassword(next);
  const ended = await withProof(deps, session, proof, async (tx) => {
    await patchUser(tx, session.userId, { password_hash: passwordHash, password_until: null });
    const others = await revokeSessionsOfUser(tx, session.userId, new Date(deps.clock.wall()), session.sessionId);
    await tx.audit({ code: 'user.password_changed', subject: { kind: 'user', id: session.userId }, detail: { sessionsEnded: others.length } });
    return others;
  });
  tellRevoked(deps.events, session.tenantId, ended);
  // Who came with an issued password may do everything from now on, in sockets that are open too.
  if (session.mustChangePassword) deps.events.emit('accessChanged', { tenantId: session.tenantId, userIds: [session.userId] });
}
