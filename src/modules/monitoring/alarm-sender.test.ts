import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Alarm } from '../../../shared/api/monitoring.ts';
import { FakeClock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/logger.ts';
import type { Mailer } from '../outbox/mailer.ts';
import type { MailContent } from '../outbox/outbox-content.ts';
import { webhookSignature } from '../outbox/webhook.ts';
import { AlarmSender } from './alarm-sender.ts';

const ALARM: Alarm = { id: '01890000-0000-7000-8000-000000000001', at: '2026-11-29T03:00:00.000Z', check: 'software.database', before: 'ok', verdict: 'fault', reason: 'unreadable', value: null };
const SECRET = 'a secret of sixteen';

let clock: FakeClock;
let server: Server;
let url: string;
let answer: number;
let calls: { headers: IncomingHttpHeaders; body: string }[];
let mails: MailContent[];
let hostIsAway: boolean;
const mailer: Mailer = {
  send(_id, mail) {
    if (hostIsAway) return Promise.reject(new Error('connection refused'));
    mails.push(mail);
    return Promise.resolve();
  },
  close: () => undefined,
};

beforeEach(async () => {
  clock = new FakeClock();
  answer = 204;
  calls = [];
  mails = [];
  hostIsAway = false;
  server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    calls.push({ headers: request.headers, body: Buffer.concat(parts).toString('utf8') });
    response.writeHead(answer).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/alarms`;
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

const sender = (more: Partial<ConstructorParameters<typeof AlarmSender>[0]> = {}) =>
  new AlarmSender({ mailer, mailTo: ['ops@example.jp'], webhook: { url, secret: SECRET }, name: 'tokyo', ...more }, { clock, logger: silentLogger });

describe('alarms', () => {
  it('leave by mail in both languages, and by a webhook that the receiver can check, also inside', async () => {
    const alarms = sender();
    alarms.add(ALARM);
    await alarms.send();
    expect(mails).toMatchObject([{ to: ['ops@example.jp'], subject: '[SCC tokyo] 異常: データベースの応答' }]);
    expect(mails[0]?.text).toContain('状態: 正常 → 異常 (測定できません)');
    expect(mails[0]?.text).toContain('State: OK → Fault (cannot be measured)');
    expect(mails[0]?.text, 'in Japan').toContain('12:00:00');
    const [call] = calls;
    expect(JSON.parse(call?.body ?? '{}')).toEqual({ installation: 'tokyo', ...ALARM });
    expect(call?.headers).toMatchObject({ 'scc-event': 'monitoring.alarm', 'scc-delivery': ALARM.id });
    expect(call?.headers['scc-signature']).toBe(`v1=${webhookSignature(SECRET, Number(call?.headers['scc-timestamp']), call?.body ?? '')}`);
    expect(alarms.undelivered).toBe(0);
  });

  it('are tried again with longer and longer waits, each way on its own', async () => {
    const alarms = sender();
    hostIsAway = true;
    answer = 500;
    alarms.add(ALARM);
    await alarms.send();
    expect([calls.length, alarms.undelivered]).toEqual([1, 2]);
    answer = 204;
    await alarms.send();
    expect(calls.length, 'not before its time').toBe(1);
    clock.advance(10_000);
    await alarms.send();
    expect([calls.length, mails.length, alarms.undelivered]).toEqual([2, 0, 1]);
    hostIsAway = false;
    clock.advance(29_000);
    await alarms.send();
    expect(mails).toHaveLength(0);
    clock.advance(1_000);
    await alarms.send();
    expect([mails.length, alarms.undelivered]).toEqual([1, 0]);
  });

  it('are given up after a day, and go nowhere where nobody is named', async () => {
    const alarms = sender({ webhook: null });
    hostIsAway = true;
    alarms.add(ALARM);
    await alarms.send();
    clock.advance(24 * 3_600_000 + 1);
    await alarms.send();
    expect(alarms.undelivered).toBe(0);
    const nobody = sender({ mailTo: [], webhook: null });
    nobody.add(ALARM);
    expect([nobody.undelivered, nobody.to]).toEqual([0, { mail: false, webhook: false }]);
  });
});
