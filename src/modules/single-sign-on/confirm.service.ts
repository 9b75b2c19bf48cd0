import type { TenantTx } from '../../db/types.ts';
import { AppError, conflict } from '../../lib/errors.ts';
import type { RequestContext, Session } from '../support/binding.ts';
import { CHALLENGE_MS } from '../users/challenges.ts';
import { demandPerson } from '../users/own-account.service.ts';
import { markProved } from '../users/sessions.queries.ts';
import { subjectAtProvider, type Subject } from './identities.queries.ts';
import { authorizationUrl, claimedBy, faultCode, isAway, type Claimed } from './oidc.ts';
import { readProvider, type ProviderRow } from './provider.queries.ts';
import { away, expectedOf, off, redirectUriOf, type SingleSignOnDeps } from './sso-login.service.ts';

/** Between the question and the login at the provider lies no time; its clock counts whole seconds, and its page may take one or two. */
const LEEWAY_SECONDS = 5;

const refused = () => new AppError('confirm_refused', 422, 'The provider did not confirm that it is you, now. Begin again.');

/** The session and the settings of this moment: what comes back to others is not taken. */
const subjectOf = (session: Session, provider: ProviderRow): string => `${session.sessionId} ${provider.updated_at.toISOString()}`;

/**
 * Sends the owner of a session to the provider again, to log in there anew: the answer stands, once, for the password.
 * @throws AppError `forbidden` for a program, `single_sign_on_off`, `single_sign_on_not_linked`, `single_sign_on_away`
 */
export async function beginConfirm(deps: SingleSignOnDeps, context: RequestContext): Promise<{ url: string }> {
  const { session } = context;
  demandPerson(session);
  const { provider, subject } = await context.inTenant(async (tx) => ({ provider: await readProvider(tx), subject: await subjectAtProvider(tx, session.userId) }));
  if (!provider) throw off();
  if (!subject) throw conflict('single_sign_on_not_linked', 'You are linked to no account of the provider.');
  const config = await deps.knownProviders.askAnew(provider.content);
  const token = deps.challenges.issue({ purpose: 'confirm', tenant: session.tenantId, subject: subjectOf(session, provider) });
  const url = await authorizationUrl(config, expectedOf(deps.challenges, token, redirectUriOf(deps.publicUrl, context.origin)), { anew: true });
  context.setChallenge(token, CHALLENGE_MS);
  return { url };
}

/**
 * Takes what the provider sent back. It must name the account that the user is linked to, and say that the login was after the question
 * (`auth_time`, OpenID Connect Core 1.0 section 2): a provider that let an old login pass has confirmed nothing.
 * @throws AppError `confirm_refused`, `single_sign_on_away`
 */
export async function confirmByProvider(deps: SingleSignOnDeps, context: RequestContext, query: string): Promise<void> {
  const { session } = context;
  demandPerson(session);
  const facts = deps.challenges.redeem(context.challenge, 'confirm');
  const provider = await context.inTenant(readProvider);
  if (!provider || facts?.tenant !== session.tenantId || facts.subject !== subjectOf(session, provider)) throw await refuse(context, { reason: 'no_question' });
  const claimed = await claimedOf(deps, context, provider, query);
  const fault = await context.inTenant(async (tx) => {
    const found = faultOf(claimed, await subjectAtProvider(tx, session.userId), facts.ageMs);
    if (found === null) await take(tx, session, new Date(deps.clock.wall()));
    return found;
  });
  if (fault !== null) throw await refuse(context, { reason: fault, sub: claimed.subject.sub });
}

async function claimedOf(deps: SingleSignOnDeps, context: RequestContext, { content }: ProviderRow, query: string): Promise<Claimed> {
  try {
    const config = await deps.knownProviders.of(content);
    return await claimedBy(config, query, expectedOf(deps.challenges, context.challenge, redirectUriOf(deps.publicUrl, context.origin)), 'sub');
  } catch (error) {
    deps.knownProviders.forget(content);
    const refusal = await refuse(context, { reason: isAway(error) ? 'provider_away' : 'provider_answer', fault: faultCode(error) });
    throw isAway(error) ? away() : refusal;
  }
}

/** @param ageMs since the question */
function faultOf({ subject, loginAgeSeconds }: Claimed, linked: Subject | undefined, ageMs: number): 'other_subject' | 'no_auth_time' | 'stale' | null {
  if (linked?.issuer !== subject.issuer || linked.sub !== subject.sub) return 'other_subject';
  if (loginAgeSeconds === null) return 'no_auth_time';
  return loginAgeSeconds > ageMs / 1000 + LEEWAY_SECONDS || loginAgeSeconds < -LEEWAY_SECONDS ? 'stale' : null;
}

async function take(tx: TenantTx, session: Session, at: Date): Promise<void> {
  await markProved(tx, session.sessionId, at);
  await tx.audit({ code: 'session.confirmed', subject: { kind: 'session', id: session.sessionId }, detail: { method: 'single_sign_on' } });
}

/** @returns the refusal, once it is written down */
async function refuse(context: RequestContext, detail: Readonly<Record<string, string>>): Promise<AppError> {
  const { session } = context;
  await context.inTenant((tx) => tx.audit({ code: 'session.confirm_refused', subject: { kind: 'session', id: session.sessionId }, detail: { method: 'single_sign_on', ...detail } }));
  return refused();
}
