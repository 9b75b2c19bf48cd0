import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type TestPeople, type World } from './testing/world.ts';

let world: World;
let people: TestPeople;

beforeAll(async () => {
  world = await createWorld();
  people = await world.addTenant('acme', 'Acme');
});
afterAll(() => world.close());

describe('API keys', () => {
  it('open what they were given, need no csrf token, and end when revoked', async () => {
    const sv = await world.logIn(people, 'sv1');
    const made = await sv.call('POST', '/api-keys', { name: 'import', permissions: ['customer.read', 'customer.write'] });
    const { secret, apiKey } = made.body as unknown as { secret: string; apiKey: { id: string } };
    const headers = { authorization: `Bearer ${secret}` };
    const created = await world.request('POST', '/api/v1/customers', { headers, body: { familyName: '佐藤' } });
    expect(created.body).toMatchObject({ familyName: '佐藤', createdBy: `apiKey:${apiKey.id}` });
    expect((await world.request('GET', '/api/v1/audit', { headers })).body.code).toBe('forbidden');
    for (const [method, path] of [['GET', '/session'], ['POST', '/session/password']] as const) {
      const body = method === 'POST' ? { currentPassword: 'x', newPassword: 'y' } : undefined;
      expect((await world.request(method, `/api/v1${path}`, { headers, body })).body.code).toBe('forbidden');
    }
    expect((await sv.call('GET', '/api-keys')).raw.toString()).not.toContain(secret);
    expect((await world.request('GET', '/api/v1/customers', { headers: { authorization: `${headers.authorization}x` } })).status).toBe(401);
    expect((await world.request('GET', '/api/v1/customers', { headers: { authorization: 'Basic eDp5', cookie: sv.cookie } })).status).toBe(401);
    expect((await sv.call('DELETE', `/api-keys/${apiKey.id}`)).status).toBe(204);
    expect((await world.request('GET', '/api/v1/customers', { headers })).status).toBe(401);
  });

  it('cannot make a key that opens more than they do; the attempt stands in the audit log', async () => {
    const sv = await world.logIn(people, 'sv1');
    const made = await sv.call('POST', '/api-keys', { name: 'maker', permissions: ['settings.manage'] });
    const headers = { authorization: `Bearer ${(made.body as unknown as { secret: string }).secret}` };
    const refusals = async () => ((await sv.call('GET', '/audit?code=access.refused&limit=200')).body as unknown as { items: unknown[] }).items.length;
    const before = await refusals();
    const greedy = await world.request('POST', '/api/v1/api-keys', { headers, body: { name: 'greedy', permissions: ['audit.read'] } });
    expect(greedy.body.code).toBe('forbidden');
    expect(await refusals()).toBe(before + 1);
  });
});

describe('upgrade', () => {
  it('is for users on pages of this origin', async () => {
    const client = await world.logIn(people, 'csr1');
    const headers = { cookie: client.cookie, host: 'scc.example', origin: 'http://scc.example' };
    await expect(world.auth.authenticateUpgrade({ headers, ip: '127.0.0.1' })).resolves.toMatchObject({ loginId: 'csr1', tenantId: people.tenantId });
    await expect(world.auth.authenticateUpgrade({ headers: { ...headers, origin: 'http://evil.example' }, ip: '127.0.0.1' })).rejects.toMatchObject({ code: 'foreign_origin' });
    const { origin: _origin, ...without } = headers;
    await expect(world.auth.authenticateUpgrade({ headers: without, ip: '127.0.0.1' })).rejects.toMatchObject({ code: 'foreign_origin' });
    await expect(world.auth.authenticateUpgrade({ headers: { ...headers, cookie: '' }, ip: '127.0.0.1' })).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});
