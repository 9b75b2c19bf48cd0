import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import type { ZodType } from 'zod';
import type { RouteContract, RouteInput, RouteOutput } from '../../shared/contract.ts';
import { AppError } from '../lib/errors.ts';
import type { OperatorSessions } from '../modules/operator/operator-sessions.service.ts';
import type { OperatorDeps, OperatorSession } from '../modules/operator/operator-types.ts';
import { API_PREFIX } from './api.ts';
import { demandOwnOrigin, demandTokenOf } from './auth.ts';
import { cookieValue, OPERATOR_COOKIE } from './cookies.ts';
import { ADDRESS_LIMIT, RATE_LIMITS, RateLimiter, type RouteClassLimits } from './rate-limits.ts';
import { checkAnswer, checkInput } from './validation.ts';

/** What the operator's console is made of. */
export interface OperatorConsole extends OperatorDeps {
  rateLimits?: RouteClassLimits;
}

/** Value of the operator's cookie, empty when there is none or it is not one of ours. */
export const operatorCookieOf = (request: FastifyRequest): string =>
  /^[\w-]{43}$/.exec(cookieValue(OPERATOR_COOKIE, request.headers))?.[0] ?? '';

/** A request with what is known of it. */
export interface Call<Contract extends RouteContract> {
  input: RouteInput<Contract>;
  session: Contract['permission'] extends 'public' ? null : OperatorSession;
  request: FastifyRequest;
  reply: FastifyReply;
}

type Answer<Contract extends RouteContract> = Contract extends { response: ZodType } ? RouteOutput<Contract> : void;

/**
 * Who may call a route beside having a session: `setUp` = also whoever must set the second factor up first; `admin` = admins only;
 * unset = every operator with a second factor.
 */
export type Admittance = 'setUp' | 'admin' | undefined;

/** Binds a contract to its handler. */
export type AddRoute = <Contract extends RouteContract>(contract: Contract, handle: (call: Call<Contract>) => Promise<Answer<Contract>>, admittance?: Admittance) => void;

/** @throws AppError `second_factor_first`, `forbidden` */
function demandAdmittance(session: OperatorSession, admittance: Admittance): void {
  if (session.mustSetUpFactor && admittance !== 'setUp') throw new AppError('second_factor_first', 403, 'Set up the second factor first.');
  if (admittance === 'admin' && session.role !== 'admin') throw new AppError('forbidden', 403, 'Only admins may do this.');
}

/** Routes of the operator's port: address, origin, rate limit, session, token, admittance, input, handler, answer - in this order. */
export function operatorRouter(app: FastifyInstance, deps: OperatorConsole, sessions: OperatorSessions): AddRoute {
  const limits = { ...RATE_LIMITS, ...deps.rateLimits };
  const byAddress = new RateLimiter(ADDRESS_LIMIT, deps.clock);
  const logins = new RateLimiter(limits.login, deps.clock);
  const normal = new RateLimiter(limits.normal, deps.clock);

  async function admit(contract: RouteContract, request: FastifyRequest, admittance: Admittance): Promise<OperatorSession | null> {
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
    demandAdmittance(session, admittance);
    return session;
  }

  return <Contract extends RouteContract>(contract: Contract, handle: (call: Call<Contract>) => Promise<Answer<Contract>>, admittance?: Admittance): void => {
    const known = new WeakMap<FastifyRequest, OperatorSession | null>();
    app.route({
      method: contract.method as HTTPMethods,
      exposeHeadRoute: false,
      url: API_PREFIX + contract.path.replaceAll(/\{(\w+)\}/g, ':$1'),
      // Before the body is read: nobody without a session makes us read one.
      onRequest: async (request) => void known.set(request, await admit(contract, request, admittance)),
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
