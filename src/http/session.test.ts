import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, TEST_PASSWORD, type TestPeople, type World } from './testing/world.ts';

let world: World;
let people: TestPeople;

beforeAll(async () => {
  world = await createWorld();
  people = await world.addTenant('acme', 'アクメ株式会社');
});
afterAll(() => world.close());

const tryLogin = (body: object, options: { ip?: string; headers?: Record<string, string> } = {}) => world.request('POST', '/api/v1/login', { body, ...options });
const good = { tenant: 'acme', loginId: 'csr1', password: TEST_PASSWORD };

async function reasons(): Promise<string[]> {
  const sv = await world.logIn(people, 'sv1');
  const { body } = await sv.call('GET', '/audit?code=session.login_refused&limit=200');
  return (body as unknown as { items: { detail: { reason: string } }[] }).items.map((entry) => entry.detail.reason);
}

describe('login', () => {
  it('sets the cookie and tells who it is', async () => {
    const answer = await tryLogin(good);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ user: { id: people.csr, loginId: 'csr1', name: 'User csr1', profileCode: 'CSR' }, csrfToken: expect.any(String) as string });
    const [cookie] = [answer.headers['set-cookie']].flat();
    expect(cookie).toMatch(new RegExp(`^scc_session=${people.tenantId}\\.[\\w-]{43}; Path=/; HttpOnly; SameSite=Lax$`));
    const secure = await tryLogin(good, { headers: { origin: 'https://scc.example', host: 'scc.example' } });
    expect(String(secure.headers['set-cookie'])).toContain('; Secure');
  });

  it('stores hashes only', async () => {
    const client = await world.logIn(people, 'csr1');
    const secret = client.cookie.split('.')[1] ?? '';
    const { rows } = await world.db.ownerClient.query<{ text: string }>('select sessions::text as text from sessions');
    for (const row of rows) {
      expect(row.text).not.toContain(secret);
      expect(row.text).not.toContain(Buffer.from(secret).toString('hex'));
      expect(row.text).not.toContain(client.csrfToken);
    }
  });

  it('answers alike whatever is wrong, and audits the reason', async () => {
    await world.inTenant(people, async (tx) => {
      await tx.db.updateTable('users').set({ status: 'disabled' }).where('login_id', '=', 'csr2').execute();
    });
    const answers = [
      await tryLogin({ ...good, tenant: 'nobody' }),
      await tryLogin({ ...good, tenant: 'NO SUCH/tenant' }),
      await tryLogin({ ...good, loginId: 'nobody' }),
      await tryLogin({ ...good, password: 'not this one, sorry' }),
      await tryLogin({ ...good, loginId: 'csr2' }),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(401);
      expect(answer.body).toEqual(answers[0]?.body);
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
    expect(answers[0]?.body.code).toBe('login_refused');
    expect((await reasons()).toSorted()).toEqual(['disabled', 'unknown_user', 'wrong_password']);
    await world.inTenant(people, async (tx) => {
      await tx.db.updateTable('users').set({ status: 'active' }).where('login_id', '=', 'csr2').execute();
    });
  });

  it('locks after five failures, longer each time, and forgets after a success', async () => {
    const wrong = { ...good, loginId: 'csr2', password: 'not this one, sorry' };
    const right = { ...good, loginId: 'csr2' };
    for (let count = 0; count < 5; count++) await tryLogin(wrong);
    expect((await tryLogin(right)).status).toBe(401);
    world.clock.advance(29_999);
    expect((await tryLogin(right)).status).toBe(401);
    world.clock.advance(2);
    await tryLogin(wrong);
    world.clock.advance(59_000);
    expect((await tryLogin(right)).status).toBe(401);
    world.clock.advance(1_001);
    expect((await tryLogin(right)).status).toBe(200);
    expect((await tryLogin(wrong)).status).toBe(401);
    expect((await tryLogin(right)).status).toBe(200);
  });

  it('counts guesses that are tried at the same time', async () => {
    const wrong = { ...good, loginId: 'csr2', password: 'not this one, sorry' };
    await Promise.all(Array.from({ length: 12 }, () => tryLogin(wrong)));
    const { rows } = await world.db.ownerClient.query("select max(login_origins.failed_logins)::int as failed_logins from login_origins join users on id = user_id and users.tenant_id = login_origins.tenant_id where login_id = 'csr2' and users.tenant_id = $1", [people.tenantId]);
    expect(rows[0]).toEqual({ failed_logins: 5 });
    const sv = await world.logIn(people, 'sv1');
    expect((await sv.call('GET', `/users/${people.csr2}`)).body).toMatchObject({ lock: 'until' });
    expect((await sv.call('POST', `/users/${people.csr2}/unlock`)).body).toMatchObject({ lock: 'none' });
    expect((await tryLogin({ ...good, loginId: 'csr2' })).status).toBe(200);
  });

  it('stays locked after a hundred failures until a supervisor unlocks', async () => {
    await world.inTenant(people, async (tx) => {
      await tx.db.updateTable('login_origins').set({ failed_logins: 100, locked_until: null }).where('user_id', '=', people.csr2).execute();
    });
    world.clock.advance(24 * 3_600_000);
    expect((await tryLogin({ ...good, loginId: 'csr2' })).status).toBe(401);
    const sv = await world.logIn(people, 'sv1');
    expect((await sv.call('GET', `/users/${people.csr2}`)).body).toMatchObject({ lock: 'hard' });
    await sv.call('POST', `/users/${people.csr2}/unlock`);
    expect((await tryLogin({ ...good, loginId: 'csr2' })).status).toBe(200);
  });

  it('is refused from a page of another site', async () => {
    const headers = { host: 'scc.example', origin: 'https://evil.example' };
    expect((await tryLogin(good, { headers })).body.code).toBe('foreign_origin');
    expect((await tryLogin(good, { headers: { 'sec-fetch-site': 'cross-site' } })).body.code).toBe('foreign_origin');
    expect((await tryLogin(good, { headers: { host: 'scc.example', origin: 'null' } })).body.code).toBe('foreign_origin');
  });

  it('ends the session that the browser had before', async () => {
    const old = await world.logIn(people, 'csr1');
    await tryLogin(good, { headers: { cookie: old.cookie } });
    expect((await old.call('GET', '/session')).status).toBe(401);
    expect(world.ended.at(-1)).toMatchObject({ tenantId: people.tenantId, reason: 'revoked' });
  });
});

describe('a refused login', () => {
  it('takes at least as long as any other, whatever was wrong', async () => {
    const slow = await createWorld({ refusalFloorMs: 250 });
    const tenant = await slow.addTenant('slow', 'Slow');
    for (const body of [{ tenant: 'nobody', loginId: 'x', password: 'x' }, { tenant: 'slow', loginId: 'x', password: 'x' }, { tenant: 'slow', loginId: 'csr1', password: 'x' }]) {
      let isAnswered = false;
      const answer = slow.request('POST', '/api/v1/login', { body }).finally(() => (isAnswered = true));
      while (slow.clock.pending === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      slow.clock.advance(249);
      await new Promise((resolve) => setTimeout(resolve, 30));
      expect(isAnswered).toBe(false);
      slow.clock.advance(1);
      expect((await answer).body.code).toBe('login_refused');
    }
    await slow.logIn(tenant, 'csr1');
    expect(slow.clock.pending).toBe(0);
    await slow.close();
  });
});

describe('session', () => {
  it('tells permissions, tenant and the same token again', async () => {
    const client = await world.logIn(people, 'csr1');
    const { body } = await client.call('GET', '/session');
    expect(body).toMatchObject({ csrfToken: client.csrfToken, tenant: { id: people.tenantId, slug: 'acme', name: 'アクメ株式会社' }, user: { loginId: 'csr1' } });
    expect((body as unknown as { permissions: string[] }).permissions).toContain('call.handle');
  });

  it('ends by logout', async () => {
    const client = await world.logIn(people, 'csr1');
    expect((await client.call('POST', '/logout')).status).toBe(204);
    expect((await client.call('GET', '/session')).status).toBe(401);
    expect(world.ended.at(-1)).toMatchObject({ reason: 'logout' });
  });

  it('ends after an hour without use, and after twelve in any case', async () => {
    const idle = await world.logIn(people, 'csr1');
    world.clock.advance(59 * 60_000);
    expect((await idle.call('GET', '/session')).status).toBe(200);
    world.clock.advance(60 * 60_000);
    expect((await idle.call('GET', '/session')).status).toBe(401);
    expect(world.ended.at(-1)).toMatchObject({ reason: 'expired' });
    const busy = await world.logIn(people, 'csr1');
    for (let hour = 0; hour < 12; hour++) {
      expect((await busy.call('GET', '/session')).status).toBe(200);
      world.clock.advance(59.9 * 60_000);
    }
    world.clock.advance(2 * 60_000);
    expect((await busy.call('GET', '/session')).status).toBe(401);
  });

  it('ends when the user is disabled', async () => {
    const sv = await world.logIn(people, 'sv1');
    const client = await world.logIn(people, 'csr2');
    expect((await sv.call('PATCH', `/users/${people.csr2}`, { status: 'disabled' })).body).toMatchObject({ status: 'disabled' });
    expect((await client.call('GET', '/session')).status).toBe(401);
    expect(world.ended.at(-1)?.sessionIds).not.toHaveLength(0);
    await sv.call('PATCH', `/users/${people.csr2}`, { status: 'active' });
    expect((await sv.call('PATCH', `/users/${people.sv}`, { status: 'disabled' })).body.code).toBe('own_account');
  });

  it.each(['', 'x', 'scc_session=', 'scc_session=a.b', `scc_session=01890000-0000-7000-8000-000000000000.${'A'.repeat(43)}`])('is not opened by cookie %j', async (cookie) => {
    expect((await world.request('GET', '/api/v1/session', { headers: { cookie } })).body.code).toBe('unauthenticated');
  });

  it('is not opened by a secret of another tenant', async () => {
    const other = await world.addTenant('other', 'Other');
    const client = await world.logIn(people, 'csr1');
    const cookie = client.cookie.replace(people.tenantId, other.tenantId);
    expect((await world.request('GET', '/api/v1/session', { headers: { cookie } })).status).toBe(401);
  });
});

describe('people', () => {
  it('are names of the own tenant, for everybody, and nothing else of them', async () => {
    const neighbour = await world.addTenant('neighbour', 'Neighbour');
    const client = await world.logIn(people, 'csr1');
    const { items } = (await client.call('GET', '/people')).body as unknown as { items: unknown[] };
    expect(items).toContainEqual({ id: people.csr, name: 'User csr1' });
    expect(items).toContainEqual({ id: people.sv, name: 'User sv1' });
    expect(JSON.stringify(items)).not.toContain(neighbour.csr);
    expect((await client.call('GET', '/users')).body.code).toBe('forbidden');
  });

  it('come in pages and by state', async () => {
    const sv = await world.logIn(people, 'sv1');
    const list = async (query: string) => (await sv.call('GET', `/people?${query}`)).body as unknown as { items: { id: string }[]; nextCursor: string | null };
    const first = await list('limit=1');
    const second = await list(`limit=200&cursor=${first.nextCursor}`);
    const all = await list('limit=200');
    expect([...first.items, ...second.items]).toEqual(all.items);
    await sv.call('PATCH', `/users/${people.csr2}`, { status: 'disabled' });
    expect((await list('status=disabled')).items).toEqual([{ id: people.csr2, name: 'User csr2' }]);
    expect((await list('status=active')).items.map(({ id }) => id)).not.toContain(people.csr2);
    await sv.call('PATCH', `/users/${people.csr2}`, { status: 'active' });
  });
});

describe('password', () => {
  it('is changed with the present one, ends other sessions, and must be good', async () => {
    const client = await world.logIn(people, 'csr2');
    const elsewhere = await world.logIn(people, 'csr2');
    const change = (currentPassword: string, newPassword: string) => client.call('POST', '/session/password', { currentPassword, newPassword });
    expect((await change('wrong one, really', 'kitsune soba at midnight')).body.code).toBe('password_refused');
    expect((await change(TEST_PASSWORD, 'short')).body).toMatchObject({ code: 'invalid', reason: 'too_short' });
    expect((await change(TEST_PASSWORD, 'acme-csr2-password')).body).toMatchObject({ code: 'invalid', reason: 'too_common' });
    expect((await change(TEST_PASSWORD, 'kitsune soba at midnight')).status).toBe(204);
    expect((await client.call('GET', '/session')).status).toBe(200);
    expect((await elsewhere.call('GET', '/session')).status).toBe(401);
    expect((await tryLogin({ ...good, loginId: 'csr2' })).status).toBe(401);
    expect((await tryLogin({ ...good, loginId: 'csr2', password: 'kitsune soba at midnight' })).status).toBe(200);
  });
});

describe('source IP ranges', () => {
  it('are previewed, never lock the caller out, end sessions outside and hold for logins and requests', async () => {
    const tenant = await world.addTenant('ranges', 'Ranges');
    const sv = await world.logIn(tenant, 'sv1', '192.0.2.10');
    const csr = await world.logIn(tenant, 'csr1', '203.0.113.5');
    const set = (profile: string, ipRanges: string[], preview = false) => sv.call('PUT', `/profiles/${profile}/ip-ranges`, { ipRanges, preview });
    expect((await set(tenant.profiles.SV, ['198.51.100.0/24'], true)).body).toMatchObject({ applied: false, youStayAllowed: false, yourIp: '192.0.2.10', sessionsEnded: 1 });
    expect((await set(tenant.profiles.SV, ['198.51.100.0/24'])).body.code).toBe('would_lock_out');
    expect((await set(tenant.profiles.SV, ['192.0.2.0/24'])).body).toMatchObject({ applied: true, profile: { ipRanges: ['192.0.2.0/24'] } });
    expect((await set(tenant.profiles.CSR, ['192.0.2.1', 'bogus/99'])).body).toMatchObject({ code: 'invalid', errors: [{ path: 'body.ipRanges.1' }] });
    expect((await set(tenant.profiles.CSR, ['192.0.2.0/24'])).body).toMatchObject({ applied: true, sessionsEnded: 1 });
    expect((await csr.call('GET', '/session')).status).toBe(401);
    const login = { tenant: 'ranges', loginId: 'csr1', password: TEST_PASSWORD };
    expect((await tryLogin(login, { ip: '203.0.113.5' })).body.code).toBe('login_refused');
    expect((await tryLogin(login, { ip: '203.0.113.5', headers: { 'x-forwarded-for': '192.0.2.10', forwarded: 'for=192.0.2.10', 'x-real-ip': '192.0.2.10' } })).status).toBe(401);
    expect((await tryLogin(login, { ip: '::ffff:192.0.2.77' })).status).toBe(200);
    const inside = await world.logIn(tenant, 'csr1', '192.0.2.77');
    expect((await inside.call('GET', '/session')).status).toBe(200);
    expect((await world.request('GET', '/api/v1/session', { headers: { cookie: inside.cookie }, ip: '203.0.113.5' })).status).toBe(401);
    expect(world.ended.at(-1)).toMatchObject({ reason: 'revoked' });
    expect((await inside.call('GET', '/session')).status).toBe(401);
  });

  it('hold for the client behind a trusted proxy, and only for what that proxy itself added', async () => {
    const behind = await createWorld({ trustedProxies: ['10.0.0.1'] });
    try {
      const tenant = await behind.addTenant('ranges', 'Ranges');
      const sv = await behind.logIn(tenant, 'sv1');
      expect((await sv.call('PUT', `/profiles/${tenant.profiles.CSR}/ip-ranges`, { ipRanges: ['192.0.2.0/24'], preview: false })).status).toBe(200);
      const from = async (ip: string, headers: Record<string, string>) =>
        (await behind.request('POST', '/api/v1/login', { ip, headers, body: { tenant: 'ranges', loginId: 'csr1', password: TEST_PASSWORD } })).status;
      expect(await from('10.0.0.1', { 'x-forwarded-for': '192.0.2.10' })).toBe(200);
      // What stands before the last entry was written by the client.
      expect(await from('10.0.0.1', { 'x-forwarded-for': '192.0.2.10, 203.0.113.5' })).toBe(401);
      expect(await from('10.0.0.1', {})).toBe(401);
      expect(await from('10.0.0.2', { 'x-forwarded-for': '192.0.2.10' })).toBe(401);
    } finally {
      await behind.close();
    }
  });
});
