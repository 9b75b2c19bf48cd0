import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../lib/clock.ts';
import { networkOf } from '../modules/users/ip-ranges.ts';
import { GUARD_LOGINS, GUARD_MS, LoginGuard, type LoginTry } from '../modules/users/login-guard.ts';
import { rememberOrigin } from '../modules/users/login-origins.ts';
import { auditDetails, createWorld, TEST_PASSWORD, type TestPeople, type World } from './testing/world.ts';

const OFFICE = '192.0.2.10';
const OUTSIDE = '203.0.113.66';
const MINUTE = 60_000;
const WIDE = { max: 100_000, windowMs: MINUTE };

let world: World;
let people: TestPeople;
let count = 0;

beforeAll(async () => {
  world = await createWorld({ rateLimits: { login: WIDE } });
});
afterAll(() => world.close());
beforeEach(async () => {
  const slug = `guarded-${count++}`;
  people = await world.addTenant(slug, slug);
  // What an earlier test made the guard remember is over.
  world.clock.advance(GUARD_MS);
});

/** A login; `browser` is the cookie that an earlier one left. */
async function tryLogin(loginId: string, { ip, password = TEST_PASSWORD, browser = '' }: { ip: string; password?: string; browser?: string }) {
  const headers: Record<string, string> = browser === '' ? {} : { cookie: browser };
  const answer = await world.request('POST', '/api/v1/login', { ip, headers, body: { tenant: people.slug, loginId, password } });
  const cookies = [answer.headers['set-cookie']].flat().map(String);
  return { status: answer.status, code: answer.body.code, browser: cookies.find((line) => line.startsWith('scc_browser='))?.split(';', 1)[0] ?? '', cookies };
}

const wrong = { ip: OUTSIDE, password: 'not this one, sorry' };

const reasons = async (code: string): Promise<Record<string, unknown>[]> => auditDetails(await world.logIn(people, 'sv1', OFFICE), code);

describe('who guesses at an account from elsewhere', () => {
  it('delays strangers, and not its owner at the usual address or browser', async () => {
    const { browser, cookies } = await tryLogin('csr1', { ip: OFFICE });
    expect(cookies.find((line) => line.startsWith('scc_browser='))).toMatch(/^scc_browser=[\w-]{43}; Max-Age=7776000; Path=\/api\/v1; HttpOnly; SameSite=Strict$/);
    for (let n = 0; n < 6; n++) expect((await tryLogin('csr1', wrong)).status).toBe(401);
    expect((await tryLogin('csr1', { ip: '198.51.100.1' })).status, 'from a new place the account waits').toBe(401);
    expect((await tryLogin('csr1', { ip: OFFICE })).status, 'from the office it does not').toBe(200);
    expect((await tryLogin('csr1', { ip: '198.51.100.2', browser })).status, 'nor with the own browser, wherever').toBe(200);
    expect((await tryLogin('csr1', { ...wrong, password: TEST_PASSWORD })).status, 'and whose success elsewhere opens nothing to who guesses').toBe(401);
    expect(await reasons('session.login')).toEqual(expect.arrayContaining([expect.objectContaining({ from: 'known browser' }), expect.objectContaining({ from: 'known address' }), expect.objectContaining({ from: 'unknown' })]));
    expect(await reasons('user.locked')).toEqual([expect.objectContaining({ from: 'unknown', failures: 5 })]);
  });

  it('cannot shut anybody out for good, by a hundred tries either', async () => {
    await tryLogin('csr1', { ip: OFFICE });
    await world.inTenant(people, async (tx) => {
      await tx.db.updateTable('users').set({ failed_logins: 99, locked_until: null }).where('login_id', '=', 'csr1').execute();
    });
    await tryLogin('csr1', wrong);
    world.clock.advance(24 * 60 * MINUTE);
    expect((await tryLogin('csr1', { ...wrong, password: TEST_PASSWORD })).status, 'strangers are shut out').toBe(401);
    expect((await tryLogin('csr1', { ip: OFFICE })).status).toBe(200);
    const sv = await world.logIn(people, 'sv1', OFFICE);
    expect((await sv.call('GET', `/users/${people.csr}`)).body).toMatchObject({ lock: 'hard' });
  });

  it('is delayed at a known address too, which a supervisor sees and lifts', async () => {
    await tryLogin('csr1', { ip: OFFICE });
    for (let n = 0; n < 5; n++) await tryLogin('csr1', { ip: OFFICE, password: wrong.password });
    expect((await tryLogin('csr1', { ip: OFFICE })).status).toBe(401);
    const sv = await world.logIn(people, 'sv1', OFFICE);
    expect((await sv.call('GET', `/users/${people.csr}`)).body).toMatchObject({ lock: 'until', lockedUntil: expect.any(String) });
    expect((await sv.call('POST', `/users/${people.csr}/unlock`)).body).toMatchObject({ lock: 'none' });
    expect((await tryLogin('csr1', { ip: OFFICE })).status).toBe(200);
  });

  it('takes nothing from who is in: the own password is asked for and counted in their session', async () => {
    const client = await world.logIn(people, 'csr1', OFFICE);
    for (let n = 0; n < 6; n++) await tryLogin('csr1', wrong);
    const end = async (password: string) => (await client.call('POST', '/session/sessions/end', { password })).status;
    expect(await end(TEST_PASSWORD)).toBe(200);
    for (let n = 0; n < 5; n++) expect(await end(wrong.password)).toBe(422);
    expect(await end(TEST_PASSWORD), 'who guesses at an unlocked desk waits').toBe(422);
    expect((await tryLogin('csr1', { ip: OFFICE })).status, 'and its owner logs in').toBe(200);
  });

  it('is a stranger again everywhere after a new password was issued', async () => {
    const { browser } = await tryLogin('csr1', { ip: OFFICE });
    const sv = await world.logIn(people, 'sv1', OFFICE);
    await sv.call('POST', `/users/${people.csr}/password`);
    for (let n = 0; n < 5; n++) await tryLogin('csr1', wrong);
    await tryLogin('csr1', { ip: OFFICE, browser });
    expect((await reasons('session.login_refused'))[0]).toMatchObject({ reason: 'locked', from: 'unknown' });
  });

  it('forgets places after ninety days, and of twenty-one the oldest', async () => {
    const first = await tryLogin('csr1', { ip: '198.51.100.100' });
    await world.inTenant(people, async (tx) => {
      for (let n = 0; n < 20; n++) await rememberOrigin(tx, people.csr, { ip: `198.51.100.${n}`, browser: first.browser.slice('scc_browser='.length) }, world.clock.wall());
    });
    const known = async (): Promise<unknown> => (await world.db.ownerClient.query("select kind, count(*)::int as n from login_origins where tenant_id = $1 and user_id = $2 group by kind order by kind", [people.tenantId, people.csr])).rows;
    expect(await known()).toEqual([{ kind: 'address', n: 20 }, { kind: 'browser', n: 1 }]);
    world.clock.advance(91 * 24 * 60 * MINUTE);
    await tryLogin('csr1', { ip: OFFICE });
    expect(await known()).toEqual([{ kind: 'address', n: 1 }, { kind: 'browser', n: 1 }]);
  });
});

describe('one password each at many accounts', () => {
  it('is stopped before one in a hundred was looked at, from however many addresses; who works here goes on', async () => {
    const { browser } = await tryLogin('csr1', { ip: OFFICE });
    const guess = (n: number) => tryLogin(`user${n}`, { ip: `203.0.113.${n % 250}`, password: 'Spring-2026-password' });
    for (let n = 0; n < 150; n++) await guess(n);
    const refused = await reasons('session.login_refused');
    // Fifty were looked at; of 10,000 accounts that is one in two hundred.
    expect(refused.map(({ reason }) => reason)).toEqual([...Array.from({ length: 100 }, () => 'guarded'), ...Array.from({ length: 50 }, () => 'unknown_user')]);
    const [started, ...more] = await reasons('login_guard.started');
    expect(more).toEqual([]);
    expect(started).toMatchObject({ of: 'tenant', logins: GUARD_LOGINS, ip: expect.stringMatching(/^203\.0\.113\./) });
    expect((await tryLogin('csr2', { ip: OUTSIDE })).status, 'the right password of a stranger is not looked at').toBe(401);
    expect((await tryLogin('csr2', { ip: OFFICE })).status, 'a colleague in the same office').toBe(200);
    expect((await tryLogin('csr1', { ip: OUTSIDE, browser })).status, 'a known browser').toBe(200);
    world.clock.advance(GUARD_MS + 1);
    expect((await tryLogin('csr2', { ip: '198.51.100.9' })).status, 'afterwards').toBe(200);
  }, 120_000);

  it('is stopped at one address over many tenants, known to one of them or not', async () => {
    const others = [people, await world.addTenant(`other-${count}`, 'Other')];
    await tryLogin('csr1', { ip: OUTSIDE });
    for (let n = 0; n < GUARD_LOGINS; n++) {
      await world.request('POST', '/api/v1/login', { ip: OUTSIDE, body: { tenant: n % 3 === 0 ? 'no-such-tenant' : others[n % 2]?.slug, loginId: `user${n}`, password: 'Spring-2026-password' } });
    }
    expect((await tryLogin('csr2', { ip: OUTSIDE })).status).toBe(401);
    expect((await tryLogin('csr1', { ip: OUTSIDE })).status, 'who has come from there before').toBe(200);
    expect((await tryLogin('csr2', { ip: OFFICE })).status, 'other addresses').toBe(200);
  }, 120_000);
});

describe('what the guard counts', () => {
  const clock = new FakeClock(0);
  const stranger = (n: number): LoginTry => ({ tenantId: 't', network: `n${n}`, loginId: `user${n}`, knownTo: 'nobody' });

  it('is different login IDs within ten minutes', () => {
    const guard = new LoginGuard(clock);
    for (let n = 0; n < 500; n++) guard.failed({ ...stranger(1), network: `n${n}` });
    expect(guard.holdsBack(stranger(2)), 'one account from everywhere is the lock’s business').toBe(false);
    const began = Array.from({ length: GUARD_LOGINS }, (_, n) => guard.failed(stranger(n)));
    expect(began.flat()).toEqual(['tenant']);
    expect([guard.holdsBack(stranger(1000)), guard.held]).toEqual([true, 1]);
    expect(guard.holdsBack({ ...stranger(1), knownTo: 'own' })).toBe(false);
    clock.advance(GUARD_MS);
    expect([guard.holdsBack(stranger(1000)), guard.held]).toEqual([false, 0]);
  });

  it('stays small', () => {
    const guard = new LoginGuard(clock);
    for (let n = 0; n < 30_000; n++) guard.failed(stranger(n));
    expect(guard.holdsBack(stranger(1))).toBe(true);
  });
});

it.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '20010db800010002/64'],
  ['2001:db8:1:2::1', '20010db800010002/64'],
  ['fe80::1%eth0', 'fe80000000000000/64'],
  ['::1', '0000000000000000/64'],
  ['nonsense', 'nonsense'],
])('%s is behind %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
