import type { SessionUser } from '../../../shared/api/session.ts';
import type { Actor, DirectoryReader, TenantTx, WithTenant } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { DomainEmitter } from '../support/domain-events.ts';
import { addressAllowed } from './ip-ranges.ts';
import { lockOf } from './login-lock.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import { spendCode } from './second-factor.service.ts';
import { hashOfSecret, splitCredential } from './secrets.ts';
import { findSession, revokeSession } from './sessions.queries.ts';
import { openSession, tellRevoked } from './sessions.service.ts';
import { openUser } from './user-content.ts';
import { countFailure } from './users.service.ts';
import { findLogin, lockUserForLogin, patchUser } from './users.queries.ts';

export interface LoginDeps {
  withTenant: WithTenant;
  directory: DirectoryReader;
  clock: Clock;
  events: DomainEmitter;
  logger: Logger;
  /** Refusals take at least this long, ms, so that the work done before does not tell why. */
  refusalFloorMs: number;
}

export interface LoginRequest {
  tenant: string;
  loginId: string;
  password: string;
  /** Of the second factor; empty when none is given. */
  code: string;
  ip: string;
  userAgent: string;
  /** Cookie of an earlier session in the same browser; it ends with the login. */
  oldCookie: string;
}

export interface LoginResult {
  user: SessionUser;
  csrfToken: string;
  cookie: string;
}

/** The one answer to every login that does not succeed, whatever the reason. */
const refused = (): AppError =>
  new AppError('login_refused', 401, 'The login was refused. Check tenant, login ID and password; after several failed tries wait before the next.');

type Reason = 'unknown_user' | 'wrong_password' | 'wrong_code' | 'locked' | 'disabled' | 'address' | 'password_expired';

/**
 * Logs in. Takes the same time and answers the same for unknown tenant, unknown user, wrong password, locked account and
 * an address outside the profile's ranges; the audit log has the reason.
 * Only who knows the password learns that a code is needed too.
 * @throws AppError `login_refused`, `second_factor_needed`
 */
export async function logIn(deps: LoginDeps, request: LoginRequest): Promise<LoginResult> {
  const start = deps.clock.monotonic();
  const result = await attempt(deps, request);
  if (result === 'code_needed') throw new AppError('second_factor_needed', 401, 'Give the code of your authenticator app, or a recovery code, too.');
  if (result) return result;
  const rest = deps.refusalFloorMs - (deps.clock.monotonic() - start);
  if (rest > 0) await new Promise<void>((resolve) => deps.clock.after(rest, resolve));
  throw refused();
}

async function attempt(deps: LoginDeps, request: LoginRequest): Promise<LoginResult | 'code_needed' | null> {
  const tenant = await deps.directory.tenantBySlug(request.tenant.toLowerCase());
  if (tenant?.status !== 'active') {
    await verifyPassword(null, request.password);
    deps.logger.info({ ip: request.ip }, 'Login refused: no such tenant.');
    return null;
  }
  const visitor: Actor = { kind: 'system', id: 'login', ip: request.ip };
  const found = await deps.withTenant(tenant.id, visitor, (tx) => findLogin(tx, request.loginId));
  const right = await verifyPassword(found?.password_hash ?? null, request.password);
  if (!found) {
    await deps.withTenant(tenant.id, visitor, (tx) => auditRefusal(tx, request, null, 'unknown_user'));
    return null;
  }
  const actor: Actor = { kind: 'user', id: found.id, ip: request.ip };
  const outcome = await deps.withTenant(tenant.id, actor, (tx) => decide(deps, tx, request, found, right));
  if (outcome === null || outcome === 'code_needed') return outcome;
  if (outcome.endedId !== null) tellRevoked(deps.events, tenant.id, [outcome.endedId]);
  return outcome.result;
}

type Found = NonNullable<Awaited<ReturnType<typeof findLogin>>>;

async function decide(
  deps: LoginDeps,
  tx: TenantTx,
  request: LoginRequest,
  found: Found,
  right: boolean,
): Promise<{ result: LoginResult; endedId: string | null } | 'code_needed' | null> {
  const now = deps.clock.wall();
  const user = await lockUserForLogin(tx, found.id);
  if (!user) return null;
  // The password may have changed between reading the hash and taking the lock.
  const matches = right && user.password_hash === found.password_hash;
  const refusal = refusalOf(user, found, request.ip, matches, now);
  const code = refusal === null ? await spendCode(tx, found.id, request.code, now) : 'not_needed';
  const reason = refusal ?? (code === 'wrong' ? 'wrong_code' : null);
  if (reason) {
    if (reason === 'wrong_password' || reason === 'wrong_code') await countFailure(tx, user, now);
    await auditRefusal(tx, request, found.id, reason);
    return null;
  }
  if (code === 'missing') return 'code_needed';
  if (user.failed_logins > 0 || user.locked_until) await patchUser(tx, found.id, { failed_logins: 0, locked_until: null });
  const endedId = await endOld(tx, request.oldCookie, now);
  const opened = await openSession(tx, deps.clock, { userId: found.id, ip: request.ip, userAgent: request.userAgent });
  await tx.audit({ code: 'session.login', subject: { kind: 'session', id: opened.sessionId }, detail: { loginId: found.login_id, userAgent: request.userAgent.slice(0, 300) } });
  const view = { id: found.id, loginId: found.login_id, name: openUser(tx, found).name, profileId: found.profile_id, profileCode: found.profile_code };
  return { result: { user: view, csrfToken: opened.csrfToken, cookie: opened.cookie }, endedId };
}

function refusalOf(
  user: { status: string; failed_logins: number; locked_until: Date | null; password_until: Date | null },
  found: Found,
  ip: string,
  matches: boolean,
  now: number,
): Reason | null {
  if (lockOf(user.failed_logins, user.locked_until, now) !== 'none') return 'locked';
  if (!matches) return 'wrong_password';
  if (user.status !== 'active') return 'disabled';
  if (user.password_until !== null && user.password_until.getTime() <= now) return 'password_expired';
  return addressAllowed(found.ip_ranges, ip) ? null : 'address';
}

async function auditRefusal(tx: TenantTx, request: LoginRequest, userId: string | null, reason: Reason): Promise<void> {
  await tx.audit({
    code: 'session.login_refused',
    subject: { kind: 'user', id: userId ?? '' },
    detail: { loginId: request.loginId, reason, ip: request.ip },
  });
}

/** Ends the session that the same browser had before. */
async function endOld(tx: TenantTx, cookie: string, now: number): Promise<string | null> {
  const credential = splitCredential(cookie);
  if (credential?.tenantId !== tx.tenantId) return null;
  const old = await findSession(tx, hashOfSecret(credential.secret));
  if (!old || !(await revokeSession(tx, old.id, new Date(now)))) return null;
  await tx.audit({ code: 'session.revoked', subject: { kind: 'session', id: old.id }, detail: { reason: 'new_login' } });
  return old.id;
}

/** Makes the first login after a start as quick as the others. */
export const warmUpLogin = async (): Promise<void> => {
  await verifyPassword(null, await hashPassword('warm up'));
};
