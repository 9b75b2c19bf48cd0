import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../lib/ids.ts';
import { hashPassword } from '../modules/users/passwords.ts';
import { createUser } from '../modules/users/users.service.ts';
import { createWorld, TEST_PASSWORD, type TestClient, type TestPeople, type World } from './testing/world.ts';

let world: World;
let people: TestPeople;
let sv: TestClient;
let sv2: TestClient;
let csr: TestClient;
let sheetId: string;
let queueId: string;

beforeAll(async () => {
  world = await createWorld();
  people = await world.addTenant('acme', 'Acme');
  const passwordHash = await hashPassword(TEST_PASSWORD);
  const content = { name: 'User sv2', nameKana: 'ユーザー', department: '', email: 'sv2@example.com', employeeNumber: '' };
  queueId = newId();
  await world.inTenant(people, async (tx) => {
    await createUser(tx, { loginId: 'sv2', profileId: people.profiles.SV, passwordHash, content });
    await tx.db.insertInto('queues').values({ tenant_id: tx.tenantId, id: queueId, code: 'orders', name: '注文' }).execute();
  });
  sv = await world.logIn(people, 'sv1');
  sv2 = await world.logIn(people, 'sv2');
  csr = await world.logIn(people, 'csr1');
  sheetId = idOf((await sv.call('POST', '/score-sheets', { name: '標準シート', draft: SHEET })).body);
  await sv.call('POST', `/score-sheets/${sheetId}/publish`, {});
});
afterAll(() => world.close());

const idOf = (body: unknown): string => (body as { id: string }).id;
const items = <T = { id: string }>(body: unknown): T[] => (body as { items: T[] }).items;
const SHEET = {
  sections: [{ id: 'all', title: '応対', questions: [{ key: 'greet', text: '挨拶', guide: '', kind: 'scale', max: 4, weight: 1, naAllowed: true, fatal: false }] }],
  passMark: 75, fatalRule: 'zero', fatalCap: 0,
};
const scoring = (points: number | null, comment = '') => ({ answers: { greet: { points, na: false, comment, atMs: null } }, comment: '' });

async function addCall(agentId: string, parts: { queueId?: string } = {}): Promise<string> {
  const id = newId();
  const at = new Date(world.clock.wall());
  await world.inTenant(people, (tx) =>
    tx.db
      .insertInto('calls')
      .values({
        tenant_id: tx.tenantId, id, direction: 'inbound', channel: 'sip', started_at: at, ended_at: at, agent_id: agentId, queue_id: parts.queueId ?? null,
        sealed: tx.vault.seal({ table: 'calls', column: 'sealed', id }, {}),
      })
      .execute(),
  );
  return id;
}

const begin = async (part: object = {}) =>
  sv.call('POST', '/calibrations', { name: '11月の目線合わせ', callId: await addCall(people.csr), sheetId, participantIds: [sv.userId, sv2.userId], ...part });

describe('a calibration session', () => {
  it('keeps the scores of each from the others until it is closed', async () => {
    const id = idOf((await begin()).body);
    expect((await sv.call('PUT', `/calibrations/${id}/scores`, scoring(null))).body.code).toBe('scores_missing');
    expect((await sv.call('PUT', `/calibrations/${id}/scores`, scoring(4, '明るい'))).body).toMatchObject({ state: 'open', raters: [], own: scoring(4, '明るい') });
    const seen = await sv2.call('GET', `/calibrations/${id}`);
    expect(seen.body).toMatchObject({ own: null, raters: [], participants: expect.arrayContaining([{ userId: sv.userId, name: 'User sv1', submittedAt: expect.any(String) }]) });
    expect(seen.raw.toString()).not.toContain('明るい');
    expect((await sv.call('POST', `/calibrations/${id}/close`)).body.code).toBe('too_few_scores');
    await sv2.call('PUT', `/calibrations/${id}/scores`, scoring(2));
    await sv2.call('PUT', `/calibrations/${id}/scores`, scoring(1));
    const closed = await sv.call('POST', `/calibrations/${id}/close`);
    expect(closed.body).toMatchObject({ state: 'closed', raters: expect.arrayContaining([expect.objectContaining({ name: 'User sv1', ...scoring(4, '明るい') }), expect.objectContaining({ name: 'User sv2', ...scoring(1) })]) });
    expect((await sv2.call('PUT', `/calibrations/${id}/scores`, scoring(4))).body.code).toBe('calibration_closed');
    expect((await sv.call('POST', `/calibrations/${id}/cancel`)).body.code).toBe('calibration_closed');
    const rows = await world.inTenant(people, (tx) => tx.db.selectFrom('calibration_participants').select('sealed').where('calibration_id', '=', id).execute());
    for (const { sealed } of rows) expect(sealed?.toString('utf8')).not.toContain('明るい');
  });

  it('waits for its reference, who takes part in any case', async () => {
    const made = await begin({ participantIds: [sv.userId], referenceId: sv2.userId });
    expect((made.body as unknown as { participants: unknown[] }).participants).toHaveLength(2);
    const id = idOf(made.body);
    await sv.call('PUT', `/calibrations/${id}/scores`, scoring(4));
    expect((await sv.call('POST', `/calibrations/${id}/close`)).body.code).toBe('too_few_scores');
    await sv2.call('PUT', `/calibrations/${id}/scores`, scoring(3));
    expect((await sv.call('POST', `/calibrations/${id}/close`)).body).toMatchObject({ referenceId: sv2.userId, state: 'closed' });
  });

  it('takes evaluators only, and not the agent of the call', async () => {
    expect((await begin({ participantIds: [sv.userId, people.csr2] })).body).toMatchObject({ code: 'invalid', errors: [{ path: 'body.participantIds' }] });
    expect((await begin({ callId: await addCall(people.sv) })).body.code).toBe('own_call');
    expect((await begin({ callId: newId() })).body.code).toBe('invalid');
    const id = idOf((await begin({ participantIds: [sv2.userId] })).body);
    expect((await sv.call('PUT', `/calibrations/${id}/scores`, scoring(4))).body.code).toBe('not_invited');
    expect((await csr.call('GET', '/calibrations')).status).toBe(403);
    expect(items((await sv.call('GET', '/calibrations')).body)[0]).toMatchObject({ id, agentName: 'User csr1', sheetName: '標準シート' });
    await sv2.call('PUT', `/calibrations/${id}/scores`, scoring(4));
    expect((await sv.call('POST', `/calibrations/${id}/cancel`)).body).toMatchObject({ state: 'cancelled', raters: [] });
    const codes = new Set(items<{ code: string }>((await sv.call('GET', '/audit?limit=200')).body).map(({ code }) => code));
    for (const verb of ['opened', 'submitted', 'closed', 'cancelled']) expect(codes).toContain(`calibration.${verb}`);
  });
});

describe('averages', () => {
  const PERIOD = 'from=2026-11-01T15:00:00Z&to=2026-11-02T15:00:00Z';

  async function published(agentId: string, points: number, parts: { queueId?: string } = {}): Promise<string> {
    const id = idOf((await sv.call('POST', '/evaluations', { callId: await addCall(agentId, parts), sheetId })).body);
    await sv.call('PUT', `/evaluations/${id}`, scoring(points));
    await sv.call('POST', `/evaluations/${id}/publish`);
    return id;
  }

  it('count what is published, by agent, queue and sheet, and the list behind each number agrees', async () => {
    await published(people.csr, 4, { queueId });
    await published(people.csr, 3, { queueId });
    const appealed = await published(people.csr2, 1);
    await (await world.logIn(people, 'csr2')).call('POST', `/evaluations/${appealed}/appeal`, { reason: 'x' });
    const draft = await sv.call('POST', '/evaluations', { callId: await addCall(people.csr), sheetId });
    expect(draft.status).toBe(200);
    expect((await sv.call('GET', `/quality/averages?${PERIOD}`)).body).toMatchObject({
      rows: [
        { key: people.csr, name: 'User csr1', count: 2, percent: 87.5, passed: 2, fatal: 0, appealed: 0 },
        { key: people.csr2, name: 'User csr2', count: 1, percent: 25, passed: 0, appealed: 1 },
      ],
      total: { count: 3, percent: 66.67, passed: 2, fatal: 0, appealed: 1 },
    });
    expect((await sv.call('GET', `/quality/averages?${PERIOD}&groupBy=queue`)).body).toMatchObject({ rows: [{ key: queueId, name: '注文', count: 2 }, { key: null, name: '', count: 1 }] });
    expect((await sv.call('GET', `/quality/averages?${PERIOD}&groupBy=sheet&agentId=${people.csr}`)).body).toMatchObject({ rows: [{ name: '標準シート', count: 2 }] });
    const behind = async (query: string) => items((await sv.call('GET', `/evaluations?${PERIOD}&published=true&${query}`)).body).length;
    expect([await behind(`agentId=${people.csr}`), await behind(`queueId=${queueId}`), await behind('noQueue=true'), await behind('passed=true'), await behind('appealed=true')]).toEqual([2, 2, 1, 2, 1]);
  });

  it('leave as a file, which is audited', async () => {
    const file = await sv.call('GET', `/quality/averages/export?${PERIOD}&format=csv&lang=ja`);
    const lines = file.raw.toString('utf8').split('\r\n');
    expect(lines).toEqual(expect.arrayContaining(['オペレーター,評価件数,平均点 (%),合格件数,合格率 (%),致命的項目の該当件数,異議申立て件数', 'User csr1,2,87.5,2,100,0,0', '合計,3,66.67,2,66.67,0,1']));
    expect(items((await sv.call('GET', '/audit?code=report.exported')).body)).toMatchObject([{ detail: { format: 'csv', groupBy: 'agent' } }]);
    expect((await csr.call('GET', `/quality/averages?${PERIOD}`)).status).toBe(403);
    expect((await sv.call('GET', '/quality/averages?from=2026-01-05T00:00:00Z&to=2026-01-04T00:00:00Z')).body.code).toBe('invalid');
  });
});
