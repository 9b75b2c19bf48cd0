import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wishOfOperator, type OperatorWish } from '../modules/contracts/contract-views.service.ts';
import { changeContract, CONTRACT_SYSTEM } from '../modules/contracts/contracts.service.ts';
import { addDays, dayOf } from '../modules/support/japan-days.ts';
import { createWorld, TEST_PASSWORD, type TestPeople, type World } from './testing/world.ts';

const DAY_MS = 86_400_000;
let world: World;
let people: TestPeople;

beforeAll(async () => {
  world = await createWorld();
  people = await world.addTenant('ending', '終了株式会社');
});
afterAll(() => world.close());

const deps = () => ({ database: world.db.database, clock: world.clock });
const wish = (given: OperatorWish) => wishOfOperator(deps(), people.tenantId, given, { id: 'cli', loginId: 'kato', ip: '' });
const today = (): string => dayOf(world.clock.wall());
const look = () => changeContract(deps(), people.tenantId, { type: 'day' }, CONTRACT_SYSTEM);
const tryLogin = (loginId: string) => world.request('POST', '/api/v1/login', { body: { tenant: 'ending', loginId, password: TEST_PASSWORD } });

describe('a tenant whose contract ends', () => {
  it('sees its days, but not why it is held', async () => {
    const before = await world.logIn(people, 'sv1');
    expect((await before.call('GET', '/contract')).body).toEqual({ state: 'active', today: today(), timeline: [], isHeld: false, notice: null, returnedOn: null });
    await wish({ type: 'end', on: addDays(today(), 3), reason: '満了' });
    await wish({ type: 'hold', reason: '令状' });
    const seen = await before.call('GET', '/contract');
    expect(seen.body).toMatchObject({ state: 'active', isHeld: true });
    expect(seen.body['timeline']).toHaveLength(5);
    expect(seen.raw.toString()).not.toContain('令状');
    await wish({ type: 'release', reason: '終了' });
    const log = await before.call('GET', '/audit?code=tenant.contract_changed');
    expect(log.raw.toString()).toContain('満了');
    expect(log.raw.toString()).not.toContain('令状');
  });

  it('loses its sessions with the service; administrators come back to read until day 30, and change nothing', async () => {
    const csr = await world.logIn(people, 'csr1');
    const earlier = await world.logIn(people, 'sv1');
    world.clock.advance(3 * DAY_MS);
    expect((await look()).endedSessions.length).toBeGreaterThanOrEqual(2);
    for (const client of [csr, earlier]) expect((await client.call('GET', '/session')).status).toBe(401);
    expect((await tryLogin('csr1')).body.code).toBe('login_refused');
    const sv = await world.logIn(people, 'sv1');
    const session = await sv.call('GET', '/session');
    expect(session.body['permissions']).toEqual(expect.arrayContaining(['customer.read', 'call.read.all', 'audit.read', 'recording.download']));
    for (const closed of ['customer.write', 'call.handle', 'user.manage', 'settings.manage']) expect(session.body['permissions']).not.toContain(closed);
    expect((await sv.call('GET', '/customers')).status).toBe(200);
    expect((await sv.call('GET', '/audit/export')).status).toBe(200);
    expect((await sv.call('GET', '/contract')).body).toMatchObject({ state: 'ended' });
    expect((await sv.call('POST', '/customers', { familyName: '山田' })).body.code).toBe('contract_ended');
    world.clock.advance(30 * DAY_MS);
    const last = await world.logIn(people, 'sv1');
    world.clock.advance(DAY_MS);
    expect((await last.call('GET', '/session')).status).toBe(401);
    expect((await tryLogin('sv1')).body.code).toBe('login_refused');
  });

  it('works again when it is renewed', async () => {
    await wish({ type: 'renew', reason: '再契約' });
    const sv = await world.logIn(people, 'sv1');
    expect((await sv.call('POST', '/customers', { familyName: '山田' })).status).toBe(200);
    expect((await tryLogin('csr1')).status).toBe(200);
  });
});
