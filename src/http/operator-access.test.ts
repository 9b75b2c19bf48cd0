import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { operatorHealth } from '../../shared/api/monitoring.ts';
import type { ProviderAccess } from '../../shared/api/provider-access.ts';
import { PROVIDER_VIEWS } from '../../shared/api/provider-access.ts';
import type { RouteContract } from '../../shared/contract.ts';
import { testActor } from '../../test/support/database.ts';
import { storeSipTrace } from '../modules/calls/sip-trace.service.ts';
import { createCustomer } from '../modules/customers/customers.service.ts';
import { createProviderAccessJob } from '../modules/provider-access/provider-access-job.ts';
import { createOperatorWorld, type OperatorClient, type OperatorWorld } from './testing/operator-world.ts';
import { addTwin, type Twin } from './testing/twins.ts';
import { auditDetails, createWorld, type TestAnswer, type TestClient, type World } from './testing/world.ts';

const REASON = '着信が保留のまま切れるという問い合わせの調査';
const MINUTE_MS = 60_000;

let world: World;
let ops: OperatorWorld;
let asker: OperatorClient;
let second: OperatorClient;
let seen: Twin;
let other: Twin;
let sv: TestClient;
const changed: string[] = [];

beforeAll(async () => {
  const wide = { max: 100_000, windowMs: 60_000 };
  world = await createWorld({ rateLimits: { normal: wide, heavy: wide, login: wide } });
  world.events.on('providerAccessChanged', ({ tenantId }) => changed.push(tenantId));
  ops = await createOperatorWorld(world);
  asker = await ops.operator('asker');
  second = await ops.operator('second', 'staff');
  seen = await addTwin(world, 'seen', 1);
  other = await addTwin(world, 'other', 2);
  // A company's name is what the provider made the contract with: no content of the tenant.
  await world.db.ownerClient.query("update tenants set name = slug where slug in ('seen', 'other')");
  // What an operator wrote as a reason is shown to the others: here no reason of before.
  await world.db.ownerClient.query('delete from provider_access_views');
  await world.db.ownerClient.query('delete from provider_accesses');
  for (const twin of [seen, other]) await storeTrace(twin);
  sv = await world.logIn(seen.people, 'sv1');
});
afterAll(async () => {
  await ops.app.close();
  await world.close();
});
beforeEach(() => void (changed.length = 0));

/** A call's message with what only content shows. */
const storeTrace = (twin: Twin): Promise<void> =>
  world.inTenant(twin.people, async (tx) => {
    await tx.db.deleteFrom('call_sip_traces').where('call_id', '=', twin.ids.call).execute();
    const text = `INVITE sip:+819011112222@sip.example SIP/2.0\r\nFrom: "${twin.canary}" <sip:+819011112222@sip.example>\r\nCSeq: 7 INVITE\r\n\r\n`;
    await storeSipTrace(tx, twin.ids.call, [{ at: new Date(world.clock.wall()).toISOString(), direction: 'in', transport: 'udp', peer: '192.0.2.7:5060', sipCallId: 'a@192.0.2.7', text }]);
  });

interface Asked {
  id: string;
  status: string;
  until: string | null;
}

const request = (client: OperatorClient, given: object = {}, tenantId = seen.people.tenantId): Promise<TestAnswer> =>
  client.call('POST', `/tenants/${tenantId}/accesses`, { scope: 'settings', reason: REASON, minutes: 15, ...given });
const act = (client: OperatorClient, id: string, what: string, tenantId = seen.people.tenantId): Promise<TestAnswer> => client.call('POST', `/tenants/${tenantId}/accesses/${id}/${what}`);
const look = (client: OperatorClient, id: string, view: string, query = '', tenantId = seen.people.tenantId): Promise<TestAnswer> => client.call('GET', `/tenants/${tenantId}/accesses/${id}/views/${view}${query}`);
const asked = async (given: object = {}): Promise<string> => {
  const answer = await request(asker, given);
  expect(answer.status).toBe(200);
  return (answer.body as unknown as Asked).id;
};
const opened = async (given: object = {}): Promise<string> => {
  const id = await asked(given);
  expect((await act(second, id, 'approve')).status).toBe(204);
  return id;
};
const listOfTenant = async (client = sv): Promise<{ items: ProviderAccess[]; open: number }> => (await client.call('GET', '/provider-access?limit=50')).body as unknown as { items: ProviderAccess[]; open: number };
const ofTenant = async (id: string): Promise<ProviderAccess | undefined> => (await listOfTenant()).items.find((item) => item.id === id);
const subjectOf = (view: string, twin: Twin): string => (view === 'call' || view === 'sip' ? `?of=${twin.ids.call}` : view === 'flow' ? `?of=${twin.ids.flow}` : '');

describe('a request', () => {
  it('needs a reason, and a second operator who agrees', async () => {
    expect((await request(asker, { reason: '調査' })).status).toBe(400);
    expect((await request(asker, { reason: ' '.repeat(20) })).status).toBe(400);
    expect((await request(asker, { urgentReason: 'x' })).status).toBe(400);
    expect((await request(asker, { minutes: 600 })).status).toBe(400);
    expect((await request(asker, { scope: 'everything' })).status).toBe(400);
    const id = await asked({ ticket: 'T-1' });
    expect((await look(asker, id, 'queues')).body.code).toBe('access_over');
    expect((await act(asker, id, 'approve')).body.code).toBe('own_request');
    expect((await look(asker, id, 'queues')).body.code).toBe('access_over');
    expect((await act(second, id, 'approve')).status).toBe(204);
    expect((await act(second, id, 'approve')).body.code).toBe('access_over');
    expect((await look(asker, id, 'queues')).status).toBe(200);
    // Who agreed did not ask.
    expect((await look(second, id, 'queues')).status).toBe(404);
    expect((await act(second, id, 'end')).status).toBe(404);
    expect(await ofTenant(id)).toMatchObject({ operator: 'asker', reason: REASON, ticket: 'T-1', urgentReason: null, scope: 'settings', status: 'open', approvedBy: 'second', minutes: 15, viewCount: 1, views: [{ view: 'queues', subject: '' }] });
    expect(changed.every((tenantId) => tenantId === seen.people.tenantId)).toBe(true);
    await act(asker, id, 'end');
  });

  it('is open at once where it is urgent, for another reason', async () => {
    const answer = await request(asker, { urgentReason: '深夜でほかの運用者に連絡できないため' });
    expect(answer.body).toMatchObject({ status: 'open', approvedBy: null, urgentReason: '深夜でほかの運用者に連絡できないため', own: true });
    const { id } = answer.body as unknown as Asked;
    expect((await look(asker, id, 'numbers')).status).toBe(200);
    expect(await ofTenant(id)).toMatchObject({ urgentReason: '深夜でほかの運用者に連絡できないため', approvedBy: null });
    await act(asker, id, 'end');
  });

  it('is refused by the second operator, withdrawn, or refused by the tenant', async () => {
    const [declined, withdrawn, refused] = [await asked(), await asked(), await asked()];
    expect((await act(second, declined, 'decline')).status).toBe(204);
    expect((await act(asker, withdrawn, 'end')).status).toBe(204);
    expect((await sv.call('POST', `/provider-access/${refused}/end`)).status).toBe(200);
    for (const id of [declined, withdrawn, refused]) {
      expect((await act(second, id, 'approve')).body.code).toBe('access_over');
      expect((await look(asker, id, 'queues')).body.code).toBe('access_over');
    }
    expect([(await ofTenant(declined))?.endedHow, (await ofTenant(withdrawn))?.endedHow, (await ofTenant(refused))?.endedHow]).toEqual(['declined', 'withdrawn', 'tenant']);
  });

  it('lapses when nobody answers', async () => {
    const id = await asked();
    world.clock.advance(4 * 60 * MINUTE_MS);
    await renew();
    expect((await act(second, id, 'approve')).body.code).toBe('access_over');
  });
});

/** Sessions have ended with the time that went by. */
async function renew(): Promise<void> {
  asker = ops.clientOf(await ops.logIn('asker'), asker.id);
  second = ops.clientOf(await ops.logIn('second'), second.id);
  sv = await world.logIn(seen.people, 'sv1');
}

describe('an open access', () => {
  it('ends by itself to the moment, and that is written down', async () => {
    const id = await opened();
    world.clock.advance(15 * MINUTE_MS - 1);
    expect((await look(asker, id, 'queues')).status).toBe(200);
    expect((await listOfTenant()).open).toBe(1);
    world.clock.advance(1);
    expect((await look(asker, id, 'queues')).body.code).toBe('access_over');
    expect((await listOfTenant()).open).toBe(0);
    await createProviderAccessJob({ withTenant: world.db.database.withTenant, clock: world.clock, events: world.events }).run(seen.people.tenantId);
    const ended = await ofTenant(id);
    expect(ended).toMatchObject({ status: 'ended', endedHow: 'time', endedAt: ended?.until });
    await renew();
  });

  it('is ended by the tenant at once, also while it is looked through', async () => {
    const id = await opened();
    const racing = Promise.all(Array.from({ length: 10 }, () => look(asker, id, 'calls')));
    expect((await sv.call('POST', `/provider-access/${id}/end`)).body).toMatchObject({ status: 'ended', endedHow: 'tenant' });
    // Not some time afterwards: from its answer on.
    expect((await look(asker, id, 'queues')).body.code).toBe('access_over');
    const counted = (await racing).filter(({ status }) => status === 200).length;
    // Every look that was answered is in the list.
    expect((await ofTenant(id))?.viewCount).toBe(counted);
    expect((await sv.call('POST', `/provider-access/${id}/end`)).body.code).toBe('access_over');
    expect(changed.at(-1)).toBe(seen.people.tenantId);
  });

  it('stands in the audit log, the log of the key and the events of the operators', async () => {
    const id = await opened({ ticket: 'T-2' });
    await look(asker, id, 'call', subjectOf('call', seen));
    await act(asker, id, 'end');
    expect((await auditDetails(sv, 'provider_access.requested'))[0]).toEqual({ operator: 'asker', scope: 'settings', minutes: 15, reason: REASON, ticket: 'T-2', urgentReason: null });
    expect((await auditDetails(sv, 'provider_access.opened'))[0]).toMatchObject({ operator: 'asker', approvedBy: 'second', reason: REASON });
    expect((await auditDetails(sv, 'provider_access.viewed'))[0]).toEqual({ operator: 'asker', scope: 'settings', view: 'call', of: seen.ids.call });
    expect((await auditDetails(sv, 'provider_access.ended'))[0]).toEqual({ operator: 'asker', scope: 'settings', how: 'operator', by: 'asker', wasOpen: true });
    const entries = (await sv.call('GET', '/audit?code=provider_access.viewed&limit=1')).body as unknown as { items: { actor: string; subjectId: string }[] };
    expect(entries.items[0]).toMatchObject({ actor: `operator:${asker.id}`, subjectId: id });
    const keys = await world.db.ownerClient.query("select from key_log where tenant_id = $1 and purpose = 'provider_access' and subject = $2", [seen.people.tenantId, `${id} call`]);
    expect(keys.rowCount).toBe(1);
    const { rows } = await world.db.ownerClient.query<{ code: string; actor: string; detail: object }>("select code, actor, detail from operator_events where code like 'access_%' order by at desc, id desc limit 3");
    expect(rows.map(({ code, actor }) => [code, actor])).toEqual([['access_ended', 'asker'], ['access_opened', 'second'], ['access_requested', 'asker']]);
    // What somebody wrote as a reason may name a customer: it is the tenant's.
    expect(JSON.stringify(rows)).not.toContain(REASON);
  });

  it('is refused to be ended by agents, and by people of another tenant', async () => {
    const id = await opened();
    const csr = await world.logIn(seen.people, 'csr1');
    expect((await csr.call('GET', '/provider-access')).status).toBe(403);
    expect((await csr.call('POST', `/provider-access/${id}/end`)).status).toBe(403);
    const foreign = await world.logIn(other.people, 'sv1');
    expect((await foreign.call('POST', `/provider-access/${id}/end`)).status).toBe(404);
    expect((await listOfTenant(foreign)).items.some((item) => item.id === id)).toBe(false);
    expect((await look(asker, id, 'queues')).status).toBe(200);
    await act(asker, id, 'end');
  });
});

describe('what is seen', () => {
  const PERSON = '秘密野キャナリー';
  const NUMBER = '09055554444';

  beforeAll(() =>
    world.inTenant(seen.people, async (tx) => {
      await createCustomer(tx, { familyName: PERSON, phones: [NUMBER], note: PERSON });
      await tx.audit({ code: 'customer.updated', subject: { kind: 'customer', id: seen.ids.customer }, detail: { name: PERSON } });
    }),
  );

  const everything = async (id: string): Promise<Record<string, string>> => {
    const pages: Record<string, string> = {};
    for (const view of PROVIDER_VIEWS) pages[view] = (await look(asker, id, view, subjectOf(view, seen))).raw.toString();
    return pages;
  };

  it('is how the tenant is set up, without its people, customers and numbers dialled', async () => {
    const id = await opened();
    const pages = await everything(id);
    expect(pages['customers']).toContain('content_not_asked_for');
    for (const view of ['queues', 'flows', 'flow', 'numbers', 'trunks']) expect([view, pages[view]?.includes(seen.canary)]).toEqual([view, true]);
    for (const [view, page] of Object.entries(pages)) {
      for (const secret of [PERSON, NUMBER, '+819055554444', '+819011112222', 'User csr1', 'csr1@example.com']) expect([view, page.includes(secret)]).toEqual([view, false]);
    }
    for (const view of ['users', 'devices', 'calls', 'call', 'sip', 'audit']) expect([view, pages[view]?.replaceAll(`"queueName":"${seen.canary}"`, '').replaceAll(`"username":"${seen.canary.slice(0, 30)}"`, '').includes(seen.canary.slice(0, 20))]).toEqual([view, false]);
    expect(pages['users']).toContain('csr1');
    expect(pages['sip']).toContain('INVITE (7 INVITE)');
    await act(asker, id, 'end');
  });

  it('is content where content was asked for; never a secret or a sound', async () => {
    const id = await opened({ scope: 'content' });
    const pages = await everything(id);
    for (const [view, secret] of [['customers', PERSON], ['users', 'User csr1'], ['audit', PERSON], ['sip', '+819011112222']] as const) expect([view, pages[view]?.includes(secret)]).toEqual([view, true]);
    for (const page of Object.values(pages)) expect(page).not.toMatch(/"(?:password|passwordHash|secret|recoveryHashes|ha1)":/);
    await act(asker, id, 'end');
  });

  it('is one tenant and nothing of another', async () => {
    const id = await opened({ scope: 'content' });
    for (const view of PROVIDER_VIEWS) {
      expect([view, (await look(asker, id, view, subjectOf(view, other), other.people.tenantId)).status]).toEqual([view, 404]);
      expect([view, (await look(asker, id, view, subjectOf(view, other))).raw.toString().includes(other.canary)]).toEqual([view, false]);
    }
    await act(asker, id, 'end');
  });
});

describe('all routes of the operator', () => {
  const folder = join(import.meta.dirname, '..', '..', 'shared', 'api');
  const isContract = (value: unknown): value is RouteContract => typeof value === 'object' && value !== null && 'method' in value && 'path' in value && 'summary' in value;

  async function contracts(): Promise<RouteContract[]> {
    const modules = readdirSync(folder).filter((name) => /^operator.*\.ts$/.test(name) && !name.endsWith('.test.ts'));
    const exports = await Promise.all(modules.map((name) => import(join(folder, name)) as Promise<Record<string, unknown>>));
    return [...exports.flatMap((module) => Object.values(module)).filter(isContract), operatorHealth];
  }

  /** Every GET, with every id of a twin wherever an id fits. */
  async function pages(client: OperatorClient, twin: Twin, accessId: string): Promise<{ path: string; text: string }[]> {
    const found: { path: string; text: string }[] = [];
    for (const contract of (await contracts()).filter(({ method }) => method === 'GET')) {
      const views = contract.path.includes('{view}') ? PROVIDER_VIEWS : [''];
      for (const view of views) {
        const path = contract.path.replace('{id}', twin.people.tenantId).replace('{accessId}', accessId).replace('{view}', view);
        expect(path).not.toContain('{');
        found.push({ path, text: (await client.call('GET', `${path}${subjectOf(view, twin)}`)).raw.toString() });
      }
    }
    return found;
  }

  const leaksOf = (found: readonly { path: string; text: string }[], twin: Twin): string[] => found.filter(({ text }) => text.includes(twin.canary)).map(({ path }) => path);

  /** Method and address of every route that the port answers, from the framework's tree. */
  function registered(): string[] {
    const stack: string[] = [];
    return ops.app.printRoutes({ commonPrefix: false }).split('\n').flatMap((line) => {
      const match = /^(?<indent>[│ ]*)[├└]── (?<part>[^ ]*)(?: \((?<methods>[A-Z, ]+)\))?/u.exec(line)?.groups;
      if (!match) return [];
      const depth = (match['indent'] ?? '').length / 4;
      stack.length = depth;
      stack.push(match['part'] ?? '');
      return (match['methods'] ?? '').split(', ').filter((method) => method !== '').map((method) => `${method} ${stack.join('')}`);
    });
  }

  it('are all known here', async () => {
    const known = (await contracts()).map(({ method, path }) => `${method} /api/v1${path.replaceAll(/\{(\w+)\}/g, ':$1')}`);
    expect(registered().filter((route) => route.includes('/api/')).toSorted()).toEqual(known.toSorted());
  });

  it('tell nothing of a tenant without an access; with one only through it, and only of that tenant', async () => {
    const twinAccess = seen.ids.providerAccess;
    const before = await pages(asker, seen, twinAccess);
    expect(leaksOf(before, seen)).toEqual([]);
    expect(leaksOf(await pages(asker, other, other.ids.providerAccess), other)).toEqual([]);
    const id = await opened({ scope: 'content' });
    const through = await pages(asker, seen, id);
    // The search finds what is there to be found.
    expect(leaksOf(through, seen).length).toBeGreaterThan(5);
    expect(leaksOf(through, seen).every((path) => path.startsWith(`/tenants/${seen.people.tenantId}/accesses/${id}/views/`))).toBe(true);
    expect(leaksOf(through, other)).toEqual([]);
    expect(leaksOf(await pages(asker, other, id), other)).toEqual([]);
    expect(leaksOf(await pages(second, seen, id), seen)).toEqual([]);
    await act(asker, id, 'end');
    expect(leaksOf(await pages(asker, seen, id), seen)).toEqual([]);
  });

  it('have a search that would find a leak', async () => {
    await world.db.database.withTenant(seen.people.tenantId, testActor, (tx) => tx.db.updateTable('tenants').set({ name: seen.canary }).where('id', '=', tx.tenantId).execute());
    world.clock.advance(20_000);
    expect(leaksOf(await pages(asker, seen, seen.ids.providerAccess), seen)).toEqual(expect.arrayContaining(['/overview']));
    await world.db.database.withTenant(seen.people.tenantId, testActor, (tx) => tx.db.updateTable('tenants').set({ name: 'seen' }).where('id', '=', tx.tenantId).execute());
  });
});
