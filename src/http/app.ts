import cookie from '@fastify/cookie';
import Fastify, { type FastifyInstance } from 'fastify';
import type { RouteClassLimits } from './rate-limits.ts';
import type { WithTenant } from '../db/types.ts';
import type { Clock } from '../lib/clock.ts';
import { newId } from '../lib/ids.ts';
import type { Logger } from '../lib/logger.ts';
import { LARGEST_UPLOAD } from '../modules/scanner/scanner.ts';
import type { BoundRoute } from '../modules/support/binding.ts';
import { createApiPage } from './api-docs.ts';
import { registerApi } from './api.ts';
import type { Auth } from './auth.ts';
import { registerHealth, type ReadyCheck } from './health.ts';
import type { Metrics } from './metrics.ts';
import { createOpenApi } from './openapi.ts';
import { newNonce, registerPages, sendPage } from './pages.ts';
import { createErrorHandler } from './problem.ts';
import { registerSecurityHeaders } from './security-headers.ts';
import type { Shares } from './tenant-shares.ts';

/** Adds routes of its own, for example the WebSockets; gets what it needs to know who connects. */
export type HttpPlugin = (app: FastifyInstance, auth: Auth) => Promise<void>;

export interface AppDeps {
  auth: Auth;
  withTenant: WithTenant;
  clock: Clock;
  logger: Logger;
  routes: readonly BoundRoute[];
  checks: readonly ReadyCheck[];
  metrics: Metrics;
  plugins: readonly HttpPlugin[];
  /** Folder of the built web client. */
  webDir: string;
  version: string;
  rateLimits?: RouteClassLimits;
  shares?: Shares;
  /** Proxies in front whose word about a client's address and protocol is taken; nobody's when unset. */
  trustedProxies?: readonly string[];
}

/** JSON bodies; sounds may be larger. */
const BODY_LIMIT = 256 * 1024;
/** Of CSV: some thousand lines. */
const TABLE_LIMIT = 2 * 1024 * 1024;

/** The tenant side of the HTTP server, not yet listening. */
export async function createApp(deps: AppDeps): Promise<FastifyInstance> {
  const app = Fastify({
    logger: false,
    // Source IP ranges are checked against the socket's address, or against what a proxy says that was named as trusted.
    trustProxy: deps.trustedProxies?.length ? [...deps.trustedProxies] : false,
    bodyLimit: BODY_LIMIT,
    genReqId: () => newId(),
    requestTimeout: 30_000,
    connectionTimeout: 0,
    keepAliveTimeout: 72_000,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200, caseSensitive: true },
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    return503OnClosing: true,
  });
  app.setErrorHandler(createErrorHandler(deps.logger));
  logRequests(app, deps.logger);
  deps.metrics.observeRequests(app);
  await registerSecurityHeaders(app);
  await app.register(cookie);
  app.addContentTypeParser(/^audio\//, { parseAs: 'buffer', bodyLimit: LARGEST_UPLOAD }, (_request, body, done) => done(null, body));
  app.addContentTypeParser('text/csv', { parseAs: 'buffer', bodyLimit: TABLE_LIMIT }, (_request, body, done) => done(null, body));
  registerHealth(app, deps.checks);
  registerDocs(app, deps);
  const admission = registerApi(app, deps);
  deps.metrics.observeTurns(() => admission.waiting);
  for (const plugin of deps.plugins) await plugin(app, deps.auth);
  await registerPages(app, deps.webDir);
  return app;
}

function registerDocs(app: FastifyInstance, deps: AppDeps): void {
  const contracts = deps.routes.map((bound) => bound.contract);
  const document = createOpenApi(contracts, deps.version);
  const text = JSON.stringify(document);
  app.get('/api/openapi.json', (_request, reply) => reply.header('content-type', 'application/json; charset=utf-8').send(text));
  app.get('/api/docs', (_request, reply) => {
    const nonce = newNonce();
    return sendPage(reply, createApiPage(contracts, document, nonce), nonce);
  });
}

/** One line per answer: who and what, but no query (it may hold a name or number), no body, no header. */
function logRequests(app: FastifyInstance, logger: Logger): void {
  app.addHook('onResponse', async (request, reply) => {
    const session = request.scc?.session;
    const fields = {
      requestId: request.id,
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      ip: request.ip,
      ...(session ? { tenantId: session.tenantId, userId: session.userId } : {}),
    };
    if (reply.statusCode >= 500) logger.warn(fields, 'Request failed.');
    else logger.debug(fields, 'Request answered.');
  });
}
