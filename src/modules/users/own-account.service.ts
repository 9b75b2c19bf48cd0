import { FRESH_LOGIN_MS } from '../../../shared/api/account.ts';
import type { TenantTx } from '../../db/types.ts';
import { AppError } from '../../lib/errors.ts';
import { actorOf, forbidden, type Session } from '../support/binding.ts';
import { countFailure, countOfSession, forgetFailures, lockOfCount } from './login-origins.ts';
import { demandGoodPassword, demandOtherPassword, hashPassword, verifyPassword } from './passwords.ts';
import { findOpening, revokeSessionsOfUser, spendProof } from './sessions.queries.ts';
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
 * Runs `work` in a transaction when the password that was proved is still the user's. Wrong passwords are counted and delayed like failed logins, in this session alone:
 * who guesses at the login page takes nothing from who is in.
 * @throws AppError `password_refused`
 */
async function withPassword<T>(deps: UserDeps, session: Session, proof: Proof, work: (tx: TenantTx) => Promise<T>): Promise<T> {
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
 * Runs `work` when the owner of the session proves to be there, for what a passer-by at an unlocked desk must not do: by the right password or,
 * once, by the provider of single sign-on that was asked anew within the last minutes and named them, who may know no password.
 * @param password empty = by the provider
 * @param loginCounts so does the login itself when it came through the provider just now
 * @throws AppError `password_refused`, `forbidden`
 */
export async function withOwnProof<T>(deps: UserDeps, session: Session, password: string, work: (tx: TenantTx) => Promise<T>, { loginCounts = false } = {}): Promise<T> {
  if (password !== '') return withPassword(deps, session, await proveOwnPassword(deps, session, password), work);
  demandPerson(session);
  const since = new Date(deps.clock.wall() - FRESH_LOGIN_MS);
  const done = await deps.withTenant(session.tenantId, actorOf(session), async (tx) => {
    const isProved = (await spendProof(tx, session.sessionId, since)) || (loginCounts && (await cameThroughProvider(tx, session.sessionId, since)));
    return isProved ? { result: await work(tx) } : null;
  });
  // Nothing was tried, so nothing counts as a failed login.
  if (!done) throw passwordRefused();
  return done.result;
}

async function cameThroughProvider(tx: TenantTx, sessionId: string, since: Date): Promise<boolean> {
  const opening = await findOpening(tx, sessionId);
  return opening?.method === 'single_sign_on' && opening.created_at.getTime() > since.getTime();
}

/**
 * Changes the own password; every other session of the user ends. An empty `current` is for who has proved it to the provider.
 * @throws AppError `password_refused`, `invalid`
 */
export async function changeOwnPassword(deps: UserDeps, session: Session, tenantWords: readonly string[], current: string, next: string): Promise<void> {
  // Before the transaction, because it takes long; thrown away when the new password is not taken.
  const passwordHash = await hashPassword(next);
  const ended = await withOwnProof(deps, session, current, async (tx) => {
    if (current !== '') demandOtherPassword(current, next);
    demandGoodPassword(next, [session.loginId, session.name, ...tenantWords]);
    await patchUser(tx, session.userId, { password_hash: passwordHash, password_until: null });
    const others = await revokeSessionsOfUser(tx, session.userId, new Date(deps.clock.wall()), session.sessionId);
    await tx.audit({ code: 'user.password_changed', subject: { kind: 'user', id: session.userId }, detail: { sessionsEnded: others.length, ...(current === '' && { confirmedBy: 'single_sign_on' }) } });
    return others;
  });
  tellRevoked(deps.events, session.tenantId, ended);
  // Who came with an issued password may do everything from now on, in sockets that are open too.
  if (session.mustChangePassword) deps.events.emit('accessChanged', { tenantId: session.tenantId, userIds: [session.userId] });
}
