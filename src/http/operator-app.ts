import Fastify, { type FastifyInstance } from 'fastify';
import type { Logger } from '../lib/logger.ts';
import { registerHealth, type ReadyCheck } from './health.ts';
import type { Metrics } from './metrics.ts';
import { createErrorHandler } from './problem.ts';
import { registerSecurityHeaders } from './security-headers.ts';

/** The operator's side, on a port of its own that no tenant can reach: metrics and health. */
export async function createOperatorApp(deps: { logger: Logger; metrics: Metrics; checks: readonly ReadyCheck[] }): Promise<FastifyInstance> {
  const app = Fastify({ logger: false, trustProxy: false, bodyLimit: 64 * 1024, forceCloseConnections: true });
  app.setErrorHandler(createErrorHandler(deps.logger));
  await registerSecurityHeaders(app);
  registerHealth(app, deps.checks);
  app.get('/metrics', async (_request, reply) => reply.header('content-type', deps.metrics.registry.contentType).send(await deps.metrics.registry.metrics()));
  return app;
}
