import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../lib/ids.ts';
import { createWorld, type TestClient, type TestPeople, type World } from './testing/world.ts';

let world: World;
let people: TestPeople;
let sv: TestClient;
let csr: TestClient;
let csr2: TestClient;

beforeAll(async () => {
  world = await createWorld();
  people = await world.addTenant('acme', 'Acme');
  sv = await world.logIn(people, 'sv1');
  csr = await world.logIn(people, 'csr1');
  csr2 = await world.logIn(people, 'csr2');
});
afterAll(() => world.close());

const idOf = (body: unknown): string => (body as { id: string }).id;
const field = (key: string, part: object = {}) => ({ key, label: `項目 ${key}`, kind: 'text', required: false, choices: [], ...part });
const step = (id: string, part: object = {}) => ({ id, title: id, say: '', fields: [], branches: [], next: null, ...part });

const DRAFT = {
  steps: [
    step('start', { fields: [field('matter', { kind: 'choice', choices: ['注文', '修理'] })], branches: [{ field: 'matter', equals: '修理', to: 'repair' }], next: 'pay' }),
    step('repair', { fields: [field('serial')] }),
    step('pay', { fields: [field('card', { kind: 'card' })] }),
  ],
};

async function addCall(queueId: string | null, scriptId: string | null = null): Promise<string> {
  const id = newId();
  await world.inTenant(people, (tx) =>
    tx.db
      .insertInto('calls')
      .values({
        tenant_id: tx.tenantId, id, direction: 'inbound', channel: 'sip', started_at: new Date(world.clock.wall()), agent_id: people.csr, queue_id: queueId, script_id: scriptId,
        sealed: tx.vault.seal({ table: 'calls', column: 'sealed', id }, {}),
      })
      .execute(),
  );
  return id;
}

async function addQueue(): Promise<string> {
  const id = newId();
  await world.inTenant(people, (tx) => tx.db.insertInto('queues').values({ tenant_id: tx.tenantId, id, code: id, name: 'Orders' }).execute());
  return id;
}

describe('guided scripts', () => {
  it('are published without faults only, version after version', async () => {
    expect((await csr.call('POST', '/scripts', { name: 'x', draft: DRAFT })).status).toBe(403);
    const broken = { steps: [step('a', { next: 'nowhere' })] };
    const id = idOf((await sv.call('POST', '/scripts', { name: '注文受付', draft: broken })).body);
    expect((await sv.call('POST', '/scripts', { name: '注文受付', draft: DRAFT })).body.code).toBe('duplicate');
    expect((await sv.call('POST', `/scripts/${id}/publish`, {})).body).toMatchObject({ code: 'invalid', errors: [{ path: 'draft.a', message: 'unknown_step' }] });
    await sv.call('PATCH', `/scripts/${id}`, { draft: DRAFT });
    expect((await sv.call('POST', `/scripts/${id}/publish`, { comment: '初版' })).body).toMatchObject({ version: 1, versions: [{ version: 1, comment: '初版' }] });
    await sv.call('PATCH', `/scripts/${id}`, { draft: { steps: [step('only')] } });
    expect((await sv.call('POST', `/scripts/${id}/publish`, {})).body).toMatchObject({ version: 2 });
    // The first version is still there to go back to.
    expect((await csr.call('GET', `/scripts/${id}`)).body).toMatchObject({ versions: [{ version: 2 }, { version: 1, definition: DRAFT }] });
  });

  it('are none in a call that its agent dials and that is not written yet; for anybody else there is no such call', async () => {
    const call = newId();
    world.talking.set(call, people.csr);
    expect((await csr.call('GET', `/calls/${call}/script`)).body).toMatchObject({ scriptId: null });
    expect((await sv.call('GET', `/calls/${call}/script`)).status).toBe(404);
    world.talking.delete(call);
    expect((await csr.call('GET', `/calls/${call}/script`)).status).toBe(404);
  });

  it('come with the calls of their queue; answers are kept, and written to customer and case', async () => {
    const id = idOf((await sv.call('POST', '/scripts', { name: '修理受付', draft: DRAFT })).body);
    await sv.call('POST', `/scripts/${id}/publish`, {});
    const queueId = await addQueue();
    expect((await sv.call('PATCH', `/queues/${queueId}`, { scriptId: newId() })).body).toMatchObject({ code: 'invalid', errors: [{ path: 'body.scriptId' }] });
    expect((await sv.call('PATCH', `/queues/${queueId}`, { scriptId: id })).body).toMatchObject({ scriptId: id });
    const call = await addCall(queueId);
    expect((await csr.call('GET', `/calls/${call}/script`)).body).toMatchObject({ scriptId: id, name: '修理受付', version: 1, answers: {} });
    expect((await csr2.call('GET', `/calls/${call}/script`)).status).toBe(404);
    const answers = { matter: '修理', serial: 'A-123' };
    expect((await csr.call('PUT', `/calls/${call}/script`, { scriptId: id, version: 1, answers })).body).toMatchObject({ answers });
    expect((await sv.call('PUT', `/calls/${call}/script`, { scriptId: id, version: 1, answers })).body.code).toBe('not_your_call');
    for (const wrong of [{ unknown: 'x' }, { matter: '返品' }, { card: '4111111111111234' }]) {
      expect((await csr.call('PUT', `/calls/${call}/script`, { scriptId: id, version: 1, answers: wrong })).body.code).toBe('invalid');
    }
    // Nobody knew whose call it is: with the customer the answers come to the timeline, with the case to the case.
    const customerId = idOf((await csr.call('POST', '/customers', { familyName: '修理' })).body);
    const caseId = idOf((await csr.call('POST', '/cases', { customerId, subject: '故障' })).body);
    await csr.call('PATCH', `/calls/${call}`, { customerId });
    const notes = async () => (((await csr.call('GET', `/customers/${customerId}/timeline`)).body as { items?: { kind: string; text: string; caseId: string | null }[] }).items ?? []).filter(({ kind }) => kind === 'note');
    expect(await notes()).toMatchObject([{ text: '項目 matter: 修理\n項目 serial: A-123', caseId: null }]);
    await csr.call('PATCH', `/calls/${call}`, { caseId });
    await csr.call('PUT', `/calls/${call}/script`, { scriptId: id, version: 1, answers: { matter: '修理', serial: 'B-9' } });
    expect(await notes()).toMatchObject([{ text: '項目 matter: 修理\n項目 serial: B-9', caseId }]);
    // A newer version changes nothing for a call that was answered with this one.
    await sv.call('PATCH', `/scripts/${id}`, { draft: { steps: [step('only')] } });
    await sv.call('POST', `/scripts/${id}/publish`, {});
    expect((await csr.call('GET', `/calls/${call}/script`)).body).toMatchObject({ version: 1, answers: { serial: 'B-9' } });
    expect((await csr.call('GET', `/calls/${await addCall(queueId)}/script`)).body).toMatchObject({ version: 2 });
    await sv.call('PATCH', `/scripts/${id}`, { active: false });
    expect((await csr.call('GET', `/calls/${await addCall(queueId)}/script`)).body).toMatchObject({ scriptId: null, definition: null });
  });

  it('are chosen by the flow before the queue, in the call and after it', async () => {
    const publish = async (name: string): Promise<string> => {
      const id = idOf((await sv.call('POST', '/scripts', { name, draft: DRAFT })).body);
      await sv.call('POST', `/scripts/${id}/publish`, {});
      return id;
    };
    const [ofQueue, ofFlow] = [await publish('キュー用'), await publish('フロー用')];
    const queueId = await addQueue();
    await sv.call('PATCH', `/queues/${queueId}`, { scriptId: ofQueue });
    const shown = async (call: string) => (await csr.call('GET', `/calls/${call}/script`)).body['name'];
    // The row of a call in progress has no queue yet.
    const call = await addCall(null);
    expect(await shown(call)).toBe('');
    world.queues.set(call, { queueId, scriptId: null });
    expect(await shown(call)).toBe('キュー用');
    world.queues.set(call, { queueId, scriptId: ofFlow });
    expect(await shown(call)).toBe('フロー用');
    world.queues.delete(call);
    expect(await shown(await addCall(queueId, ofFlow))).toBe('フロー用');
    const flow = (script: string) => ({ start: 'q', nodes: { q: { verb: 'queue', queue: queueId, priority: 0, requiredSkills: {}, announceEveryMs: 0, maxWaitMs: 0, overflow: 'end', script }, end: { verb: 'hangup' } } });
    const faults = async (script: string) => ((await sv.call('POST', '/flow-check', { definition: flow(script) })).body as unknown as { problems: { code: string }[] }).problems.map(({ code }) => code);
    expect([await faults(ofFlow), await faults(newId())]).toEqual([[], ['unknownScript']]);
    // Retired, it leaves the agent with that of the queue.
    await sv.call('PATCH', `/scripts/${ofFlow}`, { active: false });
    expect(await shown(await addCall(queueId, ofFlow))).toBe('キュー用');
    expect(await faults(ofFlow)).toEqual(['unknownScript']);
  });
});
