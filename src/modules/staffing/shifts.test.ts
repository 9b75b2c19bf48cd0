import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AdherenceReport } from '../../../shared/api/reports.ts';
import type { Shift, ShiftChange, ShiftImport } from '../../../shared/api/shifts.ts';
import { newId } from '../../lib/ids.ts';
import { createWorld, type TestClient, type TestPeople, type World } from '../../http/testing/world.ts';
import { dayStart } from '../support/japan-days.ts';

let world: World;
let people: TestPeople;
let sv: TestClient;
let csr: TestClient;
const queue = newId();

const MINUTE = 60_000;
const WIDE = { max: 10_000, windowMs: MINUTE };
/** Mondays. */
const [LAST_WEEK, THIS_WEEK, NEXT_WEEK] = ['2026-11-09', '2026-11-16', '2026-11-23'];
const LUNCH = [{ startMinute: 720, endMinute: 780 }];
const DAY_SHIFT = { startMinute: 540, endMinute: 1080, breaks: LUNCH };

beforeAll(async () => {
  world = await createWorld({ rateLimits: { normal: WIDE, heavy: WIDE, login: WIDE } });
  people = await world.addTenant('acme', 'Acme');
  world.clock.advance(dayStart('2026-11-18') + 600 * MINUTE - world.clock.wall());
  sv = await world.logIn(people, 'sv1');
  csr = await world.logIn(people, 'csr1');
  await world.inTenant(people, async (tx) => {
    await tx.db.insertInto('queues').values({ tenant_id: tx.tenantId, id: queue, code: 'support', name: 'サポート' }).execute();
    await tx.db.insertInto('queue_members').values({ tenant_id: tx.tenantId, queue_id: queue, user_id: people.csr }).execute();
  });
});
afterAll(() => world.close());

beforeEach(async () => {
  await world.inTenant(people, (tx) => tx.db.deleteFrom('shifts').execute());
});

async function change(body: object): Promise<ShiftChange> {
  const { status, body: answer } = await sv.call('POST', '/shifts/changes', body);
  expect(status, JSON.stringify(answer)).toBe(200);
  return answer as unknown as ShiftChange;
}

const give = (userId: string, day: string, hours: object = DAY_SHIFT) => ({ add: [{ userId, day, ...DAY_SHIFT, ...hours }] });

async function shifts(client: TestClient, path = `/shifts?fromDay=${THIS_WEEK}&toDay=${NEXT_WEEK}`): Promise<Shift[]> {
  const { status, body } = await client.call('GET', path);
  expect(status, JSON.stringify(body)).toBe(200);
  return (body as unknown as { items: Shift[] }).items;
}

describe('the shift plan', () => {
  it('gives shifts, and takes the whole change back', async () => {
    const first = await change(give(people.csr, THIS_WEEK));
    expect(first.added).toMatchObject([{ userId: people.csr, userName: 'User csr1', day: THIS_WEEK, ...DAY_SHIFT }]);
    const second = await change({ remove: [first.added[0]?.id], add: [{ userId: people.csr, day: THIS_WEEK, startMinute: 600, endMinute: 900, breaks: [] }] });
    expect(await shifts(sv)).toMatchObject([{ startMinute: 600 }]);
    await change({ remove: second.added.map(({ id }) => id), add: second.removed.map(({ userId, day, startMinute, endMinute, breaks }) => ({ userId, day, startMinute, endMinute, breaks })) });
    expect(await shifts(sv)).toMatchObject([{ startMinute: 540, breaks: LUNCH }]);
    const { body } = await sv.call('GET', '/audit?code=shift.changed');
    expect(body.items).toHaveLength(3);
  });

  it('refuses what overlaps, also beyond midnight, what does not fit and what is gone; and then changes nothing', async () => {
    await change(give(people.csr, THIS_WEEK, { startMinute: 1320, endMinute: 1920, breaks: [] }));
    const refused = async (body: object) => {
      const answer = await sv.call('POST', '/shifts/changes', body);
      return [answer.status, answer.body.code, answer.body.errors?.[0]?.path];
    };
    expect(await refused(give(people.csr, '2026-11-17', { startMinute: 420, endMinute: 600, breaks: [] }))).toEqual([409, 'shifts_overlap', 'body.add']);
    expect(await refused(give(people.csr, THIS_WEEK, { breaks: [{ startMinute: 500, endMinute: 560 }] }))).toEqual([422, 'invalid', 'body.add.0.breaks']);
    expect(await refused(give(people.csr, THIS_WEEK, { endMinute: 500, breaks: [] }))).toEqual([422, 'invalid', 'body.add.0.endMinute']);
    expect(await refused(give(newId(), THIS_WEEK))).toEqual([422, 'invalid', 'body.add.0.userId']);
    expect((await refused({ ...give(people.csr2, THIS_WEEK), remove: [newId()] }))[0]).toBe(404);
    expect(await shifts(sv)).toHaveLength(1);
    await change(give(people.csr, '2026-11-17', { startMinute: 480, endMinute: 600, breaks: [] }));
  });

  it('copies a week, leaving days alone that have shifts unless they are to be replaced', async () => {
    await change({ add: [...give(people.csr, LAST_WEEK).add, ...give(people.csr2, '2026-11-10').add, ...give(people.csr, THIS_WEEK, { startMinute: 600 }).add] });
    const copy = async (replace: boolean) => (await sv.call('POST', '/shifts/copy', { fromDay: LAST_WEEK, toDay: THIS_WEEK, replace })).body as unknown as ShiftChange;
    expect((await copy(false)).added).toMatchObject([{ userId: people.csr2, day: '2026-11-17' }]);
    const again = await copy(true);
    expect([again.removed.length, again.added.length]).toEqual([2, 2]);
    expect(await shifts(sv)).toMatchObject([{ day: THIS_WEEK, startMinute: 540 }, { day: '2026-11-17' }]);
    expect((await sv.call('POST', '/shifts/copy', { fromDay: THIS_WEEK, toDay: '2026-11-18' })).status).toBe(422);
  });

  it('shows agents their own, and nothing else', async () => {
    await change({ add: [...give(people.csr, THIS_WEEK).add, ...give(people.csr2, THIS_WEEK).add] });
    expect(await shifts(csr, '/shifts/mine')).toMatchObject([{ userId: people.csr }]);
    for (const [method, path] of [['GET', '/shifts'], ['POST', '/shifts/changes'], ['GET', '/shift-templates']] as const) expect((await csr.call(method, path, method === 'POST' ? { add: [] } : undefined)).status).toBe(403);
  });

  it('gives no part of very many as if it were all; a file still replaces the agent\'s own', async () => {
    // Shifts of a minute, one after the other, on one day of the other agent, and one of this agent behind them.
    await world.inTenant(people, (tx) =>
      sql`insert into shifts (tenant_id, id, user_id, day, start_minute, end_minute)
        select ${tx.tenantId}, gen_random_uuid(), ${people.csr2}, ${THIS_WEEK}::date + part / 1000, part % 1000, part % 1000 + 1 from generate_series(0, 20000) part`.execute(tx.db),
    );
    const days = `fromDay=${THIS_WEEK}&toDay=2026-12-10`;
    expect((await sv.call('GET', `/shifts?${days}`)).body).toMatchObject({ code: 'invalid', errors: [{ path: 'query.toDay' }] });
    expect((await sv.call('GET', `/shifts/export?${days}&format=csv&lang=ja`)).body.code).toBe('invalid');
    expect(await shifts(sv, `/shifts?fromDay=${THIS_WEEK}&toDay=${NEXT_WEEK}`)).toHaveLength(8000);
    await change(give(people.csr, '2026-12-10'));
    const csv = 'csr1,,2026-12-10,10:00,12:00,\ncsr1,,2026-11-16,10:00,12:00,\n';
    const { status, body } = await sv.call('POST', '/shifts/import', { csv, dryRun: false });
    expect([status, body]).toMatchObject([200, { faults: [], adds: 2, removes: 1 }]);
  });

  it('has templates with names of their own', async () => {
    const made = await sv.call('POST', '/shift-templates', { name: '早番', startMinute: 480, endMinute: 960, breaks: LUNCH });
    expect(made.status).toBe(200);
    const id = (made.body as unknown as { id: string }).id;
    expect((await sv.call('POST', '/shift-templates', { name: '早番', startMinute: 480, endMinute: 960, breaks: [] })).body.code).toBe('duplicate');
    expect((await sv.call('PATCH', `/shift-templates/${id}`, { endMinute: 700 })).body.errors?.[0]?.path).toBe('body.breaks');
    expect((await sv.call('PATCH', `/shift-templates/${id}`, { name: '早番A' })).body).toMatchObject({ name: '早番A' });
    expect((await sv.call('DELETE', `/shift-templates/${id}`)).status).toBe(204);
    expect((await sv.call('GET', '/shift-templates')).body.items).toEqual([]);
  });
});

async function take(csv: string, dryRun: boolean): Promise<ShiftImport> {
  const { status, body } = await sv.call('POST', '/shifts/import', { csv, dryRun });
  expect(status, JSON.stringify(body)).toBe(200);
  return body as unknown as ShiftImport;
}

describe('shifts as a file', () => {
  it('leave and come back as they were', async () => {
    await change({ add: [...give(people.csr, THIS_WEEK).add, ...give(people.csr2, THIS_WEEK, { startMinute: 1320, endMinute: 1920, breaks: [] }).add] });
    const before = await shifts(sv);
    const { raw } = await sv.call('GET', `/shifts/export?fromDay=${THIS_WEEK}&lang=ja`);
    const csv = raw.toString('utf8');
    expect(csv).toContain('csr1,User csr1,2026-11-16,09:00,18:00,12:00-13:00');
    expect(csv).toContain('csr2,User csr2,2026-11-16,22:00,32:00,');
    const result = await take(csv, false);
    expect(result).toMatchObject({ faults: [], adds: 2, removes: 2 });
    const bare = (all: Shift[]) => all.map(({ id: _id, ...shift }) => shift);
    expect(bare(await shifts(sv))).toEqual(bare(before));
  });

  it('are tried first: every fault with its line, and nothing changed', async () => {
    await change(give(people.csr, THIS_WEEK));
    const csv = ['ログインID,氏名,日付,開始,終了,休憩', 'nobody,,2026-11-16,9:00,18:00,', 'csr1,,2026-13-01,9:00,18:00,', 'csr1,,2026/11/16,9時,18:00,', 'csr1,,2026-11-16,9:00,8:00,', 'csr1,,2026-11-16,9:00,18:00,12-13', 'x', 'csr1,,2026-11-17,9:00,18:00,', 'csr1,,2026-11-17,17:00,20:00,'].join('\n');
    const tried = await take(csv, true);
    expect(tried.faults.map(({ line, fault }) => [line, fault])).toEqual([[2, 'user'], [3, 'day'], [4, 'start'], [5, 'end'], [6, 'breaks'], [7, 'columns'], [9, 'overlap']]);
    expect((await take(csv, false)).change).toBeNull();
    expect(await shifts(sv)).toHaveLength(1);
    expect(await take('csr1,,2026-11-16,10:00,15:00,', true)).toMatchObject({ faults: [], adds: 1, removes: 1, change: null });
  });
});

async function addState(minute: number, presence: string, more: object = {}): Promise<void> {
  const at = new Date(dayStart(THIS_WEEK) + minute * MINUTE);
  await world.inTenant(people, (tx) => tx.db.insertInto('agent_states').values({ tenant_id: tx.tenantId, id: newId(), user_id: people.csr, at, presence, work: 'idle', ...more }).execute());
}

describe('the plan against what is needed and what was done', () => {
  it('counts agents on shift in each interval, breaks taken out', async () => {
    await change({ add: [...give(people.csr, THIS_WEEK).add, ...give(people.csr2, THIS_WEEK).add] });
    const id = newId();
    await world.inTenant(people, (tx) =>
      tx.db.insertInto('calls').values({ tenant_id: tx.tenantId, id, direction: 'inbound', channel: 'sip', outcome: 'answered', queue_id: queue, started_at: new Date(dayStart(LAST_WEEK) + 600 * MINUTE), queued_at: new Date(dayStart(LAST_WEEK) + 600 * MINUTE), queue_ms: 0, sealed: Buffer.alloc(0) }).execute(),
    );
    const { body } = await sv.call('GET', `/queues/${queue}/forecast?day=${THIS_WEEK}`);
    const { rows } = body as unknown as { rows: { scheduled: number }[] };
    // Only the queue's member counts.
    expect([rows[17], rows[18], rows[24], rows[35], rows[36]].map((row) => row?.scheduled)).toEqual([0, 1, 0, 1, 0]);
  });

  it('says how far agents kept to it, and where they did not', async () => {
    const made = await sv.call('POST', '/status-reasons', { presence: 'away', label: '研修', labelEn: 'Training', productive: true, position: 0 });
    const reason = (made.body as unknown as { id: string }).id;
    await change(give(people.csr, THIS_WEEK));
    await addState(570, 'available');
    await addState(720, 'break');
    await addState(780, 'away', { reason_id: reason });
    await addState(900, 'available');
    await addState(1080, 'offline');
    const { status, body } = await sv.call('GET', `/reports/adherence?fromDay=${THIS_WEEK}&toDay=2026-11-17`);
    expect(status, JSON.stringify(body)).toBe(200);
    const report = body as unknown as AdherenceReport;
    expect(report.rows).toHaveLength(1);
    expect(report.rows[0]).toMatchObject({ name: 'User csr1', day: THIS_WEEK, figures: { adherence: 8.5 / 9, conformance: 7.5 / 8 } });
    expect(report.rows[0]?.deviations).toMatchObject([{ kind: 'late', from: '2026-11-16T00:00:00.000Z', to: '2026-11-16T00:30:00.000Z' }]);
    expect(report.total.figures['adherence']).toBeCloseTo(8.5 / 9, 12);
    const file = await sv.call('GET', `/reports/adherence/export?fromDay=${THIS_WEEK}&format=csv`);
    expect(file.raw.toString('utf8')).toContain('遅刻 09:00-09:30');
    expect((await sv.call('GET', `/reports/adherence?fromDay=2026-01-01&toDay=${THIS_WEEK}`)).status).toBe(422);
  });
});
