import type { PasskeyAnswer } from '../../../shared/api/passkeys.ts';
import type { Actor, TenantTx } from '../../db/types.ts';
import { AppError } from '../../lib/errors.ts';
import { mustUseProvider } from '../single-sign-on/provider.queries.ts';
import { CHALLENGE_MS } from './challenges.ts';
import { checkFactor, type NeededFactor } from './login-factor.ts';
import { auditRefusal, enter, orRefused, refusalOf, tellEntered, type Entered, type Found, type LoginDeps, type LoginResult, type Reason, type Visitor } from './login-gate.ts';
import { networkOf } from './ip-ranges.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import { ADMINISTRATOR, tenantAccess } from './profile-permissions.ts';
import { GUARD_LOGINS, GUARD_MS, type LoginTry } from './login-guard.ts';
import { countFailure, isKnownAddress, isKnownOrigin, lockUserFrom, originName } from './login-origins.ts';
import { findLogin } from './users.queries.ts';

export interface LoginRequest {
  tenant: string;
  loginId: string;
  password: string;
  /** Of the second factor; empty when none is given. */
  code: string;
  passkey: PasskeyAnswer | null;
}

/**
 * Logs in. Takes the same time and answers the same for unknown tenant, unknown user, wrong password, locked account and
 * an address outside the profile's ranges; the audit log has the reason.
 * Only who knows the password learns that a second factor is needed too, and which.
 * @throws AppError `login_refused`, `second_factor_needed`
 */
export async function logIn(deps: LoginDeps, visitor: Visitor, request: LoginRequest): Promise<LoginResult> {
  const result = await orRefused(deps, () => attempt(deps, visitor, request));
  if ('cookie' in result) return result;
  visitor.setChallenge(result.token, CHALLENGE_MS);
  throw new AppError('second_factor_needed', 401, 'Give the code of your authenticator app, a recovery code or your passkey too.', { ways: { code: result.code, app: result.app, passkey: result.passkey } });
}

async function attempt(deps: LoginDeps, visitor: Visitor, request: LoginRequest): Promise<LoginResult | NeededFactor | null> {
  const tenant = await deps.directory.tenantBySlug(request.tenant.toLowerCase());
  const readableUntil = tenant?.status === 'ended' ? await deps.directory.readableUntil(tenant.id) : null;
  const access = tenant ? tenantAccess(tenant.status, readableUntil, deps.clock.wall()) : 'closed';
  if (!tenant || access === 'closed') return attemptNowhere(deps, visitor, request);
  const nobody: Actor = { kind: 'system', id: 'login', ip: visitor.ip };
  const { found, knownTo } = await deps.withTenant(tenant.id, nobody, (tx) => lookUp(deps, tx, visitor, request.loginId));
  const tried: LoginTry = { tenantId: tenant.id, network: networkOf(visitor.ip), loginId: request.loginId, knownTo };
  const isHeld = deps.guard.holdsBack(tried);
  // A guess that is held back costs no more than its look-up; its answer comes no sooner than the others.
  const right = !isHeld && (await verifyPassword(found?.password_hash ?? null, request.password));
  if (!right) await countTry(deps, visitor, tried);
  if (!found || isHeld) {
    await deps.withTenant(tenant.id, nobody, (tx) => auditRefusal(tx, visitor, found?.id ?? null, isHeld ? 'guarded' : 'unknown_user', { loginId: request.loginId }));
    return null;
  }
  const actor: Actor = { kind: 'user', id: found.id, ip: visitor.ip };
  const outcome = await deps.withTenant(tenant.id, actor, (tx) => decide(deps, tx, { visitor, request, found, right, isClosed: access === 'returns' && found.profile_code !== ADMINISTRATOR }));
  return outcome !== null && 'result' in outcome ? tellEntered(deps, tenant.id, outcome) : outcome;
}

/** A login at a tenant that is not there: as much work, and it counts for its address. */
async function attemptNowhere(deps: LoginDeps, visitor: Visitor, request: LoginRequest): Promise<null> {
  const tried: LoginTry = { tenantId: '', network: networkOf(visitor.ip), loginId: `${request.tenant.toLowerCase()} ${request.loginId}`, knownTo: 'nobody' };
  if (!deps.guard.holdsBack(tried)) await verifyPassword(null, request.password);
  await countTry(deps, visitor, tried);
  deps.logger.info({ ip: visitor.ip }, 'Login refused: no such tenant.');
  return null;
}

/** The user, and who has come from there before. */
async function lookUp(deps: LoginDeps, tx: TenantTx, visitor: Visitor, loginId: string): Promise<{ found: Found | undefined; knownTo: LoginTry['knownTo'] }> {
  const found = await findLogin(tx, loginId);
  if (found && (await isKnownOrigin(tx, found.id, visitor))) return { found, knownTo: 'own' };
  return { found, knownTo: (await isKnownAddress(tx, visitor.ip, deps.clock.wall())) ? 'tenant' : 'nobody' };
}

/** Counts a try that failed; that strangers are held back from now on is logged, and in the tenant's audit log. */
async function countTry(deps: LoginDeps, visitor: Visitor, tried: LoginTry): Promise<void> {
  for (const of of deps.guard.failed(tried)) {
    const detail = { of, ip: visitor.ip, logins: GUARD_LOGINS, withinMs: GUARD_MS };
    deps.logger.warn({ ...detail, tenantId: tried.tenantId }, 'Many logins failed, one after the other: strangers are held back.');
    if (tried.tenantId === '') continue;
    const actor: Actor = { kind: 'system', id: 'login', ip: visitor.ip };
    await deps.withTenant(tried.tenantId, actor, (tx) => tx.audit({ code: 'login_guard.started', subject: { kind: 'tenant', id: tx.tenantId }, detail }));
  }
}

interface Attempt {
  visitor: Visitor;
  request: LoginRequest;
  found: Found;
  /** The password was right for the hash that `found` has. */
  right: boolean;
  /** The contract has ended, and only administrators still take data back. */
  isClosed: boolean;
}

async function decide(deps: LoginDeps, tx: TenantTx, { visitor, request, found, right, isClosed }: Attempt): Promise<Entered | NeededFactor | null> {
  const now = deps.clock.wall();
  const user = await lockUserFrom(tx, found.id, visitor);
  if (!user) return null;
  // The password may have changed between reading the hash and taking the lock.
  const matches = right && user.password_hash === found.password_hash;
  const refusal = refusalOf(user, found, visitor.ip, matches ? null : 'wrong_password', now);
  const refuse = async (reason: Reason, counts: boolean): Promise<null> => {
    if (counts) await countFailure(tx, user.count, now);
    await auditRefusal(tx, visitor, found.id, reason, { loginId: request.loginId, from: originName(user.count) });
    return null;
  };
  if (refusal) return refuse(refusal, refusal === 'wrong_password');
  if (isClosed) return refuse('contract_ended', false);
  if (await mustUseProvider(tx, found.id)) return refuse('single_sign_on_only', false);
  const factor = await checkFactor(deps, tx, { userId: found.id, visitor, code: request.code, passkey: request.passkey });
  if ('wrong' in factor) return refuse(factor.wrong, true);
  return 'method' in factor ? enter(deps, tx, visitor, { user, found, method: factor.method }) : factor;
}

/** Makes the first login after a start as quick as the others. */
export const warmUpLogin = async (): Promise<void> => {
  await verifyPassword(null, await hashPassword('warm up'));
};
