import type { PasskeyAnswer } from '../../../shared/api/passkeys.ts';
import type { Actor, TenantTx } from '../../db/types.ts';
import { AppError } from '../../lib/errors.ts';
import { mustUseProvider } from '../single-sign-on/provider.queries.ts';
import { CHALLENGE_MS } from './challenges.ts';
import { checkFactor, type NeededFactor } from './login-factor.ts';
import { auditRefusal, enter, orRefused, refusalOf, tellEntered, type Entered, type Found, type LoginDeps, type LoginResult, type Reason, type Visitor } from './login-gate.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import { ADMINISTRATOR, tenantAccess } from './profile-permissions.ts';
import { findLogin, lockUserForLogin } from './users.queries.ts';
import { countFailure } from './users.service.ts';

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
  throw new AppError('second_factor_needed', 401, 'Give the code of your authenticator app, a recovery code or your passkey too.', { ways: { code: result.code, passkey: result.passkey } });
}

async function attempt(deps: LoginDeps, visitor: Visitor, request: LoginRequest): Promise<LoginResult | NeededFactor | null> {
  const tenant = await deps.directory.tenantBySlug(request.tenant.toLowerCase());
  const readableUntil = tenant?.status === 'ended' ? await deps.directory.readableUntil(tenant.id) : null;
  const access = tenant ? tenantAccess(tenant.status, readableUntil, deps.clock.wall()) : 'closed';
  if (!tenant || access === 'closed') {
    await verifyPassword(null, request.password);
    deps.logger.info({ ip: visitor.ip }, 'Login refused: no such tenant.');
    return null;
  }
  const nobody: Actor = { kind: 'system', id: 'login', ip: visitor.ip };
  const found = await deps.withTenant(tenant.id, nobody, (tx) => findLogin(tx, request.loginId));
  const right = await verifyPassword(found?.password_hash ?? null, request.password);
  if (!found) {
    await deps.withTenant(tenant.id, nobody, (tx) => auditRefusal(tx, visitor, null, 'unknown_user', { loginId: request.loginId }));
    return null;
  }
  const actor: Actor = { kind: 'user', id: found.id, ip: visitor.ip };
  const outcome = await deps.withTenant(tenant.id, actor, (tx) => decide(deps, tx, { visitor, request, found, right, isClosed: access === 'returns' && found.profile_code !== ADMINISTRATOR }));
  return outcome !== null && 'result' in outcome ? tellEntered(deps, tenant.id, outcome) : outcome;
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
  const user = await lockUserForLogin(tx, found.id);
  if (!user) return null;
  // The password may have changed between reading the hash and taking the lock.
  const matches = right && user.password_hash === found.password_hash;
  const refusal = refusalOf(user, found, visitor.ip, matches ? null : 'wrong_password', now);
  const refuse = async (reason: Reason, counts: boolean): Promise<null> => {
    if (counts) await countFailure(tx, user, now);
    await auditRefusal(tx, visitor, found.id, reason, { loginId: request.loginId });
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
