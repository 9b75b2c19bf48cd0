import iconv from 'iconv-lite';
import readXlsxFile from 'read-excel-file/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentReport, CallReport, PastBoard } from '../../../shared/api/reports.ts';
import { CALL_COUNTS } from '../../../shared/metrics/call-report.ts';
import { newId } from '../../lib/ids.ts';
import { createWorld, type TestClient, type TestPeople, type World } from '../../http/testing/world.ts';

let world: World;
let people: TestPeople;
let sv: TestClient;
let queue: string;

/** Midnight of a Friday in Japan; the clock of the tests stands later. */
const DAY = Date.UTC(2026, 10, 19, 15);
const MINUTE = 60_000;

interface Given {
  /** Minutes after midnight at which the call began. */
  at: number;
  outcome?: string;
  /** Wait in the queue, ms; null = was in none. */
  waitMs?: number | null;
  /** Talk, ms; null = nobody answered. */
  talkMs?: number | null;
  number?: string;
  direction?: 'inbound' | 'outbound';
}

async function addCall({ at, outcome = 'answered', waitMs = 5000, talkMs = 60_000, number = '', direction = 'inbound' }: Given): Promise<string> {
  const id = newId();
  const started = DAY + at * MINUTE;
  const queuedAt = waitMs === null ? null : started + 1000;
  const answeredAt = talkMs === null ? null : (queuedAt ?? started) + (waitMs ?? 0);
  await world.inTenant(people, (tx) =>
    tx.db
      .insertInto('calls')
      .values({
        tenant_id: tx.tenantId, id, direction, channel: 'sip', outcome, ended_by: 'caller', queue_id: waitMs === null ? null : queue,
        agent_id: talkMs === null ? null : people.csr, started_at: new Date(started), queued_at: queuedAt === null ? null : new Date(queuedAt),
        agent_answered_at: answeredAt === null ? null : new Date(answeredAt), ended_at: new Date((answeredAt ?? started + (waitMs ?? 0) + 1000) + (talkMs ?? 0)),
        queue_ms: waitMs, talk_ms: talkMs, hold_ms: talkMs === null ? null : 1000, wrap_up_ms: talkMs === null ? null : 9000,
        sealed: tx.vault.seal({ table: 'calls', column: 'sealed', id }, { callerNumber: number, callerName: '=cmd()', withheldReason: null, dialledNumber: '', note: '' }),
      })
      .execute(),
  );
  return id;
}

const iso = (minutes: number): string => new Date(DAY + minutes * MINUTE).toISOString();
const range = `from=${iso(0)}&to=${iso(24 * 60)}`;
async function report(query: string): Promise<CallReport> {
  const { status, body } = await sv.call('GET', `/reports/calls?${range}&${query}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body as unknown as CallReport;
}

beforeAll(async () => {
  world = await createWorld();
  people = await world.addTenant('acme', 'Acme');
  world.clock.advance(DAY + 48 * 60 * MINUTE - world.clock.wall());
  sv = await world.logIn(people, 'sv1');
  queue = newId();
  await world.inTenant(people, (tx) => tx.db.insertInto('queues').values({ tenant_id: tx.tenantId, id: queue, code: 'support', name: 'サポート髙橋①' }).execute());
  // 09:00 to 09:30: two in time, one at exactly T, one late, one abandoned at once, one abandoned late, one to voicemail.
  await addCall({ at: 540, waitMs: 3000, number: '03-1111-2222' });
  await addCall({ at: 541, waitMs: 20_000, talkMs: 120_000 });
  await addCall({ at: 542, waitMs: 20_001 });
  await addCall({ at: 543, outcome: 'abandoned', waitMs: 4000, talkMs: null, number: '03-1111-2222' });
  await addCall({ at: 544, outcome: 'abandoned', waitMs: 90_000, talkMs: null });
  await addCall({ at: 545, outcome: 'voicemail', waitMs: 60_000, talkMs: null });
  // 09:30: one, and calls that never came to a queue.
  await addCall({ at: 570, waitMs: 1000 });
  await addCall({ at: 571, outcome: 'abandoned', waitMs: null, talkMs: null });
  await addCall({ at: 572, outcome: 'self_service', waitMs: null, talkMs: null });
  await addCall({ at: 573, waitMs: null, direction: 'outbound' });
  // Began in the day before, waited in this one; and one of the next day.
  await addCall({ at: -0.01, waitMs: 2000 });
  await addCall({ at: 24 * 60 + 1 });
});
afterAll(() => world.close());

describe('the call report', () => {
  it('counts each call in the half hour in which it began to wait', async () => {
    const { rows } = await report('interval=30');
    expect(rows.map((row) => [row.from, row.tally.offered, row.tally.answered, row.tally.abandoned, row.tally.flowOut])).toEqual([
      [iso(0), 1, 1, 0, 0],
      [iso(540), 6, 3, 2, 1],
      [iso(570), 1, 1, 0, 0],
    ]);
    expect(rows[1]?.tally).toMatchObject({ answeredWithin: 2, abandonedWithin: 1, abandonedShort: 1, longestWaitMs: 90_000, talkMs: 240_000, answeredWaitMs: 43_001 });
    expect(rows[2]?.tally).toMatchObject({ ivrAbandoned: 1, selfService: 1, outbound: 1, outboundAnswered: 1 });
  });

  it('moves with its thresholds', async () => {
    const [strict, loose] = [await report('interval=total&thresholdMs=2999&shortMs=3999'), await report('interval=total&thresholdMs=90000&shortMs=4000')];
    expect(strict.total.tally).toMatchObject({ answeredWithin: 2, abandonedShort: 0 });
    expect(loose.total.tally).toMatchObject({ answeredWithin: 5, abandonedWithin: 2, abandonedShort: 1 });
    expect(loose.total.figures['SL1']).toBe(1);
  });

  it.each(['day', 'week', 'month', 'total'])('has one line for the %s, cut to the period', async (interval) => {
    const { rows } = await report(`interval=${interval}`);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ from: iso(0), to: iso(24 * 60), tally: { offered: 8 } });
  });

  it('tells queues and agents apart, and adds up to the same total', async () => {
    const plain = await report('interval=total');
    for (const group of ['queue', 'agent', 'number', 'wrapUp']) {
      const grouped = await report(`interval=total&groupBy=${group}`);
      expect(grouped.total).toEqual(plain.total);
    }
    const byQueue = await report('interval=total&groupBy=queue');
    expect(byQueue.rows.map((row) => [row.name, row.tally.offered])).toEqual([['サポート髙橋①', 8], ['', 0]].toSorted((a, b) => Number(a[0] === '') - Number(b[0] === '')));
  });

  it('knows who called again', async () => {
    expect((await report('interval=total')).repeats).toEqual({ calls: 2, repeated: 1, rate: 0.5 });
  });

  it('lists for every count exactly the calls it counted', async () => {
    const { total, rows } = await report('interval=total&groupBy=queue');
    for (const count of CALL_COUNTS) {
      const { body } = await sv.call('GET', `/reports/calls/behind?${range}&count=${count}&limit=200`);
      expect((body as unknown as { items: unknown[] }).items, count).toHaveLength(total.tally[count]);
      for (const row of rows) {
        const part = await sv.call('GET', `/reports/calls/behind?${range}&groupBy=queue&count=${count}&key=${row.key}&limit=200`);
        expect((part.body as unknown as { items: unknown[] }).items, `${count} of ${row.name}`).toHaveLength(row.tally[count]);
      }
    }
  });

  it('pages through the calls behind a figure, each once', async () => {
    const seen: string[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await sv.call('GET', `/reports/calls/behind?${range}&count=offered&limit=3${cursor}`);
      const page = body as unknown as { items: { id: string }[]; nextCursor: string | null };
      seen.push(...page.items.map(({ id }) => id));
      if (page.nextCursor === null) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    expect(seen).toHaveLength(8);
    expect(new Set(seen).size).toBe(8);
  });

  it.each([
    [`from=${iso(10)}&to=${iso(10)}`, 'the end is not later'],
    [`from=${iso(0)}&to=${iso(401 * 24 * 60)}`, 'too long'],
    [`from=${iso(0)}&to=${iso(300 * 24 * 60)}&interval=15`, 'too many intervals'],
    ['from=yesterday&to=today', 'no times'],
  ])('refuses %s (%s)', async (query) => {
    expect((await sv.call('GET', `/reports/calls?${query}`)).status).toBeGreaterThanOrEqual(400);
  });

  it('is not for agents', async () => {
    const csr = await world.logIn(people, 'csr1');
    for (const path of ['/reports/calls', '/reports/agents', '/reports/calls/export', '/reports/calls/behind', '/reports/agents/behind']) {
      expect((await csr.call('GET', `${path}?${range}&format=csv&count=offered&figure=offers`)).status, path).toBe(403);
    }
  });
});

describe('files', () => {
  const get = async (format: string) => sv.call('GET', `/reports/calls/export?${range}&interval=30&groupBy=queue&format=${format}`);

  it('CSV begins with a byte order mark and keeps every character', async () => {
    const { raw, headers } = await get('csv');
    expect(raw.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
    expect(raw.toString('utf8')).toContain('サポート髙橋①');
    expect(headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(headers['content-disposition']).toContain("filename*=UTF-8''");
  });

  it('CP932 holds 髙 and ①', async () => {
    const { raw } = await get('csv-cp932');
    expect(iconv.decode(raw, 'cp932')).toContain('サポート髙橋①');
    expect(new TextDecoder('shift_jis').decode(raw)).toContain('応答率');
  });

  it('XLSX has numbers as numbers', async () => {
    const { raw } = await get('xlsx');
    const [sheet] = await readXlsxFile(raw);
    const rows = (sheet?.data ?? []) as unknown[][];
    const head = rows.find((row) => row.includes('応答件数')) ?? [];
    const line = rows.find((row) => row[2] === 'サポート髙橋①' && row[0] === '2026-11-20 09:00:00') ?? [];
    expect(line[head.indexOf('応答件数')]).toBe(3);
    expect(line[head.indexOf('応答率 (%)')]).toBe(50);
  });

  it('is audited with what was asked for', async () => {
    const { body } = await sv.call('GET', '/audit?code=report.exported&limit=1');
    const [entry] = (body as unknown as { items: { detail: object }[] }).items;
    expect(entry?.detail).toMatchObject({ format: 'xlsx', groupBy: 'queue' });
  });
});

describe('agents', () => {
  const state = (minutes: number, presence: string, work = 'idle', callId: string | null = null) =>
    world.inTenant(people, (tx) =>
      tx.db.insertInto('agent_states').values({ tenant_id: tx.tenantId, id: newId(), user_id: people.csr, at: new Date(DAY + minutes * MINUTE), presence, work, call_id: callId }).execute(),
    );
  const offer = (minutes: number, callId: string) =>
    world.inTenant(people, (tx) =>
      tx.db
        .insertInto('routing_decisions')
        .values({ tenant_id: tx.tenantId, id: newId(), call_id: callId, queue_id: queue, at: new Date(DAY + minutes * MINUTE), rule: 'longestIdle', agent_id: people.csr, waited_ms: 0, considered: 1, required_skills: '{}', candidates: '[]' })
        .execute(),
    );

  beforeAll(async () => {
    const [taken, missed] = [newId(), newId()];
    await state(530, 'available');
    await offer(539, missed);
    await offer(539.9, taken);
    await state(540, 'available', 'talking', taken);
    await state(550, 'available', 'wrapUp');
    await state(560, 'break');
    await state(570, 'available');
    await state(600, 'offline');
  });

  it('their time is divided, with occupancy', async () => {
    const { status, body } = await sv.call('GET', `/reports/agents?${range}`);
    expect(status).toBe(200);
    const { rows, total } = body as unknown as AgentReport;
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      agentId: people.csr, offers: 2, taken: 1, notTaken: 1, firstLogin: iso(530), lastLogoff: iso(600),
      times: { talking: 10 * MINUTE, wrapUp: 10 * MINUTE, idle: 40 * MINUTE, break: 10 * MINUTE, away: 0 },
      figures: { loggedIn: 70 * MINUTE, occupancy: 20 / 60 },
    });
    expect(total.times.idle).toBe(40 * MINUTE);
  });

  it('the board of a past moment shows who did what', async () => {
    const board = (minutes: number) => sv.call('GET', `/reports/board-at?at=${iso(minutes)}`).then(({ body }) => body as unknown as PastBoard);
    const busy = await board(544.5);
    expect(busy.agents).toMatchObject([{ agentId: people.csr, state: 'talking', sinceMs: 4.5 * MINUTE }]);
    expect(busy.queues.find(({ queueId }) => queueId === queue)).toMatchObject({ waiting: 1, talking: 0, offered: 6, answered: 4, abandoned: 1 });
    expect(busy.calls).toMatchObject([{ state: 'waiting', queueName: 'サポート髙橋①' }]);
    expect((await board(565)).agents[0]?.state).toBe('break');
    expect((await sv.call('GET', `/reports/board-at?at=${iso(100 * 24 * 60)}`)).status).toBe(422);
  });
});
