import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newId } from '../lib/ids.ts';
import { expireSipTraces, SIP_TRACE_KEPT_MS, storeSipTrace } from '../modules/calls/sip-trace.service.ts';
import { matchCaller } from '../modules/customers/caller-match.ts';
import { createWorld, type TestClient, type TestPeople, type World } from './testing/world.ts';

let world: World;
let isStorageFull = false;
let people: TestPeople;
let csr: TestClient;
let sv: TestClient;

beforeAll(async () => {
  world = await createWorld({ isStorageFull: () => isStorageFull });
  people = await world.addTenant('acme', 'Acme');
  csr = await world.logIn(people, 'csr1');
  sv = await world.logIn(people, 'sv1');
});
afterAll(() => world.close());

type Named = { id: string; familyName: string };
const items = <T>(body: object): T[] => (body as { items: T[] }).items;
const search = async (q: string): Promise<string[]> => items<Named>((await csr.call('GET', `/customers?q=${encodeURIComponent(q)}`)).body).map((found) => found.familyName);
const idOf = (body: object): string => (body as { id: string }).id;

describe('customers', () => {
  it('keeps what was typed and shows who and when', async () => {
    const given = {
      familyName: '髙橋',
      givenName: '花子',
      familyNameKana: 'タカハシ',
      givenNameKana: 'ハナコ',
      phones: ['０９０－１２３４－５６７８', '(03) 1234-9999'],
      emails: ['Hanako@Example.com'],
      note: '朝は出ない\n午後に',
      labels: ['VIP'],
      custom: { 契約番号: 'A-1' },
    };
    const { status, body } = await csr.call('POST', '/customers', given);
    expect(status).toBe(200);
    expect(body).toMatchObject({ ...given, companyId: null, companyName: '', createdBy: `user:${people.csr}`, updatedBy: `user:${people.csr}` });
    expect((await csr.call('GET', `/customers/${idOf(body)}`)).body).toEqual(body);
    const { rows } = await world.db.ownerClient.query<{ text: string }>('select sealed::text as text from customers');
    expect(rows.every((row) => !row.text.includes(Buffer.from('花子').toString('hex')))).toBe(true);
  });

  it.each(['髙橋', '高橋', 'たかはし', 'ﾀｶﾊｼ ﾊﾅｺ', '橋', 'は', '09012345678', '+81-90-1234-5678', '5678', '090-1234', '2345', '+8190123', '０３１２３４９９９９', 'hanako@example.com'])('is found by %s', async (q) => {
    expect(await search(q)).toContain('髙橋');
  });

  it.each(['山田', '橋高', '1111', 'nobody@example.com', '・', '%', "'; drop table customers; --"])('is not found by %s', async (q) => {
    expect(await search(q)).not.toContain('髙橋');
  });

  it('is found by new values and not by old ones after a change, which is audited with both', async () => {
    const { body } = await csr.call('POST', '/customers', { familyName: '渡辺', phones: ['06-1111-2222'] });
    const changed = await csr.call('PATCH', `/customers/${idOf(body)}`, { familyName: '鈴木', phones: [] });
    expect(changed.body).toMatchObject({ familyName: '鈴木', phones: [] });
    expect(await search('渡辺')).toEqual([]);
    expect(await search('0611112222')).toEqual([]);
    expect(await search('鈴木')).toEqual(['鈴木']);
    const audit = items<{ detail: unknown }>((await sv.call('GET', `/audit?code=customer.updated&subjectId=${idOf(body)}`)).body);
    expect(audit[0]?.detail).toEqual({ before: { familyName: '渡辺', phones: ['06-1111-2222'] }, after: { familyName: '鈴木', phones: [] } });
    expect((await csr.call('PATCH', `/customers/${idOf(body)}`, { familyName: '' })).body).toMatchObject({ code: 'invalid' });
  });

  it('pages through a list and through a search, each item once', async () => {
    for (let count = 0; count < 25; count++) await csr.call('POST', '/customers', { familyName: `頁${count}`, givenName: '太郎' });
    for (const query of ['', 'q=太郎&']) {
      const seen: string[] = [];
      let cursor = '';
      do {
        const { body } = await csr.call('GET', `/customers?${encodeURI(query)}limit=7${cursor}`);
        seen.push(...items<Named>(body).map((found) => found.id));
        const next = (body as unknown as { nextCursor: string | null }).nextCursor;
        cursor = next ? `&cursor=${next}` : '';
      } while (cursor !== '');
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.length).toBeGreaterThanOrEqual(25);
      expect(seen).toEqual(seen.toSorted());
    }
  });

  it('drops false positives of the grams', async () => {
    await csr.call('POST', '/customers', { familyName: '東京京都', givenName: '' });
    expect(await search('京京')).toContain('東京京都');
    await csr.call('POST', '/customers', { familyName: '山川', givenName: '川山' });
    expect(await search('川山川')).toEqual([]);
  });

  it('takes only a company of the tenant, and is found by its name, also after it changed', async () => {
    const company = await csr.call('POST', '/companies', { name: '東京サーバー株式会社', phones: ['03-5555-0000'] });
    const customer = await csr.call('POST', '/customers', { familyName: '社員', companyId: idOf(company.body) });
    expect(customer.body).toMatchObject({ companyName: '東京サーバー株式会社' });
    expect(await search('東京サーバ')).toContain('社員');
    await csr.call('PATCH', `/companies/${idOf(company.body)}`, { name: '大阪サーバー株式会社' });
    expect(await search('東京サーバ')).toEqual([]);
    expect(await search('大阪サーバー')).toEqual(['社員']);
    expect(items(await csr.call('GET', '/companies?q=0355550000').then(({ body }) => body))).toHaveLength(1);
    expect((await csr.call('POST', '/customers', { familyName: 'x', companyId: newId() })).body).toMatchObject({ code: 'invalid', errors: [{ path: 'body.companyId' }] });
  });
});

describe('cases and notes', () => {
  it('counts cases from one, closes and opens them', async () => {
    const customer = idOf((await csr.call('POST', '/customers', { familyName: '案件' })).body);
    const first = await csr.call('POST', '/cases', { customerId: customer, subject: '請求書' });
    expect(first.body).toMatchObject({ subject: '請求書', status: 'open', ownerId: people.csr, ownerName: 'User csr1', customerName: '案件' });
    const numbers = await Promise.all(Array.from({ length: 5 }, () => csr.call('POST', '/cases', { customerId: customer, subject: 'x' })));
    const all = [first, ...numbers].map(({ body }) => (body as unknown as { number: number }).number);
    expect(all.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6].map((add) => (all[0] ?? 0) + add - 1));
    const closed = await csr.call('PATCH', `/cases/${idOf(first.body)}`, { status: 'closed' });
    expect((closed.body as unknown as { closedAt: string }).closedAt).not.toBeNull();
    expect((await csr.call('PATCH', `/cases/${idOf(first.body)}`, { status: 'open' })).body).toMatchObject({ closedAt: null });
    expect(items((await csr.call('GET', `/cases?customerId=${customer}&status=open&limit=3`)).body)).toHaveLength(3);
    expect((await csr.call('POST', '/cases', { customerId: newId(), subject: 'x' })).body).toMatchObject({ code: 'invalid' });
  });

  it('puts notes on the timeline of the right customer only', async () => {
    const customer = idOf((await csr.call('POST', '/customers', { familyName: '履歴' })).body);
    const other = idOf((await csr.call('POST', '/customers', { familyName: '別人' })).body);
    const case_ = idOf((await csr.call('POST', '/cases', { customerId: other, subject: 'x' })).body);
    await csr.call('POST', '/activities', { customerId: customer, text: '一つ目' });
    world.clock.advance(1000);
    await csr.call('POST', '/activities', { customerId: customer, text: '二つ目' });
    expect((await csr.call('POST', '/activities', { customerId: customer, caseId: case_, text: 'x' })).body).toMatchObject({ code: 'invalid', errors: [{ path: 'body.caseId' }] });
    const timeline = items<{ text: string; author: string }>((await csr.call('GET', `/customers/${customer}/timeline`)).body);
    expect(timeline.map((entry) => [entry.text, entry.author])).toEqual([['二つ目', 'User csr1'], ['一つ目', 'User csr1']]);
  });
});

describe('calls', () => {
  const addCall = (values: { agentId: string | null; customerId?: string; at?: number; ended?: boolean }): Promise<string> =>
    world.inTenant(people, async (tx) => {
      const id = newId();
      const started = new Date(values.at ?? world.clock.wall());
      const sealed = tx.vault.seal({ table: 'calls', column: 'sealed', id }, { callerNumber: '090-1234-5678', callerName: '', withheldReason: null, dialledNumber: '0312340001', note: '' });
      await tx.db
        .insertInto('calls')
        .values({
          tenant_id: tx.tenantId, id, direction: 'inbound', channel: 'sip', sealed, started_at: started,
          agent_id: values.agentId, customer_id: values.customerId ?? null, ended_at: values.ended === false ? null : started, outcome: 'answered', talk_ms: 61_000,
        })
        .execute();
      return id;
    });

  it('shows the SIP messages of a call to who may see all calls', async () => {
    const call = await addCall({ agentId: people.csr });
    expect((await sv.call('GET', `/calls/${call}/sip`)).body).toEqual({ kept: false, messages: [] });
    const message = { at: new Date(0).toISOString(), direction: 'in' as const, transport: 'udp', peer: '192.0.2.7:5060', sipCallId: 'a', text: 'INVITE' };
    await world.inTenant(people, async (tx) => {
      await storeSipTrace(tx, call, [message]);
      await expireSipTraces(tx, Date.now());
    });
    expect((await sv.call('GET', `/calls/${call}/sip`)).body).toEqual({ kept: true, messages: [message] });
    expect((await csr.call('GET', `/calls/${call}/sip`)).status).toBe(403);
    expect((await sv.call('GET', `/calls/${newId()}/sip`)).status).toBe(404);
    await world.inTenant(people, (tx) => expireSipTraces(tx, Date.now() + SIP_TRACE_KEPT_MS + 60_000));
    expect((await sv.call('GET', `/calls/${call}/sip`)).body).toEqual({ kept: false, messages: [] });
  });

  it('shows an agent the own calls only, a supervisor all', async () => {
    const own = await addCall({ agentId: people.csr });
    const others = await addCall({ agentId: people.csr2 });
    const ids = async (client: TestClient): Promise<string[]> => items<{ id: string }>((await client.call('GET', '/calls')).body).map((call) => call.id);
    expect(await ids(csr)).toContain(own);
    expect(await ids(csr)).not.toContain(others);
    expect(await ids(sv)).toEqual(expect.arrayContaining([own, others]));
    expect((await csr.call('GET', `/calls/${others}`)).status).toBe(404);
    expect((await csr.call('GET', `/calls/${own}`)).body).toMatchObject({ callerNumber: '090-1234-5678', agentName: 'User csr1', events: [], decisions: [] });
    expect(items((await csr.call('GET', `/calls?agentId=${people.csr2}`)).body)).toEqual([]);
  });

  it('is wrapped up by its agent, also while it goes on', async () => {
    const customerId = idOf((await csr.call('POST', '/customers', { familyName: '通話', phones: ['045-111-2222'] })).body);
    const call = await addCall({ agentId: null, ended: false });
    const codes = items<{ id: string; code: string }>((await csr.call('GET', '/wrap-up-codes')).body);
    const wrapUpCodeId = codes.find((code) => code.code === 'resolved')?.id;
    expect((await csr.call('PATCH', `/calls/${call}`, { note: 'x' })).status).toBe(404);
    world.talking.set(call, people.csr);
    expect((await csr.call('PATCH', `/calls/${call}`, { note: '折り返し希望', wrapUpCodeId, customerId })).body).toMatchObject({ note: '折り返し希望', wrapUpLabel: '解決', customerName: '通話' });
    expect((await sv.call('PATCH', `/calls/${call}`, { note: 'x' })).body.code).toBe('not_your_call');
    expect((await csr.call('PATCH', `/calls/${call}`, { wrapUpCodeId: newId() })).body).toMatchObject({ code: 'invalid', errors: [{ path: 'body.wrapUpCodeId' }] });
    expect(items((await csr.call('GET', `/customers/${customerId}/timeline`)).body)).toMatchObject([{ kind: 'call', callId: call, call: { note: '折り返し希望', wrapUpLabel: '解決' } }]);
  });

  it('is wrapped up with an end of the tree that its queue wants, and a case of its customer', async () => {
    const group = idOf((await sv.call('POST', '/wrap-up-codes', { code: 'claims', label: '苦情', labelEn: 'Claims' })).body);
    const leaf = idOf((await sv.call('POST', '/wrap-up-codes', { code: 'claim-delivery', label: '配送', labelEn: 'Delivery', parentId: group })).body);
    expect((await sv.call('PATCH', `/wrap-up-codes/${group}`, { parentId: leaf })).body).toMatchObject({ code: 'invalid', errors: [{ path: 'body.parentId', message: 'below itself' }] });
    const other = items<{ id: string; code: string }>((await csr.call('GET', '/wrap-up-codes')).body).find(({ code }) => code === 'other')?.id;
    const queueId = await world.inTenant(people, async (tx) => {
      const id = newId();
      await tx.db.insertInto('queues').values({ tenant_id: tx.tenantId, id, code: 'claims', name: 'Claims' }).execute();
      return id;
    });
    expect((await sv.call('PATCH', `/queues/${queueId}`, { wrapUpGroupId: newId() })).body).toMatchObject({ code: 'invalid', errors: [{ path: 'body.wrapUpGroupId' }] });
    expect((await sv.call('PATCH', `/queues/${queueId}`, { wrapUpGroupId: group, wrapUpMode: 'forced', wrapUpRequired: true })).body).toMatchObject({ wrapUpGroupId: group, wrapUpMode: 'forced', wrapUpRequired: true });
    const call = await addCall({ agentId: people.csr });
    await world.inTenant(people, (tx) => tx.db.updateTable('calls').set({ queue_id: queueId }).where('id', '=', call).execute());
    for (const wrong of [group, other]) expect((await csr.call('PATCH', `/calls/${call}`, { wrapUpCodeId: wrong })).body.code).toBe('invalid');
    const customerId = idOf((await csr.call('POST', '/customers', { familyName: '案件' })).body);
    const stranger = idOf((await csr.call('POST', '/customers', { familyName: '別人' })).body);
    const caseId = idOf((await csr.call('POST', '/cases', { customerId, subject: '配送の苦情' })).body);
    expect((await csr.call('PATCH', `/calls/${call}`, { customerId: stranger, caseId })).body).toMatchObject({ code: 'invalid', errors: [{ path: 'body.caseId' }] });
    expect((await csr.call('PATCH', `/calls/${call}`, { wrapUpCodeId: leaf, customerId, caseId })).body).toMatchObject({ wrapUpLabel: '配送', caseId, customerId });
    expect(items((await csr.call('GET', `/customers/${customerId}/timeline`)).body)).toMatchObject([{ callId: call, caseId }]);
    expect(world.wrappedUp).toContainEqual({ tenantId: people.tenantId, callId: call, userId: people.csr });
  });

  it('takes a saved wrap-up back for ten minutes, and only for its agent', async () => {
    const call = await addCall({ agentId: people.csr });
    expect((await csr.call('POST', `/calls/${call}/wrap-up/undo`)).body.code).toBe('nothing_to_undo');
    await csr.call('PATCH', `/calls/${call}`, { note: '正しい' });
    await csr.call('PATCH', `/calls/${call}`, { note: '間違い' });
    expect((await sv.call('POST', `/calls/${call}/wrap-up/undo`)).body.code).toBe('not_your_call');
    expect((await csr.call('POST', `/calls/${call}/wrap-up/undo`)).body).toMatchObject({ note: '正しい', wrappedUpAt: null });
    expect((await csr.call('POST', `/calls/${call}/wrap-up/undo`)).body.code).toBe('nothing_to_undo');
    await csr.call('PATCH', `/calls/${call}`, { note: '後で' });
    world.clock.advance(11 * 60_000);
    expect((await csr.call('POST', `/calls/${call}/wrap-up/undo`)).body.code).toBe('too_late');
  });

  it('keeps what a colleague wrote about a call that was handed on, and lets nobody take that back', async () => {
    const call = await addCall({ agentId: people.csr });
    const handTo = (agentId: string) => world.inTenant(people, (tx) => tx.db.updateTable('calls').set({ agent_id: agentId }).where('id', '=', call).execute());
    await csr.call('PATCH', `/calls/${call}`, { note: '一人目' });
    await handTo(people.sv);
    expect((await sv.call('POST', `/calls/${call}/wrap-up/undo`)).body.code).toBe('nothing_to_undo');
    expect((await sv.call('PATCH', `/calls/${call}`, { note: '二人目' })).body).toMatchObject({ note: '一人目\n二人目' });
    expect((await sv.call('POST', `/calls/${call}/wrap-up/undo`)).body).toMatchObject({ note: '一人目' });
    expect((await sv.call('PATCH', `/calls/${call}`, { note: '二人目、訂正' })).body).toMatchObject({ note: '一人目\n二人目、訂正' });
    expect((await sv.call('PATCH', `/calls/${call}`, { note: '一人目\n二人目、再訂正' })).body).toMatchObject({ note: '一人目\n二人目、再訂正' });
  });

  it('matches a caller with open cases and past calls, quickly', async () => {
    const customerId = idOf((await csr.call('POST', '/customers', { familyName: '着信', givenName: '者', phones: ['080-9999-0001'] })).body);
    await csr.call('POST', '/cases', { customerId, subject: '未解決', priority: 'high' });
    const done = idOf((await csr.call('POST', '/cases', { customerId, subject: '済み' })).body);
    await csr.call('PATCH', `/cases/${done}`, { status: 'closed' });
    for (let count = 0; count < 7; count++) await addCall({ agentId: people.csr, customerId, at: world.clock.wall() + count * 1000 });
    const times: number[] = [];
    const matches = await world.inTenant(people, async (tx) => {
      for (let round = 0; round < 20; round++) {
        const start = performance.now();
        await matchCaller(tx, '+818099990001');
        times.push(performance.now() - start);
      }
      return matchCaller(tx, '08099990001');
    });
    expect(matches).toMatchObject([{ customerId, name: '着信 者', openCases: [{ subject: '未解決', priority: 'high' }] }]);
    expect(matches[0]?.openCases).toHaveLength(1);
    expect(matches[0]?.pastCalls).toHaveLength(5);
    expect(matches[0]?.pastCalls[0]?.agent).toBe('User csr1');
    expect(times.toSorted((a, b) => a - b)[10]).toBeLessThan(25);
    await expect(world.inTenant(people, (tx) => matchCaller(tx, 'anonymous'))).resolves.toEqual([]);
  });
});

describe('settings, queues, devices', () => {
  it('turns the web call page on only with a service number, and tells visitors nothing else', async () => {
    const info = async (slug: string) => (await world.request('GET', `/api/v1/public/web-call/${slug}`)).body;
    const nothing = { enabled: false, name: '' };
    expect(await info('acme')).toEqual(nothing);
    expect(await info('no-such-tenant')).toEqual(nothing);
    expect((await sv.call('PATCH', '/settings', { webCallEnabled: true })).body).toMatchObject({ code: 'invalid' });
    expect((await sv.call('PATCH', '/settings', { webCallNumber: '03-1234-0001' })).body).toMatchObject({ code: 'invalid' });
    await world.inTenant(people, async (tx) => {
      const flow = newId();
      await tx.db.insertInto('flows').values({ tenant_id: tx.tenantId, id: flow, code: 'main', name: 'Main', definition: JSON.stringify({ start: 'a', nodes: { a: { verb: 'hangup' } } }) }).execute();
      await tx.db.insertInto('numbers').values({ tenant_id: tx.tenantId, id: newId(), number: '+81312340001', label: 'main', flow_id: flow }).execute();
    });
    expect((await sv.call('PATCH', '/settings', { webCallEnabled: true, webCallNumber: '０３－１２３４－０００１' })).body).toMatchObject({ webCallEnabled: true, webCallNumber: '+81312340001' });
    expect(await info('acme')).toEqual({ enabled: true, name: 'Acme' });
    expect(items((await sv.call('GET', '/numbers')).body)).toMatchObject([{ number: '+81312340001', display: '03-1234-0001', flowName: 'Main' }]);
    const flow = items<{ id: string; definition?: unknown }>((await sv.call('GET', '/flows')).body)[0];
    expect(flow).not.toHaveProperty('definition');
    expect((await sv.call('GET', `/flows/${flow?.id ?? ''}`)).body).toMatchObject({ definition: { start: 'a', nodes: { a: { verb: 'hangup' } } } });
  });

  it('has own status reasons', async () => {
    expect(items<{ label: string }>((await csr.call('GET', '/status-reasons')).body).map(({ label }) => label)).toEqual(['昼休憩', '小休憩', '研修', '会議', '事務処理']);
    const reason = { presence: 'away', label: '健診', labelEn: 'Check-up', productive: false, position: 9 };
    expect((await csr.call('POST', '/status-reasons', reason)).status).toBe(403);
    const id = idOf((await sv.call('POST', '/status-reasons', reason)).body);
    expect((await sv.call('PATCH', `/status-reasons/${id}`, { active: false, productive: true })).body).toMatchObject({ label: '健診', active: false, productive: true });
    expect((await sv.call('POST', '/status-reasons', { ...reason, presence: 'offline' })).status).toBe(400);
  });

  it('changes a queue and its members', async () => {
    const id = await world.inTenant(people, async (tx) => {
      const queueId = newId();
      await tx.db.insertInto('queues').values({ tenant_id: tx.tenantId, id: queueId, code: 'support', name: 'Support' }).execute();
      return queueId;
    });
    const patch = { name: 'サポート', wrapUpMs: 30_000, requiredSkills: { billing: 2 }, memberIds: [people.csr, people.csr2] };
    expect((await sv.call('PATCH', `/queues/${id}`, patch)).body).toMatchObject({ ...patch, memberIds: [people.csr, people.csr2].toSorted() });
    expect((await sv.call('PATCH', `/queues/${id}`, { memberIds: [people.csr2] })).body).toMatchObject({ memberIds: [people.csr2], name: 'サポート' });
    expect((await sv.call('PATCH', `/queues/${id}`, { memberIds: [newId()] })).body).toMatchObject({ code: 'invalid' });
    expect((await sv.call('PATCH', `/queues/${id}`, { wrapUpMs: -1, requiredSkills: { billing: 9 } })).body).toMatchObject({
      code: 'invalid_request',
      errors: [{ path: 'body.requiredSkills.billing' }, { path: 'body.wrapUpMs' }],
    });
  });

  it('makes a telephone with a password that is told once and stored sealed', async () => {
    const made = await sv.call('POST', '/devices', { username: 'desk-1', userId: people.csr });
    expect(made.body).toMatchObject({ device: { username: 'desk-1', userName: 'User csr1' } });
    const { password } = made.body as unknown as { password: string };
    expect(password).toMatch(/^[\w-]{24}$/);
    expect((await sv.call('GET', '/devices')).raw.toString()).not.toContain(password);
    expect((await sv.call('POST', '/devices', { username: 'desk-1' })).body).toMatchObject({ code: 'duplicate', status: 409 });
    expect((await sv.call('GET', '/audit?code=device.created')).raw.toString()).not.toContain(password);
  });

  it('replaces a sound and goes back', async () => {
    const wav = Buffer.concat([Buffer.from('RIFF\x24\x3e\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00', 'latin1'), Buffer.from([0x80, 0x3e, 0, 0, 2, 0, 16, 0]), Buffer.from('data\x80\x3e\x00\x00', 'latin1'), Buffer.alloc(16_000)]);
    const path = '/prompts/ja%2Fgoodbye';
    expect((await sv.call('PUT', path, wav, { 'content-type': 'audio/wav' })).body).toMatchObject({ name: 'ja/goodbye', replaced: true, durationMs: 1000 });
    expect((await sv.call('PUT', path, Buffer.from('no wav'), { 'content-type': 'audio/wav' })).body.code).toBe('invalid');
    isStorageFull = true;
    const [full, list] = [await sv.call('PUT', path, wav, { 'content-type': 'audio/wav' }), await sv.call('GET', '/prompts')];
    isStorageFull = false;
    expect([full.status, full.body.code, list.status], 'what is left of the disk is for calls').toEqual([507, 'storage_full', 200]);
    expect((await sv.call('PUT', '/prompts/ja%2Funknown', wav, { 'content-type': 'audio/wav' })).status).toBe(404);
    expect((await sv.call('PUT', path, { a: 1 })).body.code).toBe('unsupported_media_type');
    expect((await sv.call('PUT', '/prompts/..%2F..%2Fetc%2Fpasswd', wav, { 'content-type': 'audio/wav' })).body.code).toBe('invalid_request');
    expect(items((await sv.call('GET', '/prompts')).body)).toMatchObject([{ name: 'ja/goodbye', replaced: true }, { name: 'music/hold', replaced: false }]);
    const stored = async (): Promise<number> => {
      let count = 0;
      for await (const { sizeBytes } of world.store.list(`prompts/${people.tenantId}`)) count += sizeBytes > 0 ? 1 : 0;
      return count;
    };
    expect(await stored()).toBe(1);
    for await (const { path: file } of world.store.list(`prompts/${people.tenantId}`)) {
      const bytes = Buffer.concat(await (await world.store.read(file)).toArray() as Buffer[]);
      expect(bytes.includes('RIFF')).toBe(false);
      expect(bytes.includes(Buffer.alloc(32))).toBe(false);
    }
    expect((await sv.call('DELETE', path)).status).toBe(204);
    expect(await stored()).toBe(1);
    world.clock.advance(10 * 60_000);
    await vi.waitFor(async () => expect(await stored()).toBe(0));
    expect(items((await sv.call('GET', '/prompts')).body)).toMatchObject([{ replaced: false }, { replaced: false }]);
  });
});
