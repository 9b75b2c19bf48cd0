import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import type { RouteContract } from '../../shared/contract.ts';
import type { WithTenant } from '../db/types.ts';
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import { actorOf, BinaryAnswer, forbidden, unauthenticated, type BoundRoute, type RequestContext, type Session } from '../modules/support/binding.ts';
import { CHALLENGE_COOKIE, challengeOf, cookieOf, demandCsrfToken, demandOwnOrigin, SESSION_COOKIE, type Auth } from './auth.ts';
import { ADDRESS_LIMIT, RATE_LIMITS, RateLimiter, type Limit, type RouteClassLimits } from './rate-limits.ts';
import { checkAnswer, checkInput } from './validation.ts';

export const API_PREFIX = '/api/v1';
const UNSAFE = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

export interface ApiDeps {
  auth: Auth;
  withTenant: WithTenant;
  clock: Clock;
  routes: readonly BoundRoute[];
  rateLimits?: RouteClassLimits;
  /** Settles when calls go by what the tenant's settings say now; not given = nothing here makes calls. */
  configInForce?: (tenantId: string) => Promise<void>;
  /** Nearly no room is left: what is not a call is not let in any more. */
  isStorageFull?: () => boolean;
}

/** A change is told as done at the latest so many ms after it was written, in force for calls or not yet. */
const IN_FORCE_MS = 2000;

/** Registers every bound route: origin, session, rate limit, permission, token, input, handler, answer - in this order. */
export function registerApi(app: FastifyInstance, deps: ApiDeps): void {
  const limiters = createLimiters(deps);
  for (const bound of deps.routes) {
    const { contract } = bound;
    app.route({
      method: contract.method as HTTPMethods,
      exposeHeadRoute: false,
      url: API_PREFIX + contract.path.replaceAll(/\{(\w+)\}/g, ':$1'),
      // Before the body is read: nobody without a session makes us read one.
      onRequest: async (request) => {
        limiters.address.take(request.ip);
        const session = await identify(deps, contract, request);
        request.scc = { session };
        limiters[contract.rate].take(session?.sessionId ?? request.ip);
        if (session) await admit(deps, contract, request, session);
      },
      handler: async (request, reply) => {
        // An upload gets bytes, everything else gets JSON or nothing.
        if (Buffer.isBuffer(request.body) !== (contract.upload !== undefined)) throw unsupportedMediaType();
        if (contract.upload !== undefined && deps.isStorageFull?.()) throw storageFull();
        const input = checkInput(contract, { params: request.params, query: request.query, body: request.body });
        const answer = await auditingRefusal(deps, contract, request, () => bound.handle(input, contextOf(deps, request, reply)));
        if (UNSAFE.has(contract.method)) await inForce(deps, request.scc.session);
        return send(contract, answer, reply);
      },
    });
  }
}

/** Whoever reads that a setting is saved finds the next call going by it. */
async function inForce({ clock, configInForce }: ApiDeps, session: Session | null): Promise<void> {
  if (!session || !configInForce) return;
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const cancel = clock.after(IN_FORCE_MS, () => resolve(undefined));
  await Promise.race([configInForce(session.tenantId), late]);
  cancel();
}

declare module 'fastify' {
  interface FastifyRequest {
    scc: { session: Session | null };
  }
}

const storageFull = (): AppError => new AppError('storage_full', 507, 'Nearly no room is left on the disk; it is kept for calls.');

const unsupportedMediaType = (): AppError => new AppError('unsupported_media_type', 415, 'This route does not take a body of this media type.');

type Limiters = Record<keyof typeof RATE_LIMITS | 'address', RateLimiter>;

function createLimiters(deps: ApiDeps): Limiters {
  const make = (limit: Limit): RateLimiter => new RateLimiter(limit, deps.clock);
  const limits = { ...RATE_LIMITS, ...deps.rateLimits };
  return { address: make(ADDRESS_LIMIT), normal: make(limits.normal), heavy: make(limits.heavy), login: make(limits.login), public: make(limits.public) };
}

/** Refusals of handlers that are written down: somebody reached for what is not theirs. */
const REFUSALS: ReadonlySet<string> = new Set(['forbidden', 'above_you']);

/** Who makes the request; null on public routes. @throws AppError `unauthenticated`, `foreign_origin` */
async function identify(deps: ApiDeps, contract: RouteContract, request: FastifyRequest): Promise<Session | null> {
  if (UNSAFE.has(contract.method)) demandOwnOrigin(request.headers, false);
  return contract.permission === 'public' ? null : deps.auth.authenticate(request);
}

/** What may be asked for by an unsafe method when the contract has ended: logging out, and copies to take along. */
const RETURNING_TAGS: ReadonlySet<string> = new Set(['session', 'exports']);

/** Whether the session may do this. @throws AppError `password_change_first`, `second_factor_first`, `contract_ended`, `forbidden`, `csrf` */
async function admit(deps: ApiDeps, contract: RouteContract, request: FastifyRequest, session: Session): Promise<void> {
  if (session.mustChangePassword && contract.tag !== 'session') throw new AppError('password_change_first', 403, 'Choose a password of your own first.');
  if (session.mustSetUpFactor && contract.tag !== 'session') throw new AppError('second_factor_first', 403, 'Set up a second factor first: your profile demands it.');
  if (session.isReturning && UNSAFE.has(contract.method) && !RETURNING_TAGS.has(contract.tag)) throw new AppError('contract_ended', 403, 'The contract has ended: what is there can be read and taken out, and not changed.');
  if (contract.permission !== 'session' && contract.permission !== 'public' && !session.permissions.has(contract.permission)) {
    await auditRefusal(deps, session, contract);
    throw forbidden();
  }
  if (UNSAFE.has(contract.method) && session.kind === 'user') demandCsrfToken(request.headers);
}

/** A refusal changes nothing, so its audit entry has a transaction of its own. */
async function auditRefusal(deps: ApiDeps, session: Session, contract: RouteContract): Promise<void> {
  await deps.withTenant(session.tenantId, actorOf(session), (tx) =>
    tx.audit({ code: 'access.refused', subject: { kind: 'route', id: contract.id }, detail: { permission: contract.permission } }),
  );
}

/** What a handler itself refuses stands in the audit log like a route that is refused as a whole. */
async function auditingRefusal<T>(deps: ApiDeps, contract: RouteContract, { scc }: FastifyRequest, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (scc.session && error instanceof AppError && REFUSALS.has(error.code)) await auditRefusal(deps, scc.session, contract);
    throw error;
  }
}

function contextOf(deps: ApiDeps, request: FastifyRequest, reply: FastifyReply): RequestContext {
  const known = request.scc.session;
  const secure = request.protocol === 'https' || (request.headers.origin ?? '').startsWith('https://');
  const cookieOptions = { path: '/', httpOnly: true, sameSite: 'lax', secure } as const;
  return {
    ip: request.ip,
    get session() {
      if (!known) throw unauthenticated();
      return known;
    },
    userAgent: request.headers['user-agent'] ?? '',
    origin: `${secure ? 'https' : 'http'}://${request.host}`,
    range: request.headers.range ?? null,
    inTenant(work) {
      if (!known) throw unauthenticated();
      return deps.withTenant(known.tenantId, actorOf(known), work);
    },
    cookie: cookieOf(request.headers),
    setCookie: (value) => void reply.setCookie(SESSION_COOKIE, value, cookieOptions),
    challenge: challengeOf(request.headers),
    setChallenge: (token, ms) => void reply.setCookie(CHALLENGE_COOKIE, token, { path: API_PREFIX, httpOnly: true, sameSite: 'strict', secure, maxAge: Math.floor(ms / 1000) }),
    clearCookie: () => void reply.clearCookie(SESSION_COOKIE, cookieOptions),
  };
}

function send(contract: RouteContract, answer: unknown, reply: FastifyReply): FastifyReply {
  void reply.header('cache-control', 'no-store');
  if (answer instanceof BinaryAnswer) {
    void reply.code(answer.status).headers(answer.headers);
    if (answer.body instanceof Readable) answer.body.once('error', (error) => reply.raw.destroy(error));
    return reply.send(answer.body);
  }
  const body = checkAnswer(contract, answer);
  if (body === undefined) return reply.code(204).send();
  // Sent as text: the contract has already shaped it, and the framework need not guess a serializer.
  return reply.code(200).header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(body));
}
