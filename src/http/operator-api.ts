import type { FastifyInstance, FastifyRequest } from 'fastify';
import { operatorHealth } from '../../shared/api/monitoring.ts';
import * as contracts from '../../shared/api/operator.ts';
import { startRotation } from '../modules/keys/rotation.service.ts';
import { logIn } from '../modules/operator/operator-login.service.ts';
import { OperatorOverviews } from '../modules/operator/operator-overview.service.ts';
import { OperatorSessions } from '../modules/operator/operator-sessions.service.ts';
import { changeTenantStatus } from '../modules/operator/operator-tenants.service.ts';
import { unreadyReasons, type ReadyCheck } from './health.ts';
import { registerOperatorAccess } from './operator-access-api.ts';
import { registerOperatorAccounts } from './operator-accounts-api.ts';
import { registerOperatorContracts } from './operator-contracts-api.ts';
import { cookieName, isOverTls, OPERATOR_COOKIE } from './cookies.ts';
import { operatorCookieOf, operatorRouter, type Call, type OperatorConsole } from './operator-routing.ts';

function cookieOptions(request: FastifyRequest) {
  return { path: '/', httpOnly: true, sameSite: 'strict', secure: isOverTls(request.headers, request.protocol) } as const;
}

/** Registers the operator's routes. @returns the sessions, for the page */
export function registerOperatorApi(app: FastifyInstance, deps: OperatorConsole, checks: readonly ReadyCheck[]): OperatorSessions {
  const sessions = new OperatorSessions(deps);
  const overviews = new OperatorOverviews(deps);
  const add = operatorRouter(app, deps, sessions);
  add(contracts.operatorLogin, async ({ input, request, reply }) => {
    const origin = { ip: request.ip, userAgent: request.headers['user-agent'] ?? '' };
    const { cookie, role: _role, ...answer } = await logIn(deps, { ...input.body, origin, oldCookie: operatorCookieOf(request) });
    void reply.setCookie(cookieName(OPERATOR_COOKIE, request.headers), cookie, cookieOptions(request));
    return answer;
  });
  add(
    contracts.operatorLogout,
    async ({ session, request, reply }) => {
      await sessions.end(session, operatorCookieOf(request), request.ip);
      void reply.clearCookie(cookieName(OPERATOR_COOKIE, request.headers), cookieOptions(request));
    },
    'setUp',
  );
  registerOperatorAccounts(add, deps);
  registerOperatorAccess(add, deps);
  registerOperatorContracts(add, deps);
  add(contracts.operatorOverview, ({ session }) => overviews.overview(session, unreadyReasons(checks)));
  add(operatorHealth, () => deps.health());
  const change = (to: 'active' | 'suspended') => ({ input, session, request }: Call<typeof contracts.suspendTenant | typeof contracts.resumeTenant>) =>
    changeTenantStatus(deps, session, { tenantId: input.params.id, to, reason: input.body.reason, ip: request.ip });
  add(contracts.suspendTenant, change('suspended'));
  add(contracts.resumeTenant, change('active'));
  add(contracts.rotateTenantKey, async ({ input, session, request }) => {
    const actor = { kind: 'operator', id: session.operatorId, ip: request.ip } as const;
    await startRotation(deps.database, input.params.id, actor, { reason: input.body.reason, by: session.loginId });
    overviews.forget();
  });
  return sessions;
}

