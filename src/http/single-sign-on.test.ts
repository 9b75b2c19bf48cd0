import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startIdentityProvider, type IdentityProvider } from '../../test/support/identity-provider.ts';
import { internetAnd } from '../lib/outside-request.ts';
import { auditDetails, createWorld, TEST_PASSWORD, type TestAnswer, type TestClient, type TestPeople, type World } from './testing/world.ts';

const BACK = 'https://scc.example.jp/login/single-sign-on';
const MINUTE = 60_000;
const WIDE = { max: 10_000, windowMs: MINUTE };

let world: World;
let idp: IdentityProvider;
let people: TestPeople;
let sv: TestClient;
let tenants = 0;

beforeAll(async () => {
  idp = await startIdentityProvider([BACK], {
    hanako: { email: 'CSR1@example.com', email_verified: true, employee_number: 'E-1', preferred_username: 'csr1' },
    jiro: { email: 'csr2@example.com' },
    impostor: { email: 'csr1@example.com', email_verified: true },
    mitsuko: { email: 'sv1@example.com' },
    stranger: { email: 'nobody@example.com' },
    unproven: { email: 'csr1@example.com', email_verified: false },
    mute: {},
  });
  world = await createWorld({ loginWorld: internetAnd(['127.0.0.1']), rateLimits: { login: WIDE, heavy: WIDE } });
});
afterAll(async () => {
  await world.close();
  await idp.close();
});
afterEach(() => {
  idp.tamper = null;
  idp.away = false;
});
beforeEach(async () => {
  people = await world.addTenant(`sso${++tenants}`, 'アクメ株式会社');
  sv = await world.logIn(people, 'sv1');
});

const given = (more: object = {}) => ({
  issuer: idp.issuer, clientId: idp.clientId, clientSecret: idp.clientSecret, claim: 'email', field: 'email', textJa: '社内アカウントでログイン', textEn: 'Log in with the company account',
  secondFactorByProvider: false, only: false, exceptUserId: null, ...more,
});
const setUp = (more: object = {}): Promise<TestAnswer> => sv.call('PUT', '/single-sign-on', given(more));
const reasons = async (): Promise<unknown[]> => (await auditDetails(sv, 'session.login_refused')).map(({ reason, fault }) => fault ?? reason);

const unlink = (userId: string, client = sv): Promise<TestAnswer> => client.call('DELETE', `/users/${userId}/single-sign-on`);
const begin = (tenant = people.slug): Promise<TestAnswer> => world.request('POST', '/api/v1/login/single-sign-on/begin', { body: { tenant } });
const urlOf = (answer: TestAnswer): string => (answer.body as unknown as { url: string }).url;
const cookieOf = (answer: TestAnswer): string => /scc_challenge=[^;]+/.exec(String(answer.headers['set-cookie']))?.[0] ?? '';
const finish = (query: string, cookie: string, ip?: string): Promise<TestAnswer> => world.request('POST', '/api/v1/login/single-sign-on', { body: { query }, headers: { cookie }, ...(ip === undefined ? {} : { ip }) });

/** The whole way: to the provider, in there, and back. */
async function enter(account: string, change: (back: URLSearchParams) => void = () => undefined, ip?: string): Promise<TestAnswer> {
  const begun = await begin();
  const back = await idp.logIn(urlOf(begun), account);
  expect(back.href.startsWith(`${BACK}?`)).toBe(true);
  change(back.searchParams);
  return finish(back.searchParams.toString(), cookieOf(begun), ip);
}

describe('a tenant without a provider', () => {
  it('has nothing of it, like a tenant that does not exist', async () => {
    expect((await sv.call('GET', '/single-sign-on')).body).toEqual({ provider: null, redirectUri: BACK });
    for (const slug of [people.slug, 'nobody-at-all']) {
      expect((await begin(slug)).body.code).toBe('single_sign_on_off');
      expect((await world.request('GET', `/api/v1/public/login-ways/${slug}`)).body).toMatchObject({ singleSignOn: null });
    }
  });
});

describe('settings', () => {
  it('are asked of the provider in a preview, and keep the secret to themselves', async () => {
    const preview = await setUp({ preview: true });
    expect(preview.body).toMatchObject({ applied: false, reachable: true, fault: '', youStayAllowed: true, users: 3, unmatchable: 0, provider: null });
    const set = await setUp();
    expect(set.body).toMatchObject({ applied: true, provider: { issuer: idp.issuer, clientId: idp.clientId, only: false, updatedBy: `user:${people.sv}` } });
    for (const answer of [set, await sv.call('GET', '/single-sign-on'), await sv.call('GET', '/audit?limit=200')]) expect(answer.raw.toString()).not.toContain(idp.clientSecret);
    expect((await world.request('GET', `/api/v1/public/login-ways/${people.slug}`)).body).toMatchObject({ singleSignOn: { textJa: '社内アカウントでログイン', only: false } });
    const { rows } = await world.db.ownerClient.query<{ sealed: Buffer }>('select sealed from sso_providers');
    for (const { sealed } of rows) expect(sealed.includes(idp.clientSecret)).toBe(false);
    expect((await sv.call('PUT', '/single-sign-on', { ...given({ claim: 'employee_number', field: 'employeeNumber', preview: true }), clientSecret: undefined })).body).toMatchObject({ users: 3, unmatchable: 3 });
  });

  it('send a kept secret to no other provider, and take no address that is none', async () => {
    await setUp();
    const moved = { ...given({ issuer: 'https://other.example.com' }), clientSecret: undefined };
    expect((await sv.call('PUT', '/single-sign-on', moved)).body.errors).toMatchObject([{ path: 'body.clientSecret' }]);
    for (const issuer of ['http://idp.example.com', 'ftp://idp.example.com', 'https://a:b@idp.example.com', 'https://idp.example.com/?x=1', 'nothing']) expect((await setUp({ issuer })).body.code).toBe('invalid_request');
  });

  it('go nowhere inside', async () => {
    const closed = await createWorld();
    const there = await closed.addTenant('closed', '閉じた会社');
    const client = await closed.logIn(there, 'sv1');
    expect((await client.call('PUT', '/single-sign-on', given({ preview: true }))).body).toMatchObject({ reachable: false, fault: 'address_not_allowed' });
    await client.call('PUT', '/single-sign-on', given());
    const begun = await closed.request('POST', '/api/v1/login/single-sign-on/begin', { body: { tenant: 'closed' } });
    expect([begun.status, begun.body.code]).toEqual([503, 'single_sign_on_away']);
    await closed.close();
  });

  it('are for administrators', async () => {
    const csr = await world.logIn(people, 'csr1');
    for (const [method, body] of [['GET', undefined], ['PUT', given()], ['DELETE', undefined]] as const) expect((await csr.call(method, '/single-sign-on', body)).status).toBe(403);
    await setUp();
    expect((await sv.call('DELETE', '/single-sign-on')).status).toBe(204);
    expect((await auditDetails(sv, 'tenant.single_sign_on_removed'))).toHaveLength(1);
    expect((await begin()).body.code).toBe('single_sign_on_off');
  });
});

describe('a login through the provider', () => {
  beforeEach(async () => {
    expect((await setUp()).status).toBe(200);
  });

  it('lets in the user whom the claim names', async () => {
    const begun = await begin();
    const asked = new URL(urlOf(begun)).searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({ response_type: 'code', code_challenge_method: 'S256', redirect_uri: BACK, client_id: idp.clientId, scope: 'openid email profile' });
    for (const secret of ['state', 'nonce', 'code_challenge']) expect(asked.get(secret)).toMatch(/^[\w-]{43}$/);
    const entered = await enter('hanako');
    expect([entered.status, entered.body]).toMatchObject([200, { user: { loginId: 'csr1' } }]);
    expect(String(entered.headers['set-cookie'])).toContain('SameSite=Lax');
    expect((await auditDetails(sv, 'session.login'))[0]).toMatchObject({ loginId: 'csr1', method: 'single_sign_on' });
    expect((await world.request('POST', '/api/v1/login', { body: { tenant: people.slug, loginId: 'csr1', password: TEST_PASSWORD } })).status, 'the password goes on').toBe(200);
  });

  it('stands for the password for five minutes where own sessions are ended: its user may know none', async () => {
    const there = await world.logIn(people, 'csr1');
    const entered = await enter('hanako');
    const headers = { cookie: String(entered.headers['set-cookie']).split(';', 1)[0] ?? '', 'x-csrf-token': (entered.body as unknown as { csrfToken: string }).csrfToken };
    const end = (): Promise<TestAnswer> => world.request('POST', '/api/v1/session/sessions/end', { body: {}, headers });
    expect((await there.call('POST', '/session/sessions/end', {})).body.code, 'who came by password gives it').toBe('password_refused');
    world.clock.advance(5 * MINUTE - 1);
    expect((await end()).body).toMatchObject({ sessionsEnded: 1 });
    expect((await there.call('GET', '/session')).status).toBe(401);
    world.clock.advance(1);
    expect((await end()).body.code).toBe('password_refused');
  });

  it('finds users by login ID and by employee number too', async () => {
    await setUp({ claim: 'preferred_username', field: 'loginId' });
    expect((await enter('hanako')).body).toMatchObject({ user: { loginId: 'csr1' } });
    await unlink(people.csr);
    await sv.call('PATCH', `/users/${people.csr2}`, { employeeNumber: 'E-1' });
    await setUp({ claim: 'employee_number', field: 'employeeNumber' });
    expect((await enter('hanako')).body).toMatchObject({ user: { loginId: 'csr2' } });
    await unlink(people.csr2);
    await sv.call('PATCH', `/users/${people.csr}`, { employeeNumber: 'E-1' });
    expect((await enter('hanako')).body.code, 'one number, two users').toBe('single_sign_on_unmatched');
  });

  it.each(['stranger', 'unproven', 'mute'])('makes no user of a %s, and says so', async (account) => {
    const before = (await sv.call('GET', '/users')).body.items?.length;
    expect((await enter(account)).body.code).toBe('single_sign_on_unmatched');
    expect((await auditDetails(sv, 'session.login_refused'))[0]).toMatchObject({ reason: 'unmatched', method: 'single_sign_on', claim: 'email', created: 'no user is made by a login' });
    expect((await sv.call('GET', '/users')).body.items?.length).toBe(before);
  });

  it('asks the same of address and status as the password', async () => {
    await sv.call('PUT', `/profiles/${people.profiles.CSR}/ip-ranges`, { ipRanges: ['192.0.2.0/24'] });
    expect((await enter('hanako')).body.code).toBe('login_refused');
    expect((await enter('hanako', undefined, '192.0.2.7')).status).toBe(200);
    await sv.call('PATCH', `/users/${people.csr}`, { status: 'disabled' });
    expect((await enter('hanako', undefined, '192.0.2.7')).body.code).toBe('login_refused');
    expect(await reasons()).toEqual(['disabled', 'address']);
  });

  it('takes the place of a demanded second factor only where the provider is relied on for it', async () => {
    await sv.call('PUT', `/profiles/${people.profiles.CSR}/second-factor`, { required: true });
    expect((await enter('hanako')).body.code).toBe('single_sign_on_factor');
    await setUp({ secondFactorByProvider: true });
    const entered = await enter('hanako');
    const cookie = String(entered.headers['set-cookie']).split(';', 1)[0] ?? '';
    expect((await world.request('GET', '/api/v1/session', { headers: { cookie } })).body).toMatchObject({ mustSetUpFactor: false });
  });

  it('asks the provider who it is at the beginning of each login, and at its end only when that was long ago', async () => {
    idp.asked.length = 0;
    const discoveries = () => idp.asked.filter((url) => url === '/.well-known/openid-configuration').length;
    for (const account of ['hanako', 'jiro', 'mitsuko']) expect((await enter(account)).status).toBe(200);
    expect([discoveries(), idp.asked.filter((url) => url === '/token').length]).toEqual([3, 3]);
    const begun = await begin();
    const back = await idp.logIn(urlOf(begun), 'hanako');
    world.clock.advance(MINUTE);
    expect((await finish(back.searchParams.toString(), cookieOf(begun))).status).toBe(200);
    expect(discoveries()).toBe(5);
    // Another secret is another way of asking: nobody is let in by what was kept for somebody else's settings.
    await setUp({ clientSecret: 'wrong' });
    expect((await enter('hanako')).status).toBe(401);
  });

  it('degrades visibly when the provider is away', async () => {
    const begun = await begin();
    const back = await idp.logIn(urlOf(begun), 'hanako');
    idp.away = true;
    expect([(await begin()).status, (await begin()).body.code]).toEqual([503, 'single_sign_on_away']);
    expect((await finish(back.searchParams.toString(), cookieOf(begun))).status).toBe(503);
    expect((await world.request('POST', '/api/v1/login', { body: { tenant: people.slug, loginId: 'csr1', password: TEST_PASSWORD } })).status).toBe(200);
  });
});

describe('from the first login on', () => {
  beforeEach(async () => {
    await setUp();
    expect((await enter('hanako')).body).toMatchObject({ user: { loginId: 'csr1' } });
  });
  const linkedSince = async (userId: string): Promise<unknown> => ((await sv.call('GET', `/users/${userId}`)).body as unknown as { singleSignOnSince: string | null }).singleSignOnSince;

  it('a user is who the provider’s `sub` says, whatever becomes of the claim', async () => {
    expect(await auditDetails(sv, 'user.single_sign_on_linked')).toEqual([{ issuer: idp.issuer, sub: 'hanako', claim: 'email', value: 'CSR1@example.com' }]);
    expect([await linkedSince(people.csr), await linkedSince(people.csr2)]).toEqual([expect.any(String), null]);
    // The address changes hands.
    await sv.call('PATCH', `/users/${people.csr}`, { email: 'married@example.com' });
    await sv.call('PATCH', `/users/${people.csr2}`, { email: 'csr1@example.com' });
    expect((await enter('hanako')).body).toMatchObject({ user: { loginId: 'csr1' } });
    for (const change of [{ email: 'elsewhere@example.com' }, { email: undefined }, { email_verified: false }]) {
      idp.tamper = (claims, sign) => sign({ ...claims, ...change });
      expect((await enter('hanako')).body).toMatchObject({ user: { loginId: 'csr1' } });
    }
    expect(await auditDetails(sv, 'user.single_sign_on_linked'), 'linked once').toHaveLength(1);
    const { rows } = await world.db.ownerClient.query<{ text: string }>('select sso_identities::text as text from sso_identities');
    for (const { text } of rows) expect(text).not.toContain('hanako');
  });

  it('another account with the same claim is refused, and told of, until an administrator unlinks the user', async () => {
    const refused = await enter('impostor');
    expect([refused.status, refused.body.code, refused.headers['set-cookie']]).toEqual([403, 'single_sign_on_other_account', undefined]);
    expect((await auditDetails(sv, 'session.login_refused'))[0]).toMatchObject({ reason: 'other_subject', loginId: 'csr1', claim: 'email', value: 'csr1@example.com', sub: 'impostor' });
    expect((await enter('hanako')).status).toBe(200);
    const csr = await world.logIn(people, 'csr1');
    expect((await unlink(people.csr, csr)).status, 'for administrators').toBe(403);
    expect((await unlink(people.csr)).body).toMatchObject({ loginId: 'csr1', singleSignOnSince: null });
    expect((await csr.call('GET', '/session')).status, 'the sessions end').toBe(401);
    expect((await auditDetails(sv, 'user.single_sign_on_unlinked'))[0]).toMatchObject({ issuer: idp.issuer, sub: 'hanako' });
    expect((await unlink(people.csr)).body.code).toBe('single_sign_on_not_linked');
    expect((await enter('impostor')).body).toMatchObject({ user: { loginId: 'csr1' } });
    expect((await enter('hanako')).body.code, 'now the other one is another').toBe('single_sign_on_other_account');
  });

  it('a refused login links nobody', async () => {
    await sv.call('PATCH', `/users/${people.csr2}`, { status: 'disabled' });
    expect((await enter('jiro')).body.code).toBe('login_refused');
    expect(await linkedSince(people.csr2)).toBeNull();
  });

  it('the same `sub` of another provider is somebody else', async () => {
    const other = await startIdentityProvider([BACK], { hanako: { email: 'csr2@example.com' }, kyoko: { email: 'csr1@example.com' } });
    const first = idp;
    idp = other;
    try {
      expect((await setUp({ issuer: other.issuer, clientSecret: other.clientSecret })).status).toBe(200);
      expect((await enter('hanako')).body).toMatchObject({ user: { loginId: 'csr2' } });
      // The tenant has changed its provider: its users are known there anew.
      expect((await enter('kyoko')).body).toMatchObject({ user: { loginId: 'csr1' } });
      expect((await auditDetails(sv, 'user.single_sign_on_linked'))[0]).toMatchObject({ issuer: other.issuer, sub: 'kyoko', before: { issuer: first.issuer, sub: 'hanako' } });
    } finally {
      idp = first;
      await other.close();
    }
  });
});

describe('what a bad provider, browser or network sends back', () => {
  beforeEach(() => setUp());

  it.each<[string, string | RegExp, IdentityProvider['tamper']]>([
    ['a wrong nonce', 'OAUTH_JWT_CLAIM_COMPARISON_FAILED', (claims, sign) => sign({ ...claims, nonce: 'another' })],
    ['no nonce', 'OAUTH_INVALID_RESPONSE', ({ nonce: _gone, ...claims }, sign) => sign(claims)],
    ['a wrong audience', 'OAUTH_JWT_CLAIM_COMPARISON_FAILED', (claims, sign) => sign({ ...claims, aud: 'somebody-else' })],
    ['an expired token', 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED', (claims, sign) => sign({ ...claims, exp: Number(claims['iat']) - 3600 })],
    ['another issuer', 'OAUTH_JWT_CLAIM_COMPARISON_FAILED', (claims, sign) => sign({ ...claims, iss: 'https://idp.example.com' })],
    ['a foreign signature', 'OAUTH_INVALID_RESPONSE', (claims, sign) => sign(claims, 'foreign')],
    ['no signature', /./, (claims, sign) => sign(claims, 'none')],
    ['a signature by a shared secret', /./, (claims, sign) => sign(claims, 'hmac')],
  ])('%s is refused', async (_name, fault, tamper) => {
    idp.tamper = tamper;
    const answer = await enter('hanako');
    expect([answer.status, answer.body.code, answer.headers['set-cookie']]).toEqual([401, 'single_sign_on_failed', undefined]);
    const [told] = await reasons();
    expect(told).toEqual(typeof fault === 'string' ? fault : expect.stringMatching(fault));
    // Negative control: the same way with the same hands, and nothing wrong about the token.
    idp.tamper = (claims, sign) => sign(claims);
    expect((await enter('hanako')).status).toBe(200);
  });

  it('a forged state, another issuer’s name, and one left out', async () => {
    for (const change of [
      (back: URLSearchParams) => back.set('state', 'A'.repeat(43)),
      (back: URLSearchParams) => back.delete('state'),
      (back: URLSearchParams) => back.set('iss', 'https://idp.example.com'),
      (back: URLSearchParams) => back.delete('iss'),
      (back: URLSearchParams) => back.set('code', 'x'.repeat(43)),
      (back: URLSearchParams) => (back.delete('code'), back.set('error', 'access_denied')),
    ]) expect((await enter('hanako', change)).body.code).toBe('single_sign_on_failed');
    expect(await reasons()).toHaveLength(6);
  });

  it('a code for the second time, with the old state and with a new one', async () => {
    const begun = await begin();
    const back = await idp.logIn(urlOf(begun), 'hanako');
    expect((await finish(back.searchParams.toString(), cookieOf(begun))).status).toBe(200);
    expect((await finish(back.searchParams.toString(), cookieOf(begun))).body.code).toBe('single_sign_on_failed');
    const again = await begin();
    back.searchParams.set('state', new URL(urlOf(again)).searchParams.get('state') ?? '');
    expect((await finish(back.searchParams.toString(), cookieOf(again))).body.code).toBe('single_sign_on_failed');
  });

  it('a code that another browser got, a challenge of another kind, one too old, and settings that changed meanwhile', async () => {
    const mine = await begin();
    const theirs = await begin();
    const back = await idp.logIn(urlOf(theirs), 'hanako');
    for (const cookie of ['', cookieOf(mine), cookieOf(await world.request('POST', '/api/v1/login/passkey/begin', { body: { tenant: people.slug } }))]) {
      expect((await finish(back.searchParams.toString(), cookie)).body.code).toBe('single_sign_on_failed');
    }
    const changed = await begin();
    const there = await idp.logIn(urlOf(changed), 'hanako');
    await setUp({ textEn: 'Other words' });
    expect((await finish(there.searchParams.toString(), cookieOf(changed))).body.code).toBe('single_sign_on_failed');
    const late = await begin();
    const code = await idp.logIn(urlOf(late), 'hanako');
    world.clock.advance(5 * MINUTE);
    expect((await finish(code.searchParams.toString(), cookieOf(late))).body.code).toBe('single_sign_on_failed');
  });

  it('a login at another tenant’s provider is none at this one', async () => {
    const other = await world.addTenant(`else${tenants}`, 'よその会社');
    const client = await world.logIn(other, 'sv1');
    await client.call('PUT', '/single-sign-on', given());
    const begun = await begin(other.slug);
    const entered = await finish((await idp.logIn(urlOf(begun), 'hanako')).searchParams.toString(), cookieOf(begun));
    expect(entered.body).toMatchObject({ user: { id: other.csr } });
  });
});

describe('nothing but single sign-on', () => {
  const password = (loginId: string): Promise<TestAnswer> => world.request('POST', '/api/v1/login', { body: { tenant: people.slug, loginId, password: TEST_PASSWORD } });

  it('cannot lock out who turns it on, nor everybody', async () => {
    expect((await setUp({ only: true })).body.errors).toMatchObject([{ path: 'body.exceptUserId' }]);
    expect((await setUp({ only: true, exceptUserId: people.csr })).body.errors, 'no administrator').toMatchObject([{ path: 'body.exceptUserId' }]);
    expect((await setUp({ only: true, exceptUserId: people.sv, preview: true })).body).toMatchObject({ youStayAllowed: true });
    idp.away = true;
    expect((await setUp({ only: true, exceptUserId: people.sv })).body.code).toBe('single_sign_on_away');
    idp.away = false;
    expect((await setUp({ only: true, exceptUserId: people.sv })).body).toMatchObject({ applied: true });
  });

  it('refuses passwords like wrong ones, but for the named administrator', async () => {
    await setUp({ only: true, exceptUserId: people.sv });
    expect((await world.request('GET', `/api/v1/public/login-ways/${people.slug}`)).body).toMatchObject({ passkey: false, singleSignOn: { only: true } });
    expect((await password('csr1')).body.code).toBe('login_refused');
    expect(await reasons()).toEqual(['single_sign_on_only']);
    expect((await password('sv1')).status).toBe(200);
    expect((await enter('hanako')).status).toBe(200);
    idp.away = true;
    expect((await password('sv1')).status, 'the way in while the provider is away').toBe(200);
    await sv.call('PUT', '/single-sign-on', given());
    expect((await password('csr1')).status).toBe(200);
  });
});
