import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RecordingLabel, RecordingShare, RetentionPreview } from '../../../shared/api/recording-keeping.ts';
import type { RecordingDetail } from '../../../shared/api/recordings.ts';
import { addTwin, type Twin } from '../../http/testing/twins.ts';
import { createWorld, type TestClient, type World } from '../../http/testing/world.ts';
import { createRetentionJob } from './recording-retention.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;

let world: World;
let twin: Twin;
let sv: TestClient;

async function fresh(): Promise<void> {
  world = await createWorld();
  twin = await addTwin(world, 'keeper', 1);
  sv = await world.logIn(twin.people, 'sv1');
}

const get = async <T>(path: string): Promise<T> => (await sv.call('GET', path)).body as unknown as T;
const detail = (): Promise<RecordingDetail> => get(`/recordings/${twin.ids.recording}`);
const audited = async (code: string): Promise<Record<string, unknown>[]> => (await get<{ items: { detail: Record<string, unknown> }[] }>(`/audit?code=${code}`)).items.map((entry) => entry.detail);
const url = (rest: string): string => `/recordings/${twin.ids.recording}${rest}`;
const addLabel = async (more: Partial<RecordingLabel>): Promise<string> =>
  ((await sv.call('POST', '/recording-labels', { label: '個人情報', labelEn: 'Personal', retentionDays: null, sensitive: false, position: 1, ...more })).body as unknown as RecordingLabel).id;

describe('marks of a recording', () => {
  beforeAll(fresh);
  afterAll(() => world.close());

  it('labels are given, taken and listed by; each change is audited', async () => {
    const label = await addLabel({});
    expect((await sv.call('PUT', url('/labels'), { labelIds: [label] })).body).toEqual({ labelIds: [label] });
    expect((await get<{ items: unknown[] }>(`/recordings?labelId=${label}`)).items).toHaveLength(1);
    expect((await get<{ items: unknown[] }>(`/recordings?labelId=${twin.ids.recordingLabel}`)).items).toHaveLength(0);
    expect((await audited('recording.labelled'))[0]).toMatchObject({ added: ['個人情報'] });
    await sv.call('PATCH', `/recording-labels/${label}`, { active: false });
    expect((await sv.call('PUT', url('/labels'), { labelIds: [label] })).status, 'a retired label stays').toBe(200);
    await sv.call('PUT', url('/labels'), { labelIds: [] });
    expect((await sv.call('PUT', url('/labels'), { labelIds: [label] })).status, 'and cannot be given').toBe(422);
  });

  it('what is sensitive is heard for a reason, which is written down', async () => {
    const label = await addLabel({ sensitive: true });
    await sv.call('PUT', url('/labels'), { labelIds: [label] });
    expect((await sv.call('GET', url('/audio'))).body).toMatchObject({ code: 'reason_needed' });
    const heard = await sv.call('GET', url(`/audio?reason=${encodeURIComponent('苦情の確認')}`));
    expect([heard.status, heard.raw.subarray(0, 4).toString()]).toEqual([200, 'RIFF']);
    expect((await audited('recording.played'))[0]).toMatchObject({ reason: '苦情の確認' });
  });

  it('comments stand in order of their places, and only their author or a keeper removes them', async () => {
    await sv.call('POST', url('/comments'), { atMs: 2500, text: '後の指摘' });
    const { items } = (await sv.call('POST', url('/comments'), { atMs: 500, text: '最初の指摘' })).body as unknown as { items: RecordingDetail['comments'] };
    expect(items.map(({ atMs, text }) => [atMs, text])).toEqual([[500, '最初の指摘'], [1000, twin.canary], [2500, '後の指摘']]);
    expect(items[0]?.authorName).not.toBe('');
    const { rows } = await world.db.ownerClient.query<{ text: string }>('select sealed::text as text from recording_comments');
    expect(rows.every(({ text }) => !text.includes(Buffer.from('指摘').toString('hex')))).toBe(true);
    const csr = await world.logIn(twin.people, 'csr1');
    expect((await csr.call('DELETE', `/recording-comments/${items[0]?.id ?? ''}`)).status, 'somebody else wrote it').toBe(404);
    expect((await sv.call('DELETE', `/recording-comments/${items[0]?.id ?? ''}`)).status).toBe(204);
    expect((await detail()).comments).toHaveLength(2);
  });

  it('a download needs a reason and the right to it', async () => {
    expect((await sv.call('POST', url('/download'), {})).status).toBe(400);
    const file = await sv.call('POST', url('/download'), { reason: '警察からの照会' });
    expect([file.status, file.raw.subarray(0, 4).toString(), file.headers['content-disposition']]).toEqual([200, 'RIFF', expect.stringContaining('attachment')]);
    expect((await audited('recording.downloaded'))[0]).toMatchObject({ reason: '警察からの照会' });
    const csr = await world.logIn(twin.people, 'csr1');
    expect((await csr.call('POST', url('/download'), { reason: 'x' })).status).toBe(403);
  });
});

describe('links for others', () => {
  beforeAll(fresh);
  afterAll(() => world.close());

  const share = async (hours: number): Promise<{ id: string; token: string }> => (await sv.call('POST', url('/shares'), { purpose: '監査法人', hours })).body as unknown as { id: string; token: string };
  const play = (token: string, path = '/audio') => world.request('GET', `/api/v1/public/recording/${token}${path}`, { ip: '198.51.100.7' });

  it('play the sound without a login until they end; each play is counted and audited with its address', async () => {
    const { id, token } = await share(1);
    expect((await play(token, '')).body).toMatchObject({ durationMs: 3000 });
    const heard = await play(token);
    expect([heard.status, heard.raw.subarray(0, 4).toString()]).toEqual([200, 'RIFF']);
    const { items } = (await get<{ items: RecordingShare[] }>(url('/shares'))) ;
    expect(items.find((item) => item.id === id)).toMatchObject({ purpose: '監査法人', plays: 1 });
    const entries = await get<{ items: { ip: string; detail: object }[] }>('/audit?code=recording.share_played');
    expect(entries.items[0]).toMatchObject({ ip: '198.51.100.7', detail: { shareId: id } });
    world.clock.advance(HOUR);
    expect((await play(token)).status).toBe(404);
  });

  it('are worth nothing once revoked, changed by a letter, or of a suspended tenant; all look alike', async () => {
    sv = await world.logIn(twin.people, 'sv1');
    const { id, token } = await share(2);
    const kept = await share(2);
    await sv.call('DELETE', `/recording-shares/${id}`);
    const last = kept.token.at(-1) === 'A' ? 'B' : 'A';
    const answers = [await play(token), await play(`${kept.token.slice(0, -1)}${last}`), await play('nonsense'), await play(`${crypto.randomUUID()}_${kept.token.slice(kept.token.indexOf('_') + 1)}`)];
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual(answers.map(() => [404, 'not_found']));
    expect(new Set(answers.map(({ raw }) => raw.toString().replaceAll(/"instance":"[^"]*"/g, ''))).size).toBe(1);
    expect((await play(kept.token)).status).toBe(200);
    await world.db.ownerClient.query("update tenants set status = 'suspended' where id = $1", [twin.people.tenantId]);
    expect((await play(kept.token)).status).toBe(404);
  });
});

describe('retention', () => {
  beforeEach(fresh);

  const run = (): Promise<void> => createRetentionJob({ withTenant: world.db.database.withTenant, store: world.store, clock: world.clock }).run(twin.people.tenantId);
  const row = async () => (await world.db.ownerClient.query('select status, object_path, length(wrapped_key) as key_bytes, sealed_peaks from recordings where id = $1', [twin.ids.recording])).rows[0] as Record<string, unknown>;
  const files = async (): Promise<number> => {
    let count = 0;
    for await (const _file of world.store.list(`recordings/${twin.people.tenantId}`)) count++;
    return count;
  };
  /** Without the twin's own label, hold and open incident. */
  async function bare(): Promise<void> {
    await sv.call('PUT', url('/labels'), { labelIds: [] });
    await sv.call('PUT', url('/hold'), { reason: null });
    // The twin's message would be due too.
    await world.db.ownerClient.query('delete from voicemails where id = $1', [twin.ids.voicemail]);
    await world.db.ownerClient.query('delete from recordings where id = $1', [twin.ids.voicemail]);
    await world.store.delete(`recordings/${twin.people.tenantId}/${twin.ids.voicemail}.sccr`);
    await sv.call('PATCH', `/incidents/${twin.ids.incident}`, { status: 'closed' });
    // The row was written by the database's clock.
    await world.db.ownerClient.query('update recordings set created_at = $2 where id = $1', [twin.ids.recording, new Date(world.clock.wall())]);
  }

  it('keeps everything until somebody sets a limit', async () => {
    await bare();
    world.clock.advance(3000 * DAY);
    await run();
    expect(await row()).toMatchObject({ status: 'complete' });
    await world.close();
  });

  it('deletes key and file at the end, with an audit row, and not a day before', async () => {
    await bare();
    await sv.call('PUT', '/recording-retention', { defaultDays: 30 });
    world.clock.advance(30 * DAY - HOUR);
    await run();
    expect(await row()).toMatchObject({ status: 'complete' });
    world.clock.advance(2 * HOUR);
    await run();
    expect(await row()).toMatchObject({ status: 'deleted', object_path: '', key_bytes: 0, sealed_peaks: null });
    expect(await files()).toBe(0);
    sv = await world.logIn(twin.people, 'sv1');
    expect((await sv.call('GET', url('/audio'))).status).toBe(404);
    expect(await audited('recording.deleted')).toHaveLength(1);
    await world.close();
  });

  it('the longest label counts; a hold keeps whatever its age; the preview says the same before', async () => {
    await bare();
    const [short, long] = [await addLabel({ retentionDays: 10 }), await addLabel({ retentionDays: 100 })];
    await sv.call('PUT', url('/labels'), { labelIds: [short, long] });
    await sv.call('PUT', '/recording-retention', { defaultDays: 1 });
    world.clock.advance(50 * DAY);
    sv = await world.logIn(twin.people, 'sv1');
    const preview = async (labels: object[]): Promise<RetentionPreview> => (await sv.call('POST', '/recording-retention/preview', { defaultDays: 1, labels })).body as unknown as RetentionPreview;
    expect(await preview([])).toMatchObject({ recordings: 0 });
    expect(await preview([{ id: long, days: 40 }])).toMatchObject({ recordings: 1, bytes: 48_000 });
    expect(await preview([{ id: long, days: null }])).toMatchObject({ recordings: 1 });
    await run();
    expect(await row()).toMatchObject({ status: 'complete' });
    await sv.call('PUT', url('/hold'), { reason: '係争中' });
    expect((await detail()).holdReason).toBe('係争中');
    world.clock.advance(100 * DAY);
    await run();
    expect(await row()).toMatchObject({ status: 'complete' });
    sv = await world.logIn(twin.people, 'sv1');
    expect(await get<{ due: RetentionPreview }>('/recording-retention')).toMatchObject({ due: { recordings: 0, held: 1 } });
    await sv.call('PUT', url('/hold'), { reason: null });
    await run();
    expect(await row()).toMatchObject({ status: 'deleted' });
    await world.close();
  });

  it('what belongs to an open incident is kept, held or not', async () => {
    await bare();
    await sv.call('PATCH', `/incidents/${twin.ids.incident}`, { status: 'open' });
    await sv.call('PUT', '/recording-retention', { defaultDays: 1 });
    world.clock.advance(2 * DAY);
    await run();
    expect(await row()).toMatchObject({ status: 'complete' });
    sv = await world.logIn(twin.people, 'sv1');
    expect(await get<{ due: RetentionPreview }>('/recording-retention')).toMatchObject({ due: { recordings: 0, held: 1 } });
    await sv.call('PATCH', `/incidents/${twin.ids.incident}`, { status: 'closed' });
    await run();
    expect(await row()).toMatchObject({ status: 'deleted' });
    await world.close();
  });

  it('a file that could not be deleted is deleted later; its key is gone at once', async () => {
    await bare();
    await sv.call('PUT', '/recording-retention', { defaultDays: 1 });
    world.clock.advance(2 * DAY);
    const broken = { delete: () => Promise.reject(new Error('disk away')) };
    await expect(createRetentionJob({ withTenant: world.db.database.withTenant, store: broken, clock: world.clock }).run(twin.people.tenantId)).rejects.toThrow('disk away');
    expect(await row()).toMatchObject({ status: 'deleted', key_bytes: 0 });
    expect(await files()).toBe(1);
    await run();
    expect(await files()).toBe(0);
    await world.close();
  });
});
