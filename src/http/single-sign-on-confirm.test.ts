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
  idp = await startIdentityProvider([BACK], { mitsuko: { email: 'sv1@example.com' }, hanako: { email: 'csr1@example.com' } });
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

type Call = TestClient['call'];
/** A browser that came in through the provider. */
interface Entered {
  call: Call;
  cookie: string;
  csrfToken: string;
}

const cookieNamed = (answer: TestAnswer, name: string): string => new RegExp(`${name}=[^;]+`).exec(String(answer.headers['set-cookie']))?.[0] ?? '';
const urlOf = (answer: TestAnswer): string => (answer.body as unknown as { url: string }).url;

async function enter(account: string): Promise<Entered> {
  const begun = await world.request('POST', '/api/v1/login/single-sign-on/begin', { body: { tenant: people.slug } });
  const back = await idp.logIn(urlOf(begun), account);
  const entered = await world.request('POST', '/api/v1/login/single-sign-on', { body: { query: back.searchParams.toString() }, headers: { cookie: cookieNamed(begun, 'scc_challenge') } });
  expect(entered.status).toBe(200);
  const { csrfToken } = entered.body as unknown as { csrfToken: string };
  const cookie = cookieNamed(entered, 'scc_session');
  const call: Call = (method, path, body, headers = {}) => world.request(method, `/api/v1${path}`, { ...(body === undefined ? {} : { body }), headers: { cookie, 'x-csrf-token': csrfToken, ...headers } });
  return { call, cookie, csrfToken };
}

const begin = ({ call }: Pick<Entered, 'call'>): Promise<TestAnswer> => call('POST', '/session/single-sign-on/begin');
const finish = ({ call, cookie }: Entered, query: string, challenge: string): Promise<TestAnswer> => call('POST', '/session/single-sign-on', { query }, { cookie: `${cookie}; ${challenge}` });

/** The whole way: to the provider, in there again, and back. */
async function confirm(who: Entered, account: string): Promise<TestAnswer> {
  const begun = await begin(who);
  const back = await idp.logIn(urlOf(begun), account);
  return finish(who, back.searchParams.toString(), cookieNamed(begun, 'scc_challenge'));
}

const refusals = async (): Promise<unknown[]> => (await auditDetails(sv, 'session.confirm_refused')).map(({ reason, fault }) => fault ?? reason);
const exportNow = ({ call }: Pick<Entered, 'call'>, password?: string): Promise<TestAnswer> => call('POST', '/exports', { reason: 'moving', ...(password !== undefined && { password }) });

beforeEach(async () => {
  people = await world.addTenant(`anew${++tenants}`, 'アクメ株式会社');
  sv = await world.logIn(people, 'sv1');
  const given = { issuer: idp.issuer, clientId: idp.clientId, clientSecret: idp.clientSecret, claim: 'email', field: 'email', textJa: '社内', textEn: 'Company', secondFactorByProvider: true, only: false, exceptUserId: null };
  expect((await sv.call('PUT', '/single-sign-on', given)).status).toBe(200);
});

describe('who comes through the provider', () => {
  it('is asked there anew before a grave action, and that stands once in the place of the password', async () => {
    const who = await enter('mitsuko');
    expect((await exportNow(who)).body.code, 'the login of before is not enough').toBe('password_refused');
    const asked = new URL(urlOf(await begin(who))).searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({ prompt: 'login', max_age: '0', code_challenge_method: 'S256', redirect_uri: BACK });
    expect((await confirm(who, 'mitsuko')).status).toBe(204);
    expect((await exportNow(who)).status).toBe(200);
    expect((await auditDetails(sv, 'session.confirmed'))[0]).toEqual({ method: 'single_sign_on' });
    // Spent: the next grave action is another question.
    expect((await who.call('POST', '/session/second-factor', {})).body.code).toBe('password_refused');
    await confirm(who, 'mitsuko');
    expect((await who.call('POST', '/session/second-factor', {})).status).toBe(200);
  });

  it('has five minutes for it, in the session that asked alone', async () => {
    const [who, elsewhere] = [await enter('mitsuko'), await enter('mitsuko')];
    await confirm(who, 'mitsuko');
    expect((await exportNow(elsewhere)).body.code).toBe('password_refused');
    world.clock.advance(5 * MINUTE);
    expect((await exportNow(who)).body.code).toBe('password_refused');
    await confirm(who, 'mitsuko');
    world.clock.advance(5 * MINUTE - 1);
    expect((await exportNow(who)).status).toBe(200);
  });

  it('a failed action spends nothing, and no password is spent by it', async () => {
    const who = await enter('mitsuko');
    await confirm(who, 'mitsuko');
    expect((await who.call('POST', '/session/second-factor/off', {})).body.code).toBe('second_factor_off');
    expect((await exportNow(who)).status, 'the proof is still there').toBe(200);
    expect((await sv.call('POST', '/session/second-factor', { password: 'wrong wrong wrong wrong' })).body.code).toBe('password_refused');
    expect((await sv.call('POST', '/session/second-factor', { password: TEST_PASSWORD })).status, 'the password goes on').toBe(200);
  });

  it('may choose a password, and with one that was issued need not before anything else', async () => {
    await world.inTenant(people, async (tx) => void (await tx.db.updateTable('users').set({ password_until: new Date(world.clock.wall() + MINUTE) }).where('id', '=', people.sv).execute()));
    const who = await enter('mitsuko');
    expect((await who.call('GET', '/session')).body).toMatchObject({ mustChangePassword: false, confirmByProvider: true });
    const body = { newPassword: 'an entirely different sentence' };
    expect((await who.call('POST', '/session/password', body)).body.code).toBe('password_refused');
    await confirm(who, 'mitsuko');
    expect((await who.call('POST', '/session/password', body)).status).toBe(204);
    expect((await world.request('POST', '/api/v1/login', { body: { tenant: people.slug, loginId: 'sv1', password: body.newPassword } })).status).toBe(200);
  });
});

describe('no confirmation', () => {
  it.each<[string, string, IdentityProvider['tamper']]>([
    ['a login of before', 'stale', (claims, sign) => sign({ ...claims, auth_time: Number(claims['iat']) - 60 })],
    ['a login that is yet to come', 'stale', (claims, sign) => sign({ ...claims, auth_time: Number(claims['iat']) + 60 })],
    ['a provider that does not say when', 'no_auth_time', ({ auth_time: _gone, ...claims }, sign) => sign(claims)],
    ['the right words under a foreign key', 'OAUTH_INVALID_RESPONSE', (claims, sign) => sign(claims, 'foreign')],
  ])('is %s', async (_name, reason, tamper) => {
    const who = await enter('mitsuko');
    idp.tamper = tamper;
    const answer = await confirm(who, 'mitsuko');
    expect([answer.status, answer.body.code]).toEqual([422, 'confirm_refused']);
    expect(await refusals()).toEqual([reason]);
    expect((await exportNow(who)).body.code).toBe('password_refused');
    // Negative control: the same hands and nothing wrong about the token.
    idp.tamper = (claims, sign) => sign(claims);
    expect((await confirm(who, 'mitsuko')).status).toBe(204);
    expect((await exportNow(who)).status).toBe(200);
  });

  it('is another account of the provider, even one that is a user here', async () => {
    await enter('hanako');
    const who = await enter('mitsuko');
    expect((await confirm(who, 'hanako')).body.code).toBe('confirm_refused');
    expect((await auditDetails(sv, 'session.confirm_refused'))[0]).toMatchObject({ reason: 'other_subject', sub: 'hanako' });
    expect((await exportNow(who)).body.code).toBe('password_refused');
  });

  it('is an answer for the second time, in another session, to a login, or to settings of before', async () => {
    const [who, other] = [await enter('mitsuko'), await enter('mitsuko')];
    const begun = await begin(who);
    const [query, challenge] = [(await idp.logIn(urlOf(begun), 'mitsuko')).searchParams.toString(), cookieNamed(begun, 'scc_challenge')];
    expect((await finish(other, query, challenge)).body.code, 'another session').toBe('confirm_refused');
    expect((await finish(who, query, challenge)).body.code, 'spent by it').toBe('confirm_refused');
    const login = await world.request('POST', '/api/v1/login/single-sign-on/begin', { body: { tenant: people.slug } });
    expect((await finish(who, (await idp.logIn(urlOf(login), 'mitsuko')).searchParams.toString(), cookieNamed(login, 'scc_challenge'))).body.code, 'a login').toBe('confirm_refused');
    const asConfirm = await begin(who);
    const back = (await idp.logIn(urlOf(asConfirm), 'mitsuko')).searchParams.toString();
    expect((await world.request('POST', '/api/v1/login/single-sign-on', { body: { query: back }, headers: { cookie: cookieNamed(asConfirm, 'scc_challenge') } })).body.code, 'and the other way round').toBe('single_sign_on_failed');
    expect((await exportNow(who)).body.code).toBe('password_refused');
    await confirm(who, 'mitsuko');
    const twice = await begin(who);
    const [once, key] = [(await idp.logIn(urlOf(twice), 'mitsuko')).searchParams.toString(), cookieNamed(twice, 'scc_challenge')];
    expect((await finish(who, once, key)).status).toBe(204);
    expect((await exportNow(who)).status).toBe(200);
    expect((await finish(who, once, key)).body.code).toBe('confirm_refused');
  });

  it('is one without the token of the session, nor a forged state', async () => {
    const who = await enter('mitsuko');
    const begun = await begin(who);
    const back = await idp.logIn(urlOf(begun), 'mitsuko');
    const challenge = cookieNamed(begun, 'scc_challenge');
    const bare = await world.request('POST', '/api/v1/session/single-sign-on', { body: { query: back.searchParams.toString() }, headers: { cookie: `${who.cookie}; ${challenge}` } });
    expect(bare.status).toBe(403);
    back.searchParams.set('state', 'A'.repeat(43));
    expect((await finish(who, back.searchParams.toString(), challenge)).body.code).toBe('confirm_refused');
  });

  it('is asked of a user whom the provider does not know, of a program, nor while it is away', async () => {
    expect((await begin(sv)).body.code).toBe('single_sign_on_not_linked');
    expect((await sv.call('GET', '/session')).body).toMatchObject({ confirmByProvider: false });
    const who = await enter('mitsuko');
    idp.away = true;
    expect([(await begin(who)).status, (await begin(who)).body.code]).toEqual([503, 'single_sign_on_away']);
    idp.away = false;
    await sv.call('DELETE', '/single-sign-on');
    expect((await begin(who)).body.code).toBe('single_sign_on_off');
  });
});
