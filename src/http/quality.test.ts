import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../lib/ids.ts';
import { newRecordingSeal } from '../modules/recordings/recording-place.ts';
import { createWorld, type TestClient, type TestPeople, type World } from './testing/world.ts';

let world: World;
let people: TestPeople;
let sv: TestClient;
let csr: TestClient;
let csr2: TestClient;
let sheetId: string;

beforeAll(async () => {
  world = await createWorld();
  people = await world.addTenant('acme', 'Acme');
  sv = await world.logIn(people, 'sv1');
  csr = await world.logIn(people, 'csr1');
  csr2 = await world.logIn(people, 'csr2');
  sheetId = await publishedSheet('標準シート');
});
afterAll(() => world.close());

const idOf = (body: unknown): string => (body as { id: string }).id;
const items = <T = { id: string }>(body: unknown): T[] => (body as { items: T[] }).items;
const question = (key: string, part: object = {}) => ({ key, text: `設問 ${key}`, guide: '', kind: 'scale', max: 5, weight: 1, naAllowed: true, fatal: false, ...part });
const SHEET = {
  sections: [
    { id: 'opening', title: 'オープニング', questions: [question('greet', { weight: 2 })] },
    { id: 'security', title: '本人確認', questions: [question('verify', { kind: 'yesNo', max: 1, naAllowed: false, fatal: true })] },
  ],
  passMark: 80, fatalRule: 'zero', fatalCap: 0,
};
const answer = (points: number | null, part: object = {}) => ({ points, na: false, comment: '', atMs: null, ...part });
const scoring = (greet: number, verify: number | null) => ({ answers: { greet: answer(greet, { comment: '明るい挨拶', atMs: 1200 }), verify: answer(verify) }, comment: '全体に良い' });

async function publishedSheet(name: string): Promise<string> {
  const id = idOf((await sv.call('POST', '/score-sheets', { name, draft: SHEET })).body);
  await sv.call('POST', `/score-sheets/${id}/publish`, {});
  return id;
}

async function addCall(agentId: string, parts: { recorded?: boolean; talkMs?: number } = {}): Promise<string> {
  const id = newId();
  const at = new Date(world.clock.wall());
  await world.inTenant(people, async (tx) => {
    const row = { tenant_id: tx.tenantId, id, direction: 'inbound', channel: 'sip', started_at: at, ended_at: at, agent_id: agentId, talk_ms: parts.talkMs ?? 60_000 };
    await tx.db.insertInto('calls').values({ ...row, sealed: tx.vault.seal({ table: 'calls', column: 'sealed', id }, {}) }).execute();
    if (parts.recorded === false) return;
    const recording = newId();
    const { file } = newRecordingSeal(tx.vault, tx.tenantId, recording);
    await tx.db
      .insertInto('recordings')
      .values({ tenant_id: tx.tenantId, id: recording, call_id: id, status: 'complete', object_path: file.objectPath, key_version: file.keyVersion, wrapped_key: Buffer.from(file.wrappedKey, 'base64') })
      .execute();
  });
  return id;
}

async function evaluation(agentId: string, scores = scoring(5, 1)): Promise<string> {
  const id = idOf((await sv.call('POST', '/evaluations', { callId: await addCall(agentId), sheetId })).body);
  await sv.call('PUT', `/evaluations/${id}`, scores);
  return id;
}

async function published(agentId: string, scores = scoring(5, 1)): Promise<string> {
  const id = await evaluation(agentId, scores);
  expect((await sv.call('POST', `/evaluations/${id}/publish`)).status).toBe(200);
  return id;
}

describe('score sheets', () => {
  it('are published without faults only, version after version, and retired', async () => {
    expect((await csr.call('GET', '/score-sheets')).status).toBe(403);
    const broken = { ...SHEET, sections: [{ id: 'a', title: '空', questions: [] }] };
    const id = idOf((await sv.call('POST', '/score-sheets', { name: '試作', draft: broken })).body);
    expect((await sv.call('POST', '/score-sheets', { name: '試作', draft: SHEET })).body.code).toBe('duplicate');
    expect((await sv.call('POST', `/score-sheets/${id}/publish`, {})).body).toMatchObject({ code: 'invalid', errors: [{ path: 'draft.a', message: 'empty_section' }, { path: 'draft', message: 'no_weight' }] });
    const callId = await addCall(people.csr);
    expect((await sv.call('POST', '/evaluations', { callId, sheetId: id })).status).toBe(422);
    await sv.call('PATCH', `/score-sheets/${id}`, { draft: SHEET });
    expect((await sv.call('POST', `/score-sheets/${id}/publish`, { comment: '初版' })).body).toMatchObject({ version: 1, versions: [{ version: 1, comment: '初版' }] });
    expect((await sv.call('PATCH', `/score-sheets/${id}`, { active: false })).body).toMatchObject({ active: false });
    expect((await sv.call('POST', '/evaluations', { callId, sheetId: id })).status).toBe(422);
  });

  it('leave an evaluation with the version it began with', async () => {
    const id = await publishedSheet('版の試験');
    const made = await sv.call('POST', '/evaluations', { callId: await addCall(people.csr), sheetId: id });
    await sv.call('PATCH', `/score-sheets/${id}`, { draft: { ...SHEET, passMark: 10 } });
    await sv.call('POST', `/score-sheets/${id}/publish`, {});
    expect((await sv.call('GET', `/evaluations/${idOf(made.body)}`)).body).toMatchObject({ sheetVersion: 1, definition: { passMark: 80 } });
  });
});

describe('an evaluation', () => {
  it('is scored, kept as a draft that its agent does not see, and published when nothing is missing', async () => {
    const callId = await addCall(people.csr);
    const made = await sv.call('POST', '/evaluations', { callId, sheetId });
    const id = idOf(made.body);
    expect(made.body).toMatchObject({ state: 'draft', percent: null, agentName: 'User csr1', evaluatorName: 'User sv1', recordings: [{ status: 'complete' }] });
    expect((await sv.call('POST', '/evaluations', { callId, sheetId })).body.code).toBe('already_evaluated');
    expect((await sv.call('PUT', `/evaluations/${id}`, scoring(6, 1))).body).toMatchObject({ code: 'invalid', errors: [{ path: 'body.answers.greet', message: 'too_many_points' }] });
    expect((await sv.call('PUT', `/evaluations/${id}`, scoring(4, null))).body).toMatchObject({ percent: 80, passed: true });
    expect((await sv.call('POST', `/evaluations/${id}/publish`)).body.code).toBe('scores_missing');
    expect((await csr.call('GET', `/evaluations/${id}`)).status).toBe(404);
    await sv.call('PUT', `/evaluations/${id}`, scoring(4, 1));
    expect((await sv.call('POST', `/evaluations/${id}/publish`)).body).toMatchObject({ state: 'published', percent: 86.67, passed: true, fatal: false, revisions: [{ revision: 1, percent: 86.67 }] });
    expect((await csr.call('GET', `/evaluations/${id}`)).body).toMatchObject({ answers: { greet: { comment: '明るい挨拶', atMs: 1200 } }, comment: '全体に良い' });
    expect((await csr2.call('GET', `/evaluations/${id}`)).status).toBe(404);
    expect((await sv.call('PUT', `/evaluations/${id}`, scoring(1, 1))).body.code).toBe('evaluation_moved_on');
    const rows = await world.inTenant(people, (tx) => tx.db.selectFrom('evaluations').select('sealed').where('id', '=', id).execute());
    expect(rows[0]?.sealed.toString('utf8')).not.toContain('挨拶');
  });

  it('is 0 after a failed fatal item', async () => {
    const id = await published(people.csr, scoring(5, 0));
    expect((await sv.call('GET', `/evaluations/${id}`)).body).toMatchObject({ percent: 0, passed: false, fatal: true });
    expect(items((await sv.call('GET', '/evaluations?fatal=true')).body)).toMatchObject([{ id }]);
  });

  it('is not made of an own call, nor of a call without an agent, nor by a program', async () => {
    expect((await sv.call('POST', '/evaluations', { callId: await addCall(people.sv), sheetId })).body.code).toBe('own_call');
    expect((await sv.call('POST', '/evaluations', { callId: newId(), sheetId })).body.code).toBe('invalid');
    expect((await csr.call('POST', '/evaluations', { callId: await addCall(people.csr), sheetId })).status).toBe(403);
  });

  it('is taken back or removed before the agent has answered', async () => {
    const id = await published(people.csr);
    expect((await sv.call('POST', `/evaluations/${id}/retract`)).body).toMatchObject({ state: 'draft' });
    expect((await csr.call('GET', `/evaluations/${id}`)).status).toBe(404);
    expect((await sv.call('DELETE', `/evaluations/${id}`)).body.code).toBe('evaluation_moved_on');
    expect((await sv.call('POST', `/evaluations/${id}/publish`)).body).toMatchObject({ revisions: [{ revision: 1 }, { revision: 2 }] });
    const draft = await evaluation(people.csr);
    expect((await sv.call('DELETE', `/evaluations/${draft}`)).status).toBe(204);
    expect((await sv.call('GET', `/evaluations/${draft}`)).status).toBe(404);
  });

  it('is listed by agent, state and result; an agent lists the own ones', async () => {
    const id = await published(people.csr2, scoring(1, 1));
    const draft = await evaluation(people.csr2);
    expect(items((await sv.call('GET', `/evaluations?agentId=${people.csr2}`)).body).map((each) => each.id)).toEqual([draft, id]);
    expect(items((await sv.call('GET', `/evaluations?agentId=${people.csr2}&published=true&passed=false`)).body)).toMatchObject([{ id, percent: 46.67 }]);
    expect(items((await csr2.call('GET', '/evaluations')).body)).toMatchObject([{ id }]);
    expect(items((await csr.call('GET', `/evaluations?agentId=${people.csr2}`)).body)).toEqual([]);
  });
});

describe('an appeal', () => {
  it('is made by the agent once, and answered with the scores as they are', async () => {
    const id = await published(people.csr, scoring(2, 1));
    expect((await sv.call('POST', `/evaluations/${id}/appeal`, { reason: 'x' })).body.code).toBe('not_your_call');
    expect((await csr2.call('POST', `/evaluations/${id}/acknowledge`)).status).toBe(404);
    expect((await csr.call('POST', `/evaluations/${id}/appeal`, { reason: '挨拶は行いました' })).body).toMatchObject({ state: 'appealed', appeal: { reason: '挨拶は行いました', answer: '' } });
    expect((await csr.call('POST', `/evaluations/${id}/appeal`, { reason: 'again' })).body.code).toBe('evaluation_moved_on');
    expect((await sv.call('POST', `/evaluations/${id}/retract`)).body.code).toBe('evaluation_moved_on');
    expect((await csr.call('POST', `/evaluations/${id}/uphold`, { answer: 'x' })).status).toBe(403);
    expect((await sv.call('POST', `/evaluations/${id}/uphold`, { answer: '録音を再確認しました' })).body).toMatchObject({
      state: 'upheld', percent: 60, appeal: { answer: '録音を再確認しました', answeredBy: `user:${people.sv}` }, revisions: [{ revision: 1 }],
    });
  });

  it('is answered with new scores, and the earlier ones are kept', async () => {
    const id = await published(people.csr, scoring(2, 1));
    await csr.call('POST', `/evaluations/${id}/appeal`, { reason: '挨拶は行いました' });
    expect((await sv.call('POST', `/evaluations/${id}/revise`, { answer: 'x', ...scoring(4, null) })).body.code).toBe('scores_missing');
    expect((await sv.call('POST', `/evaluations/${id}/revise`, { answer: 'ご指摘のとおりです', ...scoring(4, 1) })).body).toMatchObject({ state: 'revised', percent: 86.67 });
    expect((await csr.call('GET', `/evaluations/${id}`)).body).toMatchObject({
      percent: 86.67, revisions: [{ revision: 1, percent: 60, answers: { greet: { points: 2 } } }, { revision: 2, percent: 86.67, answers: { greet: { points: 4 } } }],
    });
    expect((await csr.call('POST', `/evaluations/${id}/acknowledge`)).body.code).toBe('evaluation_moved_on');
  });

  it('is over once the evaluation is acknowledged; every step is in the audit log', async () => {
    const id = await published(people.csr);
    expect((await csr.call('POST', `/evaluations/${id}/acknowledge`)).body).toMatchObject({ state: 'acknowledged' });
    expect((await csr.call('POST', `/evaluations/${id}/appeal`, { reason: 'x' })).body.code).toBe('evaluation_moved_on');
    const codes = new Set(items<{ code: string }>((await sv.call('GET', '/audit?limit=200')).body).map(({ code }) => code));
    for (const verb of ['started', 'saved', 'removed', 'published', 'retracted', 'acknowledged', 'appealed', 'upheld', 'revised']) expect(codes).toContain(`evaluation.${verb}`);
  });

  it('is told to its agent and unread until opened, and again once an appeal is answered', async () => {
    const told: { userId: string; what: string }[] = [];
    const off = world.events.on('evaluationTold', ({ tenantId, userId, what }) => told.push({ userId, what: tenantId === people.tenantId ? what : 'elsewhere' }));
    const unread = async (client = csr2) => ((await client.call('GET', '/quality/unread')).body as unknown as { count: number }).count;
    const before = await unread();
    const id = await evaluation(people.csr2);
    expect([await unread(), told]).toEqual([before, []]);
    await sv.call('POST', `/evaluations/${id}/publish`);
    expect([await unread(), told]).toEqual([before + 1, [{ userId: people.csr2, what: 'published' }]]);
    expect(items((await csr2.call('GET', '/evaluations?unread=true')).body).map((one) => one.id)).toContain(id);
    // Somebody else's look is not the agent's.
    expect((await sv.call('GET', `/evaluations/${id}`)).body).toMatchObject({ unread: true });
    expect((await sv.call('POST', `/evaluations/${id}/seen`)).body.code).toBe('not_your_call');
    expect((await csr.call('POST', `/evaluations/${id}/seen`)).status).toBe(404);
    expect((await csr2.call('POST', `/evaluations/${id}/seen`)).body).toMatchObject({ unread: false });
    expect((await csr2.call('POST', `/evaluations/${id}/seen`)).status).toBe(200);
    expect(await unread()).toBe(before);
    await csr2.call('POST', `/evaluations/${id}/appeal`, { reason: '違います' });
    expect(await unread()).toBe(before);
    await sv.call('POST', `/evaluations/${id}/uphold`, { answer: 'このままです' });
    expect([await unread(), told.at(-1)]).toEqual([before + 1, { userId: people.csr2, what: 'answered' }]);
    await csr2.call('POST', `/evaluations/${id}/seen`);
    expect(await unread()).toBe(before);
    const { body } = await sv.call('GET', '/audit?limit=30');
    expect(items<{ code: string }>(body).filter(({ code }) => code === 'evaluation.seen')).toHaveLength(2);
    off();
  });
});

describe('samples', () => {
  it('are recorded calls of the agent that nobody has evaluated, long and young enough, none twice', async () => {
    const fresh = await Promise.all(Array.from({ length: 6 }, () => addCall(people.csr2)));
    await addCall(people.csr2, { recorded: false });
    await addCall(people.csr2, { talkMs: 5000 });
    const path = `/quality/samples?agentId=${people.csr2}&minSeconds=30`;
    const five = items((await sv.call('GET', `${path}&count=5`)).body).map(({ id }) => id);
    expect(new Set(five).size).toBe(5);
    const all = items((await sv.call('GET', `${path}&count=50`)).body).map(({ id }) => id);
    expect(all.toSorted()).toEqual(fresh.toSorted());
    await sv.call('POST', '/evaluations', { callId: fresh[0] ?? '', sheetId });
    expect(items((await sv.call('GET', `${path}&count=50`)).body).map(({ id }) => id)).not.toContain(fresh[0]);
    await addCall(people.sv);
    expect(items((await sv.call('GET', `/quality/samples?agentId=${people.sv}`)).body)).toEqual([]);
    world.clock.advance(40 * 86_400_000);
    const later = await world.logIn(people, 'sv1');
    expect(items((await later.call('GET', `${path}&count=50`)).body)).toEqual([]);
  });
});
