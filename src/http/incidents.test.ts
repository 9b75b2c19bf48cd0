import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HelpDesk } from '../calls/help-desk.ts';
import { newId } from '../lib/ids.ts';
import { silentLogger } from '../lib/logger.ts';
import { readOpenHelp } from '../modules/help/help.service.ts';
import { matchCaller } from '../modules/customers/caller-match.ts';
import { newRecordingSeal } from '../modules/recordings/recording-place.ts';
import { SealedStreamWriter } from '../vault/stream.ts';
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

const items = <T>(body: unknown): T[] => (body as { items: T[] }).items;
const idOf = (body: unknown): string => (body as { id: string }).id;

async function addCall(customerId: string | null = null): Promise<string> {
  const id = newId();
  await world.inTenant(people, (tx) =>
    tx.db
      .insertInto('calls')
      .values({
        tenant_id: tx.tenantId, id, direction: 'inbound', channel: 'sip', started_at: new Date(world.clock.wall()), agent_id: people.csr, customer_id: customerId,
        sealed: tx.vault.seal({ table: 'calls', column: 'sealed', id }, {}),
      })
      .execute(),
  );
  return id;
}

const helpDesk = (): HelpDesk =>
  new HelpDesk({ tenantId: people.tenantId, database: world.db.database, clock: world.clock, newId, logger: silentLogger });

const CSR = (): { kind: 'user'; id: string; ip: string } => ({ kind: 'user', id: people.csr, ip: '' });

describe('requests for help', () => {
  it('are written with their ends, and those still open are there again after a restart', async () => {
    const desk = helpDesk();
    const asking = { agentId: people.csr, agentName: 'User csr1', callId: null, caller: '03-1111-2222', note: '確認したい' };
    desk.raise('hand', asking, CSR());
    desk.acknowledge(desk.open()[0]?.id ?? '', { userId: people.sv, name: 'User sv1' }, { kind: 'user', id: people.sv, ip: '' });
    await desk.settled;
    const restored = helpDesk();
    restored.restore(await world.inTenant(people, readOpenHelp));
    expect(restored.open()).toEqual(desk.open());
    restored.end(restored.open()[0]?.id ?? '', 'lowered', CSR());
    await restored.settled;
    expect(await world.inTenant(people, readOpenHelp)).toEqual([]);
    const codes = items<{ code: string }>((await sv.call('GET', '/audit?limit=50')).body).map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(['help.raised', 'help.acknowledged', 'help.ended']));
  });

  it('go on in memory when the database does not answer', async () => {
    const desk = new HelpDesk({ tenantId: people.tenantId, database: { withTenant: () => Promise.reject(new Error('away')) }, clock: world.clock, newId, logger: silentLogger });
    desk.raise('hand', { agentId: people.csr, agentName: '', callId: null, caller: '', note: '' }, CSR());
    await desk.settled;
    expect(desk.open()).toHaveLength(1);
  });
});

describe('incidents', () => {
  it('are opened by an SOS, seen by its agent and supervisors, and collect what was done', async () => {
    const customerId = idOf((await csr.call('POST', '/customers', { familyName: '暴言', phones: ['090-5555-0001'] })).body);
    const callId = await addCall(customerId);
    const desk = helpDesk();
    desk.raise('sos', { agentId: people.csr, agentName: 'User csr1', callId, caller: '090-5555-0001', note: '怒鳴られた' }, CSR());
    await desk.settled;
    const [incident] = items<{ id: string; number: number }>((await sv.call('GET', '/incidents?status=open')).body);
    const id = incident?.id ?? '';
    expect(incident).toMatchObject({ callId, customerId, customerName: '暴言', agentName: 'User csr1', summary: '怒鳴られた', category: 'unsorted', measures: [] });
    expect((await csr.call('GET', `/incidents/${id}`)).status).toBe(200);
    expect((await csr2.call('GET', `/incidents/${id}`)).status).toBe(404);
    expect(items((await csr2.call('GET', '/incidents')).body)).toEqual([]);
    expect((await csr2.call('POST', `/incidents/${id}/measures`, { text: 'x' })).status).toBe(404);
    expect((await csr.call('PATCH', `/incidents/${id}`, { status: 'closed' })).status).toBe(403);
    await csr.call('POST', `/incidents/${id}/measures`, { text: '警告した' });
    expect((await sv.call('POST', `/incidents/${id}/measures`, { text: '面談した' })).body).toMatchObject({
      measures: [{ by: `user:${people.csr}`, text: '警告した' }, { by: `user:${people.sv}`, text: '面談した' }],
    });
    expect((await sv.call('PATCH', `/incidents/${id}`, { status: 'closed', category: 'abuse' })).body).toMatchObject({ status: 'closed', category: 'abuse' });
    expect((await sv.call('POST', '/incidents', { callId })).body.code).toBe('duplicate');
    expect((await sv.call('POST', '/incidents', { callId: newId() })).body).toMatchObject({ code: 'invalid', errors: [{ path: 'body.callId' }] });
  });
});

describe('recordings of an incident', () => {
  const addRecording = (callId: string): Promise<string> =>
    world.inTenant(people, async (tx) => {
      const id = newId();
      const { file } = newRecordingSeal(tx.vault, tx.tenantId, id);
      await tx.db
        .insertInto('recordings')
        .values({ tenant_id: tx.tenantId, id, call_id: callId, status: 'complete', object_path: file.objectPath, key_version: file.keyVersion, wrapped_key: Buffer.from(file.wrappedKey, 'base64') })
        .execute();
      return id;
    });
  const detail = async (id: string) => (await sv.call('GET', `/recordings/${id}`)).body;

  it('are held from its opening on, by whomever, and what was held already keeps its reason', async () => {
    const callId = await addCall();
    const [free, held] = [await addRecording(callId), await addRecording(callId)];
    await sv.call('PUT', `/recordings/${held}/hold`, { reason: '係争中' });
    const { number } = (await sv.call('POST', '/incidents', { callId, summary: '長時間の拘束' })).body as unknown as { number: number };
    expect(await detail(free)).toMatchObject({ holdReason: expect.stringContaining(`#${number}`) as string, heldAt: new Date(world.clock.wall()).toISOString() });
    expect(await detail(held)).toMatchObject({ holdReason: '係争中' });
    const audited = items<{ code: string; subjectId: string }>((await sv.call('GET', '/audit?code=recording.held')).body);
    expect(audited.map(({ subjectId }) => subjectId).toSorted()).toEqual([free, held].toSorted());
  });
});

describe('caution flags', () => {
  it('are shown with the caller while they are in force, and end by themselves', async () => {
    const customerId = idOf((await csr.call('POST', '/customers', { familyName: '注意', phones: ['090-5555-0002'] })).body);
    const end = (days: number) => new Date(world.clock.wall() + days * 86_400_000).toISOString();
    expect((await csr.call('POST', `/customers/${customerId}/cautions`, { reason: 'x', expiresAt: end(30) })).status).toBe(403);
    for (const days of [-1, 800]) expect((await sv.call('POST', `/customers/${customerId}/cautions`, { reason: 'x', expiresAt: end(days) })).body.code).toBe('invalid');
    // The database counts from its own clock.
    const inForce = new Date(Date.now() + 86_400_000).toISOString();
    const id = idOf((await sv.call('POST', `/customers/${customerId}/cautions`, { reason: '長時間の拘束', expiresAt: inForce })).body);
    const cautionNow = async () => (await world.inTenant(people, (tx) => matchCaller(tx, '09055550002')))[0]?.caution;
    expect(await cautionNow()).toBe('長時間の拘束');
    expect((await sv.call('PATCH', `/cautions/${id}`, { objection: '事実と異なる' })).body).toMatchObject({ objection: '事実と異なる', liftedAt: null });
    expect((await csr.call('GET', `/customers/${customerId}/cautions`)).body).toMatchObject({ items: [{ reason: '長時間の拘束', objection: '事実と異なる' }] });
    expect((await sv.call('PATCH', `/cautions/${id}`, { liftReason: '確認の結果、取り消し' })).status).toBe(200);
    expect(await cautionNow()).toBe('');
    expect((await sv.call('PATCH', `/cautions/${id}`, { objection: 'x' })).body.code).toBe('lifted');
  });
});

describe('the tail of a call', () => {
  it('plays what was said last while the recording is being written', async () => {
    const callId = await addCall();
    expect((await sv.call('GET', `/calls/${callId}/tail`)).status).toBe(404);
    const recordingId = newId();
    const file = await world.inTenant(people, async (tx) => {
      const { seal, file: place } = newRecordingSeal(tx.vault, tx.tenantId, recordingId);
      await tx.db
        .insertInto('recordings')
        .values({ tenant_id: tx.tenantId, id: recordingId, call_id: callId, status: 'recording', object_path: place.objectPath, key_version: place.keyVersion, wrapped_key: Buffer.from(place.wrappedKey, 'base64') })
        .execute();
      const writer = new SealedStreamWriter(Buffer.from(seal.key, 'base64'), Buffer.from(seal.associatedData), { sampleRate: 8000, channels: 2, codec: 'PCMU' }, 16_000);
      const chunks = Array.from({ length: 40 }, (_, second) => writer.seal(Buffer.alloc(16_000, second), false));
      // As on the disk at some moment: the last chunk is there in part.
      return { path: place.objectPath, bytes: Buffer.concat([writer.header, ...chunks, writer.seal(Buffer.alloc(16_000, 99), false).subarray(0, 500)]) };
    });
    await world.store.put(file.path, file.bytes);
    expect((await csr.call('GET', `/calls/${callId}/tail`)).status).toBe(403);
    const answer = await sv.call('GET', `/calls/${callId}/tail?seconds=10`);
    expect(answer.headers['content-type']).toBe('audio/wav');
    expect(answer.raw.length).toBe(44 + 10 * 16_000 * 2);
    expect(items<{ code: string }>((await sv.call('GET', '/audit?code=call.tail_played')).body)).toHaveLength(1);
  });
});
