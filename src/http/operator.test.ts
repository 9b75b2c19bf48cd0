import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { logMasterUse } from '../db/master-key-log.ts';
import type { FakeClock } from '../lib/clock.ts';
import type { OperatorHealth } from '../../shared/api/monitoring.ts';
import type { MasterKeyView } from '../../shared/api/operator.ts';
import { newId } from '../lib/ids.ts';
import { silentLogger } from '../lib/logger.ts';
import { NO_LIVE_CALLS } from '../modules/calls/calls.service.ts';
import { NO_TELEPHONY } from '../modules/telephony/telephony-live.ts';
import { createDomainEvents } from '../modules/support/domain-events.ts';
import { Monitoring } from '../modules/monitoring/monitoring.service.ts';
import { setOperatorPassword } from '../modules/operator/operator-password.service.ts';
import { readTenantTelephony } from '../modules/telephony/tenant-config.ts';
import { testActor } from '../../test/support/database.ts';
import { addOperator as insertOperator, freshCode, OPERATOR_PASSWORD } from '../../test/support/operator.ts';
import { createMetrics } from './metrics.ts';
import { createOperatorApp } from './operator-app.ts';
import { createWorld, TEST_PASSWORD, type TestAnswer, type TestPeople, type World } from './testing/world.ts';

const PASSWORD = OPERATOR_PASSWORD;
const CANARY = 'カナリア太郎';

let world: World;
let people: TestPeople;
let app: FastifyInstance;
let clock: FakeClock;
let notReady: string | null = null;
let isHealthy = true;
let monitoring: Monitoring;
let cpu = 10;
let masterKey: MasterKeyView = { place: 'file', kms: null, warnings: [] };
const reloaded: string[] = [];
const ended: string[] = [];

beforeAll(async () => {
  world = await createWorld();
  people = await world.addTenant('acme', 'アクメ株式会社');
  ({ clock } = world);
  await addOperator('operator');
  const events = createDomainEvents((error) => {
    throw error;
  });
  events.on('sessionsEnded', ({ sessionIds }) => ended.push(...sessionIds));
  const { database } = world.db;
  monitoring = new Monitoring({
    database: { withDirectory: (work) => database.withDirectory(work), healthy: true },
    clock,
    logger: silentLogger,
    probes: [{ ids: [], read: () => Promise.resolve({ 'servers.cpu': cpu }) }],
    targets: { mailer: null, mailTo: [], webhook: null, name: 'test' },
  });
  app = await createOperatorApp({
    logger: silentLogger,
    metrics: createMetrics(false),
    checks: [{ name: 'media', reason: () => notReady }],
    console: {
      database: {
        directory: database.directory,
        keys: database.keys,
        withTenant: database.withTenant,
        unbound: (work) => database.unbound(work),
        withDirectory: (work) => (isHealthy ? database.withDirectory(work) : Promise.reject(new Error('away'))),
        get healthy() {
          return isHealthy;
        },
      },
      backupHours: 24,
      points: () => Promise.resolve({ days: 7, reach: [{ from: '2026-11-23T09:00:00.000Z', to: '2026-11-30T09:00:00.000Z' }], archivedTo: '2026-11-30T09:00:00.000Z', lastBase: { at: '2026-11-30T01:00:00.000Z', bytes: 1_000_000, ms: 900 }, failure: null, isLate: false }),
      databaseKind: 'embedded',
      live: {
        calls: () => 3,
        callsOf: (tenantId) => (tenantId === people.tenantId ? 2 : 0),
        media: () => Promise.resolve([{ index: 0, connected: true, load: { endpoints: 4, recordings: 2, tickLateP99Ms: 0.25, rssBytes: 1_000_000 } }]),
        reloadTenant: (tenantId) => Promise.resolve(void reloaded.push(tenantId)),
      },
      clock,
      events,
      health: () => monitoring.health(),
      version: '1.2.3',
      refusalFloorMs: 0,
      master: world.db.master,
      masterKeyView: () => masterKey,
      tenantLive: { telephony: NO_TELEPHONY, calls: NO_LIVE_CALLS },
      rateLimits: { login: { max: 40, windowMs: 60_000 } },
    },
  });
});
afterAll(async () => {
  await app.close();
  await world.close();
});
beforeEach(() => {
  notReady = null;
  isHealthy = true;
  // Every test has the login limit to itself.
  clock.advance(180_000);
});

const addOperator = (loginId: string) => insertOperator(world.db, loginId);

interface Given {
  /** Where it comes from; loopback when not given. */
  ip?: string;
  body?: object;
  cookie?: string;
  csrf?: string;
  headers?: Record<string, string>;
}

async function send(method: 'GET' | 'POST', url: string, given: Given = {}): Promise<TestAnswer> {
  const answer = await app.inject({
    method,
    url,
    ...(given.ip ? { remoteAddress: given.ip } : {}),
    headers: { ...(given.cookie ? { cookie: given.cookie } : {}), ...(given.csrf ? { 'x-csrf-token': given.csrf } : {}), ...given.headers },
    ...(given.body ? { payload: given.body } : {}),
  });
  const isJson = String(answer.headers['content-type']).includes('json');
  return { status: answer.statusCode, body: (isJson ? answer.json() : {}) as TestAnswer['body'], raw: answer.rawPayload, headers: answer.headers };
}

/** With the code that the app shows, never used before. */
async function tryLogin(loginId: string, password: string, headers: Record<string, string> = {}, ip = '127.0.0.1'): Promise<TestAnswer> {
  return send('POST', '/api/v1/login', { body: { loginId, password, code: await freshCode(world.db, loginId, clock.wall()) }, headers, ip });
}

async function logIn(loginId = 'operator'): Promise<{ cookie: string; csrf: string }> {
  const answer = await tryLogin(loginId, PASSWORD);
  expect(answer.status).toBe(200);
  return { cookie: String(answer.headers['set-cookie']).split(';', 1)[0] ?? '', csrf: (answer.body as unknown as { csrfToken: string }).csrfToken };
}

interface Overview {
  masterKey: MasterKeyView;
  records: { masterKeyUses: object; tenants: { id: string; slug: string; status: string; users: number; liveCalls: number }[]; refusedLogins: { tenants: number; operator: number }; events: { code: string; actor: string; detail: Record<string, string> }[] } | null;
}

async function look(login: { cookie: string }, query = ''): Promise<Overview> {
  const answer = await send('GET', `/api/v1/overview${query}`, login);
  expect(answer.status).toBe(200);
  return answer.body as unknown as Overview;
}

describe('login of an operator', () => {
  it('sets a strict cookie, keeps hashes only, and is recorded', async () => {
    const answer = await tryLogin('operator', PASSWORD);
    expect(answer.body).toEqual({ loginId: 'operator', csrfToken: expect.any(String) as string, mustSetUpFactor: false });
    expect(String(answer.headers['set-cookie'])).toMatch(/^scc_operator=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    const secure = await tryLogin('operator', PASSWORD, { host: 'ops.example', origin: 'https://ops.example' });
    expect(String(secure.headers['set-cookie'])).toContain('; Secure');
    const secret = String(answer.headers['set-cookie']).slice('scc_operator='.length).split(';', 1)[0] ?? '';
    const { rows } = await world.db.ownerClient.query<{ text: string }>('select operator_sessions::text as text from operator_sessions');
    expect(rows.length).toBeGreaterThan(0);
    for (const { text } of rows) expect(text).not.toContain(Buffer.from(secret).toString('hex'));
    const overview = await look(await logIn());
    expect(overview.records?.events[0]).toMatchObject({ code: 'login', actor: 'operator' });
  });

  it('answers alike whatever is wrong, and keeps nothing of what was typed', async () => {
    const answers = [await tryLogin('operator', 'not this one, sorry'), await tryLogin('typed-secret-by-mistake', PASSWORD), await tryLogin('csr1', TEST_PASSWORD)];
    for (const answer of answers) {
      expect(answer.status).toBe(401);
      expect(answer.body).toEqual(answers[0]?.body);
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
    const { records } = await look(await logIn());
    expect(records?.events.slice(1, 4).map(({ code, actor, detail }) => [code, actor, detail['reason']])).toEqual([
      ['login_refused', '', 'unknown_operator'],
      ['login_refused', '', 'unknown_operator'],
      ['login_refused', 'operator', 'wrong_password'],
    ]);
    expect(JSON.stringify(records)).not.toContain('typed-secret');
    expect(records?.refusedLogins.operator).toBeGreaterThanOrEqual(3);
  });

  it('locks after five failures, also when they come at once', async () => {
    await addOperator('second');
    await Promise.all(Array.from({ length: 8 }, () => tryLogin('second', 'not this one, sorry')));
    expect((await tryLogin('second', PASSWORD)).status).toBe(401);
    clock.advance(29_999);
    expect((await tryLogin('second', PASSWORD)).status).toBe(401);
    clock.advance(2);
    await logIn('second');
    expect((await tryLogin('second', 'not this one, sorry')).status).toBe(401);
    await logIn('second');
  });

  it('delays guesses from elsewhere, and not who comes from where they came from before', async () => {
    await addOperator('fifth');
    const from = async (ip: string, password = PASSWORD) => (await tryLogin('fifth', password, {}, ip)).status;
    const sixWrong = async (ip: string) => expect(new Set(await Promise.all(Array.from({ length: 6 }, () => from(ip, 'not this one, sorry'))))).toEqual(new Set([401]));
    const [HOME, STRANGER] = ['192.0.2.1', '203.0.113.9'];
    expect(await from(HOME)).toBe(200);
    await sixWrong(STRANGER);
    expect([await from(STRANGER), await from(HOME)]).toEqual([401, 200]);
    await sixWrong(HOME);
    expect(await from(HOME)).toBe(401);
    clock.advance(3_600_000);
    expect([await from(STRANGER), await from(HOME), await from('2001:db8:1:2::3')]).toEqual([200, 200, 200]);
    // Another address of the same /64 is the same place; after a new password none is known.
    await sixWrong('198.51.100.7');
    expect([await from('2001:db8:1:2::4'), await from('2001:db8:1:3::4')]).toEqual([200, 401]);
    await setOperatorPassword({ database: world.db.database, clock }, 'fifth', PASSWORD);
    await sixWrong('198.51.100.7');
    expect(await from(HOME)).toBe(401);
  });

  it('locks for good after a hundred failures, from elsewhere and from a known place, until the command line gives a new password', async () => {
    await addOperator('third');
    const before = await logIn('third');
    const elsewhere = () => tryLogin('third', PASSWORD, {}, '203.0.113.9');
    await world.db.ownerClient.query("update operators set failed_logins = 100 where login_id = 'third'");
    clock.advance(24 * 3_600_000);
    expect((await elsewhere()).status).toBe(401);
    await world.db.ownerClient.query("update operator_origins set failed_logins = 100 where operator_id = (select id from operators where login_id = 'third')");
    expect((await tryLogin('third', PASSWORD)).status).toBe(401);
    await setOperatorPassword({ database: world.db.database, clock }, 'third', PASSWORD);
    expect((await send('GET', '/api/v1/overview', before)).status).toBe(401);
    expect((await elsewhere()).status).toBe(200);
    await logIn('third');
    await setOperatorPassword({ database: world.db.database, clock }, 'fourth', PASSWORD);
    const { records } = await look(await logIn('third'));
    expect(records?.events.find(({ code }) => code === 'password_reset')).toMatchObject({ actor: 'cli', detail: { operator: 'fourth' } });
  });

  it('is limited by address, and refused from pages of other sites', async () => {
    expect((await tryLogin('operator', PASSWORD, { host: 'ops.example', origin: 'https://evil.example' })).body.code).toBe('foreign_origin');
    // Another port of the same host is the same site for a cookie, but not the same origin.
    expect((await tryLogin('operator', PASSWORD, { host: 'ops.example:3001', origin: 'http://ops.example:3000' })).body.code).toBe('foreign_origin');
    const statuses = new Set<number>();
    for (let count = 0; count < 45; count++) statuses.add((await send('POST', '/api/v1/login', { body: { loginId: '', password: 'x' } })).status);
    expect([...statuses]).toEqual([400, 429]);
  });
});

describe('session of an operator', () => {
  it('is demanded, with its token for changes', async () => {
    const login = await logIn();
    const suspend = `/api/v1/tenants/${people.tenantId}/suspend`;
    expect((await send('GET', '/api/v1/overview')).status).toBe(401);
    expect((await send('GET', '/api/v1/overview', { cookie: `scc_operator=${'A'.repeat(43)}` })).status).toBe(401);
    expect((await send('POST', suspend, { body: { reason: 'x' } })).status).toBe(401);
    expect((await send('POST', suspend, { cookie: login.cookie, body: { reason: 'x' } })).body.code).toBe('csrf');
    expect((await send('POST', suspend, { cookie: login.cookie, csrf: (await logIn()).csrf, body: { reason: 'x' } })).body.code).toBe('csrf');
    expect((await world.db.database.directory.tenantBySlug('acme'))?.status).toBe('active');
    const csr = await world.logIn(people, 'csr1');
    expect((await send('GET', '/api/v1/overview', { cookie: csr.cookie })).status).toBe(401);
    expect((await world.request('GET', '/api/v1/session', { headers: { cookie: login.cookie } })).status).toBe(401);
  });

  it('ends by logout, by a new login in the same browser, and is recorded', async () => {
    const login = await logIn();
    expect((await send('POST', '/api/v1/logout', login)).status).toBe(204);
    expect((await send('GET', '/api/v1/overview', login)).status).toBe(401);
    const old = await logIn();
    await tryLogin('operator', PASSWORD, { cookie: old.cookie });
    expect((await send('GET', '/api/v1/overview', old)).status).toBe(401);
    const { records } = await look(await logIn());
    expect(records?.events.map(({ code }) => code)).toContain('logout');
  });

  it('ends after half an hour with nobody there, although the page refreshes itself, and after twelve hours in any case', async () => {
    const idle = await logIn();
    for (let minutes = 0; minutes < 28; minutes += 4) {
      clock.advance(4 * 60_000);
      await look(idle);
    }
    clock.advance(2 * 60_000);
    expect((await send('GET', '/api/v1/overview', idle)).status).toBe(401);
    const busy = await logIn();
    for (let quarter = 0; quarter < 47; quarter++) {
      clock.advance(15 * 60_000);
      await look(busy, '?active=1');
    }
    clock.advance(15 * 60_000);
    expect((await send('GET', '/api/v1/overview?active=1', busy)).status).toBe(401);
  });

  it('still looks while the database is away, for a quarter of an hour', async () => {
    const login = await logIn();
    await look(login);
    isHealthy = false;
    const answer = await send('GET', '/api/v1/overview', login);
    expect(answer.body).toMatchObject({ database: { healthy: false }, records: null, liveCalls: 3 });
    expect((await send('GET', '/', login)).raw.toString()).toContain('id="console"');
    expect((await send('GET', '/api/v1/overview', { cookie: `scc_operator=${'A'.repeat(43)}` })).status).not.toBe(200);
    clock.advance(16 * 60_000);
    expect((await send('GET', '/api/v1/overview', login)).status).not.toBe(200);
  });
});

describe('health', () => {
  it('is for operators only', async () => {
    expect((await send('GET', '/api/v1/health')).status).toBe(401);
  });

  it('has every check, and alarms that outlive the process', async () => {
    monitoring.start();
    await expect.poll(() => monitoring.checks().find(({ id }) => id === 'servers.cpu')?.verdict).toBe('ok');
    cpu = 99;
    for (let round = 1; round <= 3; round++) {
      clock.advance(10_000);
      await expect.poll(() => monitoring.checks().find(({ id }) => id === 'servers.cpu')?.verdict).toBe(round < 3 ? 'ok' : 'fault');
      await expect.poll(() => clock.pending).toBeGreaterThan(0);
    }
    await monitoring.stop();
    const login = await logIn();
    const asked = async () => (await send('GET', '/api/v1/health', login)).body as unknown as OperatorHealth;
    await expect.poll(async () => (await asked()).alarms).toMatchObject([{ check: 'servers.cpu', before: 'ok', verdict: 'fault', reason: 'bound', value: 99 }]);
    const { checks, alarmsTo } = await asked();
    expect(checks).toHaveLength(26);
    expect(checks.find(({ id }) => id === 'services.call')).toMatchObject({ verdict: 'unknown', value: null });
    expect(alarmsTo).toEqual({ mail: false, webhook: false });
  });
});

describe('overview', () => {
  it('has figures, and nothing of what is in a tenant', async () => {
    const sv = await world.logIn(people, 'sv1');
    const made = await sv.call('POST', '/customers', { familyName: CANARY, phones: ['09099887766'] });
    expect(made.status).toBe(200);
    await world.request('POST', '/api/v1/login', { body: { tenant: 'acme', loginId: 'sv1', password: 'not this one, sorry' } });
    notReady = 'A media process is not there.';
    clock.advance(20_000);
    const login = await logIn();
    const answer = await send('GET', '/api/v1/overview', login);
    expect(answer.body).toMatchObject({
      version: '1.2.3',
      nodeVersion: process.version,
      ready: false,
      reasons: [{ part: 'media', reason: 'A media process is not there.' }],
      database: { kind: 'embedded', healthy: true },
      media: [{ index: 0, connected: true, load: { endpoints: 4 } }],
      liveCalls: 3,
    });
    const { records, uptimeMs } = answer.body as unknown as Overview & { uptimeMs: number };
    const acme = records?.tenants.find(({ id }) => id === people.tenantId);
    expect(acme).toEqual({ id: people.tenantId, slug: 'acme', name: 'アクメ株式会社', status: 'active', users: 3, liveCalls: 2 });
    expect(records?.refusedLogins.tenants).toBe(1);
    expect(uptimeMs).toBeGreaterThan(0);
    for (const secret of [CANARY, '9099887766', 'sv1', 'csr1', 'User ', 'example.com', sv.userId, (made.body as unknown as { id: string }).id]) {
      expect(answer.raw.toString()).not.toContain(secret);
    }
  });

  it('shows the latest fifty events', async () => {
    const login = await logIn();
    await world.db.database.withDirectory(async (db) => {
      const row = { at: new Date(clock.wall()), code: 'logout', actor: 'someone', ip: '', detail: '{}' };
      await db.insertInto('operator_events').values(Array.from({ length: 60 }, () => ({ ...row, id: newId() }))).execute();
    });
    expect((await look(login)).records?.events).toHaveLength(50);
  });
});

describe('suspension', () => {
  const change = (login: { cookie: string; csrf: string }, to: string, reason = '料金の未払い', id = people.tenantId) => send('POST', `/api/v1/tenants/${id}/${to}`, { ...login, body: { reason } });

  it('ends sessions, refuses logins and calls, says why, and is taken back', async () => {
    const login = await logIn();
    const sv = await world.logIn(people, 'sv1');
    const flowId = newId();
    await world.inTenant(people, async (tx) => {
      await tx.db.insertInto('flows').values({ tenant_id: tx.tenantId, id: flowId, code: 'main', name: 'main', definition: '{}' }).execute();
      await tx.db.insertInto('numbers').values({ tenant_id: tx.tenantId, id: newId(), number: '0312340001', label: '', flow_id: flowId }).execute();
    });
    const numbers = async () => (await world.db.database.withTenant(people.tenantId, testActor, readTenantTelephony)).numbers.length;
    expect(await numbers()).toBe(1);

    expect((await change(login, 'suspend')).status).toBe(204);

    expect((await sv.call('GET', '/session')).status).toBe(401);
    const refused = await world.request('POST', '/api/v1/login', { body: { tenant: 'acme', loginId: 'sv1', password: TEST_PASSWORD } });
    const unknown = await world.request('POST', '/api/v1/login', { body: { tenant: 'nobody', loginId: 'sv1', password: TEST_PASSWORD } });
    expect([refused.status, refused.body]).toEqual([401, unknown.body]);
    expect(await numbers()).toBe(0);
    expect(ended.length).toBeGreaterThan(0);
    expect(reloaded).toEqual([people.tenantId]);
    const { records } = await look(login);
    expect(records?.tenants.find(({ slug }) => slug === 'acme')?.status).toBe('suspended');
    expect(records?.events[0]).toMatchObject({ code: 'tenant_suspended', actor: 'operator', detail: { tenant: 'acme', reason: '料金の未払い' } });

    // Asked again: nothing more happens.
    expect((await change(login, 'suspend')).status).toBe(204);
    expect((await look(login)).records?.events[1]?.code).not.toBe('tenant_suspended');
    expect((await change(login, 'resume', '支払いを確認')).status).toBe(204);
    expect(await numbers()).toBe(1);
    expect((await sv.call('GET', '/session')).status).toBe(401);
    const again = await world.logIn(people, 'sv1');
    const { body } = await again.call('GET', '/audit?code=tenant.settings_changed&limit=5');
    expect((body as unknown as { items: { detail: object }[] }).items[1]?.detail).toEqual({ before: { status: 'active' }, after: { status: 'suspended' }, reason: '料金の未払い' });
  });

  it('needs a reason and a tenant that is there', async () => {
    const login = await logIn();
    expect((await change(login, 'suspend', '  ')).status).toBe(400);
    expect((await change(login, 'suspend', 'x', newId())).status).toBe(404);
    expect((await change(login, 'suspend', 'x', 'bogus')).status).toBe(400);
    await world.db.ownerClient.query("update tenants set status = 'ended' where slug like 't-%'");
    const [gone] = (await world.db.database.directory.tenants()).filter(({ status }) => status === 'ended');
    expect((await change(login, 'resume', 'x', gone?.id)).body.code).toBe('tenant_ended');
  });
});

describe('what the database lets the product do', () => {
  it.each(['update operator_events set actor = $$x$$', 'delete from operator_events', 'truncate operator_events', 'delete from master_key_log', 'update master_key_log set actor = $$x$$', 'delete from operator_sessions', 'update operator_sessions set token_hash = $$x$$'])('not: %s', async (sql) => {
    const { default: pg } = await import('pg');
    const client = new pg.Client(world.db.appConnection);
    await client.connect();
    await expect(client.query(sql)).rejects.toThrow(/permission denied/);
    await client.end();
  });
});

describe('page', () => {
  it('is the login form or the console, in Japanese or English, with a fresh nonce and nothing inline', async () => {
    const first = await send('GET', '/');
    const html = first.raw.toString();
    expect(html).toContain('<html lang="ja">');
    expect(html).toContain('id="login"');
    expect(html).not.toContain('id="console"');
    const csp = String(first.headers['content-security-policy']);
    const nonce = /'nonce-([^']+)'/.exec(csp)?.[1] ?? 'none';
    expect(csp).not.toContain('unsafe');
    expect(html).toContain(`nonce="${nonce}"`);
    expect(String((await send('GET', '/')).headers['content-security-policy'])).not.toContain(nonce);
    expect(html).not.toMatch(/ on\w+=|style=|javascript:/);
    const login = await logIn();
    const console = (await send('GET', '/?lang=en', login)).raw.toString();
    expect(console).toContain('<html lang="en">');
    expect(console).toContain('id="console"');
    expect(console).toContain(login.csrf);
    expect((await send('GET', '/operator.js')).status).toBe(200);
    expect((await send('GET', '/operator.css')).headers['content-type']).toContain('text/css');
  });

  it('shows a hostile login ID as text', async () => {
    await addOperator('<img src=x>"\'&</script>');
    const login = await logIn('<img src=x>"\'&</script>');
    const html = (await send('GET', '/', login)).raw.toString();
    expect(html).toContain('&lt;img src=x&gt;&quot;&#39;&amp;&lt;/script&gt;');
    expect(html).not.toContain('<img');
  });

  it('is on its own port only, and its API in no document of the tenants', async () => {
    const lost = await send('GET', '/no/such');
    expect([lost.status, lost.body.code]).toEqual([404, 'not_found']);
    const login = await logIn();
    expect((await world.request('GET', '/api/v1/overview', { headers: { cookie: login.cookie } })).status).toBe(404);
    expect((await world.request('GET', '/operator.js')).status).toBe(404);
    const document = (await world.request('GET', '/api/openapi.json')).raw.toString();
    expect(document).toContain('listCustomers');
    expect(document).not.toMatch(/operator(?:Login|Overview)|suspendTenant/);
  });

  it('leaves metrics and health without login', async () => {
    for (const path of ['/metrics', '/healthz', '/readyz']) expect((await send('GET', path)).status).toBe(200);
  });
});

describe('the master key', () => {
  const uses = async (login: { cookie: string }) => (await look(login)).records?.masterKeyUses;

  it('is shown by its place and state with its uses, never itself', async () => {
    const login = await logIn();
    expect((await look(login)).masterKey).toEqual({ place: 'file', kms: null, warnings: [] });
    const kms = { keyId: 'arn:aws:kms:x', region: 'x', state: 'Disabled', deletionAt: null, checkedAt: null, openedAt: null, ms: null, problem: 'disabled' };
    masterKey = { place: 'kms', kms, warnings: ['plain_copy'] };
    expect((await look(login)).masterKey).toEqual(masterKey);
    expect(await uses(login)).toEqual({ counts: [], last: null, copiedAt: null });
    const { database } = world.db;
    for (const [purpose, outcome] of [['open', 'ok'], ['probe', 'denied'], ['probe', 'ok'], ['export', 'ok']] as const) {
      await database.withDirectory((db) => logMasterUse(db, { purpose, actor: 'core', way: 'kms', outcome }));
    }
    const counts = [{ purpose: 'export', count: 1, failed: 0 }, { purpose: 'open', count: 1, failed: 0 }, { purpose: 'probe', count: 2, failed: 1 }];
    expect(await uses(login)).toMatchObject({ counts, last: { purpose: 'export', actor: 'core', outcome: 'ok' }, copiedAt: expect.any(String) });
    // A copy of the key before the present one opens nothing new.
    await database.withDirectory((db) => logMasterUse(db, { purpose: 'rotate', actor: 'cli', way: 'kms' }));
    expect(await uses(login)).toMatchObject({ copiedAt: null });
  });
});

describe('keys', () => {
  it('are shown with their rotation and uses, never themselves, and are rotated for a reason', async () => {
    const login = await logIn();
    const keys = async () => ((await look(login)).records as unknown as { keys: { slug: string; state: string; versions: { version: number }[]; rotation: object | null; uses: number }[] }).keys.find(({ slug }) => slug === 'acme');
    expect(await keys()).toMatchObject({ state: 'stable', versions: [{ version: 1 }], rotation: null, uses: expect.any(Number) });
    const rotate = (reason: string) => send('POST', `/api/v1/tenants/${people.tenantId}/rotate-key`, { ...login, body: { reason } });
    expect((await rotate('')).status).toBe(400);
    expect((await rotate('年に一度の更新')).status).toBe(204);
    expect(await keys()).toMatchObject({ state: 'rotating', versions: [{ version: 1 }, { version: 2 }], rotation: { to: 2, state: 'announced', sealed: 0 } });
    expect((await rotate('もう一度')).body.code).toBe('key_rotation_running');
    expect((await look(login)).records?.events[0]).toMatchObject({ code: 'key_created', actor: 'operator', detail: { tenant: 'acme', version: '2', reason: '年に一度の更新' } });
    const sv = await world.logIn(people, 'sv1');
    const { body } = await sv.call('GET', '/audit?code=tenant.key_rotation_started&limit=5');
    expect((body as unknown as { items: { detail: object }[] }).items[0]?.detail).toMatchObject({ from: 1, to: 2, reason: '年に一度の更新', by: 'operator' });
    expect(JSON.stringify((await look(login)).records)).not.toContain('wrapped');
  });
});
