import type { PasskeyAnswer } from '../../../shared/api/passkeys.ts';
import type { Actor, TenantTx } from '../../db/types.ts';
import { mustUseProvider } from '../single-sign-on/provider.queries.ts';
import { CHALLENGE_MS } from './challenges.ts';
import { auditRefusal, enter, orRefused, refusalOf, tellEntered, type Entered, type LoginDeps, type LoginResult, type Reason, type Visitor } from './login-gate.ts';
import { ownerOfPasskey, passkeyMode } from './passkeys.queries.ts';
import { demandParty, hashOfCredential, usePasskey } from './passkeys.service.ts';
import { countFailure, lockUserFrom, originName } from './login-origins.ts';
import { findLoginById } from './users.queries.ts';
import { requestOptions, userHandleOf, type RelyingParty } from './webauthn.ts';

/**
 * Begins a login with a passkey alone. The tenant is not asked for: whoever it is, the answer is of the same kind.
 * @throws AppError `passkey_not_here`
 */
export async function beginPasskeyLogin(deps: LoginDeps, visitor: Visitor, tenantSlug: string) {
  const party = demandParty(deps.publicUrl, visitor.origin);
  const token = deps.challenges.issue({ purpose: 'passwordless', tenant: tenantSlug.toLowerCase(), subject: '' });
  visitor.setChallenge(token, CHALLENGE_MS);
  return { options: { ...(await requestOptions(party, null, deps.challenges.derive(token, 'sign'))) } };
}

/**
 * Logs in with a passkey alone. Lock, status, address and time are those of a login with the password, and so is the refusal.
 * @throws AppError `login_refused`, `passkey_not_here`
 */
export function loginWithPasskey(deps: LoginDeps, visitor: Visitor, answer: PasskeyAnswer): Promise<LoginResult> {
  const party = demandParty(deps.publicUrl, visitor.origin);
  return orRefused(deps, () => attempt(deps, visitor, party, answer));
}

async function attempt(deps: LoginDeps, visitor: Visitor, party: RelyingParty, answer: PasskeyAnswer): Promise<LoginResult | null> {
  const facts = deps.challenges.redeem(visitor.challenge, 'passwordless');
  const tenant = facts && (await deps.directory.tenantBySlug(facts.tenant));
  if (tenant?.status !== 'active') {
    deps.logger.info({ ip: visitor.ip }, 'Login refused: no challenge of ours, or no such tenant.');
    return null;
  }
  const nobody: Actor = { kind: 'system', id: 'login', ip: visitor.ip };
  const owner = await deps.withTenant(tenant.id, nobody, async (tx) => {
    const row = await ownerOfPasskey(tx, hashOfCredential(answer.id));
    const reason: Reason | null = (await passkeyMode(tx)) !== 'passwordless' ? 'passkeys_off' : row ? null : 'unknown_passkey';
    if (reason) await auditRefusal(tx, visitor, null, reason, { method: 'passkey' });
    return reason ? null : row;
  });
  if (!owner) return null;
  const actor: Actor = { kind: 'user', id: owner.user_id, ip: visitor.ip };
  const outcome = await deps.withTenant(tenant.id, actor, (tx) => decide(deps, tx, { visitor, party, answer, userId: owner.user_id }));
  return outcome && tellEntered(deps, tenant.id, outcome);
}

interface Attempt {
  visitor: Visitor;
  party: RelyingParty;
  answer: PasskeyAnswer;
  userId: string;
}

async function decide(deps: LoginDeps, tx: TenantTx, { visitor, party, answer, userId }: Attempt): Promise<Entered | null> {
  const now = deps.clock.wall();
  const user = await lockUserFrom(tx, userId, visitor);
  const found = await findLoginById(tx, userId);
  if (!user || !found) return null;
  const refusal = refusalOf(user, found, visitor.ip, null, now) ?? (await proofFault(deps, tx, { visitor, party, answer, userId }));
  if (refusal === null) return enter(deps, tx, visitor, { user, found, method: 'passkey' });
  if (refusal === 'wrong_passkey' || refusal === 'copied_passkey') await countFailure(tx, user.count, now);
  await auditRefusal(tx, visitor, userId, refusal, { loginId: found.login_id, method: 'passkey', from: originName(user.count) });
  return null;
}

/** What is wrong with the signature; null when nothing is. An authenticator that found the key by itself says whose it is. */
async function proofFault(deps: LoginDeps, tx: TenantTx, { visitor, party, answer, userId }: Attempt): Promise<Reason | null> {
  if (await mustUseProvider(tx, userId)) return 'single_sign_on_only';
  if (answer.response.userHandle !== userHandleOf(tx.tenantId, userId).toString('base64url')) return 'wrong_passkey';
  const outcome = await usePasskey(tx, party, userId, answer, deps.challenges.derive(visitor.challenge, 'sign'), deps.clock.wall());
  if (outcome.right) return null;
  return outcome.reason === 'copied' ? 'copied_passkey' : 'wrong_passkey';
}
