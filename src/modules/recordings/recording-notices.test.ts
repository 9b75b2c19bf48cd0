import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecordingNotice } from '../../../shared/api/recording-notices.ts';
import { addTwin, type Twin } from '../../http/testing/twins.ts';
import { createWorld, type TestClient, type World } from '../../http/testing/world.ts';
import { newId } from '../../lib/ids.ts';
import { silentLogger } from '../../lib/logger.ts';
import type { MailContent } from '../outbox/outbox-content.ts';
import { createOutboxWorker } from '../outbox/outbox-worker.ts';
import { createRecordingNoticeJob } from './recording-notice-job.ts';

const PUBLIC = 'https://scc.example.jp';

let world: World;
let twin: Twin;
let sv: TestClient;
let mails: MailContent[] = [];
let hooks: { headers: IncomingHttpHeaders; body: string }[] = [];
/** Somebody's server that takes webhooks. */
let server: Server;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part)).on('end', () => {
      hooks.push({ headers: request.headers, body });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  world = await createWorld();
  twin = await addTwin(world, 'notices', 1);
  sv = await world.logIn(twin.people, 'sv1');
  // The twin's own rule wants a label and its box has receivers: what is there already is not news.
  await round();
  mails = [];
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await world.close();
});

/** Looks for news, and sends what waits. */
async function round(): Promise<void> {
  const { withTenant } = world.db.database;
  await createRecordingNoticeJob({ withTenant, clock: world.clock, canSendMail: true, publicUrl: PUBLIC }).run(twin.people.tenantId);
  const outside = { resolve: () => Promise.resolve(['127.0.0.1']), isAllowed: () => true };
  const mailer = { send: async (_id: string, content: MailContent) => void mails.push(content), close: () => undefined };
  await createOutboxWorker({ withTenant, mailer, clock: world.clock, logger: silentLogger, registry: new Registry(), world: outside }).run(twin.people.tenantId);
}

/** A recording that ends now, of a call in the twin's queue. */
async function recorded(kind: 'call' | 'voicemail', options: { callOver?: boolean; box?: boolean } = {}): Promise<string> {
  const { tenantId } = twin.people;
  const [call, recording] = [newId(), newId()];
  const now = new Date(world.clock.wall());
  await world.db.ownerClient.query(
    `insert into calls (tenant_id, id, direction, channel, sealed, started_at, queue_id, ended_at, outcome, ended_by)
     select tenant_id, $2, direction, channel, sealed, $3, queue_id, $4, outcome, ended_by from calls where id = $1`,
    [twin.ids.call, call, now, options.callOver === false ? null : now],
  );
  await world.db.ownerClient.query(
    `insert into recordings (tenant_id, id, call_id, kind, status, object_path, key_version, wrapped_key, duration_ms, created_at)
     select tenant_id, $2, $3, $4, 'complete', object_path, key_version, wrapped_key, 12000, $5 from recordings where id = $1`,
    [twin.ids.recording, recording, call, kind, now],
  );
  if (options.box) await world.db.ownerClient.query('insert into voicemails (tenant_id, id, box_id) values ($1, $2, $3)', [tenantId, recording, twin.ids.voicemailBox]);
  world.clock.advance(1000);
  return recording;
}

const add = async (more: Partial<RecordingNotice>): Promise<RecordingNotice> =>
  (await sv.call('POST', '/recording-notices', { name: '保存のお知らせ', kind: null, queueId: null, labelId: null, recipients: ['qa@example.jp'], webhookUrl: '', active: true, ...more })).body as unknown as RecordingNotice;
const remove = async ({ id }: RecordingNotice): Promise<void> => void (await sv.call('DELETE', `/recording-notices/${id}`));

describe('a saved recording', () => {
  it('is told of once, when its call is over, with a link and nothing of what was said', async () => {
    const before = await recorded('call');
    const notice = await add({ kind: 'call', queueId: twin.ids.queue });
    await recorded('call', { callOver: false });
    const recording = await recorded('call');
    mails = [];
    await round();
    await round();
    expect(mails).toHaveLength(1);
    const { rows } = await world.db.ownerClient.query<{ call_id: string }>('select call_id from recordings where id = $1', [recording]);
    expect(mails[0]?.to).toEqual(['qa@example.jp']);
    expect(mails[0]?.text).toContain(`${PUBLIC}/calls/${rows[0]?.call_id}`);
    // The twin's calls have its mark as number and name of the caller; its queue is named so too, which may be told.
    expect(mails[0]?.text.replaceAll(`(${twin.canary})`, '')).not.toContain(twin.canary);
    expect(before).not.toBe(recording);
    await remove(notice);
  });

  it('is told to a server with a signature that it can check', async () => {
    const notice = await add({ kind: 'voicemail', recipients: [], webhookUrl: `http://hooks.example.jp:${(server.address() as AddressInfo).port}/scc` });
    const recording = await recorded('voicemail');
    await recorded('call');
    hooks = [];
    await round();
    expect(hooks).toHaveLength(1);
    const { headers = {}, body = '' } = hooks[0] ?? {};
    const signature = createHmac('sha256', notice.webhookSecret).update(`${String(headers['scc-timestamp'])}.${body}`).digest('hex');
    expect(headers['scc-signature']).toBe(`v1=${signature}`);
    expect(JSON.parse(body)).toMatchObject({ event: 'recording.saved', recordingId: recording, kind: 'voicemail', durationMs: 12_000 });
    expect(body).not.toContain('caller');
    await remove(notice);
  });

  it('is told of when it gets a label later', async () => {
    const { id: labelId } = (await sv.call('POST', '/recording-labels', { label: '苦情', labelEn: 'Complaint', retentionDays: null, sensitive: false, position: 3 })).body as unknown as { id: string };
    const notice = await add({ labelId });
    const recording = await recorded('call');
    mails = [];
    await round();
    expect(mails).toHaveLength(0);
    await sv.call('PUT', `/recordings/${recording}/labels`, { labelIds: [labelId] });
    await round();
    expect(mails).toHaveLength(1);
    await remove(notice);
  });

  it('that is a message in a box is told to the receivers of the box', async () => {
    const recording = await recorded('voicemail', { box: true });
    mails = [];
    await round();
    expect(mails.map(({ text }) => text.includes(`${PUBLIC}/voicemail?message=${recording}`))).toEqual([true]);
  });

  it('is not told of by a rule that is off, nor later when it is on again', async () => {
    const notice = await add({});
    await sv.call('PATCH', `/recording-notices/${notice.id}`, { active: false });
    await recorded('call');
    world.clock.advance(1000);
    await sv.call('PATCH', `/recording-notices/${notice.id}`, { active: true });
    mails = [];
    await round();
    expect(mails).toHaveLength(0);
    await remove(notice);
    for (const code of ['created', 'updated', 'removed']) expect((await sv.call('GET', `/audit?code=recording_notice.${code}`)).body.items?.length, code).toBeGreaterThan(0);
  });
});
