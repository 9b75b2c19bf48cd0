import { Registry } from 'prom-client';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ReportSchedule } from '../../../shared/api/reports.ts';
import { createWorld, type TestClient, type TestPeople, type World } from '../../http/testing/world.ts';
import { silentLogger } from '../../lib/logger.ts';
import { createReportJob } from '../reports/report-job.ts';
import { enqueue } from './outbox.ts';
import { createOutboxWorker } from './outbox-worker.ts';
import { createSmtpMailer, type Mailer } from './mailer.ts';

const HOUR = 3_600_000;

let world: World;
let people: TestPeople;
let sv: TestClient;
let server: SMTPServer;
let mailer: Mailer;
let worker: ReturnType<typeof createOutboxWorker>;
let received: ParsedMail[] = [];
/** What the mail host says to the next mails; empty = takes them. */
let refusal = '';

beforeAll(async () => {
  server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    async onData(stream, _session, done) {
      const mail = await simpleParser(stream);
      if (refusal === '') received.push(mail);
      done(refusal === '' ? undefined : new Error(refusal));
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  world = await createWorld();
  people = await world.addTenant('acme', '髙橋商事①');
  sv = await world.logIn(people, 'sv1');
  mailer = createSmtpMailer(`smtp://127.0.0.1:${port}`, 'SCC レポート <report@scc.example.jp>');
  worker = createOutboxWorker({ withTenant: world.db.database.withTenant, mailer, clock: world.clock, logger: silentLogger, registry: new Registry() });
});
afterAll(async () => {
  mailer.close();
  await new Promise<void>((resolve) => server.close(resolve));
  await world.close();
});
beforeEach(() => {
  received = [];
  refusal = '';
});

const statusOf = async (id: string): Promise<unknown> =>
  (await world.db.ownerClient.query('select status, attempts, last_error, next_at, sent_at from outbox where id = $1', [id])).rows[0];

describe('mail', () => {
  it('arrives with every Japanese character, in name, subject, text and file', async () => {
    const content = Buffer.from('応答率,髙橋①').toString('base64');
    const id = await world.inTenant(people, (tx) =>
      enqueue(tx, 'report', { kind: 'mail', content: { to: ['a@example.jp', 'b@example.jp'], subject: '日次レポート 髙橋①', text: '本文です。\n𠮷野家', attachments: [{ name: '応対レポート_2026-05-01.csv', mediaType: 'text/csv', content }] } }),
    );
    await worker.run(people.tenantId);
    const [mail] = received;
    expect(mail?.subject).toBe('日次レポート 髙橋①');
    expect(mail?.text).toContain('𠮷野家');
    expect(mail?.from?.value).toEqual([{ name: 'SCC レポート', address: 'report@scc.example.jp' }]);
    expect(mail?.attachments[0]).toMatchObject({ filename: '応対レポート_2026-05-01.csv', contentType: 'text/csv' });
    expect(mail?.attachments[0]?.content.toString('utf8')).toBe('応答率,髙橋①');
    expect(mail?.messageId).toBe(`<${id}@scc.example.jp>`);
    expect(await statusOf(id)).toMatchObject({ status: 'sent', attempts: 1, last_error: '' });
    await worker.run(people.tenantId);
    expect(received).toHaveLength(1);
  });

  it('waits when the host refuses, longer each time, and is told in the audit log when given up', async () => {
    refusal = 'mailbox is full';
    const id = await world.inTenant(people, (tx) => enqueue(tx, 'report', { kind: 'mail', content: { to: ['a@example.jp'], subject: 'x', text: 'x', attachments: [] } }));
    await worker.run(people.tenantId);
    expect(await statusOf(id)).toMatchObject({ status: 'waiting', attempts: 1, last_error: expect.stringContaining('mailbox is full') });
    await worker.run(people.tenantId);
    expect(await statusOf(id)).toMatchObject({ attempts: 1 });
    world.clock.advance(61_000);
    await worker.run(people.tenantId);
    expect(await statusOf(id)).toMatchObject({ attempts: 2 });
    for (let tries = 2; tries < 28; tries++) {
      world.clock.advance(HOUR);
      await worker.run(people.tenantId);
    }
    expect(await statusOf(id)).toMatchObject({ status: 'failed', attempts: 28 });
    sv = await world.logIn(people, 'sv1');
    expect((await sv.call('GET', `/audit?code=mail.failed&subjectId=${id}`)).body.items).toHaveLength(1);
  });

  it('does not leave when the transaction that wrote it fails', async () => {
    const failing = world.inTenant(people, async (tx) => {
      await enqueue(tx, 'report', { kind: 'mail', content: { to: ['a@example.jp'], subject: 'never', text: '', attachments: [] } });
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    await worker.run(people.tenantId);
    expect(received).toEqual([]);
  });
});

describe('scheduled reports', () => {
  const given = { name: '日次 応対', report: 'calls', every: 'day', atMinute: 420, interval: '30', groupBy: 'queue', format: 'xlsx', lang: 'ja', recipients: ['center@example.jp'] };
  const run = () => createReportJob({ withTenant: world.db.database.withTenant, clock: world.clock, logger: silentLogger }).run(people.tenantId);

  it('go out at their minute, once, with the day before', async () => {
    const { body } = await sv.call('POST', '/report-schedules', given);
    const schedule = body as unknown as ReportSchedule;
    world.clock.advance(Date.parse(schedule.nextAt) - world.clock.wall() - 1000);
    await run();
    await worker.run(people.tenantId);
    expect(received).toHaveLength(0);
    world.clock.advance(2000);
    await run();
    await run();
    await worker.run(people.tenantId);
    expect(received).toHaveLength(1);
    expect(received[0]?.subject).toMatch(/^日次 応対 \(期間 \(日本時間\): .* 00:00:00 - .* 00:00:00\)$/);
    expect(received[0]?.text).toContain('髙橋商事①');
    expect(received[0]?.attachments[0]?.contentType).toContain('spreadsheetml');
    sv = await world.logIn(people, 'sv1');
    const { items } = (await sv.call('GET', '/report-schedules')).body as unknown as { items: ReportSchedule[]; canSend: boolean };
    expect(Date.parse(items[0]?.nextAt ?? '') - Date.parse(schedule.nextAt)).toBe(24 * HOUR);
    expect(items[0]?.lastRunAt).not.toBeNull();
  });

  it('that were missed while nothing ran go out once', async () => {
    world.clock.advance(5 * 24 * HOUR);
    await run();
    await worker.run(people.tenantId);
    expect(received).toHaveLength(1);
  });

  it('can be changed, stopped, sent now and removed; each is audited', async () => {
    sv = await world.logIn(people, 'sv1');
    const list = (await sv.call('GET', '/report-schedules')).body as unknown as { items: ReportSchedule[] };
    const id = list.items[0]?.id ?? '';
    expect((await sv.call('PATCH', `/report-schedules/${id}`, { active: false, recipients: ['other@example.jp'] })).body).toMatchObject({ active: false });
    world.clock.advance(3 * 24 * HOUR);
    await run();
    sv = await world.logIn(people, 'sv1');
    expect((await sv.call('POST', `/report-schedules/${id}/send`)).status).toBe(200);
    await worker.run(people.tenantId);
    expect(received.map((mail) => mail.to)).toMatchObject([{ text: 'other@example.jp' }]);
    expect((await sv.call('DELETE', `/report-schedules/${id}`)).status).toBe(204);
    for (const code of ['report_schedule.created', 'report_schedule.updated', 'report_schedule.removed', 'report.sent', 'mail.sent']) {
      expect((await sv.call('GET', `/audit?code=${code}`)).body.items?.length, code).toBeGreaterThan(0);
    }
  });

  it.each([
    [{ ...given, recipients: ['no address'] }],
    [{ ...given, recipients: [] }],
    [{ ...given, recipients: ['a@example.jp\r\nBcc: b@example.jp'] }],
    [{ ...given, atMinute: 1440 }],
  ])('refuse what cannot be (%#)', async (body) => {
    expect((await sv.call('POST', '/report-schedules', body)).status).toBe(400);
  });

  it('are not for agents to change', async () => {
    const csr = await world.logIn(people, 'csr1');
    expect((await csr.call('POST', '/report-schedules', given)).status).toBe(403);
  });
});
