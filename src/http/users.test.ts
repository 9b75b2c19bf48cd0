import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PERMISSIONS, type Permission } from '../../shared/permissions.ts';
import { newId } from '../lib/ids.ts';
import { addProfile, auditDetails, createWorld, TEST_PASSWORD, type TestAnswer, type TestClient, type TestPeople, type World } from './testing/world.ts';

let world: World;
let people: TestPeople;
let sv: TestClient;
let tenants = 0;

beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  people = await world.addTenant(`users${++tenants}`, 'アクメ株式会社');
  sv = await world.logIn(people, 'sv1');
});

const enter = (loginId: string, password: string): Promise<TestAnswer> => world.request('POST', '/api/v1/login', { body: { tenant: people.slug, loginId, password } });

interface Issued {
  user: { id: string; passwordUntil: string | null };
  password: string;
}
const create = async (body: object = {}, by = sv): Promise<TestAnswer> =>
  by.call('POST', '/users', { loginId: 'Tanaka@Example.jp', name: '田中 花子', department: '第一課', email: 'tanaka@example.jp', employeeNumber: 'E-0042', profileId: people.profiles.CSR, ...body });
const issuedOf = (answer: TestAnswer): Issued => answer.body as unknown as Issued;

/** A client that logged in with this password. */
async function clientOf(loginId: string, password: string): Promise<TestClient> {
  const answer = await enter(loginId, password);
  const cookie = String(answer.headers['set-cookie']).split(';', 1)[0] ?? '';
  const { csrfToken, user } = answer.body as unknown as { csrfToken: string; user: { id: string } };
  return { userId: user.id, csrfToken, cookie, call: (method, path, body) => world.request(method, `/api/v1${path}`, { body, headers: { cookie, 'x-csrf-token': csrfToken } }) };
}

const details = (code: string) => auditDetails(sv, code);

/** A profile of the tenant's own, and a user of it who is logged in. */
async function withProfile(permissions: readonly Permission[], loginId = 'helper'): Promise<{ profileId: string; client: TestClient }> {
  const profileId = await addProfile(world, people, { name: loginId, permissions });
  const { password } = issuedOf(await create({ loginId, profileId }));
  const client = await clientOf(loginId, password);
  expect((await client.call('POST', '/session/password', { currentPassword: password, newPassword: 'harbour lights at seven' })).status).toBe(204);
  return { profileId, client };
}

describe('a new user', () => {
  it('gets an issued password that is good for choosing another and nothing else', async () => {
    const made = await create();
    expect(made.body).toMatchObject({ user: { loginId: 'tanaka@example.jp', name: '田中 花子', department: '第一課', email: 'tanaka@example.jp', employeeNumber: 'E-0042', profileCode: 'CSR', profileName: '一般ユーザー', status: 'active' } });
    const { password, user } = issuedOf(made);
    expect(user.passwordUntil).not.toBeNull();
    const client = await clientOf('tanaka@example.jp', password);
    expect((await client.call('GET', '/session')).body).toMatchObject({ mustChangePassword: true, permissions: [] });
    expect((await client.call('GET', '/customers')).body.code).toBe('password_change_first');
    expect((await client.call('POST', '/session/password', { currentPassword: password, newPassword: password })).body).toMatchObject({ code: 'invalid', reason: 'unchanged' });
    const told: unknown[] = [];
    const off = world.events.on('accessChanged', (event) => told.push(event));
    expect((await client.call('POST', '/session/password', { currentPassword: password, newPassword: 'harbour lights at seven' })).status).toBe(204);
    off();
    expect(told, 'sockets hear of it at once').toEqual([{ tenantId: people.tenantId, userIds: [user.id] }]);
    expect((await client.call('GET', '/session')).body).toMatchObject({ mustChangePassword: false });
    expect((await client.call('GET', '/customers')).status).toBe(200);
    expect((await sv.call('GET', `/users/${user.id}`)).body).toMatchObject({ passwordUntil: null });
    expect((await sv.call('GET', '/audit?code=user.created')).raw.toString()).not.toContain(password);
  });

  it('does not get in with it after a week', async () => {
    const { password } = issuedOf(await create());
    world.clock.advance(7 * 86_400_000);
    expect((await enter('tanaka@example.jp', password)).body.code).toBe('login_refused');
    sv = await world.logIn(people, 'sv1');
    expect(await details('session.login_refused')).toContainEqual(expect.objectContaining({ reason: 'password_expired' }));
  });

  it.each([
    [{ loginId: '田中' }, 400], [{ loginId: '' }, 400], [{ loginId: '-x' }, 400], [{ name: ' ' }, 400], [{ email: 'no address' }, 400],
    [{ profileId: newId() }, 422], [{ loginId: 'csr1' }, 409],
  ])('is refused with %j', async (wrong, status) => {
    expect((await create(wrong)).status).toBe(status);
  });
});

describe('a change of a user', () => {
  it('is written with what was and what is', async () => {
    const changed = await sv.call('PATCH', `/users/${people.csr}`, { name: '鈴木 一郎', department: '第二課', employeeNumber: '7' });
    expect(changed.body).toMatchObject({ name: '鈴木 一郎', nameKana: 'ユーザー', department: '第二課', employeeNumber: '7', email: 'csr1@example.com' });
    expect((await details('user.updated'))[0]).toEqual({
      before: { name: 'User csr1', department: '', employeeNumber: '' },
      after: { name: '鈴木 一郎', department: '第二課', employeeNumber: '7' },
    });
    expect((await sv.call('PATCH', `/users/${people.csr}`, { department: '第二課' })).status).toBe(200);
    expect(await details('user.updated')).toHaveLength(1);
    expect((await sv.call('PATCH', `/users/${people.csr}`, {})).status).toBe(400);
  });

  it('of the profile counts for the session that is open', async () => {
    const client = await world.logIn(people, 'csr1');
    expect((await client.call('GET', '/users')).status).toBe(403);
    const told: unknown[] = [];
    const off = world.events.on('accessChanged', (event) => told.push(event));
    expect((await sv.call('PATCH', `/users/${people.csr}`, { profileId: people.profiles.SV })).body).toMatchObject({ profileCode: 'SV' });
    expect((await client.call('GET', '/users')).status).toBe(200);
    expect((await sv.call('PATCH', `/users/${people.csr}`, { profileId: people.profiles.CSR })).status).toBe(200);
    expect((await client.call('GET', '/users')).status).toBe(403);
    expect(told).toEqual([{ tenantId: people.tenantId, userIds: [people.csr] }, { tenantId: people.tenantId, userIds: [people.csr] }]);
    off();
  });

  it('never takes oneself or the last administrator away, also not two at once', async () => {
    expect((await sv.call('PATCH', `/users/${people.sv}`, { status: 'disabled' })).body.code).toBe('own_account');
    expect((await sv.call('PATCH', `/users/${people.sv}`, { profileId: people.profiles.CSR })).body.code).toBe('own_account');
    // Somebody with every permission, but of a profile of the tenant's own.
    const { client } = await withProfile(PERMISSIONS, 'deputy');
    expect((await client.call('PATCH', `/users/${people.sv}`, { status: 'disabled' })).body.code).toBe('last_administrator');
    expect((await client.call('PATCH', `/users/${people.sv}`, { profileId: people.profiles.CSR })).body.code).toBe('last_administrator');
    await sv.call('PATCH', `/users/${people.csr}`, { profileId: people.profiles.SV });
    const second = await world.logIn(people, 'csr1');
    const both = await Promise.all([sv.call('PATCH', `/users/${people.csr}`, { status: 'disabled' }), second.call('PATCH', `/users/${people.sv}`, { status: 'disabled' })]);
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).not.toEqual([200, 200]);
    const { items } = (await client.call('GET', '/users?status=active')).body as unknown as { items: { profileCode: string }[] };
    expect(items.filter(({ profileCode }) => profileCode === 'SV').length).toBeGreaterThan(0);
  });
});

describe('a password that somebody else issues', () => {
  it('ends the sessions, lifts a lock and has to be changed', async () => {
    const client = await world.logIn(people, 'csr1');
    for (let failure = 0; failure < 5; failure++) await enter('csr1', 'not the right one');
    const reset = await sv.call('POST', `/users/${people.csr}/password`);
    expect(reset.body).toMatchObject({ user: { id: people.csr, lock: 'none' } });
    expect((await client.call('GET', '/session')).status).toBe(401);
    expect((await enter('csr1', TEST_PASSWORD)).status).toBe(401);
    const fresh = await clientOf('csr1', issuedOf(reset).password);
    expect((await fresh.call('GET', '/session')).body).toMatchObject({ mustChangePassword: true });
    expect(await details('user.password_reset')).toEqual([{ sessionsEnded: 1 }]);
    expect((await sv.call('POST', `/users/${people.sv}/password`)).body.code).toBe('own_account');
  });
});

describe('who manages users', () => {
  it('reaches no further than the own permissions', async () => {
    const { profileId, client } = await withProfile(['user.read', 'user.manage', 'settings.manage', ...(await csrPermissions())]);
    const reaches: [string, string, unknown?][] = [
      ['POST', '/users', { loginId: 'x1', name: 'x', profileId: people.profiles.SV }],
      ['PATCH', `/users/${people.csr}`, { profileId: people.profiles.SV }],
      ['PATCH', `/users/${people.sv}`, { status: 'disabled' }],
      ['PATCH', `/users/${people.sv}`, { email: 'mine@example.jp' }],
      ['POST', `/users/${people.sv}/password`],
      ['DELETE', `/users/${people.sv}/second-factor`],
      ['DELETE', `/users/${people.sv}/sessions`],
      ['PUT', `/profiles/${people.profiles.SV}/ip-ranges`, { ipRanges: ['192.0.2.0/24'], preview: false }],
      ['PUT', `/profiles/${people.profiles.SV}/second-factor`, { required: true }],
    ];
    const codes = await Promise.all(reaches.map(async ([method, path, body]) => [path, (await client.call(method, path, body)).body.code]));
    for (const [path, code] of codes) expect([path, code]).toEqual([path, 'above_you']);
    expect(await details('access.refused')).toHaveLength(reaches.length);
    expect((await client.call('POST', '/users', { loginId: 'x2', name: 'x', profileId: people.profiles.CSR })).status).toBe(200);
    expect((await client.call('PATCH', `/users/${people.csr}`, { profileId, name: 'y' })).status).toBe(200);
    expect((await client.call('POST', '/api-keys', { name: 'x', permissions: ['audit.read'] })).body.code).toBe('forbidden');
  });
});

const csrPermissions = async (): Promise<Permission[]> => {
  const { items } = (await sv.call('GET', '/profiles')).body as unknown as { items: { code: string; permissions: Permission[] }[] };
  return items.find(({ code }) => code === 'CSR')?.permissions ?? [];
};

describe('a preset', () => {
  it('holds what this version says, also in a tenant of an older one', async () => {
    await world.inTenant(people, (tx) => tx.db.updateTable('profiles').set({ permissions: ['user.read'] }).where('preset', '=', true).execute());
    expect((await sv.call('GET', '/session')).body).toMatchObject({ permissions: PERMISSIONS });
    expect((await sv.call('GET', `/profiles/${people.profiles.SV}`)).body).toMatchObject({ permissions: PERMISSIONS });
    expect((await sv.call('GET', '/wall-links')).status).toBe(200);
    const csr = await world.logIn(people, 'csr1');
    expect((await csr.call('GET', '/users')).status).toBe(403);
    expect((await csr.call('GET', '/customers')).status).toBe(200);
  });
});

describe('an API key', () => {
  const key = async (body: object = {}, by = sv): Promise<{ id: string; use: (path?: string, ip?: string) => Promise<TestAnswer> }> => {
    const made = await by.call('POST', '/api-keys', { name: 'import', permissions: ['customer.read', 'user.read', 'user.manage'], ...body });
    const { secret, apiKey } = made.body as unknown as { secret: string; apiKey: { id: string } };
    return { id: apiKey.id, use: (path = '/users', ip = '127.0.0.1') => world.request('GET', `/api/v1${path}`, { headers: { authorization: `Bearer ${secret}` }, ip }) };
  };
  const states = async () => ((await sv.call('GET', '/api-keys')).body as unknown as { items: { id: string; state: string }[] }).items;

  it('ends at its time and works only from its addresses, which its list says', async () => {
    const { id, use } = await key({ expiresAt: new Date(world.clock.wall() + 3_600_000).toISOString(), ipRanges: ['192.0.2.0/24'] });
    expect((await use('/users', '192.0.2.9')).status).toBe(200);
    expect((await use('/users', '203.0.113.1')).status).toBe(401);
    expect((await use('/users', '203.0.113.1')).status).toBe(401);
    expect((await details('access.refused')).filter(({ reason }) => reason === 'address')).toEqual([{ reason: 'address', ip: '203.0.113.1' }]);
    expect(await states()).toMatchObject([{ id, state: 'active', ownerId: people.sv, ownerName: 'User sv1', ipRanges: ['192.0.2.0/24'], lastUsedAt: expect.any(String), lastRefusedAt: expect.any(String) }]);
    world.clock.advance(3_600_000);
    sv = await world.logIn(people, 'sv1');
    expect((await use('/users', '192.0.2.9')).status).toBe(401);
    expect(await states()).toMatchObject([{ id, state: 'expired' }]);
    expect((await sv.call('POST', '/api-keys', { name: 'x', permissions: ['user.read'], expiresAt: new Date(world.clock.wall()).toISOString() })).status).toBe(422);
    expect((await sv.call('POST', '/api-keys', { name: 'x', permissions: ['user.read'], ipRanges: ['192.0.2.7/24'] })).body).toMatchObject({ errors: [{ path: 'body.ipRanges.0' }] });
  });

  it('loses what its owner loses, and is nobody’s while the owner is disabled', async () => {
    await sv.call('PATCH', `/users/${people.csr}`, { profileId: people.profiles.SV });
    const { id, use } = await key({}, await world.logIn(people, 'csr1'));
    expect((await use()).status).toBe(200);
    await sv.call('PATCH', `/users/${people.csr}`, { profileId: people.profiles.CSR });
    expect((await use()).body.code).toBe('forbidden');
    expect((await use('/customers')).status).toBe(200);
    await sv.call('PATCH', `/users/${people.csr}`, { status: 'disabled' });
    expect((await use('/customers')).status).toBe(401);
    expect(await states()).toMatchObject([{ id, state: 'ownerDisabled' }]);
    await sv.call('PATCH', `/users/${people.csr}`, { status: 'active' });
    expect((await use('/customers')).status).toBe(200);
    await sv.call('PUT', `/profiles/${people.profiles.CSR}/ip-ranges`, { ipRanges: ['198.51.100.0/24'], preview: false });
    expect((await use('/customers')).status).toBe(401);
  });

  it('does not disable its own owner', async () => {
    const made = await sv.call('POST', '/api-keys', { name: 'all', permissions: PERMISSIONS });
    const { secret } = made.body as unknown as { secret: string };
    const call = (method: string, path: string, body: unknown) => world.request(method, `/api/v1${path}`, { body, headers: { authorization: `Bearer ${secret}` } });
    expect((await call('PATCH', `/users/${people.sv}`, { status: 'disabled' })).body.code).toBe('own_account');
    expect((await call('POST', `/users/${people.sv}/password`, undefined)).body.code).toBe('own_account');
  });
});
