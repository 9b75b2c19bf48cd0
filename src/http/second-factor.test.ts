import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { auditDetails, createWorld, TEST_PASSWORD, type TestAnswer, type TestClient, type TestPeople, type World } from './testing/world.ts';

let world: World;
let people: TestPeople;
let tenants = 0;

beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  people = await world.addTenant(`acme${++tenants}`, 'アクメ株式会社');
});

const enter = (code?: string, loginId = 'csr1'): Promise<TestAnswer> =>
  world.request('POST', '/api/v1/login', { body: { tenant: people.slug, loginId, password: TEST_PASSWORD, ...(code === undefined ? {} : { code }) } });
const codeOf = (secret: string): string => new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: world.clock.wall() });

interface SetUp {
  client: TestClient;
  secret: string;
  recoveryCodes: string[];
}

async function setUp(loginId = 'csr1'): Promise<SetUp> {
  const client = await world.logIn(people, loginId);
  const begun = (await client.call('POST', '/session/second-factor', { password: TEST_PASSWORD })).body as unknown as { secret: string };
  const confirmed = await client.call('POST', '/session/second-factor/confirm', { code: codeOf(begun.secret) });
  expect(confirmed.status).toBe(200);
  const { recoveryCodes } = confirmed.body as unknown as { recoveryCodes: string[] };
  // The next code is another one.
  world.clock.advance(30_000);
  return { client, secret: begun.secret, recoveryCodes };
}

const audited = async (code: string) => auditDetails(await world.logIn(people, 'sv1'), code);

describe('a second factor', () => {
  it('is asked for once it is confirmed, and only of who knows the password', async () => {
    const { secret } = await setUp();
    expect((await enter()).body.code).toBe('second_factor_needed');
    const wrongPassword = await world.request('POST', '/api/v1/login', { body: { tenant: people.slug, loginId: 'csr1', password: 'not this one, sorry' } });
    expect(wrongPassword.body.code).toBe('login_refused');
    expect((await enter('000000')).body.code).toBe('login_refused');
    expect((await enter(codeOf(secret))).status).toBe(200);
    expect((await audited('session.login_refused')).map(({ reason }) => String(reason)).toSorted()).toEqual(['wrong_code', 'wrong_password']);
  });

  it('takes each code once, and counts wrong ones like wrong passwords', async () => {
    const { secret } = await setUp();
    const code = codeOf(secret);
    expect((await enter(code)).status).toBe(200);
    expect((await enter(code)).body.code).toBe('login_refused');
    for (let count = 0; count < 4; count++) await enter('000000');
    world.clock.advance(29_000);
    expect((await enter(codeOf(secret))).body.code).toBe('login_refused');
    world.clock.advance(31_000);
    expect((await enter(codeOf(secret))).status).toBe(200);
  });

  it('lets one code through when two logins bring it at once', async () => {
    const { secret } = await setUp();
    const answers = await Promise.all(Array.from({ length: 4 }, () => enter(codeOf(secret))));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('is replaced by a recovery code, each once', async () => {
    const { client, recoveryCodes } = await setUp();
    expect(recoveryCodes).toHaveLength(10);
    const typed = (recoveryCodes[3] ?? '').toLowerCase().replace('-', ' ');
    expect((await enter(typed)).status).toBe(200);
    expect((await enter(typed)).status).toBe(401);
    expect((await client.call('GET', '/session/second-factor')).body).toMatchObject({ recoveryCodesLeft: 9, required: false });
    expect(await audited('second_factor.recovery_code_used')).toEqual([{ left: 9 }]);
    const renewed = (await client.call('POST', '/session/second-factor/recovery-codes', { password: TEST_PASSWORD })).body as unknown as { recoveryCodes: string[] };
    expect((await enter(recoveryCodes[4])).status).toBe(401);
    expect((await enter(renewed.recoveryCodes[0])).status).toBe(200);
  });

  it('does not stand in the database in the clear', async () => {
    const { secret, recoveryCodes } = await setUp();
    const { rows } = await world.db.ownerClient.query<{ sealed: Buffer }>('select sealed from second_factors');
    expect(rows.length).toBeGreaterThan(0);
    for (const { sealed } of rows) for (const told of [secret, ...recoveryCodes]) expect(sealed.includes(told)).toBe(false);
  });

  it('ends the other sessions when it is set up, and needs the password', async () => {
    const other = await world.logIn(people, 'csr1');
    const client = await world.logIn(people, 'csr1');
    expect((await client.call('POST', '/session/second-factor', { password: 'not this one, sorry' })).body.code).toBe('password_refused');
    expect((await client.call('POST', '/session/second-factor/confirm', { code: '123456' })).body.code).toBe('second_factor_not_begun');
    const { secret } = (await client.call('POST', '/session/second-factor', { password: TEST_PASSWORD })).body as unknown as { secret: string };
    expect((await client.call('POST', '/session/second-factor/confirm', { code: '000000' })).body.code).toBe('code_refused');
    expect((await enter()).status).toBe(200);
    expect((await client.call('POST', '/session/second-factor/confirm', { code: codeOf(secret) })).status).toBe(200);
    expect((await other.call('GET', '/session')).status).toBe(401);
    expect((await client.call('GET', '/session')).status).toBe(200);
    expect((await client.call('POST', '/session/second-factor', { password: TEST_PASSWORD })).body.code).toBe('second_factor_on');
  });

  it('is turned off with the password only', async () => {
    const { client } = await setUp();
    expect((await client.call('POST', '/session/second-factor/off', { password: 'not this one, sorry' })).body.code).toBe('password_refused');
    expect((await client.call('POST', '/session/second-factor/off', { password: TEST_PASSWORD })).status).toBe(204);
    expect((await enter()).status).toBe(200);
    expect(await audited('second_factor.disabled')).toHaveLength(1);
  });

  it('is taken away by a supervisor, which ends the sessions', async () => {
    const { client } = await setUp();
    const sv = await world.logIn(people, 'sv1');
    expect((await client.call('DELETE', `/users/${people.csr2}/second-factor`)).body.code).toBe('forbidden');
    expect((await sv.call('DELETE', `/users/${people.sv}/second-factor`)).body.code).toBe('own_account');
    expect((await sv.call('DELETE', `/users/${people.csr}/second-factor`)).body).toMatchObject({ secondFactor: false });
    expect((await client.call('GET', '/session')).status).toBe(401);
    expect((await enter()).status).toBe(200);
    expect((await sv.call('DELETE', `/users/${people.csr}/second-factor`)).body.code).toBe('second_factor_off');
  });
});

describe('a profile that demands one', () => {
  const demand = async (sv: TestClient, profile: 'SV' | 'CSR', required: boolean): Promise<TestAnswer> => sv.call('PUT', `/profiles/${people.profiles[profile]}/second-factor`, { required });

  it('ends the sessions of users without, who then can set it up and nothing else', async () => {
    const before = await world.logIn(people, 'csr1');
    const sv = await world.logIn(people, 'sv1');
    expect((await demand(sv, 'CSR', true)).body).toMatchObject({ sessionsEnded: 1, profile: { secondFactorRequired: true } });
    expect((await before.call('GET', '/session')).status).toBe(401);
    const client = await world.logIn(people, 'csr1');
    expect((await client.call('GET', '/session')).body).toMatchObject({ mustSetUpFactor: true, permissions: [] });
    for (const path of ['/customers', '/people', '/calls']) expect((await client.call('GET', path)).body.code).toBe('second_factor_first');
    const { secret } = (await client.call('POST', '/session/second-factor', { password: TEST_PASSWORD })).body as unknown as { secret: string };
    const told: unknown[] = [];
    const off = world.events.on('accessChanged', (event) => told.push(event));
    await client.call('POST', '/session/second-factor/confirm', { code: codeOf(secret) });
    off();
    expect(told, 'sockets hear of it at once').toEqual([{ tenantId: people.tenantId, userIds: [client.userId] }]);
    expect((await client.call('GET', '/customers')).status).toBe(200);
    expect((await client.call('GET', '/session')).body).toMatchObject({ mustSetUpFactor: false });
    expect((await client.call('POST', '/session/second-factor/off', { password: TEST_PASSWORD })).body.code).toBe('second_factor_required');
    expect((await demand(sv, 'CSR', false)).body).toMatchObject({ sessionsEnded: 0 });
    expect((await client.call('POST', '/session/second-factor/off', { password: TEST_PASSWORD })).status).toBe(204);
  });

  it('cannot lock out who sets it', async () => {
    const sv = await world.logIn(people, 'sv1');
    expect((await demand(sv, 'SV', true)).body.code).toBe('second_factor_first');
    const { client } = await setUp('sv1');
    expect((await demand(client, 'SV', true)).status).toBe(200);
    expect((await client.call('GET', '/users')).status).toBe(200);
  });
});

describe('sessions', () => {
  const list = async (client: TestClient, path = '/session/sessions') => (await client.call('GET', path)).body.items as unknown as { id: string; current: boolean; userAgent: string }[];

  it('are listed to their owner and to a supervisor, and ended', async () => {
    const [here, there] = [await world.logIn(people, 'csr1'), await world.logIn(people, 'csr1')];
    const own = await list(here);
    expect(own).toHaveLength(2);
    expect(own.filter(({ current }) => current)).toHaveLength(1);
    const other = own.find(({ current }) => !current)?.id ?? '';
    const stranger = await world.logIn(people, 'csr2');
    const end = (client: TestClient, password = TEST_PASSWORD) => client.call('POST', `/session/sessions/${other}/end`, { password });
    expect((await end(stranger)).status).toBe(404);
    for (const wrong of ['', 'not the password']) expect((await end(here, wrong)).body.code, 'an unlocked desk is not enough').toBe('password_refused');
    expect((await there.call('GET', '/session')).status).toBe(200);
    expect((await end(here)).status).toBe(204);
    expect(world.ended.at(-1)).toMatchObject({ sessionIds: [other], reason: 'revoked' });
    expect((await there.call('GET', '/session')).status).toBe(401);
    expect((await end(here)).status).toBe(404);
    const sv = await world.logIn(people, 'sv1');
    expect(await list(sv, `/users/${people.csr}/sessions`)).toHaveLength(1);
    expect((await sv.call('DELETE', `/users/${people.csr}/sessions`)).body).toEqual({ sessionsEnded: 1 });
    expect((await here.call('GET', '/session')).status).toBe(401);
    expect((await audited('session.revoked')).map(({ reason }) => String(reason)).toSorted()).toEqual(['owner', 'supervisor']);
  });

  it('all but the own one are ended by the password', async () => {
    const [here, ...others] = [await world.logIn(people, 'csr1'), await world.logIn(people, 'csr1'), await world.logIn(people, 'csr1')];
    const stranger = await world.logIn(people, 'csr2');
    expect((await here.call('POST', '/session/sessions/end', {})).body.code).toBe('password_refused');
    expect((await here.call('POST', '/session/sessions/end', { password: 'not the password' })).body.code).toBe('password_refused');
    expect(await list(here)).toHaveLength(3);
    expect((await here.call('POST', '/session/sessions/end', { password: TEST_PASSWORD })).body).toEqual({ sessionsEnded: 2 });
    for (const other of others) expect((await other.call('GET', '/session')).status).toBe(401);
    for (const client of [here, stranger]) expect((await client.call('GET', '/session')).status).toBe(200);
    expect(world.ended.at(-1)?.sessionIds).toHaveLength(2);
    expect((await audited('session.revoked')).map(({ reason }) => reason)).toEqual(['owner', 'owner']);
  });

  it('a wrong password there counts like a failed login', async () => {
    const here = await world.logIn(people, 'csr1');
    for (let n = 0; n < 12; n++) await here.call('POST', '/session/sessions/end', { password: 'a guess' });
    expect((await here.call('POST', '/session/sessions/end', { password: TEST_PASSWORD })).body.code).toBe('password_refused');
  });

  it('are so many at a time: one more login ends the one that was used least lately', async () => {
    const sv = await world.logIn(people, 'sv1');
    expect((await sv.call('GET', '/login-settings')).body).toMatchObject({ maxSessions: 10 });
    for (const wrong of [0, 51, 2.5]) expect((await sv.call('PUT', '/login-settings', { passkeys: 'off', maxSessions: wrong })).status).toBe(400);
    expect((await sv.call('PUT', '/login-settings', { passkeys: 'off', maxSessions: 3 })).body).toMatchObject({ applied: true, settings: { maxSessions: 3 } });
    expect((await audited('tenant.login_settings_changed'))[0]).toMatchObject({ before: { maxSessions: 10 }, after: { maxSessions: 3 } });
    const clients = [];
    for (let n = 0; n < 3; n++) {
      clients.push(await world.logIn(people, 'csr1'));
      world.clock.advance(120_000);
    }
    const [first, second, third] = clients;
    // The oldest one is in use: it stays, and the next one goes.
    expect((await first?.call('GET', '/session'))?.status).toBe(200);
    const before = world.ended.length;
    const fourth = await world.logIn(people, 'csr1');
    const statuses = [];
    for (const client of [first, second, third, fourth]) statuses.push((await client?.call('GET', '/session'))?.status);
    expect(statuses).toEqual([200, 401, 200, 200]);
    expect(world.ended.slice(before), 'its sockets are closed').toMatchObject([{ reason: 'revoked', sessionIds: [expect.any(String) as string] }]);
    expect((await audited('session.revoked'))[0]).toEqual({ reason: 'too_many', maxSessions: 3 });
    expect(await list(fourth)).toHaveLength(3);
    // A lower number holds from the next login on.
    await sv.call('PUT', '/login-settings', { passkeys: 'off', maxSessions: 1 });
    expect(await list(fourth)).toHaveLength(3);
    const last = await world.logIn(people, 'csr1');
    expect(await list(last)).toHaveLength(1);
    // Another way of setting the passkeys leaves the number alone.
    await sv.call('PUT', '/login-settings', { passkeys: 'second_factor' });
    expect((await sv.call('GET', '/login-settings')).body).toMatchObject({ passkeys: 'second_factor', maxSessions: 1 });
    // Control: other users have sessions of their own.
    expect((await sv.call('GET', '/session')).status).toBe(200);
  });

  it('that were idle for an hour are not listed', async () => {
    await world.logIn(people, 'csr1');
    world.clock.advance(3_600_001);
    expect(await list(await world.logIn(people, 'csr1'))).toHaveLength(1);
  });
});
