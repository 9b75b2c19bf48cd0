import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PERMISSIONS, type Permission } from '../../shared/permissions.ts';
import { auditDetails, createWorld, type TestAnswer, type TestClient, type TestPeople, type World } from './testing/world.ts';

let world: World;
let people: TestPeople;
let sv: TestClient;
let tenants = 0;

beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  people = await world.addTenant(`profiles${++tenants}`, 'アクメ株式会社');
  sv = await world.logIn(people, 'sv1');
});

const LEADER: Permission[] = ['call.handle', 'board.read', 'user.read', 'user.manage'];
const make = (name = 'リーダー', permissions: readonly Permission[] = LEADER, by = sv): Promise<TestAnswer> => by.call('POST', '/profiles', { name, permissions });
const idOf = (answer: TestAnswer): string => (answer.body as unknown as { id: string }).id;
const change = (id: string, body: object, by = sv): Promise<TestAnswer> => by.call('PATCH', `/profiles/${id}`, body);
const details = (code: string) => auditDetails(sv, code);
const give = (userId: string, profileId: string, by = sv): Promise<TestAnswer> => by.call('PATCH', `/users/${userId}`, { profileId });

describe('a profile of the tenant’s own', () => {
  it('is made, given, previewed, changed for sessions that are open, renamed and removed', async () => {
    const made = await make();
    expect(made.body).toMatchObject({ name: 'リーダー', preset: false, permissions: LEADER, userCount: 0 });
    const id = idOf(made);
    await give(people.csr, id);
    const leader = await world.logIn(people, 'csr1');
    expect((await leader.call('GET', '/users')).status).toBe(200);
    expect((await leader.call('GET', '/customers')).status).toBe(403);
    const told: unknown[] = [];
    const off = world.events.on('accessChanged', (event) => told.push(event));

    const wanted = { permissions: ['call.handle', 'customer.read'] };
    expect((await change(id, { ...wanted, preview: true })).body).toMatchObject({
      applied: false, gained: ['customer.read'], lost: ['board.read', 'user.read', 'user.manage'], userCount: 1, users: [{ id: people.csr, name: 'User csr1' }],
    });
    expect((await leader.call('GET', '/users')).status).toBe(200);
    expect(told).toEqual([]);
    expect((await change(id, wanted)).body).toMatchObject({ applied: true, profile: wanted });
    expect((await leader.call('GET', '/users')).status).toBe(403);
    expect((await leader.call('GET', '/customers')).status).toBe(200);
    expect(told).toEqual([{ tenantId: people.tenantId, userIds: [people.csr] }]);
    off();

    expect((await change(id, { name: '班長' })).body).toMatchObject({ applied: true, gained: [], lost: [], profile: { name: '班長' } });
    expect((await details('profile.updated'))[1]).toEqual({
      before: { name: 'リーダー', permissions: LEADER }, after: { name: 'リーダー', ...wanted }, gained: ['customer.read'], lost: ['board.read', 'user.read', 'user.manage'], users: 1,
    });
    expect((await sv.call('DELETE', `/profiles/${id}`)).body.code).toBe('profile_in_use');
    await sv.call('PATCH', `/users/${people.csr}`, { status: 'disabled' });
    expect((await sv.call('DELETE', `/profiles/${id}`)).body.code).toBe('profile_in_use');
    await give(people.csr, people.profiles.CSR);
    expect((await sv.call('DELETE', `/profiles/${id}`)).status).toBe(204);
    expect((await sv.call('GET', `/profiles/${id}`)).status).toBe(404);
    expect(await details('profile.removed')).toEqual([{ name: '班長', ...wanted }]);
  });

  it('that a link for screens goes by stays until the link has ended', async () => {
    const id = idOf(await make('掲示', ['board.read', 'board.manage']));
    await give(people.csr, id);
    const maker = await world.logIn(people, 'csr1');
    const queue = await sv.call('POST', '/queues', { code: 'desk', name: '窓口' });
    const links = [];
    for (const name of ['x', 'y']) links.push(await maker.call('POST', '/wall-links', { name, queueIds: [idOf(queue)], days: 1 }));
    expect(links.map(({ status }) => status)).toEqual([200, 200]);
    await give(people.csr, people.profiles.CSR);
    expect((await sv.call('DELETE', `/profiles/${id}`)).body.code).toBe('profile_in_use');
    const [{ id: first }] = (await sv.call('GET', '/wall-links')).body.items as unknown as [{ id: string }];
    expect((await sv.call('DELETE', `/wall-links/${first}`)).status).toBe(204);
    expect((await sv.call('DELETE', `/profiles/${id}`)).body.code).toBe('profile_in_use');
    expect((await sv.call('GET', '/wall-links')).body.items, 'nothing goes while one counts').toHaveLength(2);
    world.clock.advance(86_400_000);
    sv = await world.logIn(people, 'sv1');
    expect((await sv.call('DELETE', `/profiles/${id}`)).status).toBe(204);
    expect((await sv.call('GET', '/wall-links')).body.items).toEqual([]);
  });

  it.each(['一般ユーザー', 'ＣＳＲ', 'sv', ' 管理者 ユーザー '])('does not take the name %j of a preset', async (name) => {
    expect((await make(name)).body.code).toBe('duplicate');
  });

  it.each([[{ name: '' }], [{ name: 'x'.repeat(51) }], [{ permissions: ['root'] }], [{ permissions: 'all' }]])('is refused with %j', async (wrong) => {
    expect((await sv.call('POST', '/profiles', { name: 'x', permissions: [], ...wrong })).status).toBe(400);
  });
});

describe('a preset', () => {
  it('is locked', async () => {
    for (const id of Object.values(people.profiles)) {
      expect((await change(id, { permissions: [] })).body.code).toBe('preset_locked');
      expect((await change(id, { name: 'x', preview: true })).body.code).toBe('preset_locked');
      expect((await sv.call('DELETE', `/profiles/${id}`)).body.code).toBe('preset_locked');
    }
  });
});

describe('who makes profiles', () => {
  it('gives nothing that they have not, neither to others nor, by a way around, to themselves', async () => {
    const leaders = idOf(await make());
    const strong = idOf(await make('強い', ['audit.read', 'user.read']));
    const weak = idOf(await make('弱い', ['user.read']));
    await give(people.csr, leaders);
    await give(people.csr2, strong);
    const leader = await world.logIn(people, 'csr1');
    const attempts: [string, Promise<TestAnswer>, string][] = [
      ['make with more', make('もっと', ['audit.read'], leader), 'above_you'],
      ['make with all', make('全部', PERMISSIONS, leader), 'above_you'],
      ['add what one has not', change(weak, { permissions: ['user.read', 'audit.read'] }, leader), 'above_you'],
      ['add it in a preview', change(weak, { permissions: ['audit.read'], preview: true }, leader), 'above_you'],
      ['take from who may do more', change(strong, { permissions: ['user.read'] }, leader), 'above_you'],
      ['remove what is above', leader.call('DELETE', `/profiles/${strong}`), 'above_you'],
      ['widen the own', change(leaders, { permissions: [...LEADER, 'audit.read'] }, leader), 'own_profile'],
      ['narrow the own', change(leaders, { permissions: ['user.manage'] }, leader), 'own_profile'],
      ['move oneself up', give(people.csr, strong, leader), 'above_you'],
      ['move oneself at all', give(people.csr, weak, leader), 'own_account'],
      ['move another up', give(people.csr2, people.profiles.SV, leader), 'above_you'],
      ['take over who may do more', leader.call('POST', `/users/${people.csr2}/password`), 'above_you'],
      ['make somebody with more', leader.call('POST', '/users', { loginId: 'new', name: 'x', profileId: strong }), 'above_you'],
    ];
    for (const [what, answer, code] of attempts) expect([what, (await answer).body.code]).toEqual([what, code]);
    expect((await sv.call('GET', `/profiles/${weak}`)).body).toMatchObject({ permissions: ['user.read'] });
    expect(await details('access.refused')).toHaveLength(attempts.filter(([, , code]) => code === 'above_you').length);
    expect((await change(weak, { permissions: ['user.read', 'board.read'] }, leader)).status).toBe(200);
    expect((await change(leaders, { name: '班長' }, leader)).status).toBe(200);
  });

  it('cannot get around it with an API key of their own', async () => {
    const id = idOf(await make('技術', ['user.manage', 'user.read', 'settings.manage']));
    await give(people.csr, id);
    const maker = await world.logIn(people, 'csr1');
    const { secret } = (await maker.call('POST', '/api-keys', { name: 'x', permissions: ['user.manage', 'user.read'] })).body as unknown as { secret: string };
    const byKey = (method: string, path: string, body: unknown) => world.request(method, `/api/v1${path}`, { body, headers: { authorization: `Bearer ${secret}` } });
    expect((await byKey('PATCH', `/profiles/${id}`, { permissions: ['user.manage'] })).body.code).toBe('own_profile');
    expect((await byKey('POST', '/profiles', { name: 'y', permissions: ['settings.manage'] })).body.code).toBe('above_you');
    expect((await byKey('PATCH', `/users/${people.sv}`, { name: 'x' })).body.code).toBe('above_you');
  });
});
