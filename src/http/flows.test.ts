import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTenantTelephony } from '../modules/telephony/tenant-config.ts';
import { activateDue } from '../modules/flows/flow-versions.service.ts';
import { testActor } from '../../test/support/database.ts';
import { createWorld, type TestClient, type TestPeople, type World } from './testing/world.ts';

const play = (sound: string) => ({ start: 'say', nodes: { say: { verb: 'play', prompts: [sound], next: 'end' }, end: { verb: 'hangup' } } });
const sounds = (view: Record<string, unknown>, which: 'definition' | 'draft') => (view[which] as ReturnType<typeof play> | null)?.nodes.say.prompts;

describe('flows', () => {
  let world: World;
  let people: TestPeople;
  let sv: TestClient;
  let id: string;
  const changed: string[] = [];

  beforeAll(async () => {
    world = await createWorld();
    people = await world.addTenant('flowers', 'Flowers');
    sv = await world.logIn(people, 'sv1');
    world.events.on('configChanged', ({ area }) => changed.push(area));
    const made = await sv.call('POST', '/flows', { code: 'main', name: '代表', draft: play('ja/goodbye') });
    expect(made.status).toBe(200);
    id = String(made.body.id);
  });
  afterAll(() => world.close());

  const get = async () => (await sv.call('GET', `/flows/${id}`)).body as unknown as Record<string, unknown> & { draftRevision: number };
  const save = async (draft: unknown, revision?: number) => sv.call('PUT', `/flows/${id}/draft`, { revision: revision ?? (await get()).draftRevision, draft });
  const publish = async (more: object = {}) => sv.call('POST', `/flows/${id}/publish`, { revision: (await get()).draftRevision, ...more });

  it('are drafts first, which no number can lead to', async () => {
    expect(await get()).toMatchObject({ version: 0, lastVersion: 0, hasDraft: true, numbers: [] });
    const number = { number: '0501234567', label: 'x', flowId: id };
    expect((await sv.call('POST', '/numbers', { ...number, number: '05012345678' })).body.code).toBe('invalid');
    expect((await sv.call('DELETE', `/flows/${id}/draft`)).body.code).toBe('flow_unpublished');
    expect((await sv.call('POST', '/flows', { code: 'main', name: 'again' })).body.code).toBe('duplicate');
    expect((await sv.call('POST', '/flows', { code: 'Main!', name: 'x' })).status).toBe(400);
  });

  it('are published as a version that calls run from then on', async () => {
    expect(changed).toEqual([]);
    const published = await publish({ comment: '最初' });
    expect(published.body).toMatchObject({ version: 1, lastVersion: 1, hasDraft: false, draft: null });
    expect(changed).toEqual(['flows']);
    const { flows } = await world.db.database.withTenant(people.tenantId, testActor, readTenantTelephony);
    expect(flows.get('main')).toEqual(play('ja/goodbye'));
    expect((await sv.call('POST', '/numbers', { number: '05012345678', label: 'x', flowId: id })).status).toBe(200);
    expect((await get())['numbers']).toEqual(['+815012345678']);
  });

  it('do not let two people overwrite each other', async () => {
    const { draftRevision } = await get();
    expect((await save(play('music/hold'), draftRevision)).body).toMatchObject({ hasDraft: true });
    expect((await save(play('ja/goodbye'), draftRevision)).body.code).toBe('flow_changed');
    expect((await sv.call('POST', `/flows/${id}/publish`, { revision: draftRevision })).body.code).toBe('flow_changed');
    expect(sounds(await get(), 'draft')).toEqual(['music/hold']);
    expect(sounds(await get(), 'definition')).toEqual(['ja/goodbye']);
  });

  it('are not published with an error, and say where it is', async () => {
    await save({ start: 'say', nodes: { say: { verb: 'play', prompts: ['ja/nothing'], next: '' } } });
    const refused = await publish();
    expect([refused.status, refused.body.code]).toEqual([422, 'flow_faulty']);
    expect(JSON.stringify(refused.body)).toContain('missingBranch next');
    const check = await sv.call('POST', '/flow-check', { definition: { start: 'say', nodes: { say: { verb: 'play', prompts: ['ja/nothing'], next: '' } } } });
    expect((check.body as unknown as { problems: { code: string }[] }).problems.map(({ code }) => code)).toEqual(['missingBranch', 'unknownSound']);
    expect((await get())['version']).toBe(1);
  });

  it('keep every version, and go back to an older one', async () => {
    await save(play('music/hold'));
    expect((await publish({ comment: 'closed' })).body).toMatchObject({ version: 2 });
    const { items } = (await sv.call('GET', `/flows/${id}/versions`)).body as unknown as { items: { version: number; comment: string; createdBy: string }[] };
    expect(items.map(({ version, comment }) => [version, comment])).toEqual([[2, 'closed'], [1, '最初']]);
    expect(items[0]?.createdBy).toBe(`user:${people.sv}`);
    expect((await sv.call('POST', `/flows/${id}/versions/1/activate`, {})).body).toMatchObject({ version: 1, lastVersion: 2 });
    expect(sounds(await get(), 'definition')).toEqual(['ja/goodbye']);
    expect((await sv.call('POST', `/flows/${id}/versions/9/activate`, {})).status).toBe(404);
    expect(sounds((await sv.call('GET', `/flows/${id}/versions/2`)).body as never, 'definition')).toEqual(['music/hold']);
  });

  it('cannot be rewritten behind its back', async () => {
    const change = world.db.database.withTenant(people.tenantId, testActor, (tx) => tx.db.updateTable('flow_versions').set({ comment: 'other' }).execute());
    await expect(change).rejects.toThrow();
  });

  it('take over at a later time, unless that is cancelled', async () => {
    const inHours = (hours: number): string => new Date(world.clock.wall() + hours * 3_600_000).toISOString();
    expect((await sv.call('POST', `/flows/${id}/versions/2/activate`, { at: inHours(-1) })).body.code).toBe('invalid');
    const planned = await sv.call('POST', `/flows/${id}/versions/2/activate`, { at: inHours(2) });
    expect(planned.body).toMatchObject({ version: 1, schedule: { version: 2, dueAt: inHours(2) } });
    const due = (at: number) => world.db.database.withTenant(people.tenantId, testActor, (tx) => activateDue(tx, at));
    expect(await due(world.clock.wall())).toBe(false);
    expect((await world.db.database.withTenant(people.tenantId, testActor, readTenantTelephony)).nextFlowDue).toBe(Date.parse(inHours(2)));
    expect((await sv.call('DELETE', `/flows/${id}/schedule`)).status).toBe(204);
    expect(await due(Date.parse(inHours(3)))).toBe(false);
    await save(play('ja/goodbye'));
    expect((await publish({ at: inHours(5) })).body).toMatchObject({ version: 1, lastVersion: 3, hasDraft: false, schedule: { version: 3 } });
    expect(await due(Date.parse(inHours(6)))).toBe(true);
    expect(await get()).toMatchObject({ version: 3, schedule: null });
  });

  it('are removed only when nothing leads to them', async () => {
    expect((await sv.call('DELETE', `/flows/${id}`)).body.code).toBe('flow_in_use');
    const night = String((await sv.call('POST', '/flows', { code: 'night', name: '夜間', draft: play('music/hold') })).body.id);
    await save({ start: 'n', nodes: { n: { verb: 'goto', flow: 'night' } } });
    expect((await publish()).body.code).toBe('flow_faulty');
    expect((await sv.call('DELETE', `/flows/${night}`)).body.code).toBe('flow_in_use');
    expect((await sv.call('DELETE', `/flows/${id}/draft`)).status).toBe(204);
    expect((await sv.call('DELETE', `/flows/${night}`)).status).toBe(204);
    expect((await sv.call('GET', `/flows/${night}`)).status).toBe(404);
  });

  it('can be called as a draft before they are published, which is written down', async () => {
    const made = await sv.call('POST', '/flows', { code: 'called', name: '試し', draft: play('ja/goodbye') });
    const flow = String(made.body.id);
    expect((await sv.call('POST', `/flows/${flow}/draft-calls`, { callerNumber: '090-1234-5678', callsOut: true })).body).toEqual({ ticket: 'ticket' });
    expect(world.draftOrders.at(-1)).toMatchObject({ userId: people.sv, flowId: flow, code: 'called', flow: play('ja/goodbye'), callerNumber: '+819012345678', withheldReason: null, callsOut: true });
    await sv.call('POST', `/flows/${flow}/draft-calls`, {});
    expect(world.draftOrders.at(-1)).toMatchObject({ callerNumber: null, withheldReason: 'anonymous', callsOut: false });
    expect((await (await world.logIn(people, 'csr1')).call('POST', `/flows/${flow}/draft-calls`, {})).status).toBe(403);
    expect((await sv.call('POST', `/flows/${people.sv}/draft-calls`, {})).status).toBe(404);
    const { items } = (await sv.call('GET', '/audit?limit=50')).body as unknown as { items: { code: string; detail: object }[] };
    expect(items.filter(({ code }) => code === 'flow.draft_called')).toHaveLength(2);
    await sv.call('DELETE', `/flows/${flow}`);
  });

  it('leave a trail', async () => {
    const { body } = await sv.call('GET', '/audit?limit=200');
    const codes = new Set((body as unknown as { items: { code: string }[] }).items.map(({ code }) => code).filter((code) => code.startsWith('flow.')));
    expect([...codes].toSorted()).toEqual([
      'flow.activated', 'flow.created', 'flow.draft_called', 'flow.draft_discarded', 'flow.draft_saved', 'flow.published', 'flow.removed', 'flow.schedule_cancelled', 'flow.scheduled',
    ]);
  });

  it('go by calendars', async () => {
    const hours = { timeZone: 'Asia/Tokyo', days: { 1: [{ fromMinute: 540, toMinute: 1080 }] }, holidays: 'closed', specialDays: [{ name: '臨時休業', date: '2026-12-28', spans: [] }] };
    const made = await sv.call('POST', '/calendars', { code: 'office', name: '本社', hours });
    expect(made.body).toMatchObject({ code: 'office', hours });
    expect((await sv.call('POST', '/calendars', { code: 'bad', name: 'x', hours: { timeZone: 'Mars/Base', days: {} } })).body.code).toBe('invalid');
    const calendar = String(made.body.id);
    await save({ start: 'h', nodes: { h: { verb: 'hours', calendar: 'office', open: 'end', closed: 'end' }, end: { verb: 'hangup' } } });
    expect((await publish()).status).toBe(200);
    expect((await sv.call('DELETE', `/calendars/${calendar}`)).body.code).toBe('calendar_in_use');
    expect((await sv.call('PATCH', `/calendars/${calendar}`, { name: '本店' })).body).toMatchObject({ name: '本店', hours });
    expect((await world.db.database.withTenant(people.tenantId, testActor, readTenantTelephony)).calendars.get('office')).toEqual(hours);
    await save(play('ja/goodbye'));
    await publish();
    expect((await sv.call('DELETE', `/calendars/${calendar}`)).status).toBe(204);
  });
});
