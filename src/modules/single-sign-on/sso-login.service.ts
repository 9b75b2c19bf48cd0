import type { Actor, TenantTx } from '../../db/types.ts';
import { AppError, conflict, unavailable } from '../../lib/errors.ts';
import type { OutsideWorld } from '../../lib/outside-request.ts';
import { CHALLENGE_MS, type Challenges } from '../users/challenges.ts';
import { auditRefusal, enter, orRefused, refusalOf, tellEntered, type Entered, type LoginDeps, type LoginResult, type Reason, type Visitor } from '../users/login-gate.ts';
import { hasFactor } from '../users/passkeys.service.ts';
import { findProfile } from '../users/profiles.queries.ts';
import { lockUserFrom } from '../users/login-origins.ts';
import { findLoginById } from '../users/users.queries.ts';
import type { KnownProviders } from './known-providers.ts';
import { matchUser } from './matching.ts';
import { authorizationUrl, claimedBy, faultCode, isAway, type Claimed, type Expected } from './oidc.ts';
import { linkSubject, subjectOfUser, userOfSubject, type Subject } from './identities.queries.ts';
import { readProvider, type ProviderContent } from './provider.queries.ts';

export interface SingleSignOnDeps extends LoginDeps {
  /** What providers may be asked at beside the public internet. */
  loginWorld: OutsideWorld | undefined;
  knownProviders: KnownProviders;
}

/** The page that the provider leads back to. */
export const redirectUriOf = (publicUrl: string | null, requestOrigin: string): string => `${publicUrl ?? requestOrigin}/login/single-sign-on`;

export const off = () => conflict('single_sign_on_off', 'This company has no single sign-on.');
const failed = () => new AppError('single_sign_on_failed', 401, 'What the provider sent back could not be taken. Begin again.');
export const away = () => unavailable('single_sign_on_away', 'The provider of single sign-on cannot be reached.');

/** Secrets of one login: nothing of them is kept, the token in the browser's cookie brings them back. */
export function expectedOf(challenges: Challenges, token: string, redirectUri: string): Expected {
  const secret = (label: string): string => challenges.derive(token, label).toString('base64url');
  return { redirectUri, state: secret('state'), nonce: secret('nonce'), verifier: secret('verifier') };
}

const nobody = (visitor: Visitor): Actor => ({ kind: 'system', id: 'login', ip: visitor.ip });

/**
 * Begins a login through the tenant's provider. A tenant without one and one that does not exist are refused alike.
 * @throws AppError `single_sign_on_off`, `single_sign_on_away`
 */
export async function beginSingleSignOn(deps: SingleSignOnDeps, visitor: Visitor, slug: string): Promise<{ url: string }> {
  const tenant = await deps.directory.tenantBySlug(slug.toLowerCase());
  const provider = tenant?.status === 'active' ? await deps.withTenant(tenant.id, nobody(visitor), readProvider) : null;
  if (!tenant || !provider) throw off();
  const config = await deps.knownProviders.askAnew(provider.content);
  // The settings of this moment: with others, what the provider sends back is not taken.
  const token = deps.challenges.issue({ purpose: 'single_sign_on', tenant: tenant.slug, subject: provider.updated_at.toISOString() });
  const url = await authorizationUrl(config, expectedOf(deps.challenges, token, redirectUriOf(deps.publicUrl, visitor.origin)));
  visitor.setChallenge(token, CHALLENGE_MS);
  return { url };
}

/**
 * Ends a login through the provider. Users are matched and never created; addresses, lock and status are judged as at every login.
 * @throws AppError `single_sign_on_failed`, `single_sign_on_away`, `single_sign_on_unmatched`, `single_sign_on_other_account`,
 * `single_sign_on_factor`, `login_refused`
 */
export async function loginWithSingleSignOn(deps: SingleSignOnDeps, visitor: Visitor, query: string): Promise<LoginResult> {
  const facts = deps.challenges.redeem(visitor.challenge, 'single_sign_on');
  const tenant = facts && (await deps.directory.tenantBySlug(facts.tenant));
  const provider = tenant?.status === 'active' ? await deps.withTenant(tenant.id, nobody(visitor), readProvider) : null;
  if (!tenant || provider?.updated_at.toISOString() !== facts?.subject || !provider) {
    deps.logger.info({ ip: visitor.ip }, 'Login refused: no single sign-on of ours.');
    throw failed();
  }
  const claimed = await claimedOf(deps, { visitor, tenantId: tenant.id, content: provider.content, query });
  const outcome = await orRefused(deps, () => decide(deps, visitor, tenant.id, provider.content, claimed));
  if ('refusal' in outcome) throw REFUSALS[outcome.refusal]();
  return tellEntered(deps, tenant.id, outcome);
}

/** Refusals that tell why: who comes this way has proved to the provider who they are. */
const REFUSALS = {
  single_sign_on_unmatched: () => new AppError('single_sign_on_unmatched', 403, 'The provider knows you, but no user here is yours. Users are not made by logging in: ask your administrator.'),
  single_sign_on_other_account: () => new AppError('single_sign_on_other_account', 403, 'Your user here is linked to another account of the provider. Ask your administrator to unlink it.'),
  single_sign_on_factor: () => new AppError('single_sign_on_factor', 403, 'Your login needs a second factor, for which this company does not rely on the provider. Log in with the password.'),
} as const;

async function claimedOf(deps: SingleSignOnDeps, { visitor, tenantId, content, query }: { visitor: Visitor; tenantId: string; content: ProviderContent; query: string }): Promise<Claimed> {
  try {
    const config = await deps.knownProviders.of(content);
    return await claimedBy(config, query, expectedOf(deps.challenges, visitor.challenge, redirectUriOf(deps.publicUrl, visitor.origin)), content.claim);
  } catch (error) {
    const fault = faultCode(error);
    deps.knownProviders.forget(content);
    await deps.withTenant(tenantId, nobody(visitor), (tx) => auditRefusal(tx, visitor, null, isAway(error) ? 'provider_away' : 'provider_answer', { method: 'single_sign_on', fault }));
    throw isAway(error) ? away() : failed();
  }
}

type Refused = { refusal: keyof typeof REFUSALS };

async function decide(deps: SingleSignOnDeps, visitor: Visitor, tenantId: string, content: ProviderContent, claimed: Claimed): Promise<Entered | Refused | null> {
  const { subject, value, unverifiedMail } = claimed;
  const match = await deps.withTenant(tenantId, nobody(visitor), async (tx) => {
    // Whom the provider named before is known by its `sub`, whatever the claim says now.
    const linked = await userOfSubject(tx, subject);
    if (linked !== undefined) return linked;
    const found = value === null || unverifiedMail ? ({ nobody: 'unmatched' } as const) : await matchUser(tx, content.field, value);
    if ('userId' in found) return found.userId;
    // What the provider said is named: an administrator must see which entry is missing.
    await auditRefusal(tx, visitor, null, found.nobody, { method: 'single_sign_on', claim: content.claim, value: unverifiedMail ? `${value ?? ''} (not verified)` : (value ?? ''), created: 'no user is made by a login' });
    return null;
  });
  if (match === null) return { refusal: 'single_sign_on_unmatched' };
  const actor: Actor = { kind: 'user', id: match, ip: visitor.ip };
  return deps.withTenant(tenantId, actor, (tx) => letIn(deps, tx, { visitor, userId: match, content, claimed }));
}

/** Whether the user is another account of the same provider already. A link to another provider's is no obstacle: the tenant has changed it. */
const isOther = (linked: Subject | undefined, { issuer, sub }: Subject): boolean => linked !== undefined && linked.issuer === issuer && linked.sub !== sub;

interface Named {
  visitor: Visitor;
  userId: string;
  content: ProviderContent;
  claimed: Claimed;
}

async function letIn(deps: SingleSignOnDeps, tx: TenantTx, { visitor, userId, content, claimed }: Named): Promise<Entered | Refused | null> {
  const { subject } = claimed;
  const user = await lockUserFrom(tx, userId, visitor);
  const found = await findLoginById(tx, userId);
  if (!user || !found) return null;
  // No password comes this way: that an issued one is too old, or that somebody guesses at it, says nothing.
  const refusal = refusalOf({ ...user, password_until: null, count: { ...user.count, failures: 0, lockedUntil: null } }, found, visitor.ip, null, deps.clock.wall());
  const linked = await subjectOfUser(tx, userId);
  const reason: Reason | null = refusal ?? (isOther(linked, subject) ? 'other_subject' : null) ?? ((await lacksFactor(tx, userId, found.profile_id, content)) ? 'second_factor' : null);
  if (reason === null) {
    if (linked?.issuer !== subject.issuer) await link(tx, userId, { content, claimed, before: linked });
    return enter(deps, tx, visitor, { user, found, method: 'single_sign_on' });
  }
  const told = reason === 'other_subject' ? { claim: content.claim, value: claimed.value ?? '', sub: subject.sub } : {};
  await auditRefusal(tx, visitor, userId, reason, { loginId: found.login_id, method: 'single_sign_on', ...told });
  if (reason === 'other_subject') return { refusal: 'single_sign_on_other_account' };
  return reason === 'second_factor' ? { refusal: 'single_sign_on_factor' } : null;
}

/** From now on the user is known by issuer and `sub`. */
async function link(tx: TenantTx, userId: string, { content, claimed, before }: Pick<Named, 'content' | 'claimed'> & { before: Subject | undefined }): Promise<void> {
  await linkSubject(tx, userId, claimed.subject);
  const detail = { ...claimed.subject, claim: content.claim, value: claimed.value ?? '', ...(before && { before }) };
  await tx.audit({ code: 'user.single_sign_on_linked', subject: { kind: 'user', id: userId }, detail });
}

/** The user has a second factor here, or must have one, and the provider is not relied on for it. */
async function lacksFactor(tx: TenantTx, userId: string, profileId: string, { secondFactorByProvider }: ProviderContent): Promise<boolean> {
  if (secondFactorByProvider) return false;
  return (await findProfile(tx, profileId))?.second_factor_required === true || (await hasFactor(tx, userId));
}
