import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import type { RouteContract } from '../../shared/contract.ts';
import { AppError } from '../lib/errors.ts';
import { actorOf, BinaryAnswer, unauthenticated, type BoundRoute, type RequestContext, type Session } from '../modules/support/binding.ts';
import { Admission, UNSAFE, type AdmissionDeps } from './admission.ts';
import { cookieOf } from './auth.ts';
import { BROWSER_COOKIE, BROWSER_DAYS, CHALLENGE_COOKIE, cookieName, cookieValue, isOverTls, SESSION_COOKIE } from './cookies.ts';
import { checkAnswer, checkInput } from './validation.ts';

export const API_PREFIX = '/api/v1';

export interface ApiDeps extends AdmissionDeps {
  routes: readonly BoundRoute[];
  /** Settles when calls go by what the tenant's settings say now; not given = nothing here makes calls. */
  configInForce?: (tenantId: string) => Promise<void>;
  /** Nearly no room is left: what is not a call is not let in any more. */
  isStorageFull?: () => boolean;
}

/** A change is told as done at the latest so many ms after it was written, in force for calls or not yet. */
const IN_FORCE_MS = 2000;

/** Registers every bound route: admission, input, handler, answer - in this order. */
export function registerApi(app: FastifyInstance, deps: ApiDeps): Admission {
  const admission = new Admission(deps);
  for (const bound of deps.routes) {
    const { contract } = bound;
    app.route({
      method: contract.method as HTTPMethods,
      exposeHeadRoute: false,
      url: API_PREFIX + contract.path.replaceAll(/\{(\w+)\}/g, ':$1'),
      // Before the body is read: nobody without a session makes us read one.
      onRequest: async (request, reply) => {
        const gone = goneSignal(reply);
        request.scc = { session: await admission.enter(request, contract, gone), gone };
      },
      handler: async (request, reply) => {
        // An upload gets bytes, everything else gets JSON or nothing.
        if (Buffer.isBuffer(request.body) !== (contract.upload !== undefined)) throw unsupportedMediaType();
        if (contract.upload !== undefined && deps.isStorageFull?.()) throw storageFull();
        const input = checkInput(contract, { params: request.params, query: request.query, body: request.body });
        const answer = await admission.inTurn(request.scc.session, contract, () => bound.handle(input, contextOf(deps, request, reply)), request.scc.gone);
        if (UNSAFE.has(contract.method)) await inForce(deps, request.scc.session);
        return send(contract, answer, reply);
      },
    });
  }
  return admission;
}

/** Aborted when the connection closes before the answer was written. */
function goneSignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableEnded) controller.abort();
  });
  return controller.signal;
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
    scc: { session: Session | null; gone: AbortSignal };
  }
}

const storageFull = (): AppError => new AppError('storage_full', 507, 'Nearly no room is left on the disk; it is kept for calls.');

const unsupportedMediaType = (): AppError => new AppError('unsupported_media_type', 415, 'This route does not take a body of this media type.');

/** What the product makes as the secret of a browser. */
const BROWSER = /^[\w-]{43}$/;

function contextOf(deps: ApiDeps, request: FastifyRequest, reply: FastifyReply): RequestContext {
  const known = request.scc.session;
  const { headers } = request;
  const secure = isOverTls(headers, request.protocol);
  const cookieOptions = { path: '/', httpOnly: true, sameSite: 'lax', secure } as const;
  return {
    ip: request.ip,
    get session() {
      if (!known) throw unauthenticated();
      return known;
    },
    userAgent: headers['user-agent'] ?? '',
    origin: `${secure ? 'https' : 'http'}://${request.host}`,
    range: headers.range ?? null,
    inTenant(work) {
      if (!known) throw unauthenticated();
      return deps.withTenant(known.tenantId, actorOf(known), work);
    },
    cookie: cookieOf(headers),
    setCookie: (value) => void reply.setCookie(cookieName(SESSION_COOKIE, headers), value, cookieOptions),
    challenge: cookieValue(CHALLENGE_COOKIE, headers),
    setChallenge: (token, ms) => void reply.setCookie(cookieName(CHALLENGE_COOKIE, headers), token, { path: API_PREFIX, httpOnly: true, sameSite: 'strict', secure, maxAge: Math.floor(ms / 1000) }),
    browser: BROWSER.exec(cookieValue(BROWSER_COOKIE, headers))?.[0] ?? '',
    setBrowser: (token) => void reply.setCookie(cookieName(BROWSER_COOKIE, headers), token, { path: API_PREFIX, httpOnly: true, sameSite: 'strict', secure, maxAge: BROWSER_DAYS * 86_400 }),
    clearCookie: () => void reply.clearCookie(cookieName(SESSION_COOKIE, headers), cookieOptions),
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
