import * as contracts from '../../../shared/api/session.ts';
import type { DirectoryReader } from '../../db/types.ts';
import { bind, unauthenticated, type BoundRoute } from '../support/binding.ts';
import { giveCookies, type LoginDeps } from './login-gate.ts';
import { logIn } from './login.service.ts';
import { beginPasskeyLogin, loginWithPasskey } from './passkey-login.service.ts';
import { csrfTokenOf, splitCredential } from './secrets.ts';
import type { Sessions } from './sessions.service.ts';
import { subjectAtProvider } from '../single-sign-on/identities.queries.ts';
import { changeOwnPassword, demandPerson } from './own-account.service.ts';

export interface SessionRouteDeps extends LoginDeps {
  sessions: Sessions;
}

/** The tenant as its users see it. @throws AppError `unauthenticated` when it is gone */
export async function tenantInfo(directory: DirectoryReader, tenantId: string) {
  const tenant = (await directory.tenants()).find((row) => row.id === tenantId);
  if (!tenant) throw unauthenticated();
  return { id: tenant.id, slug: tenant.slug, name: tenant.name };
}

export const sessionRoutes = (deps: SessionRouteDeps): BoundRoute[] => [
  bind(contracts.login, async ({ body }, context) =>
    giveCookies(context, await logIn(deps, context, { ...body, code: body.code ?? '', passkey: body.passkey ?? null })),
  ),
  bind(contracts.beginPasskeyLogin, ({ body }, context) => beginPasskeyLogin(deps, context, body.tenant)),
  bind(contracts.loginWithPasskey, async ({ body }, context) => giveCookies(context, await loginWithPasskey(deps, context, body.answer))),
  bind(contracts.logout, async (_input, context) => {
    if (context.session.kind === 'user') await deps.sessions.end(context.session);
    context.clearCookie();
  }),
  bind(contracts.getSession, async (_input, context) => {
    const { session } = context;
    // An API key is nobody: it has no profile, no token and no end.
    demandPerson(session);
    const atProvider = await context.inTenant((tx) => subjectAtProvider(tx, session.userId));
    return {
      user: { id: session.userId, loginId: session.loginId, name: session.name, profileId: session.profileId, profileCode: session.profileCode },
      csrfToken: csrfTokenOf(splitCredential(context.cookie)?.secret ?? ''),
      permissions: [...session.permissions],
      mustSetUpFactor: session.mustSetUpFactor,
      mustChangePassword: session.mustChangePassword,
      tenant: await tenantInfo(deps.directory, session.tenantId),
      confirmByProvider: atProvider !== undefined,
      expiresAt: new Date(session.expiresAt ?? deps.clock.wall()).toISOString(),
    };
  }),
  bind(contracts.changePassword, async ({ body }, context) => {
    const tenant = await tenantInfo(deps.directory, context.session.tenantId);
    await changeOwnPassword(deps, context.session, [tenant.slug, tenant.name], body.currentPassword, body.newPassword);
  }),
];
