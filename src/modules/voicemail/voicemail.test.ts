import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DELETED_KEPT_DAYS, type Voicemail, type VoicemailBox } from '../../../shared/api/voicemail.ts';
import { addTwin, type Twin } from '../../http/testing/twins.ts';
import { createWorld, type TestClient, type World } from '../../http/testing/world.ts';
import { createRetentionJob } from '../recordings/recording-retention.ts';
import { countWaitingMail, mailOf } from './waiting-mail.ts';

const DAY = 86_400_000;

let world: World;
let twin: Twin;
let sv: TestClient;
let member: TestClient;
let other: TestClient;

beforeAll(async () => {
  world = await createWorld();
  twin = await addTwin(world, 'mail', 1);
  sv = await world.logIn(twin.people, 'sv1');
  member = await world.logIn(twin.people, 'csr1');
  // The twin's passkey would be asked for.
  await world.inTenant(twin.people, (tx) => tx.db.deleteFrom('passkeys').where('id', '=', twin.ids.passkey).execute());
  other = await world.logIn(twin.people, 'csr2');
  // What belongs to an open incident is held, which is another test's matter.
  await sv.call('PUT', `/recordings/${twin.ids.voicemail}/hold`, { reason: null });
  await sv.call('PATCH', `/incidents/${twin.ids.incident}`, { status: 'closed' });
});
afterAll(() => world.close());

const url = (): string => `/voicemails/${twin.ids.voicemail}`;
const boxUrl = (rest = ''): string => `/voicemail-boxes/${twin.ids.voicemailBox}${rest}`;
const list = async (client: TestClient, query = ''): Promise<Voicemail[]> => ((await client.call('GET', `/voicemails${query}`)).body as unknown as { items: Voicemail[] }).items;
const boxesOf = async (client: TestClient): Promise<VoicemailBox[]> => ((await client.call('GET', '/voicemail-boxes')).body as unknown as { items: VoicemailBox[] }).items;
const patch = async (client: TestClient, body: object) => client.call('PATCH', url(), body);
const audited = async (code: string): Promise<unknown[]> => (await sv.call('GET', `/audit?code=${code}`)).body.items ?? [];
const mail = async (userId: string) => mailOf(await world.inTenant(twin.people, countWaitingMail), userId);

describe('who hears messages', () => {
  it('members by name, whoever may play everything, and nobody else', async () => {
    expect((await list(member)).map(({ id }) => id)).toEqual([twin.ids.voicemail]);
    expect(await list(sv)).toHaveLength(1);
    expect(await list(other)).toEqual([]);
    expect((await patch(other, { state: 'heard' })).status).toBe(404);
    expect((await other.call('GET', `/recordings/${twin.ids.voicemail}/audio`)).status).toBe(404);
    expect((await boxesOf(other))).toEqual([]);
    expect((await boxesOf(member))[0]).toMatchObject({ newMessages: 1, recipients: [] });
    expect((await boxesOf(sv))[0]?.recipients).toHaveLength(1);
  });

  it('members through a queue, for as long as they are in it', async () => {
    const join = 'insert into queue_members (tenant_id, queue_id, user_id) values ($1, $2, $3)';
    await world.db.ownerClient.query(join, [twin.people.tenantId, twin.ids.queue, twin.people.csr2]);
    expect(await list(other)).toHaveLength(1);
    expect(await mail(twin.people.csr2)).toEqual({ newMessages: 1, oldMessages: 0 });
    await world.db.ownerClient.query('delete from queue_members where queue_id = $1 and user_id = $2', [twin.ids.queue, twin.people.csr2]);
    expect(await list(other)).toEqual([]);
    expect(await mail(twin.people.csr2)).toEqual({ newMessages: 0, oldMessages: 0 });
  });

  it('whoever it is given to', async () => {
    expect((await patch(member, { assigneeId: other.userId })).status).toBe(200);
    expect((await list(other))[0]).toMatchObject({ assigneeId: twin.people.csr2 });
    expect(await list(member, `?agentId=${twin.people.csr}`)).toEqual([]);
    expect(await audited('voicemail.assigned')).toHaveLength(1);
    await patch(member, { assigneeId: null });
    expect(await list(other)).toEqual([]);
  });
});

describe('a message', () => {
  it('is new until it is heard, and can be made new again', async () => {
    const heard = await member.call('GET', `/recordings/${twin.ids.voicemail}/audio`);
    expect([heard.status, heard.raw.subarray(0, 4).toString()]).toEqual([200, 'RIFF']);
    expect((await list(member, '?state=heard'))).toHaveLength(1);
    expect(await mail(twin.people.csr)).toEqual({ newMessages: 0, oldMessages: 1 });
    expect((await patch(member, { state: 'new' })).body).toMatchObject({ state: 'new' });
    expect(await mail(twin.people.csr)).toEqual({ newMessages: 1, oldMessages: 0 });
    expect(await audited('voicemail.marked')).toHaveLength(1);
  });

  it('is linked to a customer and a case of theirs only', async () => {
    expect((await patch(member, { caseId: twin.ids.case })).body).toMatchObject({ customerId: twin.ids.customer, caseId: twin.ids.case, caseSubject: twin.canary });
    const { id } = (await sv.call('POST', '/customers', { familyName: '別人' })).body as unknown as { id: string };
    expect((await patch(member, { customerId: id, caseId: twin.ids.case })).status).toBe(422);
    expect((await patch(member, { customerId: id })).body, 'a case stays with its customer').toMatchObject({ customerId: id, caseId: null });
    expect(await audited('voicemail.linked')).toHaveLength(2);
  });

  it('is deleted, taken back, and gone for good after a while', async () => {
    expect((await patch(member, { state: 'deleted' })).body).toMatchObject({ state: 'deleted' });
    expect([await list(member), await list(member, '?state=deleted')].map(({ length }) => length)).toEqual([0, 1]);
    expect(await mail(twin.people.csr)).toEqual({ newMessages: 0, oldMessages: 0 });
    expect((await patch(member, { state: 'heard' })).body).toMatchObject({ state: 'heard', deletedAt: null });
    expect(await audited('voicemail.restored')).toHaveLength(1);
    await patch(member, { state: 'deleted' });
    const job = createRetentionJob({ withTenant: world.db.database.withTenant, store: world.store, clock: world.clock });
    const status = async (): Promise<unknown> => (await world.db.ownerClient.query('select status from recordings where id = $1', [twin.ids.voicemail])).rows[0];
    await job.run(twin.people.tenantId);
    expect(await status()).toEqual({ status: 'complete' });
    world.clock.advance((DELETED_KEPT_DAYS + 1) * DAY);
    await job.run(twin.people.tenantId);
    expect(await status()).toEqual({ status: 'deleted' });
    sv = await world.logIn(twin.people, 'sv1');
    expect(await list(sv, '?state=deleted')).toEqual([]);
  });
});

describe('a box', () => {
  it('says how long its messages are kept', async () => {
    const [recording] = (await world.db.ownerClient.query<{ id: string }>(`insert into recordings (tenant_id, id, call_id, kind, status, object_path, key_version, wrapped_key, created_at)
      select tenant_id, gen_random_uuid(), call_id, kind, 'complete', '', key_version, wrapped_key, $2 from recordings where id = $1 returning id`, [twin.ids.voicemail, new Date(world.clock.wall() - 10 * DAY)])).rows;
    await world.db.ownerClient.query('insert into voicemails (tenant_id, id, box_id) values ($1, $2, $3)', [twin.people.tenantId, recording?.id, twin.ids.voicemailBox]);
    const due = async (): Promise<number> => ((await sv.call('GET', '/recording-retention')).body as unknown as { due: { recordings: number } }).due.recordings;
    expect(await due()).toBe(0);
    expect((await sv.call('PATCH', boxUrl(), { retentionDays: 7 })).status).toBe(200);
    expect(await due()).toBe(1);
  });

  it('is changed by who may, with what the tenant has', async () => {
    const csr = await world.logIn(twin.people, 'csr1');
    const box = { number: '8002', name: '営業部', greeting: '', retentionDays: null, active: true, memberIds: [], queueIds: [], recipients: [] };
    expect((await csr.call('POST', '/voicemail-boxes', box)).status).toBe(403);
    expect((await sv.call('POST', '/voicemail-boxes', box)).status).toBe(200);
    expect((await sv.call('POST', '/voicemail-boxes', box)).body.code).toBe('duplicate');
    expect((await sv.call('POST', '/voicemail-boxes', { ...box, number: '8003', greeting: 'own/none' })).status).toBe(422);
    expect((await audited('voicemail_box.created')).length).toBeGreaterThan(0);
  });

  it('gets a PIN that is not guessed at once, from a member', async () => {
    const csr = await world.logIn(twin.people, 'csr1');
    const stranger = await world.logIn(twin.people, 'csr2');
    for (const pin of ['1234', '0000', '9876', '12']) expect((await csr.call('PUT', boxUrl('/pin'), { pin })).status, pin).toBeGreaterThanOrEqual(400);
    expect((await stranger.call('PUT', boxUrl('/pin'), { pin: '4071' })).status).toBe(404);
    expect((await csr.call('PUT', boxUrl('/pin'), { pin: '4071' })).status).toBe(204);
    expect((await boxesOf(csr))[0]).toMatchObject({ hasPin: true, lockedUntil: null });
    const { rows } = await world.db.ownerClient.query<{ sealed: Buffer }>('select sealed from voicemail_boxes where id = $1', [twin.ids.voicemailBox]);
    expect(rows[0]?.sealed.includes('4071')).toBe(false);
    expect(await audited('voicemail_box.pin_changed')).toHaveLength(1);
  });
});
