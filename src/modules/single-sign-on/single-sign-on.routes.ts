import * as contracts from '../../../shared/api/single-sign-on.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import { giveCookies } from '../users/login-gate.ts';
import { beginConfirm, confirmByProvider } from './confirm.service.ts';
import { removeSingleSignOn, setSingleSignOn, singleSignOnView } from './provider.service.ts';
import { unlinkSingleSignOn } from './unlink.service.ts';
import { beginSingleSignOn, loginWithSingleSignOn, type SingleSignOnDeps } from './sso-login.service.ts';

/** The provider that says who a tenant's users are, and logins through it. */
export const singleSignOnRoutes = (deps: SingleSignOnDeps): BoundRoute[] => [
  bind(contracts.getSingleSignOn, (_input, context) => context.inTenant((tx) => singleSignOnView(deps, tx, context.origin))),
  bind(contracts.setSingleSignOn, ({ body }, context) => setSingleSignOn(deps, context, body)),
  bind(contracts.removeSingleSignOn, (_input, context) => context.inTenant(removeSingleSignOn)),
  bind(contracts.unlinkSingleSignOn, ({ params }, context) => unlinkSingleSignOn(deps, context, params.id)),
  bind(contracts.beginSingleSignOn, ({ body }, context) => beginSingleSignOn(deps, context, body.tenant)),
  bind(contracts.loginWithSingleSignOn, async ({ body }, context) => giveCookies(context, await loginWithSingleSignOn(deps, context, body.query))),
  bind(contracts.beginConfirm, (_input, context) => beginConfirm(deps, context)),
  bind(contracts.confirmByProvider, ({ body }, context) => confirmByProvider(deps, context, body.query)),
];
