import cookie from '@fastify/cookie';
import Fastify, { type FastifyInstance } from 'fastify';
import { AppError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import type { Logger } from '../lib/logger.ts';
import { registerHealth, type ReadyCheck } from './health.ts';
import type { Metrics } from './metrics.ts';
import { registerOperatorApi } from './operator-api.ts';
import { registerOperatorPage } from './operator-page.ts';
import type { OperatorConsole } from './operator-routing.ts';
import { createErrorHandler } from './problem.ts';
import { registerSecurityHeaders } from './security-headers.ts';

interface OperatorAppDeps {
  logger: Logger;
  metrics: Metrics;
  checks: readonly ReadyCheck[];
  /** Unset: metrics and health only. */
  console?: OperatorConsole;
}

/**
 * The operator's side, on a port of its own that no tenant can reach: metrics and health for programs, without login, and the
 * console for the provider's people.
 */
export async function createOperatorApp(deps: OperatorAppDeps): Promise<FastifyInstance> {
  const app = Fastify({
    logger: false,
    trustProxy: false,
    bodyLimit: 64 * 1024,
    genReqId: () => newId(),
    requestTimeout: 30_000,
    forceCloseConnections: true,
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
  });
  app.setErrorHandler(createErrorHandler(deps.logger));
  await registerSecurityHeaders(app);
  registerHealth(app, deps.checks);
  app.get('/metrics', async (_request, reply) => reply.header('content-type', deps.metrics.registry.contentType).send(await deps.metrics.registry.metrics()));
  if (deps.console) {
    await app.register(cookie);
    await registerOperatorPage(app, registerOperatorApi(app, deps.console, deps.checks));
  }
  app.setNotFoundHandler(() => {
    throw new AppError('not_found', 404, 'There is nothing at this address.');
  });
  return app;
}
