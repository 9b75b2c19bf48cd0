import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cookieValue, isPageOverTls, SESSION_COOKIE } from './cookies.ts';
import { createOperatorWorld, type OperatorWorld } from './testing/operator-world.ts';
import { createWorld, TEST_PASSWORD, type TestAnswer, type TestPeople, type World } from './testing/world.ts';

const PAGE = { host: 'scc.example.jp', origin: 'https://scc.example.jp', 'sec-fetch-site': 'same-origin' };

let world: World;
let ops: OperatorWorld;
let people: TestPeople;

beforeAll(async () => {
  world = await createWorld();
  people = await world.addTenant('acme', 'Acme');
  ops = await createOperatorWorld(world);
});
afterAll(async () => {
  await ops.app.close();
  await world.close();
});

const cookiesOf = (answer: TestAnswer): string[] => [answer.headers['set-cookie']].flat().map(String);
const logIn = (headers: Record<string, string>): Promise<TestAnswer> => world.request('POST', '/api/v1/login', { headers, body: { tenant: 'acme', loginId: 'csr1', password: TEST_PASSWORD } });

describe('cookies of pages over TLS', () => {
  it('have names that browsers take from this host over TLS alone', async () => {
    const entered = await logIn(PAGE);
    const [session = '', browser] = cookiesOf(entered);
    expect(session).toMatch(new RegExp(`^__Host-scc_session=${people.tenantId}\\.[\\w-]{43}; Path=/; HttpOnly; Secure; SameSite=Lax$`));
    expect(browser).toMatch(/^__Secure-scc_browser=[\w-]{43}; Max-Age=7776000; Path=\/api\/v1; HttpOnly; Secure; SameSite=Strict$/);
    const begun = await world.request('POST', '/api/v1/login/passkey/begin', { headers: PAGE, body: { tenant: 'acme' } });
    expect(cookiesOf(begun)).toEqual([expect.stringMatching(/^__Secure-scc_challenge=.*; Secure; SameSite=Strict$/)]);
    const own = { ...PAGE, cookie: session.split(';', 1)[0] ?? '', 'x-csrf-token': (entered.body as unknown as { csrfToken: string }).csrfToken };
    expect((await world.request('GET', '/api/v1/session', { headers: own })).status).toBe(200);
    const left = await world.request('POST', '/api/v1/logout', { headers: own });
    expect([left.status, cookiesOf(left)[0]]).toEqual([204, expect.stringMatching(/^__Host-scc_session=; .*Expires=Thu, 01 Jan 1970/)]);
    expect((await world.request('GET', '/api/v1/session', { headers: own })).status).toBe(401);
  });

  it('are the only ones that such a page is known by: what a neighbour plants under the plain name opens nothing', async () => {
    const planted = cookiesOf(await logIn({}))[0]?.split(';', 1)[0] ?? '';
    expect(planted).toMatch(/^scc_session=/);
    expect((await world.request('GET', '/api/v1/session', { headers: { ...PAGE, cookie: planted } })).status).toBe(401);
    const own = cookiesOf(await logIn(PAGE))[0]?.split(';', 1)[0] ?? '';
    const sessionOf = async (headers: Record<string, string>) => (await world.request('GET', '/api/v1/session', { headers })).body as unknown as { expiresAt: string };
    expect(await sessionOf({ ...PAGE, cookie: `${planted}; ${own}` })).toEqual(await sessionOf({ ...PAGE, cookie: own }));
    expect((await world.request('GET', '/api/v1/session', { headers: { cookie: planted } })).status, 'a program, without TLS or with it').toBe(200);
  });

  it('are so on the operator’s console too', async () => {
    const client = await ops.operator('aki');
    const refused = await ops.send('GET', '/api/v1/contracts', { headers: { ...PAGE, cookie: client.cookie } });
    expect(refused.status).toBe(401);
    const prefixed = await ops.send('GET', '/api/v1/contracts', { headers: { ...PAGE, cookie: `__Host-${client.cookie}` } });
    expect(prefixed.status).toBe(200);
  });
});

it.each([
  ['scc.example.jp', true],
  ['10.0.0.5:3000', true],
  ['localhost:3000', false],
  ['acme.localhost', false],
  ['127.0.0.1:3000', false],
  ['[::1]:3000', false],
  ['localhost.example.jp', true],
])('a page at %s is over TLS: %s', (host, isOver) => {
  expect(isPageOverTls({ host, 'sec-fetch-site': 'same-origin' })).toBe(isOver);
  expect(isPageOverTls({ host })).toBe(false);
});

it.each([
  ['scc_session=a', 'a'],
  ['x=1; scc_session=a; scc_session=b', 'a'],
  ['__Host-scc_session=h; scc_session=a', 'h'],
  ['scc_session=a; __Host-scc_session=h', 'h'],
  ['other_scc_session=a', ''],
  ['scc_session', ''],
  ['', ''],
])('of %j the session is %j', (cookie, value) => {
  expect(cookieValue(SESSION_COOKIE, { cookie })).toBe(value);
});
