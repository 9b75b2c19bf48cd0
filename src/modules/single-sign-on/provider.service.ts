import type { SingleSignOnGiven, SingleSignOnProvider, SingleSignOnSet } from '../../../shared/api/single-sign-on.ts';
import type { TenantTx } from '../../db/types.ts';
import { AppError, conflict, invalid } from '../../lib/errors.ts';
import type { RequestContext, Session } from '../support/binding.ts';
import { permissionsOf } from '../users/profile-permissions.ts';
import { findOpening } from '../users/sessions.queries.ts';
import { findUser } from '../users/users.queries.ts';
import { countUnmatchable } from './matching.ts';
import { discover } from './oidc.ts';
import { deleteProvider, readProvider, writeProvider, type ProviderContent, type ProviderRow } from './provider.queries.ts';
import { redirectUriOf, type SingleSignOnDeps } from './sso-login.service.ts';

function viewOf(row: ProviderRow | null): SingleSignOnProvider | null {
  if (!row) return null;
  const { clientSecret: _secret, ...shown } = row.content;
  return { ...shown, only: row.only_way, exceptUserId: row.except_user_id, updatedAt: row.updated_at.toISOString(), updatedBy: row.updated_by };
}

/** The provider for people, without the secret of the client. */
export const singleSignOnView = async (deps: SingleSignOnDeps, tx: TenantTx, origin: string) => ({ provider: viewOf(await readProvider(tx)), redirectUri: redirectUriOf(deps.publicUrl, origin) });

/** The settings as they would be stored. @throws AppError `invalid` when the kept secret would go to another provider, or there is none */
function contentOf(given: SingleSignOnGiven, before: ProviderRow | null): ProviderContent {
  const { issuer, clientId, claim, field, textJa, textEn, secondFactorByProvider } = given;
  const kept = before !== null && new URL(before.content.issuer).origin === new URL(issuer).origin ? before.content.clientSecret : undefined;
  const clientSecret = given.clientSecret ?? kept;
  if (clientSecret === undefined) throw invalid('Give the secret of the client.', { errors: [{ path: 'body.clientSecret', message: 'needed for this provider' }] });
  return { issuer, clientId, clientSecret, claim, field, textJa, textEn, secondFactorByProvider };
}

/** @throws AppError `invalid` when the exception is not an active user who may change these settings */
async function demandException(tx: TenantTx, given: SingleSignOnGiven): Promise<void> {
  if (given.exceptUserId === null && !given.only) return;
  const user = given.exceptUserId === null ? undefined : await findUser(tx, given.exceptUserId);
  if (user?.status === 'active' && permissionsOf({ code: user.profile_code, preset: user.profile_preset, permissions: user.permissions }).includes('user.manage')) return;
  throw invalid('Name an active administrator who may still come in with the password.', { errors: [{ path: 'body.exceptUserId', message: 'must be an active administrator' }] });
}

/** Whether the caller can come in with these settings: by the password as before, as the exception, or as they did now. */
async function staysAllowed(tx: TenantTx, session: Session, given: SingleSignOnGiven): Promise<boolean> {
  if (!given.only || given.exceptUserId === session.personId) return true;
  return (await findOpening(tx, session.sessionId))?.method === 'single_sign_on';
}

/**
 * Sets the provider. A preview changes nothing.
 * @throws AppError `invalid`, `single_sign_on_lockout`, `single_sign_on_away` when nobody else could come in and the provider does not answer
 */
export async function setSingleSignOn(deps: SingleSignOnDeps, context: RequestContext, given: SingleSignOnGiven): Promise<SingleSignOnSet> {
  const { session } = context;
  const plan = await context.inTenant(async (tx) => {
    await demandException(tx, given);
    return { content: contentOf(given, await readProvider(tx)), youStayAllowed: await staysAllowed(tx, session, given), ...(await countUnmatchable(tx, given.field)) };
  });
  // Outside of the transaction: the provider may take its time.
  const fault = await discover(plan.content, deps.loginWorld).then(() => '', faultOf);
  const { content, ...counts } = plan;
  const told = { ...counts, reachable: fault === '', fault };
  if (given.preview) return { ...(await context.inTenant((tx) => singleSignOnView(deps, tx, context.origin))), ...told, applied: false };
  if (!plan.youStayAllowed) throw conflict('single_sign_on_lockout', 'You would lock yourself out: log in through the provider first, or be the exception.');
  if (given.only && fault !== '') throw new AppError('single_sign_on_away', 503, 'The provider does not answer: nobody could come in.', { fault });
  const view = await context.inTenant(async (tx) => {
    const before = await readProvider(tx);
    await writeProvider(tx, content, given);
    const { clientSecret, ...shown } = content;
    const detail = { ...shown, only: given.only, exceptUserId: given.exceptUserId, secretChanged: before?.content.clientSecret !== clientSecret };
    await tx.audit({ code: 'tenant.single_sign_on_set', subject: { kind: 'tenant', id: tx.tenantId }, detail });
    return singleSignOnView(deps, tx, context.origin);
  });
  return { ...view, ...told, applied: true };
}

function faultOf(error: unknown): string {
  if (!(error instanceof AppError)) return 'unknown';
  const { fault } = error.extra;
  return typeof fault === 'string' ? fault : error.code;
}

/** Ends single sign-on as the only way. @returns whether it was */
export async function allowPassword(tx: TenantTx, detail: Record<string, unknown>): Promise<boolean> {
  const before = await readProvider(tx);
  if (!before?.only_way) return false;
  await writeProvider(tx, before.content, { only: false, exceptUserId: null });
  await tx.audit({ code: 'tenant.single_sign_on_set', subject: { kind: 'tenant', id: tx.tenantId }, detail: { ...detail, only: false } });
  return true;
}

/** Turns single sign-on off; no fault when there is none. */
export async function removeSingleSignOn(tx: TenantTx): Promise<void> {
  if (await deleteProvider(tx)) await tx.audit({ code: 'tenant.single_sign_on_removed', subject: { kind: 'tenant', id: tx.tenantId }, detail: {} });
}
