import iconv from 'iconv-lite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Forecast } from '../../../shared/api/forecasts.ts';
import type { Simulation } from '../../../shared/api/simulations.ts';
import { newId } from '../../lib/ids.ts';
import { createWorld, type TestClient, type TestPeople, type World } from '../../http/testing/world.ts';
import { dayStart } from '../support/japan-days.ts';

let world: World;
let people: TestPeople;
let sv: TestClient;
const queue = newId();

const MINUTE = 60_000;
/** Mondays in Japan; the 23rd is a national holiday. */
const [MONDAY_2, MONDAY_9, MONDAY_16, HOLIDAY, MONDAY_30] = ['2026-11-02', '2026-11-09', '2026-11-16', '2026-11-23', '2026-11-30'];

/** A call that began to wait at a minute of a day. */
async function addCall(day: string, minute: number, { answered = true, waitMs = 5000, handleMs = 120_000 } = {}): Promise<void> {
  const id = newId();
  const queuedAt = dayStart(day) + minute * MINUTE;
  const answeredAt = answered ? new Date(queuedAt + waitMs) : null;
  await world.inTenant(people, (tx) =>
    tx.db
      .insertInto('calls')
      .values({
        tenant_id: tx.tenantId, id, direction: 'inbound', channel: 'sip', outcome: answered ? 'answered' : 'abandoned', ended_by: 'caller', queue_id: queue,
        agent_id: answered ? people.csr : null, started_at: new Date(queuedAt), queued_at: new Date(queuedAt), agent_answered_at: answeredAt, ended_at: new Date(queuedAt + waitMs + handleMs),
        queue_ms: waitMs, ring_ms: answered ? 2000 : null, talk_ms: answered ? handleMs - 20_000 : null, hold_ms: answered ? 0 : null, wrap_up_ms: answered ? 20_000 : null,
        sealed: tx.vault.seal({ table: 'calls', column: 'sealed', id }, { callerNumber: '', callerName: '', withheldReason: null, dialledNumber: '', note: '' }),
      })
      .execute(),
  );
}

async function addState(userId: string, day: string, minute: number, presence: string): Promise<void> {
  await world.inTenant(people, (tx) =>
    tx.db.insertInto('agent_states').values({ tenant_id: tx.tenantId, id: newId(), user_id: userId, at: new Date(dayStart(day) + minute * MINUTE), presence, work: 'idle' }).execute(),
  );
}

beforeAll(async () => {
  world = await createWorld({ rateLimits: { normal: { max: 10_000, windowMs: MINUTE }, heavy: { max: 10_000, windowMs: MINUTE }, login: { max: 100, windowMs: MINUTE } } });
  people = await world.addTenant('acme', 'Acme');
  world.clock.advance(dayStart('2026-11-25') - world.clock.wall());
  sv = await world.logIn(people, 'sv1');
  await world.inTenant(people, async (tx) => {
    await tx.db.insertInto('queues').values({ tenant_id: tx.tenantId, id: queue, code: 'support', name: 'サポート' }).execute();
    await tx.db.insertInto('queue_members').values([people.csr, people.csr2].map((user_id) => ({ tenant_id: tx.tenantId, queue_id: queue, user_id }))).execute();
  });
  // From 10:00 to 10:30 six, then eight calls; on the holiday one; ten past eleven a caller who gives up.
  for (let index = 0; index < 6; index++) await addCall(MONDAY_9, 600 + index * 4);
  for (let index = 0; index < 8; index++) await addCall(MONDAY_16, 600 + index * 3);
  await addCall(MONDAY_16, 670, { answered: false, waitMs: 40_000 });
  await addCall(HOLIDAY, 600);
  for (const agent of [people.csr, people.csr2]) {
    await addState(agent, MONDAY_16, 540, 'available');
    await addState(agent, MONDAY_16, 1080, 'offline');
  }
});
afterAll(() => world.close());

async function forecast(query: string): Promise<Forecast> {
  const { status, body } = await sv.call('GET', `/queues/${queue}/forecast?${query}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body as unknown as Forecast;
}

const rowAt = (given: Forecast, minute: number, day: string) => given.rows.find(({ from }) => Date.parse(from) === dayStart(day) + minute * MINUTE);

describe('forecast', () => {
  it('averages the same weekday, without holidays and days before there were records', async () => {
    const given = await forecast(`day=${MONDAY_30}`);
    expect(given).toMatchObject({ method: 'weekday', holiday: null, closed: false, days: [MONDAY_16, MONDAY_9] });
    expect(given.leftOut).toEqual([{ day: HOLIDAY, reason: 'holiday' }, { day: MONDAY_2, reason: 'noRecords' }]);
    expect(given.rows).toHaveLength(48);
    expect(rowAt(given, 600, MONDAY_30)).toMatchObject({ calls: 7, lowest: 6, highest: 8, handleMs: 120_000, actual: null });
    expect(given.total).toMatchObject({ calls: 7.5, actual: null, error: null });
    // 14 calls that waited 5 s and one of 40 s who gave up.
    expect(given.patienceMs).toBe(110_000);
  });

  it('says how many agents the target needs, fewer when callers give up, more with shrinkage', async () => {
    const given = await forecast(`day=${MONDAY_30}&targetPercent=95&targetMs=5000&shrinkagePercent=50`);
    const row = rowAt(given, 600, MONDAY_30);
    expect(row?.erlangs).toBeCloseTo((7 * 120) / 1800, 9);
    expect(row?.agentsC).toBeGreaterThanOrEqual(row?.agentsA ?? 99);
    expect(row?.rostered).toBe((row?.agentsA ?? 0) * 2);
    expect(row?.serviceLevel ?? 0).toBeGreaterThanOrEqual(0.95);
    expect(rowAt(given, 0, MONDAY_30)).toMatchObject({ agentsC: 0, agentsA: 0, rostered: 0, serviceLevel: null });
  });

  it('compares with what came, once the day is over', async () => {
    const given = await forecast(`day=${MONDAY_16}`);
    expect(given.days).toEqual([MONDAY_9]);
    expect(rowAt(given, 600, MONDAY_16)).toMatchObject({ calls: 6, actual: 8 });
    expect(given.total).toMatchObject({ calls: 6, actual: 9, error: 3 / 9 });
  });

  it('rests a holiday on holidays, and says when there is nothing to rest on', async () => {
    const quiet = await forecast('day=2026-12-31');
    expect(quiet).toMatchObject({ method: 'weekday', days: ['2026-11-19', '2026-11-12'], total: { calls: 0 } });
    const newYear = await forecast('day=2027-01-01');
    expect(newYear).toMatchObject({ method: 'holiday', holiday: { ja: '元日' }, days: [HOLIDAY] });
    const empty = newId();
    await world.inTenant(people, (tx) => tx.db.insertInto('queues').values({ tenant_id: tx.tenantId, id: empty, code: 'empty', name: '空' }).execute());
    const { body } = await sv.call('GET', `/queues/${empty}/forecast?day=${MONDAY_30}`);
    expect(body).toMatchObject({ days: [], leftOut: [{ reason: 'noRecords' }], rows: [], total: { calls: 0 } });
  });

  it('leaves as a file with what it rests on, and is audited', async () => {
    const { status, raw } = await sv.call('GET', `/queues/${queue}/forecast/export?day=${MONDAY_30}&format=csv-cp932`);
    expect(status).toBe(200);
    const text = iconv.decode(raw, 'cp932');
    expect(text).toContain(`基にした日: ${MONDAY_16}, ${MONDAY_9}`);
    expect(text).toContain('10:00,10:30,7,6,8,,120');
    const { body } = await sv.call('GET', '/audit?code=report.exported');
    expect(JSON.stringify(body)).toContain('forecast');
  });
});

const WANTED = { queueId: queue, source: 'history', day: MONDAY_16 };

async function start(body: object): Promise<Simulation> {
  const { status, body: answer } = await sv.call('POST', '/simulations', body);
  expect(status, JSON.stringify(answer)).toBe(200);
  return answer as unknown as Simulation;
}

async function finished(id: string): Promise<Simulation> {
  for (;;) {
    const { body } = await sv.call('GET', `/simulations/${id}`);
    const simulation = body as unknown as Simulation;
    if (simulation.state !== 'waiting' && simulation.state !== 'running') return simulation;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('simulations', () => {
  it('replay a day beside what it was', async () => {
    const { id, state } = await start({ ...WANTED, handlePercent: 500, staff: -1 });
    expect(['waiting', 'running']).toContain(state);
    const done = await finished(id);
    expect(done).toMatchObject({ state: 'done', progress: 1, queueName: 'サポート', createdByName: 'User sv1' });
    expect(done.result?.actual).toMatchObject({ offered: 9, counts: { answered: 8, abandoned: 1 }, asaMs: 5000 });
    expect(done.result?.unchanged.offered).toBe(9);
    expect(done.result?.changed.meanWaitMs ?? 0).toBeGreaterThan(60_000);
    expect(done.result?.notes).toMatchObject({ calls: 9, patienceKnown: 1, patienceCensored: 8 });
    const { body } = await sv.call('GET', '/simulations');
    expect(body.items).toHaveLength(1);
  });

  it('make up a day of a forecast', async () => {
    const done = await finished((await start({ ...WANTED, source: 'forecast', day: MONDAY_30, agents: 2 })).id);
    expect(done).toMatchObject({ state: 'done', result: { actual: null, notes: null, assumed: { patienceMs: 110_000, days: 2 } } });
    expect(done.result?.changed).toEqual(done.result?.unchanged);
  });

  it('refuse days that cannot be replayed, and name the field', async () => {
    for (const [day, source] of [['2026-11-25', 'history'], [MONDAY_2, 'history'], ['2027-01-05', 'forecast']] as const) {
      const { status, body } = await sv.call('POST', '/simulations', { ...WANTED, day, source });
      expect([day, status, body.errors?.[0]?.path]).toEqual([day, 422, 'body.day']);
    }
  });

  it('run one at a time, can be stopped, and are then over', async () => {
    // The thread takes at least as long to begin as the next two requests.
    const { id } = await start({ ...WANTED, source: 'forecast', day: MONDAY_30, agents: 1000, volumePercent: 500 });
    const second = await sv.call('POST', '/simulations', WANTED);
    expect([second.status, second.body.code]).toEqual([409, 'simulation_busy']);
    const stopped = await sv.call('POST', `/simulations/${id}/cancel`, {});
    expect((stopped.body as unknown as Simulation).state).toBe('cancelled');
    expect((await sv.call('POST', `/simulations/${id}/cancel`, {})).body.code).toBe('simulation_over');
    expect((await finished((await start(WANTED)).id)).state).toBe('done');
    const { body } = await sv.call('GET', '/audit?limit=200');
    for (const code of ['simulation.started', 'simulation.cancelled']) expect(JSON.stringify(body)).toContain(code);
  });

  it('that a restart ended say so', async () => {
    const id = newId();
    await world.inTenant(people, (tx) => tx.db.insertInto('simulations').values({ tenant_id: tx.tenantId, id, queue_id: queue, state: 'running', request: JSON.stringify({ ...WANTED, staff: 0, agents: 0, handlePercent: 100, volumePercent: 100, seed: 1 }) }).execute());
    expect((await finished(id)).state).toBe('interrupted');
    expect((await sv.call('POST', `/simulations/${id}/cancel`, {})).status).toBe(200);
  });
});
