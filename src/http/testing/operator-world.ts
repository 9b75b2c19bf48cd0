import type { FastifyInstance } from 'fastify';
import { expect } from 'vitest';
import { addOperator, freshCode, OPERATOR_PASSWORD } from '../../../test/support/operator.ts';
import { silentLogger } from '../../lib/logger.ts';
import { NO_LIVE_CALLS } from '../../modules/calls/calls.service.ts';
import { NO_TELEPHONY } from '../../modules/telephony/telephony-live.ts';
import type { OperatorDeps, OperatorRole } from '../../modules/operator/operator-types.ts';
import { createMetrics } from '../metrics.ts';
import { createOperatorApp } from '../operator-app.ts';
import type { TestAnswer, World } from './world.ts';

/** One logged-in operator. */
export interface OperatorClient {
  id: string;
  cookie: string;
  csrf: string;
  /** Sends a request under /api/v1 as this operator. */
  call(method: 'GET' | 'POST', path: string, body?: object): Promise<TestAnswer>;
}

/** The operator's port beside a world's tenants, without a socket. */
export interface OperatorWorld {
  app: FastifyInstance;
  send(method: 'GET' | 'POST', url: string, given?: { body?: object; headers?: Record<string, string> }): Promise<TestAnswer>;
  /** Adds an operator and logs in. */
  operator(loginId: string, role?: OperatorRole): Promise<OperatorClient>;
  /** Logs in with a code of the app. */
  logIn(loginId: string): Promise<TestAnswer>;
  clientOf(answer: TestAnswer, id?: string): OperatorClient;
}

export async function createOperatorWorld(world: World, parts: Partial<OperatorDeps> = {}): Promise<OperatorWorld> {
  const wide = { max: 10_000, windowMs: 60_000 };
  const app = await createOperatorApp({
    logger: silentLogger,
    metrics: createMetrics(false),
    checks: [],
    console: {
      database: world.db.database,
      backupHours: 24,
      points: () => Promise.resolve({ days: 7, reach: [{ from: '2026-11-23T09:00:00.000Z', to: '2026-11-30T09:00:00.000Z' }], archivedTo: '2026-11-30T09:00:00.000Z', lastBase: { at: '2026-11-30T01:00:00.000Z', bytes: 1_000_000, ms: 900 }, failure: null, isLate: false }),
      databaseKind: 'embedded',
      live: { calls: () => 0, callsOf: () => 0, media: () => Promise.resolve([]), reloadTenant: () => Promise.resolve() },
      clock: world.clock,
      events: world.events,
      health: () => Promise.reject(new Error('nothing is watched here')),
      version: '1.2.3',
      refusalFloorMs: 0,
      master: world.db.master,
      masterKeyView: () => ({ place: 'file', kms: null, warnings: [] }),
      tenantLive: { telephony: NO_TELEPHONY, calls: NO_LIVE_CALLS },
      rateLimits: { login: wide, normal: wide },
      ...parts,
    },
  });
  const send: OperatorWorld['send'] = async (method, url, { body, headers = {} } = {}) => {
    const answer = await app.inject({ method, url, headers, ...(body ? { payload: body } : {}) });
    const isJson = String(answer.headers['content-type']).includes('json');
    return { status: answer.statusCode, body: (isJson ? answer.json() : {}) as TestAnswer['body'], raw: answer.rawPayload, headers: answer.headers };
  };
  const clientOf: OperatorWorld['clientOf'] = (answer, id = '') => {
    expect(answer.status).toBe(200);
    const cookie = String(answer.headers['set-cookie']).split(';', 1)[0] ?? '';
    const csrf = (answer.body as unknown as { csrfToken: string }).csrfToken;
    return { id, cookie, csrf, call: (method, path, body) => send(method, `/api/v1${path}`, { ...(body ? { body } : {}), headers: { cookie, 'x-csrf-token': csrf } }) };
  };
  const logIn: OperatorWorld['logIn'] = async (loginId) => {
    const code = await freshCode(world.db, loginId, world.clock.wall());
    return send('POST', '/api/v1/login', { body: { loginId, password: OPERATOR_PASSWORD, code } });
  };
  return {
    app,
    send,
    logIn,
    clientOf,
    async operator(loginId, role = 'admin') {
      const id = await addOperator(world.db, loginId, { role });
      return clientOf(await logIn(loginId), id);
    },
  };
}
