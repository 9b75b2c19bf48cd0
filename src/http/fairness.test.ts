import { afterEach, describe, expect, it } from 'vitest';
import { createWorld, type TestClient, type World } from './testing/world.ts';

const GENEROUS = { normal: { max: 100_000, windowMs: 60_000 } };
/** Everybody at once, as without shares. */
const NO_SHARES = { places: 10_000, alone: 10_000, beside: 10_000, against: 10_000, waiting: 10_000 };

let world: World;
afterEach(() => world.close());

async function twoTenants(shares?: { quick: typeof NO_SHARES; slow: typeof NO_SHARES }): Promise<{ loud: TestClient; quiet: TestClient }> {
  world = await createWorld({ rateLimits: GENEROUS, ...(shares && { shares }) });
  const [loud, quiet] = [await world.addTenant('loud', 'Loud'), await world.addTenant('quiet', 'Quiet')];
  const clients = { loud: await world.logIn(loud, 'sv1'), quiet: await world.logIn(quiet, 'sv1') };
  // Who has not been let in before shares with their address, which here is one for all.
  for (const client of Object.values(clients)) await client.call('GET', '/session');
  // Connections to the database are open, as in a server that has run for a while.
  await Promise.all(Array.from({ length: 40 }, (_, n) => (n % 2 ? clients.loud : clients.quiet).call('GET', '/session')));
  return clients;
}

/** How many answers the loud tenant gets between a request of the quiet one and its answer, while 300 of its own are on their way. */
async function answeredBefore({ loud, quiet }: { loud: TestClient; quiet: TestClient }): Promise<number> {
  let answered = 0;
  const flood = Array.from({ length: 300 }, async () => {
    const { status } = await loud.call('GET', '/customers?limit=50');
    answered += 1;
    return status;
  });
  // Until the first have come back: the server is in the middle of it.
  while (answered < 10) await new Promise((resolve) => setImmediate(resolve));
  const before = answered;
  expect((await quiet.call('GET', '/customers?limit=50')).status).toBe(200);
  const between = answered - before;
  expect(new Set(await Promise.all(flood))).toEqual(new Set([200]));
  return between;
}

describe('a tenant that floods the server', () => {
  it('does not make another one wait for its requests', async () => {
    const clients = await twoTenants();
    // Signing in of the request and the request itself, each beside a few of the other's: 11 to 33 of 290 when nothing else runs.
    expect(await answeredBefore(clients)).toBeLessThan(80);
  });

  it('would, if nothing shared the server out', async () => {
    const clients = await twoTenants({ quick: NO_SHARES, slow: NO_SHARES });
    expect(await answeredBefore(clients)).toBeGreaterThan(150);
  });

  it('is refused before anybody looks it up when it has used up its own limit', async () => {
    world = await createWorld({ rateLimits: { normal: { max: 20, windowMs: 60_000 } } });
    const people = await world.addTenant('loud', 'Loud');
    const client = await world.logIn(people, 'sv1');
    for (let n = 0; n < 25; n += 1) await client.call('GET', '/session');
    // With the database gone, whoever is looked up gets a failure.
    await world.db.ownerClient.query('alter table sessions rename to sessions_away');
    const { status, headers } = await client.call('GET', '/session');
    await world.db.ownerClient.query('alter table sessions_away rename to sessions');
    expect(status).toBe(429);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  });

  it('cannot use up the share of a tenant that it only claims to be', async () => {
    const { quiet } = await twoTenants();
    const [tenant = ''] = quiet.cookie.replace('scc_session=', '').split('.');
    const forged = Array.from({ length: 300 }, (_, n) => world.request('GET', '/api/v1/session', { headers: { cookie: `scc_session=${tenant}.${String(n).padStart(43, 'A')}` }, ip: '203.0.113.9' }));
    let refused = 0;
    for (const answer of forged) void answer.then(() => (refused += 1));
    expect((await quiet.call('GET', '/session')).status).toBe(200);
    // In the share of their address; in the tenant's own its people would come after them.
    expect(refused).toBeLessThan(50);
    expect(new Set((await Promise.all(forged)).map(({ status }) => status))).toEqual(new Set([401]));
  });
});

describe('a client that goes away while its request waits', () => {
  it.each([['goes away', 0], ['waits', 1]])('and %s: what it asked for is done %i times', async (_what, times) => {
    const one = { places: 1, alone: 1, beside: 1, against: 1, waiting: 50 };
    world = await createWorld({ rateLimits: GENEROUS, shares: { quick: one, slow: one } });
    const people = await world.addTenant('acme', 'Acme');
    const client = await world.logIn(people, 'sv1');
    const base = await world.app.listen({ host: '127.0.0.1', port: 0 });
    const headers = { cookie: client.cookie, 'x-csrf-token': client.csrfToken, 'content-type': 'application/json' };
    const waiting = async (count: number): Promise<void> => {
      const seen = async (): Promise<boolean> => new RegExp(`^scc_http_waiting ${count}$`, 'm').test(await world.metrics.registry.metrics());
      while (!(await seen())) await new Promise((resolve) => setTimeout(resolve, 10));
    };
    await world.db.ownerClient.query('begin; lock table companies in access exclusive mode');
    const first = fetch(`${base}/api/v1/companies`, { headers });
    const gone = new AbortController();
    // The first one has the only place and waits for the table.
    await waiting(0);
    while ((await world.db.ownerClient.query("select 1 from pg_locks where not granted and relation = 'companies'::regclass")).rowCount === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    const second = fetch(`${base}/api/v1/companies`, { method: 'POST', headers, body: JSON.stringify({ name: 'Asked for in vain' }), signal: gone.signal }).then(({ status }) => status, () => 'gone');
    await waiting(1);
    if (times === 0) {
      gone.abort();
      await waiting(0);
    }
    await world.db.ownerClient.query('commit');
    expect((await first).status).toBe(200);
    expect(await second).toBe(times === 0 ? 'gone' : 200);
    const { items } = (await client.call('GET', '/companies')).body as unknown as { items: unknown[] };
    expect(items).toHaveLength(times);
  });
});
