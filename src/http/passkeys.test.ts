import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SoftwareAuthenticator, type AskedKey, type Deviation } from '../../test/support/software-authenticator.ts';
import { auditDetails, createWorld, TEST_PASSWORD, type TestAnswer, type TestClient, type TestPeople, type World } from './testing/world.ts';

const ORIGIN = 'https://scc.example.jp';
const MINUTE = 60_000;

let world: World;
let people: TestPeople;
let sv: TestClient;
let tenants = 0;

beforeAll(async () => {
  world = await createWorld({ rateLimits: { login: { max: 10_000, windowMs: MINUTE } } });
});
afterAll(() => world.close());
beforeEach(async () => {
  people = await world.addTenant(`keys${++tenants}`, 'アクメ株式会社');
  sv = await world.logIn(people, 'sv1');
});

type Mode = 'off' | 'second_factor' | 'passwordless';
const setMode = (passkeys: Mode, more: object = {}): Promise<TestAnswer> => sv.call('PUT', '/login-settings', { passkeys, ...more });

/** Value of the challenge cookie that an answer sets. */
const challengeIn = (answer: TestAnswer): string => /scc_challenge=[^;]+/.exec(String(answer.headers['set-cookie']))?.[0] ?? '';
const optionsIn = (answer: TestAnswer): AskedKey => (answer.body as unknown as { options: AskedKey }).options;
const audited = (code: string) => auditDetails(sv, code);
const reasons = async (): Promise<string[]> => (await audited('session.login_refused')).map(({ reason }) => String(reason));

async function register(client: TestClient, key = new SoftwareAuthenticator(ORIGIN), bad: Deviation = {}): Promise<{ key: SoftwareAuthenticator; answer: TestAnswer }> {
  const begun = await client.call('POST', '/passkeys/begin', { password: TEST_PASSWORD });
  expect([begun.status, begun.body.code]).toEqual([200, undefined]);
  const made = key.create(optionsIn(begun), bad);
  return { key, answer: await client.call('POST', '/passkeys', { name: '私物のスマートフォン', answer: made }, { cookie: `${client.cookie}; ${challengeIn(begun)}` }) };
}

/** Password first; then the passkey signs what the refusal brought. */
async function secondFactor(key: SoftwareAuthenticator, bad: Deviation = {}, loginId = 'csr1') {
  const body = { tenant: people.slug, loginId, password: TEST_PASSWORD };
  const asked = await world.request('POST', '/api/v1/login', { body });
  const { ways } = asked.body as unknown as { ways: { code: boolean; app: boolean; passkey: AskedKey | null } };
  const passkey = key.sign(ways.passkey ?? { challenge: '' }, bad);
  const send = (): Promise<TestAnswer> => world.request('POST', '/api/v1/login', { body: { ...body, passkey }, headers: { cookie: challengeIn(asked) } });
  return { asked, ways, send };
}

async function passwordless(key: SoftwareAuthenticator, bad: Deviation = {}, given: { tenant?: string; ip?: string } = {}) {
  const begun = await world.request('POST', '/api/v1/login/passkey/begin', { body: { tenant: given.tenant ?? people.slug } });
  const answer = key.sign(optionsIn(begun), bad);
  const cookie = challengeIn(begun);
  const send = (headers: Record<string, string> = { cookie }): Promise<TestAnswer> => world.request('POST', '/api/v1/login/passkey', { body: { answer }, headers, ...(given.ip === undefined ? {} : { ip: given.ip }) });
  return { begun, answer, send };
}

describe('a tenant that has turned nothing on', () => {
  it('takes no passkey and offers none, like a tenant that does not exist', async () => {
    const csr = await world.logIn(people, 'csr1');
    expect((await csr.call('GET', '/passkeys')).body).toEqual({ mode: 'off', origin: ORIGIN, items: [] });
    expect((await csr.call('POST', '/passkeys/begin', { password: TEST_PASSWORD })).body.code).toBe('passkeys_off');
    const ways = await Promise.all([people.slug, 'nobody-at-all'].map((slug) => world.request('GET', `/api/v1/public/login-ways/${slug}`)));
    expect(ways.map(({ status, body }) => [status, body])).toEqual(Array.from({ length: 2 }, () => [200, { passkey: false, passkeyOrigin: ORIGIN, singleSignOn: null }]));
  });
});

describe('a passkey as second factor', () => {
  beforeEach(async () => {
    expect((await setMode('second_factor')).body).toMatchObject({ applied: true });
  });

  it('is registered with the own password, asked for beside it, and ends the sessions opened without', async () => {
    const other = await world.logIn(people, 'csr1');
    const csr = await world.logIn(people, 'csr1');
    expect((await csr.call('POST', '/passkeys/begin', { password: 'not this one, sorry' })).body.code).toBe('password_refused');
    const { key, answer } = await register(csr);
    expect([answer.status, answer.body]).toMatchObject([200, { name: '私物のスマートフォン', synced: false, lastUsedAt: null }]);
    expect((await other.call('GET', '/session')).status).toBe(401);
    expect((await csr.call('GET', '/session')).status).toBe(200);
    const { asked, ways, send } = await secondFactor(key);
    expect([asked.status, asked.body.code, ways.code, ways.app], 'recovery codes came with it').toEqual([401, 'second_factor_needed', true, false]);
    const entered = await send();
    expect(entered.status).toBe(200);
    expect((await audited('session.login'))[0]).toMatchObject({ loginId: 'csr1', method: 'password_passkey' });
    expect((await audited('passkey.added'))).toMatchObject([{ name: '私物のスマートフォン', sessionsEnded: 1 }]);
    const cookie = String(entered.headers['set-cookie']).split(';', 1)[0] ?? '';
    const { items } = (await world.request('GET', '/api/v1/session/sessions', { headers: { cookie } })).body as unknown as { items: { method: string; current: boolean }[] };
    expect(items.filter(({ current }) => current)).toMatchObject([{ method: 'password_passkey' }]);
    expect((await csr.call('GET', '/passkeys')).body).toMatchObject({ items: [{ lastUsedAt: expect.any(String) as string }] });
  });

  it('is not enough alone, nor is the password', async () => {
    const { key } = await register(await world.logIn(people, 'csr1'));
    const { send } = await passwordless(key);
    expect((await send()).body.code).toBe('login_refused');
    expect(await reasons()).toEqual(['passkeys_off']);
    expect((await world.request('POST', '/api/v1/login', { body: { tenant: people.slug, loginId: 'csr1', password: TEST_PASSWORD } })).body.code).toBe('second_factor_needed');
    const withCode = await world.request('POST', '/api/v1/login', { body: { tenant: people.slug, loginId: 'csr1', password: TEST_PASSWORD, code: '123456' } });
    expect(withCode.body.code).toBe('login_refused');
    const wrong = await world.request('POST', '/api/v1/login', { body: { tenant: people.slug, loginId: 'csr1', password: 'not this one, sorry' } });
    expect([wrong.body.code, wrong.headers['set-cookie']]).toEqual(['login_refused', undefined]);
  });

  it('stands beside an authenticator app: either lets in', async () => {
    const csr = await world.logIn(people, 'csr1');
    const { key } = await register(csr);
    const { secret } = (await csr.call('POST', '/session/second-factor', { password: TEST_PASSWORD })).body as unknown as { secret: string };
    const codeNow = (): string => new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: world.clock.wall() });
    expect((await csr.call('POST', '/session/second-factor/confirm', { code: codeNow() })).status).toBe(200);
    world.clock.advance(30_000);
    const { ways, send } = await secondFactor(key);
    expect(ways).toMatchObject({ code: true, passkey: { rpId: 'scc.example.jp', userVerification: 'required' } });
    expect((await send()).status).toBe(200);
    expect((await world.request('POST', '/api/v1/login', { body: { tenant: people.slug, loginId: 'csr1', password: TEST_PASSWORD, code: codeNow() } })).status).toBe(200);
    expect((await audited('session.login')).slice(0, 2).map(({ method }) => method)).toEqual(['password_code', 'password_passkey']);
  });

  describe('that is lost', () => {
    const enter = (code?: string): Promise<TestAnswer> => world.request('POST', '/api/v1/login', { body: { tenant: people.slug, loginId: 'csr1', password: TEST_PASSWORD, ...(code !== undefined && { code }) } });
    const codesOf = (answer: TestAnswer): string[] | null => (answer.body as unknown as { recoveryCodes: string[] | null }).recoveryCodes;

    it('is made up for by a recovery code, each once; the first passkey brings them, and they are told once', async () => {
      const csr = await world.logIn(people, 'csr1');
      const codes = codesOf((await register(csr)).answer) ?? [];
      expect(codes).toHaveLength(10);
      expect(codesOf((await register(csr)).answer), 'a second passkey').toBeNull();
      expect((await enter((codes[0] ?? '').replace('-', ' '))).status).toBe(200);
      expect((await enter(codes[0])).status).toBe(401);
      expect((await audited('session.login'))[0]).toMatchObject({ loginId: 'csr1', method: 'password_recovery_code' });
      expect(await audited('second_factor.recovery_code_used')).toEqual([{ left: 9 }]);
      expect((await csr.call('GET', '/session/second-factor')).body).toMatchObject({ since: null, active: true, recoveryCodesLeft: 9 });
      const renewed = codesOf(await csr.call('POST', '/session/second-factor/recovery-codes', { password: TEST_PASSWORD })) ?? [];
      expect([(await enter(codes[1])).status, (await enter(renewed[0])).status]).toEqual([401, 200]);
    });

    it('keeps its codes when an app comes and goes, and loses them with the last passkey', async () => {
      const csr = await world.logIn(people, 'csr1');
      const { answer } = await register(csr);
      const first = codesOf(answer) ?? [];
      const { secret } = (await csr.call('POST', '/session/second-factor', { password: TEST_PASSWORD })).body as unknown as { secret: string };
      expect((await enter(first[0])).status, 'an app that is not confirmed changes nothing').toBe(200);
      const confirmed = await csr.call('POST', '/session/second-factor/confirm', { code: new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: world.clock.wall() }) });
      const codes = codesOf(confirmed) ?? [];
      expect([codes.length, (await enter(first[1])).status]).toEqual([10, 401]);
      expect((await csr.call('POST', '/session/second-factor/off', { password: TEST_PASSWORD })).status).toBe(204);
      expect((await csr.call('POST', '/session/second-factor/confirm', { code: '123456' })).body.code).toBe('second_factor_not_begun');
      world.clock.advance(MINUTE);
      expect((await enter(codes[0])).status).toBe(200);
      const { id } = answer.body as unknown as { id: string };
      expect((await csr.call('POST', `/passkeys/${id}/remove`, { password: TEST_PASSWORD })).status).toBe(204);
      expect((await csr.call('GET', '/session/second-factor')).body).toMatchObject({ active: false, recoveryCodesLeft: 0 });
      expect((await enter()).status, 'the password is enough again').toBe(200);
      expect((await csr.call('POST', '/session/second-factor/recovery-codes', { password: TEST_PASSWORD })).body.code).toBe('second_factor_off');
    });

    it('is taken away by a supervisor, with its codes; the sessions end', async () => {
      const csr = await world.logIn(people, 'csr1');
      const codes = codesOf((await register(csr)).answer) ?? [];
      expect((await sv.call('DELETE', `/users/${people.csr}/second-factor`)).status).toBe(200);
      expect((await csr.call('GET', '/session')).status).toBe(401);
      expect((await audited('second_factor.reset'))[0]).toMatchObject({ passkeys: 1, sessionsEnded: 1 });
      expect((await enter()).status).toBe(200);
      const again = codesOf((await register(await world.logIn(people, 'csr1'))).answer) ?? [];
      expect([(await enter(codes[0])).status, (await enter(again[0])).status], 'the codes of before open nothing').toEqual([401, 200]);
    });
  });

  it('is another user’s only for that user', async () => {
    const { key } = await register(await world.logIn(people, 'csr1'));
    const { key: mine } = await register(await world.logIn(people, 'csr2'));
    const { send } = await secondFactor(key, {}, 'csr2');
    expect((await send()).body.code).toBe('login_refused');
    const { send: right } = await secondFactor(mine, {}, 'csr2');
    expect((await right()).status).toBe(200);
    expect(await reasons()).toEqual(['wrong_passkey']);
  });

  it('meets the demand of a profile, and is the last thing that can be removed then', async () => {
    await sv.call('PUT', `/profiles/${people.profiles.CSR}/second-factor`, { required: true });
    const csr = await world.logIn(people, 'csr1');
    expect((await csr.call('GET', '/customers')).body.code).toBe('second_factor_first');
    const told: unknown[] = [];
    const off = world.events.on('accessChanged', (event) => told.push(event));
    const { answer } = await register(csr);
    off();
    const { id } = answer.body as unknown as { id: string };
    expect(told).toEqual([{ tenantId: people.tenantId, userIds: [people.csr] }]);
    expect((await csr.call('GET', '/customers')).status).toBe(200);
    expect((await csr.call('POST', `/passkeys/${id}/remove`, { password: TEST_PASSWORD })).body.code).toBe('second_factor_required');
    await register(csr);
    expect((await csr.call('POST', `/passkeys/${id}/remove`, { password: 'not this one, sorry' })).body.code).toBe('password_refused');
    expect((await csr.call('POST', `/passkeys/${id}/remove`, { password: TEST_PASSWORD })).status).toBe(204);
    expect((await csr.call('POST', `/passkeys/${id}/remove`, { password: TEST_PASSWORD })).status).toBe(404);
    expect(await audited('passkey.removed')).toMatchObject([{ passkeyId: id, name: '私物のスマートフォン' }]);
  });

  it('is taken away by a supervisor', async () => {
    const { key } = await register(await world.logIn(people, 'csr1'));
    expect((await sv.call('GET', `/users?q=csr1`)).body.items).toMatchObject([{ secondFactor: true }]);
    expect((await sv.call('DELETE', `/users/${people.csr}/second-factor`)).body).toMatchObject({ secondFactor: false });
    expect(await audited('second_factor.reset')).toMatchObject([{ passkeys: 1 }]);
    expect((await world.request('POST', '/api/v1/login', { body: { tenant: people.slug, loginId: 'csr1', password: TEST_PASSWORD } })).status).toBe(200);
    expect(key.counter).toBe(0);
  });

  it('stays out of the way while the tenant has turned passkeys off, which the preview tells before', async () => {
    const { key } = await register(await world.logIn(people, 'csr1'));
    expect((await setMode('off', { preview: true })).body).toMatchObject({ applied: false, usersWithPasskeys: 1, usersWithoutOther: 1, settings: { passkeys: 'second_factor' } });
    expect((await setMode('off')).body).toMatchObject({ applied: true, settings: { passkeys: 'off' } });
    expect((await world.request('POST', '/api/v1/login', { body: { tenant: people.slug, loginId: 'csr1', password: TEST_PASSWORD } })).status).toBe(200);
    await setMode('second_factor');
    expect((await (await secondFactor(key)).send()).status).toBe(200);
    expect((await audited('tenant.login_settings_changed')).map(({ after }) => after)).toEqual(['second_factor', 'off', 'second_factor'].map((passkeys) => ({ passkeys, maxSessions: 10 })));
  });

  it('stands sealed in the database', async () => {
    const { key } = await register(await world.logIn(people, 'csr1'));
    const { rows } = await world.db.ownerClient.query<{ row: string; sealed: Buffer }>('select p::text as row, sealed from passkeys p');
    expect(rows.length).toBeGreaterThan(0);
    for (const { row, sealed } of rows) {
      expect(row).not.toContain(key.credentialId.toString('hex'));
      for (const told of ['私物', key.credentialId, key.credentialId.toString('base64url')]) expect(sealed.includes(told)).toBe(false);
    }
  });
});

describe('registering', () => {
  beforeEach(() => setMode('passwordless'));

  it.each<[string, Deviation]>([
    ['another origin', { origin: 'https://scc.example.jp.evil.example' }],
    ['plain http', { origin: 'http://scc.example.jp' }],
    ['another relying party', { rpId: 'example.jp' }],
    ['another challenge', { challenge: Buffer.alloc(32).toString('base64url') }],
    ['a login’s data', { type: 'webauthn.get' }],
    ['an owner who was not verified', { flags: 0x01 }],
  ])('refuses %s', async (_name, bad) => {
    const csr = await world.logIn(people, 'csr1');
    expect((await register(csr, new SoftwareAuthenticator(ORIGIN), bad)).answer.body.code).toBe('passkey_refused');
    expect((await csr.call('GET', '/passkeys')).body).toMatchObject({ items: [] });
  });

  it('is bound to the session that began it, once, and takes a key once', async () => {
    const [csr, other] = [await world.logIn(people, 'csr1'), await world.logIn(people, 'csr2')];
    const begun = await csr.call('POST', '/passkeys/begin', { password: TEST_PASSWORD });
    const made = new SoftwareAuthenticator(ORIGIN).create(optionsIn(begun));
    const send = (client: TestClient): Promise<TestAnswer> => client.call('POST', '/passkeys', { name: 'x', answer: made }, { cookie: `${client.cookie}; ${challengeIn(begun)}` });
    const late = await csr.call('POST', '/passkeys/begin', { password: TEST_PASSWORD });
    expect((await send(other)).body.code).toBe('passkey_refused');
    expect((await send(csr)).body.code, 'spent by the other').toBe('passkey_refused');
    world.clock.advance(5 * MINUTE);
    expect((await csr.call('POST', '/passkeys', { name: 'x', answer: new SoftwareAuthenticator(ORIGIN).create(optionsIn(late)) }, { cookie: `${csr.cookie}; ${challengeIn(late)}` })).body.code).toBe('passkey_refused');
    const { key, answer } = await register(csr);
    expect(answer.status).toBe(200);
    expect((await register(csr, key)).answer.body.code).toBe('passkey_known');
  });
});

describe('a passkey in the place of the password', () => {
  let key: SoftwareAuthenticator;

  beforeEach(async () => {
    await setMode('passwordless');
    ({ key } = await register(await world.logIn(people, 'csr1')));
  });

  it('lets in, and its session says so', async () => {
    expect((await world.request('GET', `/api/v1/public/login-ways/${people.slug.toUpperCase()}`)).body).toEqual({ passkey: true, passkeyOrigin: ORIGIN, singleSignOn: null });
    const { begun, send } = await passwordless(key);
    expect(String(begun.headers['set-cookie'])).toMatch(/scc_challenge=.*Max-Age=300; Path=\/api\/v1; HttpOnly; SameSite=Strict/);
    const entered = await send();
    expect(entered.body).toMatchObject({ user: { loginId: 'csr1' } });
    expect((await audited('session.login'))[0]).toMatchObject({ method: 'passkey' });
  });

  it.each<[string, Deviation]>([
    ['another origin', { origin: 'https://evil.example' }],
    ['another relying party', { rpId: 'evil.example' }],
    ['another challenge', { challenge: Buffer.alloc(32).toString('base64url') }],
    ['a registration’s data', { type: 'webauthn.create' }],
    ['an owner who was not verified', { flags: 0x01 }],
    ['nobody’s key', { userHandle: null }],
    ['somebody else’s key', { userHandle: Buffer.alloc(32, 7).toString('base64url') }],
  ])('refuses %s like a wrong password, and counts it', async (_name, bad) => {
    const { send } = await passwordless(key, bad);
    const { status, body } = await send();
    expect([status, body.code]).toEqual([401, 'login_refused']);
    expect(await reasons()).toEqual(['wrong_passkey']);
    for (let count = 0; count < 4; count++) await (await passwordless(key, bad)).send();
    expect((await (await passwordless(key)).send()).status, 'locked after five').toBe(401);
    world.clock.advance(MINUTE);
    expect((await (await passwordless(key)).send()).status, 'the same without the fault').toBe(200);
  });

  it('refuses what was sent before, another browser’s challenge, and one that is too old', async () => {
    // A key that does not count: its challenge alone tells a second use from the first.
    const { send } = await passwordless(key, { counter: 0 });
    expect((await send()).status).toBe(200);
    expect((await send()).status).toBe(401);
    const other = await passwordless(key);
    expect((await other.send({})).status).toBe(401);
    expect((await other.send({ cookie: challengeIn((await passwordless(key)).begun) })).status).toBe(401);
    const late = await passwordless(key);
    world.clock.advance(5 * MINUTE);
    expect((await late.send()).status).toBe(401);
    const second = await secondFactor(key);
    expect((await world.request('POST', '/api/v1/login/passkey', { body: { answer: key.sign(second.ways.passkey ?? { challenge: '' }) }, headers: { cookie: challengeIn(second.asked) } })).status, 'a second factor’s challenge').toBe(401);
  });

  it('refuses a key whose counter goes back, and says so', async () => {
    expect((await (await passwordless(key, { counter: 9 })).send()).status).toBe(200);
    for (const counter of [9, 3, 0]) expect((await (await passwordless(key, { counter })).send()).status).toBe(401);
    expect(await audited('passkey.counter_regressed')).toHaveLength(3);
    expect(await reasons()).toEqual(['copied_passkey', 'copied_passkey', 'copied_passkey']);
    expect((await (await passwordless(key, { counter: 10 })).send()).status).toBe(200);
  });

  it('takes a key that does not count', async () => {
    const still = new SoftwareAuthenticator(ORIGIN);
    await register(await world.logIn(people, 'sv1'), still);
    for (const counter of [0, 0]) expect((await (await passwordless(still, { counter })).send()).status).toBe(200);
  });

  it('asks the same of address, status and tenant as the password', async () => {
    await sv.call('PUT', `/profiles/${people.profiles.CSR}/ip-ranges`, { ipRanges: ['192.0.2.0/24'] });
    expect((await (await passwordless(key)).send()).status).toBe(401);
    expect((await (await passwordless(key, {}, { ip: '192.0.2.7' })).send()).status).toBe(200);
    await sv.call('PATCH', `/users/${people.csr}`, { status: 'disabled' });
    expect((await (await passwordless(key, {}, { ip: '192.0.2.7' })).send()).status).toBe(401);
    expect(await reasons()).toEqual(['disabled', 'address']);
    const elsewhere = await world.addTenant(`other${tenants}`, 'よその会社');
    const there = await world.logIn(elsewhere, 'sv1');
    await there.call('PUT', '/login-settings', { passkeys: 'passwordless' });
    for (const tenant of [elsewhere.slug, 'nobody-at-all']) {
      const { begun, send } = await passwordless(key, {}, { tenant, ip: '192.0.2.7' });
      expect([begun.status, (await send()).body.code]).toEqual([200, 'login_refused']);
    }
    expect((await auditDetails(there, 'session.login_refused')).map(({ reason }) => reason)).toEqual(['unknown_passkey']);
  });
});

describe('an installation without an address that WebAuthn takes', () => {
  it('says so in the place of asking', async () => {
    const local = await createWorld({ publicUrl: null });
    const there = await local.addTenant('local', 'ローカル');
    const supervisor = await local.logIn(there, 'sv1');
    await supervisor.call('PUT', '/login-settings', { passkeys: 'passwordless' });
    const host = (name: string): Record<string, string> => ({ host: name });
    expect((await supervisor.call('GET', '/passkeys', undefined, host('127.0.0.1:3000'))).body).toMatchObject({ mode: 'passwordless', origin: null });
    expect((await supervisor.call('POST', '/passkeys/begin', { password: TEST_PASSWORD }, host('127.0.0.1:3000'))).body.code).toBe('passkey_not_here');
    expect((await supervisor.call('GET', '/passkeys', undefined, host('localhost:3000'))).body).toMatchObject({ origin: 'http://localhost:3000' });
    const begin = (name: string) => local.request('POST', '/api/v1/login/passkey/begin', { body: { tenant: 'local' }, headers: host(name) });
    expect((await begin('evil.example')).body.code).toBe('passkey_not_here');
    expect(optionsIn(await begin('localhost:3000'))).toMatchObject({ rpId: 'localhost' });
    await local.close();
  });
});
