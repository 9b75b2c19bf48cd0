import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentReport, AgentReportPart } from '../../../shared/api/reports.ts';
import { AGENT_FIGURES, AGENT_METRICS, OFFER_FIGURES, type AgentFigure } from '../../../shared/metrics/agent-time.ts';
import { createWorld, type TestClient, type TestPeople, type World } from '../../http/testing/world.ts';
import { newId } from '../../lib/ids.ts';

let world: World;
let people: TestPeople;
let sv: TestClient;
let queue: string;
let lastCall: string;

/** Midnight of a Friday in Japan. */
const DAY = Date.UTC(2026, 10, 19, 15);
const MINUTE = 60_000;
/** The clock of the tests stands in the middle of the period. */
const NOW = DAY + 700 * MINUTE;
const at = (minutes: number): Date => new Date(DAY + minutes * MINUTE);
const range = `from=${at(0).toISOString()}&to=${at(24 * 60).toISOString()}`;

const state = (userId: string, minutes: number, presence: string, work = 'idle', more: { callId?: string; problems?: string[] } = {}) =>
  world.inTenant(people, (tx) =>
    tx.db.insertInto('agent_states').values({ tenant_id: tx.tenantId, id: newId(), user_id: userId, at: at(minutes), presence, work, call_id: more.callId ?? null, problems: more.problems ?? [] }).execute(),
  );

const offer = (agentId: string, minutes: number, callId: string) =>
  world.inTenant(people, (tx) =>
    tx.db
      .insertInto('routing_decisions')
      .values({ tenant_id: tx.tenantId, id: newId(), call_id: callId, queue_id: queue, at: at(minutes), rule: 'longestIdle', agent_id: agentId, waited_ms: 0, considered: 1, required_skills: '{}', candidates: '[]' })
      .execute(),
  );

async function addCall(minutes: number, agentId: string): Promise<string> {
  const id = newId();
  const sealed = { callerNumber: '0311112222', callerName: '', withheldReason: null, dialledNumber: '', note: '' };
  await world.inTenant(people, (tx) =>
    tx.db
      .insertInto('calls')
      .values({ tenant_id: tx.tenantId, id, direction: 'inbound', channel: 'sip', outcome: 'answered', queue_id: queue, agent_id: agentId, started_at: at(minutes), sealed: tx.vault.seal({ table: 'calls', column: 'sealed', id }, sealed) })
      .execute(),
  );
  return id;
}

async function read<Body>(path: string): Promise<Body> {
  const { status, body } = await sv.call('GET', path);
  expect(status, JSON.stringify(body)).toBe(200);
  return body as unknown as Body;
}

async function partsOf(figure: AgentFigure, query: string, limit = 3): Promise<AgentReportPart[]> {
  const parts: AgentReportPart[] = [];
  for (let cursor = ''; ; ) {
    const page = await read<{ items: AgentReportPart[]; nextCursor: string | null }>(`/reports/agents/behind?${range}&figure=${figure}&limit=${limit}${query}${cursor}`);
    parts.push(...page.items);
    if (page.nextCursor === null) return parts;
    cursor = `&cursor=${page.nextCursor}`;
  }
}

/** A caller rings at csr twice before she takes the call, who gives it to sv; a second one hangs up; a third is talked to on a break, beside the first. */
async function addDay(): Promise<void> {
  const { csr, sv: other } = people;
  await state(csr, -60, 'available');
  const [first, second] = [await addCall(100, other), await addCall(130, csr)];
  lastCall = second;
  await offer(csr, -5, first);
  for (const minutes of [100, 101]) {
    await offer(csr, minutes, first);
    await state(csr, minutes, 'available', 'offered', { callId: first });
  }
  await state(csr, 101.5, 'available', 'talking', { callId: first });
  await offer(csr, 103, second);
  await state(csr, 103.25, 'break', 'talking', { callId: second });
  await state(csr, 105, 'break', 'wrapUp', { callId: second });
  await state(csr, 107, 'break');
  await state(csr, 110, 'available', 'idle', { problems: ['microphone'] });
  await state(csr, 111, 'available', 'idle', { problems: ['microphone', 'network'] });
  await state(csr, 120, 'away');
  await state(csr, 120, 'offline');
  const gone = await addCall(200, csr);
  await offer(csr, 200, gone);
  // Given to somebody without an offer; then an offer that is taken after midnight, of a call that is not recorded yet.
  await state(other, 102, 'available', 'talking', { callId: first });
  await state(other, 104, 'available');
  const late = newId();
  await offer(other, 24 * 60 - 0.1, late);
  await state(other, 24 * 60 + 0.1, 'available', 'talking', { callId: late });
}

beforeAll(async () => {
  world = await createWorld();
  people = await world.addTenant('acme', 'Acme');
  world.clock.advance(NOW - world.clock.wall());
  sv = await world.logIn(people, 'sv1');
  queue = newId();
  await world.inTenant(people, (tx) => tx.db.insertInto('queues').values({ tenant_id: tx.tenantId, id: queue, code: 'support', name: 'サポート' }).execute());
  await addDay();
});
afterAll(() => world.close());

describe('what is behind the agents’ report', () => {
  it('tells which offers were taken, whoever had the call at its end', async () => {
    const { rows, total } = await read<AgentReport>(`/reports/agents?${range}`);
    const counts = (agentId: string) => rows.filter((row) => row.agentId === agentId).map(({ offers, taken, notTaken }) => [offers, taken, notTaken]);
    expect(counts(people.csr)).toEqual([[4, 2, 2]]);
    expect(counts(people.sv)).toEqual([[1, 1, 0]]);
    expect([total.offers, total.taken, total.notTaken]).toEqual([5, 3, 2]);
  });

  it.each(OFFER_FIGURES)('%s: as many as the number says, for each agent and for all', async (figure) => {
    const { rows, total } = await read<AgentReport>(`/reports/agents?${range}`);
    for (const row of rows) {
      const parts = await partsOf(figure, `&agentId=${row.agentId}`);
      expect(parts).toHaveLength(row[figure]);
      expect(parts.every((part) => part.agentId === row.agentId && part.ms === null && (figure === 'offers' || part.kind === figure))).toBe(true);
    }
    const all = await partsOf(figure, '');
    expect(all).toHaveLength(total[figure]);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  });

  it.each(AGENT_METRICS.map((metric) => [metric.id, metric] as const))('%s: stretches as long as the number says, for each agent and for all', async (figure, { behind }) => {
    const { rows, total } = await read<AgentReport>(`/reports/agents?${range}`);
    const sum = (parts: readonly AgentReportPart[]): number => parts.reduce((ms, part) => ms + (part.ms ?? Number.NaN), 0);
    for (const { agentId, times } of [...rows, { agentId: '', times: total.times }]) {
      const parts = await partsOf(figure, agentId === '' ? '' : `&agentId=${agentId}`);
      const expected = behind.reduce((ms, kind) => ms + times[kind], 0);
      expect(sum(parts), agentId).toBe(expected);
      expect(parts.map((part) => part.at)).toEqual(parts.map((part) => part.at).toSorted().toReversed());
    }
    expect(total.times.unhealthy).toBe(10 * MINUTE);
  });

  it('leads to the call of each stretch, cut to the period and to now', async () => {
    expect(await partsOf('wrapUp', '')).toMatchObject([{ agentName: expect.any(String) as string, at: at(105).toISOString(), kind: 'wrapUp', ms: 2 * MINUTE, call: { id: lastCall, callerNumber: '0311112222', queueName: 'サポート' } }]);
    const idle = await partsOf('idle', `&agentId=${people.csr}`);
    expect(idle).toMatchObject([{ at: at(0).toISOString(), ms: 100 * MINUTE, call: null }]);
    const [newest] = await partsOf('loggedIn', `&agentId=${people.sv}`);
    expect(newest).toMatchObject({ at: at(104).toISOString(), ms: (700 - 104) * MINUTE });
  });

  it.each([
    ['figure=offline', 400],
    ['figure=offers&agentId=x', 400],
    ['figure=offers&cursor=x', 400],
  ])('refuses %s', async (query, status) => {
    expect((await sv.call('GET', `/reports/agents/behind?${range}&${query}`)).status).toBe(status);
  });

  it('refuses periods that the report refuses', async () => {
    for (const figure of AGENT_FIGURES) {
      expect((await sv.call('GET', `/reports/agents/behind?from=${at(0).toISOString()}&to=${at(63 * 24 * 60).toISOString()}&figure=${figure}`)).status).toBe(422);
    }
  });
});
