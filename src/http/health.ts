import type { FastifyInstance } from 'fastify';

/** Says why a part is not ready, or null when it is. Called for every `/readyz`; must be quick and must not throw. */
export type ReadyCheck = { name: string; reason: () => string | null };

/** Which parts are not ready, and why. */
export const unreadyReasons = (checks: readonly ReadyCheck[]): { part: string; reason: string }[] =>
  checks.flatMap(({ name, reason }) => {
    const text = reason();
    return text === null ? [] : [{ part: name, reason: text }];
  });

/** `/healthz`: the process lives. `/readyz`: every part is ready, else 503 with the reasons. */
export function registerHealth(app: FastifyInstance, checks: readonly ReadyCheck[]): void {
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const reasons = unreadyReasons(checks);
    void reply.header('cache-control', 'no-store');
    return reply.code(reasons.length === 0 ? 200 : 503).send({ status: reasons.length === 0 ? 'ready' : 'not_ready', reasons });
  });
}
