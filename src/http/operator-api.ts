import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import type { ZodType } from 'zod';
import { operatorHealth } from '../../shared/api/monitoring.ts';
import * as contracts from '../../shared/api/operator.ts';
import type { RouteContract, RouteInput, RouteOutput } from '../../shared/contract.ts';
import { startRotation } from '../modules/keys/rotation.service.ts';
import { logIn } from '../modules/operator/operator-login.service.ts';
import { OperatorOverviews } from '../modules/operator/operator-overview.service.ts';
import { OperatorSessions } from '../modules/operator/operator-sessions.service.ts';
import { changeTenantStatus } from '../modules/operator/operator-tenants.service.ts';
import type { OperatorDeps, OperatorSession } from '../modules/operator/operator-types.ts';
import { API_PREFIX } from './api.ts';
import { demandOwnOrigin, demandTokenOf } from './auth.ts';
import { unreadyReasons, type ReadyCheck } from './health.ts';
import { ADDRESS_LIMIT, RATE_LIMITS, RateLimiter, type RouteClassLimits } from './rate-limits.ts';
import { checkAnswer, checkInput } from './validation.ts';

const OPERATOR_COOKIE = 'scc_operator';

/** What the operator's console is made of. */
export interface OperatorConsole extends OperatorDeps {
  rateLimits?: RouteClassLimits;
}

/** Value of the operator's cookie, empty when there is none or it is not one of ours. */
export const operatorCookieOf = (request: FastifyRequest): string =>
  /(?:^|;\s*)scc_operator=([A-Za-z0-9_-]{43})(?:;|$)/.exec(request.headers.cookie ?? '')?.[1] ?? '';

/** Cookie for this port only in name: browsers do not tell ports apart, so the name differs from the tenants' and the token is demanded. */
function cookieOptions(request: FastifyRequest) {
  const secure = request.protocol === 'https' || (request.headers.origin ?? '').startsWith('https://');
  return { path: '/', httpOnly: true, sameSite: 'strict', secure } as const;
}

interface Call<Contract extends RouteContract> {
  input: RouteInput<Contract>;
  session: Contract['permission'] extends 'public' ? null : OperatorSession;
  request: FastifyRequest;
  reply: FastifyReply;
}

type Answer<Contract extends RouteContract> = Contract extends { response: ZodType } ? RouteOutput<Contract> : void;

/**
 * Registers the operator's routes: address, origin, rate limit, session, token, input, handler, answer - in this order.
 * @returns the sessions, for the page
 */
export function registerOperatorApi(app: FastifyInstance, deps: OperatorConsole, checks: readonly ReadyCheck[]): OperatorSessions {
  const sessions = new OperatorSessions(deps);
  const overviews = new OperatorOverviews(deps);
  const add = routeAdder(app, deps, sessions);
  add(contracts.operatorLogin, async ({ input, request, reply }) => {
    const origin = { ip: request.ip, userAgent: request.headers['user-agent'] ?? '' };
    const { cookie, ...answer } = await logIn(deps, { ...input.body, origin, oldCookie: operatorCookieOf(request) });
    void reply.setCookie(OPERATOR_COOKIE, cookie, cookieOptions(request));
    return answer;
  });
  add(contracts.operatorLogout, async ({ session, request, reply }) => {
    await sessions.end(session, operatorCookieOf(request), request.ip);
    void reply.clearCookie(OPERATOR_COOKIE, cookieOptions(request));
  });
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

function routeAdder(app: FastifyInstance, deps: OperatorConsole, sessions: OperatorSessions) {
  const limits = { ...RATE_LIMITS, ...deps.rateLimits };
  const byAddress = new RateLimiter(ADDRESS_LIMIT, deps.clock);
  const logins = new RateLimiter(limits.login, deps.clock);
  const normal = new RateLimiter(limits.normal, deps.clock);

  async function admit(contract: RouteContract, request: FastifyRequest): Promise<OperatorSession | null> {
    byAddress.take(request.ip);
    const changes = contract.method !== 'GET';
    if (changes) demandOwnOrigin(request.headers, false);
    if (contract.permission === 'public') {
      logins.take(request.ip);
      return null;
    }
    const cookie = operatorCookieOf(request);
    const session = changes ? await sessions.find(cookie, true) : await sessions.findToLook(cookie, (request.query as { active?: unknown }).active === '1');
    normal.take(session.id);
    if (changes) demandTokenOf(cookie, request.headers);
    return session;
  }

  return <Contract extends RouteContract>(contract: Contract, handle: (call: Call<Contract>) => Promise<Answer<Contract>>): void => {
    const known = new WeakMap<FastifyRequest, OperatorSession | null>();
    app.route({
      method: contract.method as HTTPMethods,
      exposeHeadRoute: false,
      url: API_PREFIX + contract.path.replaceAll(/\{(\w+)\}/g, ':$1'),
      // Before the body is read: nobody without a session makes us read one.
      onRequest: async (request) => void known.set(request, await admit(contract, request)),
      handler: async (request, reply) => {
        const input = checkInput(contract, { params: request.params, query: request.query, body: request.body }) as RouteInput<Contract>;
        const session = (known.get(request) ?? null) as Call<Contract>['session'];
        const body = checkAnswer(contract, await handle({ input, session, request, reply }));
        void reply.header('cache-control', 'no-store');
        if (body === undefined) return reply.code(204).send();
        return reply.code(200).header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(body));
      },
    });
  };
}
