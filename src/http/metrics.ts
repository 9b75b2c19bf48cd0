import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { FastifyInstance } from 'fastify';

/** What the HTTP side counts, and the registry that everyone adds to. */
export interface Metrics {
  registry: Registry;
  observeRequests(app: FastifyInstance): void;
  /** @param waiting requests that wait for their tenant's turn */
  observeTurns(waiting: () => number): void;
  /** @param held tenants and addresses of which strangers are held back at the login */
  observeLoginGuard(held: () => number): void;
}

/** @param withProcess also memory, CPU and event loop of this process; once per process */
export function createMetrics(withProcess: boolean): Metrics {
  const registry = new Registry();
  if (withProcess) collectDefaultMetrics({ register: registry });
  const seconds = new Histogram({
    name: 'scc_http_request_duration_seconds',
    help: 'Time from a request to its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5],
    registers: [registry],
  });
  const refused = new Counter({ name: 'scc_http_refused_total', help: 'Requests answered 401, 403 or 429.', labelNames: ['status'], registers: [registry] });
  return {
    registry,
    observeRequests(app) {
      app.addHook('onResponse', async (request, reply) => {
        const status = reply.statusCode;
        // The route's pattern, never the address: ids would make a label per record.
        seconds.observe({ method: request.method, route: request.routeOptions.url ?? 'none', status }, reply.elapsedTime / 1000);
        if (status === 401 || status === 403 || status === 429) refused.inc({ status });
      });
    },
    observeTurns(waiting) {
      const gauge: Gauge = new Gauge({ name: 'scc_http_waiting', help: "Requests that wait for their tenant's turn.", registers: [registry], collect: () => gauge.set(waiting()) });
    },
    observeLoginGuard(held) {
      const gauge: Gauge = new Gauge({ name: 'scc_login_guard_held', help: 'Tenants and addresses of which strangers are held back at the login: somebody goes through a list of accounts.', registers: [registry], collect: () => gauge.set(held()) });
    },
  };
}
