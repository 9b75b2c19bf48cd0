/** What a tenant's administrators are told of their contract, day by day in simulated time. */
import { Registry } from 'prom-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { auditDetails, createWorld, type TestPeople, type World } from '../../http/testing/world.ts';
import { newId } from '../../lib/ids.ts';
import { silentLogger } from '../../lib/logger.ts';
import { insertExport, patchExport } from '../exports/exports.queries.ts';
import { enqueue } from '../outbox/outbox.ts';
import { createOutboxWorker } from '../outbox/outbox-worker.ts';
import type { MailContent } from '../outbox/outbox-content.ts';
import { addDays, dayOf, daysBetween } from '../support/japan-days.ts';
import { patchUser } from '../users/users.queries.ts';
import { sealUser } from '../users/user-content.ts';
import { lookAtContracts, type ContractJobDeps } from './contract-job.ts';
import { wishOfOperator, type OperatorWish } from './contract-views.service.ts';

const DAY_MS = 86_400_000;
const reason = 'as agreed';
let world: World;
let people: TestPeople;
let worker: ReturnType<typeof createOutboxWorker>;
let mails: (MailContent & { on: string })[] = [];
let refuses = false;
let warnings: object[] = [];
let tenants = 0;

beforeAll(async () => {
  world = await createWorld();
  const mailer = {
    send: (_id: string, mail: MailContent) => (refuses ? Promise.reject(new Error('421 try later')) : Promise.resolve(void mails.push({ ...mail, on: today() }))),
    close: () => undefined,
  };
  worker = createOutboxWorker({ withTenant: world.db.database.withTenant, mailer, clock: world.clock, logger: silentLogger, registry: new Registry() });
});
afterAll(() => world.close());
beforeEach(async () => {
  people = await world.addTenant(`reminded${++tenants}`, '満了株式会社');
  await makeAdministrator(people.csr2);
  [mails, warnings, refuses] = [[], [], false];
});

const today = (): string => dayOf(world.clock.wall());
const makeAdministrator = (id: string) => world.inTenant(people, (tx) => patchUser(tx, id, { profile_id: people.profiles.SV }));
const jobDeps = (more: Partial<ContractJobDeps> = {}): ContractJobDeps => ({
  database: world.db.database, owner: world.db.ownerConnection, superuser: null, master: world.db.master, store: world.store, backupDir: '/nonexistent', dataDir: '/nonexistent', keepsPoints: false,
  isDatabaseHealthy: () => true, remind: () => undefined, onChange: () => Promise.resolve(), onEnded: () => undefined,
  canSendMail: true, publicUrl: 'https://scc.example.jp', clock: world.clock, logger: { ...silentLogger, warn: (fields) => warnings.push(fields) }, ...more,
});
const wish = (given: OperatorWish) => wishOfOperator({ database: world.db.database, clock: world.clock }, people.tenantId, given, { id: newId(), loginId: 'kato', ip: '' });

/** Days go by; each is looked at twice, and what waits in the outbox leaves as it would: all of a tenant in service, nothing else of one that has ended. */
async function pass(days: number, more: Partial<ContractJobDeps> = {}): Promise<void> {
  for (let day = 0; day < days; day++) {
    world.clock.advance(DAY_MS);
    let waiting: readonly string[] = [];
    for (let look = 0; look < 2; look++) await lookAtContracts(jobDeps({ onEnded: (ended) => (waiting = ended.waiting), ...more }));
    await (waiting.includes(people.tenantId) ? worker.ofContracts : worker).run(people.tenantId);
  }
}

describe('administrators of a tenant', () => {
  it('are told of each day that comes, once, in both languages, with all days of the contract', async () => {
    const endOn = addDays(today(), 40);
    await wish({ type: 'end', on: endOn, reason });
    await pass(249);
    const told = mails.filter(({ to }) => to[0] === 'sv1@example.com').map(({ on, subject }) => [daysBetween(endOn, on), /: (\S+) \d/.exec(subject)?.[1]]);
    expect(told).toEqual([
      [-30, '契約終了'], [-7, '契約終了'], [-1, '契約終了'], [23, 'データ返却の期限'], [29, 'データ返却の期限'],
      [173, '論理削除'], [179, '論理削除'], [203, 'データと鍵の破棄'], [209, 'データと鍵の破棄'],
    ]);
    expect(mails.filter(({ to }) => to[0] === 'csr2@example.com')).toHaveLength(told.length);
    expect(new Set(mails.flatMap(({ to }) => to)), 'nobody else').toEqual(new Set(['sv1@example.com', 'csr2@example.com']));
    const [first] = mails;
    expect(first?.subject).toBe(`[SCC] 満了株式会社: 契約終了 ${endOn}（あと 30 日です） / end of the contract`);
    for (const line of [`  ${endOn}  契約終了 / end of the contract\n`, `  ${addDays(endOn, 30)}  データ返却の期限`, `  ${addDays(endOn, 180)}  論理削除`, `  ${addDays(endOn, 210)}  データと鍵の破棄`, `  ${addDays(endOn, 300)}`, 'in 30 days', 'https://scc.example.jp/reports']) expect(first?.text).toContain(line);
    expect(mails.at(-1)?.text).toContain(`  ${endOn}  契約終了 / end of the contract (済 / done)\n`);
    const { rows } = await world.db.ownerClient.query<{ code: string; detail: Record<string, string> }>("select code, detail from tenant_contract_events where tenant = $1 and code = 'tenant_reminder' order by at, id", [people.tenantId]);
    expect(rows.map(({ detail }) => [detail['milestone'], detail['daysLeft'], detail['receivers']])[0]).toEqual(['end', '30', '2']);
    expect(rows).toHaveLength(told.length);
    expect(JSON.stringify(rows), 'what outlives the tenant names nobody').not.toContain('@');
    const audited = await world.inTenant(people, (tx) => tx.db.selectFrom('audit_events').select('code').where('code', 'in', ['tenant.contract_reminded', 'mail.sent']).execute());
    expect(audited.filter(({ code }) => code === 'tenant.contract_reminded')).toHaveLength(told.length);
    expect(audited.filter(({ code }) => code === 'mail.sent')).toHaveLength(mails.length);
  }, 120_000);

  it('get a mail that the host refused later, and no second one', async () => {
    await wish({ type: 'end', on: addDays(today(), 8), reason });
    refuses = true;
    await pass(1);
    expect(mails).toEqual([]);
    refuses = false;
    await pass(2);
    expect(mails.map(({ subject }) => /あと (\d+) 日/.exec(subject)?.[1])).toEqual(['7', '7']);
  });

  it('hear nothing of a deletion that a legal hold keeps from happening', async () => {
    await wish({ type: 'end', on: today(), reason });
    await wish({ type: 'hold', reason });
    await pass(31);
    world.clock.advance(140 * DAY_MS);
    await pass(14);
    expect(new Set(mails.map(({ subject }) => /: (\S+) \d/.exec(subject)?.[1]))).toEqual(new Set(['データ返却の期限']));
  }, 60_000);

  it('who have no address are not told, which is known', async () => {
    await world.inTenant(people, async (tx) => {
      for (const id of [people.sv, people.csr2]) await patchUser(tx, id, { sealed: sealUser(tx, id, { name: 'x', nameKana: '', department: '', email: '', employeeNumber: '' }) });
    });
    await wish({ type: 'end', on: addDays(today(), 3), reason });
    await pass(1);
    expect(mails).toEqual([]);
    expect(warnings).toEqual([{ tenantId: people.tenantId, milestone: 'end', day: addDays(today(), 2) }]);
    const sv = await world.logIn(people, 'sv1');
    expect(await auditDetails(sv, 'tenant.contract_reminded')).toEqual([{ milestone: 'end', day: addDays(today(), 2), daysLeft: 2, receivers: 0 }]);
  });

  it('are told by the nearest reminder once there is a mail host', async () => {
    await wish({ type: 'end', on: addDays(today(), 31), reason });
    await pass(10, { canSendMail: false });
    expect(mails).toEqual([]);
    await pass(5);
    expect(mails.map(({ subject }) => /あと (\d+) 日/.exec(subject)?.[1])).toEqual(['20', '20']);
  });

  it('get nothing else from a tenant that has ended', async () => {
    await wish({ type: 'end', on: addDays(today(), 1), reason });
    await world.inTenant(people, (tx) => enqueue(tx, 'report', { kind: 'mail', content: { to: ['x@example.com'], subject: 'a report', text: '', attachments: [] } }));
    await pass(25);
    expect(mails.some(({ subject }) => subject === 'a report')).toBe(false);
    expect(mails.filter(({ subject }) => subject.includes('データ返却の期限'))).toHaveLength(2);
  });
});

describe('the tenant’s page', () => {
  it('says what comes within 30 days, and on which day the data was returned', async () => {
    const sv = await world.logIn(people, 'sv1');
    const contract = async () => (await sv.call('GET', '/contract')).body;
    expect(await contract()).toMatchObject({ notice: null, returnedOn: null });
    const endOn = addDays(today(), 31);
    await wish({ type: 'end', on: endOn, reason });
    expect(await contract()).toMatchObject({ notice: null });
    await wish({ type: 'end', on: addDays(today(), 30), reason });
    expect(await contract()).toMatchObject({ notice: { milestone: 'end', day: addDays(today(), 30), daysLeft: 30 } });
    await world.inTenant(people, async (tx) => {
      // The evening before in UTC is the day in Japan; what failed returned nothing.
      for (const [state, at] of [['expired', '2026-10-31T14:59:59Z'], ['finished', '2026-10-31T15:00:00Z'], ['failed', '2026-11-02T00:00:00Z']] as const) {
        const id = newId();
        await insertExport(tx, id, { reason, unreadable: [] });
        await patchExport(tx, id, { state, finished_at: new Date(at) });
      }
    });
    expect(await contract()).toMatchObject({ returnedOn: '2026-11-01' });
  });
});
