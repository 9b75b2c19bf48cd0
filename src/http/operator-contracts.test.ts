import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ListedContract } from '../../shared/api/contracts.ts';
import { newId } from '../lib/ids.ts';
import { insertExport, patchExport } from '../modules/exports/exports.queries.ts';
import { addDays, dayOf } from '../modules/support/japan-days.ts';
import { createOperatorWorld, type OperatorClient, type OperatorWorld } from './testing/operator-world.ts';
import { createWorld, type TestAnswer, type TestPeople, type World } from './testing/world.ts';

let world: World;
let ops: OperatorWorld;
let people: TestPeople;
let admin: OperatorClient;
let staff: OperatorClient;

beforeAll(async () => {
  world = await createWorld();
  people = await world.addTenant('leaving', '解約株式会社');
  ops = await createOperatorWorld(world);
  admin = await ops.operator('aki');
  staff = await ops.operator('sou', 'staff');
});
afterAll(async () => {
  await ops.app.close();
  await world.close();
});

const today = (): string => dayOf(world.clock.wall());
const wish = (client: OperatorClient, what: string, body: object): Promise<TestAnswer> => client.call('POST', `/tenants/${people.tenantId}/contract/${what}`, body);
async function contract(client = admin): Promise<ListedContract> {
  const { items } = (await client.call('GET', '/contracts')).body as unknown as { items: ListedContract[] };
  const found = items.find(({ tenantId }) => tenantId === people.tenantId);
  if (!found) throw new Error('not listed');
  return found;
}

describe('the contracts on the console', () => {
  it('are listed with their days, for every operator', async () => {
    expect(await contract(staff)).toMatchObject({ slug: 'leaving', state: 'active', timeline: [], hold: null, approvals: [], isDestructionDue: false, certificateAt: null });
    const end = addDays(today(), 7);
    expect((await wish(staff, 'end', { reason: '満了', on: end })).status).toBe(204);
    const { timeline, events } = await contract(staff);
    expect(timeline.map(({ day }) => day)).toEqual([end, ...[30, 180, 210, 300].map((days) => addDays(end, days))]);
    expect(events[0]).toMatchObject({ code: 'end_set', actor: 'sou', detail: { reason: '満了' } });
  });

  it('take a day from today on and a reason only', async () => {
    expect((await wish(admin, 'renew', { reason: '再契約' })).status).toBe(204);
    expect((await wish(admin, 'end', { reason: '満了', on: addDays(today(), -1) })).body.code).toBe('invalid');
    expect((await wish(admin, 'end', { reason: ' ', on: today() })).body.code).toBe('invalid_request');
    expect((await wish(admin, 'end', { reason: '満了', on: '2027-02-30' })).status).toBe(400);
    expect((await contract()).timeline).toEqual([]);
  });

  it('are held by anybody and released by admins', async () => {
    await wish(admin, 'end', { reason: '満了', on: addDays(today(), 7) });
    expect((await wish(staff, 'hold', { reason: '令状' })).status).toBe(204);
    expect((await contract()).hold).toMatchObject({ by: 'sou', reason: '令状' });
    expect((await contract()).timeline.filter(({ held }) => held).map(({ milestone }) => milestone)).toEqual(['deletion', 'destruction', 'backupsGone']);
    expect((await wish(staff, 'release', { reason: '終了' })).body.code).toBe('forbidden');
    expect((await wish(admin, 'release', { reason: '終了' })).status).toBe(204);
  });

  it('end the sessions on the day itself', async () => {
    const csr = await world.logIn(people, 'csr1');
    await wish(admin, 'renew', { reason: '訂正' });
    expect((await wish(admin, 'end', { reason: '本日で終了', on: today() })).status).toBe(204);
    expect((await csr.call('GET', '/session')).status).toBe(401);
    expect((await contract()).state).toBe('ended');
  });

  it('say on which day the tenant got its data', async () => {
    expect(await contract()).toMatchObject({ returnedOn: null });
    await world.inTenant(people, async (tx) => {
      const id = newId();
      await insertExport(tx, id, { reason: '返却', unreadable: [] });
      await patchExport(tx, id, { state: 'finished', finished_at: new Date(world.clock.wall()) });
    });
    expect(await contract()).toMatchObject({ returnedOn: today() });
  });

  it('are destroyed by nobody before the day, and by staff never', async () => {
    expect((await wish(staff, 'approve-destruction', { reason: '破棄', code: 'leaving' })).body.code).toBe('forbidden');
    expect((await wish(admin, 'approve-destruction', { reason: '破棄', code: 'other' })).body.code).toBe('invalid');
    expect((await wish(admin, 'approve-destruction', { reason: '破棄', code: 'leaving' })).body.code).toBe('contract_not_possible');
    expect((await admin.call('GET', `/tenants/${people.tenantId}/certificate`)).status).toBe(404);
  });

  it('are nobody’s without a session, and no tenant’s that does not exist', async () => {
    expect((await ops.send('GET', '/api/v1/contracts')).status).toBe(401);
    const nobody = '018f0000-0000-7000-8000-000000000000';
    expect((await admin.call('POST', `/tenants/${nobody}/contract/hold`, { reason: '令状' })).status).toBe(404);
  });
});
