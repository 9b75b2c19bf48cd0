import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { route } from '../../shared/contract.ts';
import { allRoutes } from '../../shared/api/index.ts';
import { AppError } from '../lib/errors.ts';
import { silentLogger } from '../lib/logger.ts';
import type { ReadyCheck } from './health.ts';
import { createMetrics } from './metrics.ts';
import { createOperatorApp } from './operator-app.ts';
import { problemOf } from './problem.ts';
import { createWorld, TEST_PASSWORD, type TestClient, type TestPeople, type World } from './testing/world.ts';
import { checkAnswer } from './validation.ts';

let folder: string;
let world: World;
let people: TestPeople;
let csr: TestClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scc-web-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<meta name="csp-nonce" content="__CSP_NONCE__"><script nonce="__CSP_NONCE__" src="/assets/main-abc.js"></script>');
  await writeFile(join(folder, 'assets', 'main-abc.js'), 'export {};');
  world = await createWorld({ webDir: folder, rateLimits: { login: { max: 6, windowMs: 60_000 }, public: { max: 3, windowMs: 60_000 } } });
  people = await world.addTenant('acme', 'Acme');
  csr = await world.logIn(people, 'csr1');
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

const html = { accept: 'text/html' };

describe('pages', () => {
  it('carry a fresh nonce in page and policy', async () => {
    const nonces = new Set<string>();
    for (const path of ['/', '/index.html', '/customers/1234', '/']) {
      const answer = await world.request('GET', path, { headers: html });
      const nonce = /nonce="([^"]+)"/.exec(answer.raw.toString())?.[1] ?? '';
      expect(answer.status).toBe(200);
      expect(answer.raw.toString()).not.toContain('__CSP_NONCE__');
      const policy = String(answer.headers['content-security-policy']);
      expect(policy).toContain(`script-src 'self' 'nonce-${nonce}'`);
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("object-src 'none'; base-uri 'none'");
      expect(policy).not.toContain('unsafe');
      expect(answer.headers['cache-control']).toBe('no-store');
      nonces.add(nonce);
    }
    expect(nonces.size).toBe(4);
  });

  it('serve built files for long and nothing outside the folder', async () => {
    const file = await world.request('GET', '/assets/main-abc.js');
    expect([file.status, file.headers['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable']);
    for (const path of ['/assets/missing.js', '/../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/assets/..%2f..%2fpackage.json', '/api/nothing', '/api/v1/nothing', '/.env']) {
      const answer = await world.request('GET', path);
      expect([path, answer.status]).toEqual([path, answer.status === 403 ? 403 : 404]);
      expect(answer.raw.toString()).not.toContain('root:');
    }
    expect((await world.request('GET', '/api/v1/nothing', { headers: html })).body).toMatchObject({ code: 'not_found', status: 404 });
  });

  it('have protective headers, answers of the API a policy that allows nothing', async () => {
    const answer = await csr.call('GET', '/session');
    expect(answer.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'x-frame-options': 'DENY', 'cache-control': 'no-store' });
    expect(String(answer.headers['content-security-policy'])).toContain("default-src 'none'; frame-ancestors 'none'");
    expect(String(answer.headers['strict-transport-security'])).toContain('max-age=31536000');
    expect(answer.headers['x-powered-by']).toBeUndefined();
  });
});

describe('the API document', () => {
  it('is OpenAPI 3.1 of all routes, with a readable page', async () => {
    const { body } = await world.request('GET', '/api/openapi.json');
    const document = body as unknown as { openapi: string; paths: Record<string, Record<string, { operationId: string; responses: object }>> };
    expect(document.openapi).toBe('3.1.0');
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    expect(operations).toHaveLength(allRoutes.length);
    const page = await world.request('GET', '/api/docs', { headers: html });
    expect(page.status).toBe(200);
    for (const { id } of allRoutes) expect(page.raw.toString()).toContain(`<h3 id="${id}">`);
    expect(page.raw.toString()).not.toContain('<script');
  });

  it('names every route once', () => {
    const keys = allRoutes.map(({ method, path }) => `${method} ${path}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(new Set(allRoutes.map(({ id }) => id)).size).toBe(keys.length);
  });
});

describe('bad input', () => {
  const post = (body: unknown, headers: Record<string, string> = {}) => csr.call('POST', '/customers', body, headers);

  it.each([
    ['broken JSON', '{"familyName": ', 400, 'invalid_json', undefined],
    ['empty', '', 400, 'invalid_json', undefined],
    ['an array', [], 400, 'invalid_request', 'body'],
    ['a wrong type', { familyName: 5 }, 400, 'invalid_request', 'body.familyName'],
    ['a wrong type deep inside', { familyName: 'x', phones: ['1', 2] }, 400, 'invalid_request', 'body.phones.1'],
    ['an unknown field', { familyName: 'x', surname: 'y' }, 400, 'invalid_request', 'body.surname'],
    ['too long', { familyName: 'x'.repeat(101) }, 400, 'invalid_request', 'body.familyName'],
    ['too many', { familyName: 'x', phones: Array.from({ length: 21 }, () => '1') }, 400, 'invalid_request', 'body.phones'],
    ['no name', { note: 'x' }, 400, 'invalid_request', 'body.familyName'],
    ['NUL', { familyName: 'a\u0000b' }, 400, 'invalid_request', 'body.familyName'],
    ['half a character', '{"familyName":"\\ud800"}', 400, 'invalid_request', 'body.familyName'],
    ['no id', { familyName: 'x', companyId: '1 or 1=1' }, 400, 'invalid_request', 'body.companyId'],
  ])('%s is told with its place', async (_name, body, status, code, path) => {
    const answer = await post(body);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(String(answer.headers['content-type'])).toContain('application/problem+json');
    if (path) expect(answer.body.errors?.map((fault) => fault.path)).toContain(path);
    expect(answer.body).toMatchObject({ type: 'about:blank', title: expect.any(String) as string, status });
  });

  it('is told for path and query', async () => {
    expect((await csr.call('GET', '/customers/not-an-id')).body).toMatchObject({ code: 'invalid_request', errors: [{ path: 'path.id' }] });
    expect((await csr.call('GET', '/customers?limit=0')).body.errors?.[0]?.path).toBe('query.limit');
    expect((await csr.call('GET', '/customers?limit=1e9')).body.errors?.[0]?.path).toBe('query.limit');
    expect((await csr.call('GET', '/customers?limt=5')).body.errors).toEqual([{ path: 'query.limt', message: 'unknown field' }]);
    expect((await csr.call('GET', '/customers?q=a&q=b')).body.errors?.[0]?.path).toBe('query.q');
    for (const cursor of ['x', 'bnVsbA', Buffer.from('["",""]').toString('base64url'), Buffer.from('["x","y"]').toString('base64url')]) {
      expect((await csr.call('GET', `/customers?cursor=${cursor}`)).body.code).toBe('invalid_cursor');
    }
    for (const list of ['/calls', '/cases', '/wrap-up-codes', '/recordings']) expect((await csr.call('GET', `${list}?cursor=bnVsbA`)).body.code).toBe('invalid_cursor');
  });

  it('is refused when it is too large or of another kind', async () => {
    expect((await post({ familyName: 'x', note: 'x'.repeat(300_000) })).body).toMatchObject({ code: 'body_too_large', status: 413 });
    expect((await post('<x/>', { 'content-type': 'application/xml' })).body).toMatchObject({ code: 'unsupported_media_type', status: 415 });
    expect((await post(Buffer.alloc(10), { 'content-type': 'audio/wav' })).body.code).toBe('unsupported_media_type');
    expect((await csr.call('PATCH', '/customers')).status).toBe(404);
  });
});

describe('answers', () => {
  const contract = route({ id: 'x', method: 'GET', path: '/x', summary: '', tag: 'x', permission: 'public', rate: 'normal', response: z.object({ name: z.string(), list: z.array(z.object({ a: z.number() })) }) });

  it('lose what the contract does not name and never have a wrong type', () => {
    expect(checkAnswer(contract, { name: 'n', passwordHash: 'secret', list: [{ a: 1, b: 'secret' }] })).toEqual({ name: 'n', list: [{ a: 1 }] });
    expect(() => checkAnswer(contract, { name: 'secret', list: [{ a: 'secret value' }] })).toThrow(expect.objectContaining({ code: 'internal', message: expect.not.stringContaining('secret') as string }));
  });

  it('do not tell what a bug was', () => {
    const { status, body, bug } = problemOf(new TypeError('cannot read secret of undefined'));
    expect([status, bug, JSON.stringify(body).includes('secret')]).toEqual([500, true, false]);
    expect(problemOf(new AppError('internal', 500, 'secret')).body['title']).not.toContain('secret');
    expect(problemOf({ statusCode: 418, message: 'secret' })).toMatchObject({ status: 418, body: { code: 'invalid_request' } });
  });
});

describe('methods', () => {
  it('shows no request back to whoever sends TRACE', async () => {
    for (const path of ['/', '/api/v1/session', '/healthz']) {
      const answer = await world.request('TRACE', path, { headers: { 'x-secret': 'not-to-be-shown' } });
      expect([404, 405]).toContain(answer.status);
      expect(JSON.stringify([answer.body, answer.headers])).not.toContain('not-to-be-shown');
    }
  });
});

describe('limits', () => {
  it('slow down guessing and say when to come back, for one client only', async () => {
    const guess = (ip: string) => world.request('POST', '/api/v1/login', { body: { tenant: 'acme', loginId: 'nobody', password: 'x' }, ip });
    for (let count = 0; count < 6; count++) expect((await guess('203.0.113.1')).status).toBe(401);
    const refused = await guess('203.0.113.1');
    expect(refused.body).toMatchObject({ code: 'rate_limited', status: 429 });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await guess('203.0.113.2')).status).toBe(401);
    for (let count = 0; count < 3; count++) await world.request('GET', '/api/v1/public/web-call/acme', { ip: '203.0.113.9' });
    expect((await world.request('GET', '/api/v1/public/web-call/acme', { ip: '203.0.113.9' })).status).toBe(429);
    expect((await world.request('POST', '/api/v1/login', { body: { tenant: 'acme', loginId: 'csr1', password: TEST_PASSWORD }, ip: '203.0.113.9' })).status).toBe(200);
  });
});

describe('operator port', () => {
  it('says what is not ready, and measures by route', async () => {
    let reason: string | null = 'starting';
    const checks: ReadyCheck[] = [{ name: 'database', reason: () => null }, { name: 'media', reason: () => reason }];
    const metrics = createMetrics(false);
    const app = await createOperatorApp({ logger: silentLogger, metrics, checks });
    metrics.observeRequests(app);
    expect((await app.inject('/healthz')).statusCode).toBe(200);
    const notYet = await app.inject('/readyz');
    expect([notYet.statusCode, notYet.json()]).toEqual([503, { status: 'not_ready', reasons: [{ part: 'media', reason: 'starting' }] }]);
    reason = null;
    expect((await app.inject('/readyz')).statusCode).toBe(200);
    const text = (await app.inject('/metrics')).body;
    expect(text).toContain('scc_http_request_duration_seconds_count{method="GET",route="/readyz",status="503"} 1');
    await app.close();
  });

  it('is not on the tenants’ port', async () => {
    expect((await world.request('GET', '/metrics')).status).toBe(404);
    expect((await world.request('GET', '/healthz')).status).toBe(200);
    expect((await world.request('GET', '/readyz')).status).toBe(200);
  });
});
