import * as contracts from '../../../shared/api/account.ts';
import * as settingsContracts from '../../../shared/api/login-settings.ts';
import * as passkeyContracts from '../../../shared/api/passkeys.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import { beginSetUp, confirmSetUp, renewRecoveryCodes, requireSecondFactor, resetSecondFactor, secondFactorView, turnOff } from './second-factor.service.ts';
import { loginSettingsView, loginWays, setLoginSettings } from './login-settings.service.ts';
import { addPasskey, beginPasskey, ownPasskeys, removePasskey } from './passkeys.service.ts';
import { tenantInfo, type SessionRouteDeps } from './session.routes.ts';
import { endOtherSessions, endOwnSession, endSessionsOfUser, ownSessions, sessionsOfUser } from './user-sessions.service.ts';
import { relyingPartyOf } from './webauthn.ts';

/** Second factors, passkeys and sessions, the own ones and those of the users one manages, and how the tenant's users log in. */
export const accountRoutes = (deps: SessionRouteDeps): BoundRoute[] => [
  bind(contracts.getSecondFactor, (_input, context) => context.inTenant((tx) => secondFactorView(tx, context.session))),
  bind(contracts.beginSecondFactor, async ({ body }, { session }) =>
    beginSetUp(deps, session, (await tenantInfo(deps.directory, session.tenantId)).slug, body.password),
  ),
  bind(contracts.confirmSecondFactor, async ({ body }, context) => ({ recoveryCodes: await confirmSetUp(deps, context, body.code) })),
  bind(contracts.renewRecoveryCodes, async ({ body }, { session }) => ({ recoveryCodes: await renewRecoveryCodes(deps, session, body.password) })),
  bind(contracts.turnOffSecondFactor, ({ body }, { session }) => turnOff(deps, session, body.password)),
  bind(contracts.listOwnSessions, (_input, context) => context.inTenant((tx) => ownSessions(tx, deps.clock, context.session))),
  bind(contracts.endOwnSession, ({ params, body }, { session }) => endOwnSession(deps, session, params.id, body.password)),
  bind(contracts.endOtherSessions, ({ body }, { session }) => endOtherSessions(deps, session, body.password)),
  bind(contracts.resetSecondFactor, ({ params }, context) => resetSecondFactor(deps, context, params.id)),
  bind(contracts.listUserSessions, ({ params }, context) => context.inTenant((tx) => sessionsOfUser(tx, deps.clock, context.session, params.id))),
  bind(contracts.endUserSessions, ({ params }, context) => endSessionsOfUser(deps, context, params.id)),
  bind(contracts.requireSecondFactor, ({ params, body }, context) => requireSecondFactor(deps, context, params.id, body.required)),
  bind(passkeyContracts.listPasskeys, (_input, context) => context.inTenant((tx) => ownPasskeys(tx, context.session, relyingPartyOf(deps.publicUrl, context.origin)))),
  bind(passkeyContracts.beginPasskey, async ({ body }, context) =>
    beginPasskey(deps, context, (await tenantInfo(deps.directory, context.session.tenantId)).slug, body.password),
  ),
  bind(passkeyContracts.addPasskey, ({ body }, context) => addPasskey(deps, context, body)),
  bind(passkeyContracts.removePasskey, ({ params, body }, { session }) => removePasskey(deps, session, params.id, body.password)),
  bind(settingsContracts.getLoginSettings, (_input, context) => context.inTenant(loginSettingsView)),
  bind(settingsContracts.setLoginSettings, ({ body }, context) => setLoginSettings(deps, context, body)),
  bind(settingsContracts.loginWays, ({ params }, context) => loginWays(deps, params.tenant, context)),
];
