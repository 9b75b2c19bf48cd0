import { DEFAULT_MAX_SESSIONS } from '../../../shared/api/login-settings.ts';
import type { LoginSettings, LoginSettingsAnswer, LoginWays } from '../../../shared/api/login-settings.ts';
import type { PasskeyMode } from '../../../shared/api/passkeys.ts';
import type { DirectoryReader, TenantTx, WithTenant } from '../../db/types.ts';
import { conflict } from '../../lib/errors.ts';
import { readProvider } from '../single-sign-on/provider.queries.ts';
import type { RequestContext } from '../support/binding.ts';
import { passkeyUsers, findLoginSettings, writeLoginSettings } from './login-settings.queries.ts';
import { passkeyMode } from './passkeys.queries.ts';
import { findProfile } from './profiles.queries.ts';
import { findFactor } from './second-factor.queries.ts';
import type { UserDeps } from './users.service.ts';
import { relyingPartyOf } from './webauthn.ts';

/** How the users of the tenant may log in; as at the beginning when nobody has set it. */
export async function loginSettingsView(tx: TenantTx): Promise<LoginSettings> {
  const row = await findLoginSettings(tx);
  return { passkeys: await passkeyMode(tx), maxSessions: row?.max_sessions ?? DEFAULT_MAX_SESSIONS, updatedAt: row?.updated_at.toISOString() ?? null, updatedBy: row?.updated_by ?? null };
}

/**
 * Turns passkeys on or off, and limits the sessions of a user. Registered passkeys stay, and count again when they are turned on again. A
 * preview changes nothing.
 * @throws AppError `second_factor_first` when the caller's profile demands a second factor and the only one would be gone
 */
export async function setLoginSettings(deps: UserDeps, context: RequestContext, given: { passkeys: PasskeyMode; maxSessions?: number | undefined; preview: boolean }): Promise<LoginSettingsAnswer> {
  const { session } = context;
  const outcome = await context.inTenant(async (tx) => {
    const { passkeys, maxSessions } = await loginSettingsView(tx);
    const [before, after] = [{ passkeys, maxSessions }, { passkeys: given.passkeys, maxSessions: given.maxSessions ?? maxSessions }];
    const users = await passkeyUsers(tx);
    const counts = { usersWithPasskeys: users.length, usersWithoutOther: users.filter(({ hasCodes }) => !hasCodes).length };
    if (given.preview || (passkeys === after.passkeys && maxSessions === after.maxSessions)) return { answer: { settings: await loginSettingsView(tx), applied: false, ...counts }, concerned: [] };
    if (given.passkeys === 'off' && (await findProfile(tx, session.profileId))?.second_factor_required && !(await findFactor(tx, session.personId))?.confirmed_at) {
      throw conflict('second_factor_first', 'Set up an authenticator app first: your profile demands a second factor.');
    }
    await writeLoginSettings(tx, after);
    await tx.audit({ code: 'tenant.login_settings_changed', subject: { kind: 'tenant', id: tx.tenantId }, detail: { before, after, ...counts } });
    return { answer: { settings: await loginSettingsView(tx), applied: true, ...counts }, concerned: passkeys === after.passkeys ? [] : users.map(({ id }) => id) };
  });
  // Whether a profile's demand for a second factor is met may have changed for them.
  if (outcome.concerned.length > 0) deps.events.emit('accessChanged', { tenantId: session.tenantId, userIds: outcome.concerned });
  return outcome.answer;
}

/** What the login page offers for a tenant. Unknown ones, suspended ones and those that offer nothing look alike. */
export async function loginWays(deps: { directory: DirectoryReader; withTenant: WithTenant; publicUrl: string | null }, slug: string, visitor: { ip: string; origin: string }): Promise<LoginWays> {
  const passkeyOrigin = relyingPartyOf(deps.publicUrl, visitor.origin)?.origin ?? null;
  const tenant = await deps.directory.tenantBySlug(slug.toLowerCase());
  if (tenant?.status !== 'active') return { passkey: false, passkeyOrigin, singleSignOn: null };
  return deps.withTenant(tenant.id, { kind: 'system', id: 'login', ip: visitor.ip }, async (tx) => {
    const provider = await readProvider(tx);
    const singleSignOn = provider && { textJa: provider.content.textJa, textEn: provider.content.textEn, only: provider.only_way };
    return { passkey: (await passkeyMode(tx)) === 'passwordless' && singleSignOn?.only !== true, passkeyOrigin, singleSignOn };
  });
}
