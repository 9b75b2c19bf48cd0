import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Alert, AlertRule } from '../../../shared/api/alerts.ts';
import { createWorld, type TestClient, type TestPeople, type World } from '../../http/testing/world.ts';
import { newId } from '../../lib/ids.ts';
import { silentLogger } from '../../lib/logger.ts';
import type { OutsideWorld } from '../../lib/outside-request.ts';
import { createOutboxWorker } from '../outbox/outbox-worker.ts';
import { webhookSignature } from '../outbox/webhook.ts';
import { AlertJob, type LiveFigures } from './alert-job.ts';

let world: World;
let people: TestPeople;
let sv: TestClient;
let queue: string;
let figures: LiveFigures;
let job: AlertJob;
let server: Server;
/** What the webhook's server was called with. */
let calls: { headers: Record<string, string | string[] | undefined>; body: string }[] = [];
let answer = 204;

/** Loopback stands for the internet here; one address stays inside. */
const outside: OutsideWorld = { resolve: async () => ['127.0.0.1'], isAllowed: (address) => address === '127.0.0.1' };

const given = { name: '待ち呼が多い', metric: 'waiting', queueId: null as string | null, comparison: 'above', threshold: 5, forSeconds: 20, recipients: ['sv@example.jp'], webhookUrl: '', active: true };

const newJob = (): AlertJob => new AlertJob({ withTenant: world.db.database.withTenant, clock: world.clock, figuresOf: () => figures, canSendMail: true });
const waiting = (count: number): void => {
  figures = { queues: [{ queueId: queue, name: 'サポート', waiting: count, longestWaitMs: count * 1000, availableAgents: 2, offeredToday: 0, answeredToday: 0, abandonedToday: 0 }], unhealthyAgents: 0, outbound: { callsLastHour: 0, refused: 0, cost: 0, stops: 0 } };
};
async function rounds(count: number): Promise<void> {
  for (let round = 0; round < count; round++) {
    await job.run(people.tenantId);
    world.clock.advance(10_000);
  }
}
const alerts = async (query = ''): Promise<Alert[]> => ((await sv.call('GET', `/alerts${query}`)).body as unknown as { items: Alert[] }).items;
const addRule = async (more: Partial<typeof given> = {}): Promise<AlertRule> => (await sv.call('POST', '/alert-rules', { ...given, ...more })).body as unknown as AlertRule;
const outbox = async () => (await world.db.ownerClient.query<{ kind: string; status: string; last_error: string }>('select kind, status, last_error from outbox order by created_at')).rows;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      calls.push({ headers: request.headers, body });
      response.writeHead(answer).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));
beforeEach(async () => {
  world = await createWorld();
  people = await world.addTenant('acme', 'Acme');
  sv = await world.logIn(people, 'sv1');
  queue = newId();
  await world.inTenant(people, (tx) => tx.db.insertInto('queues').values({ tenant_id: tx.tenantId, id: queue, code: 'support', name: 'サポート' }).execute());
  job = newJob();
  calls = [];
  answer = 204;
  return () => world.close();
});

describe('alerts', () => {
  it('are raised after their time, mailed once, resolved, and audited', async () => {
    await addRule();
    waiting(6);
    await rounds(2);
    expect(await alerts()).toEqual([]);
    await rounds(3);
    expect(await alerts('?open=true')).toMatchObject([{ name: '待ち呼が多い', queueName: 'サポート', value: 6, threshold: 5, resolvedAt: null }]);
    expect(await outbox()).toMatchObject([{ kind: 'mail', status: 'waiting' }]);
    waiting(0);
    await rounds(5);
    expect(await alerts('?open=true')).toEqual([]);
    expect((await alerts())[0]?.resolvedAt).not.toBeNull();
    for (const code of ['alert_rule.created', 'alert.raised', 'alert.resolved']) expect((await sv.call('GET', `/audit?code=${code}`)).body.items, code).toHaveLength(1);
  });

  it('that are open outlive a restart without being raised again', async () => {
    await addRule();
    waiting(6);
    await rounds(3);
    job = newJob();
    await rounds(4);
    expect(await alerts()).toHaveLength(1);
    waiting(0);
    await rounds(5);
    expect(await alerts('?open=true')).toEqual([]);
  });

  it('end with their rule, stopped or removed', async () => {
    const rule = await addRule({ forSeconds: 0 });
    waiting(9);
    await rounds(1);
    await sv.call('PATCH', `/alert-rules/${rule.id}`, { active: false });
    await rounds(1);
    expect(await alerts('?open=true')).toEqual([]);
    await sv.call('PATCH', `/alert-rules/${rule.id}`, { active: true });
    await rounds(1);
    expect(await alerts('?open=true')).toHaveLength(1);
    expect((await sv.call('DELETE', `/alert-rules/${rule.id}`)).status).toBe(204);
    await rounds(1);
    expect(await alerts('?open=true')).toEqual([]);
    expect(await alerts()).toHaveLength(2);
  });

  it('a rate without calls is no alert, and one with them is', async () => {
    await addRule({ metric: 'answerRateToday', comparison: 'below', threshold: 0.8, forSeconds: 0 });
    waiting(0);
    await rounds(2);
    expect(await alerts()).toEqual([]);
    figures = { ...figures, queues: figures.queues.map((one) => ({ ...one, offeredToday: 10, answeredToday: 7 })) };
    await rounds(1);
    expect(await alerts()).toMatchObject([{ metric: 'answerRateToday', value: 0.7 }]);
  });

  it('are taken notice of once, by a person', async () => {
    await addRule({ forSeconds: 0 });
    waiting(9);
    await rounds(1);
    const [alert] = await alerts();
    expect((await sv.call('POST', `/alerts/${alert?.id ?? ''}/seen`)).status).toBe(204);
    expect((await sv.call('POST', `/alerts/${alert?.id ?? ''}/seen`)).status).toBe(204);
    expect((await alerts())[0]?.seenByName).not.toBe('');
    expect((await sv.call('GET', '/audit?code=alert.seen')).body.items).toHaveLength(1);
  });

  it.each([
    [{ queueId: '00000000-0000-4000-8000-000000000000' }, 422],
    [{ metric: 'unhealthyAgents', queueId: 'own' }, 422],
    [{ metric: 'abandonRateToday', threshold: 20 }, 422],
    [{ webhookUrl: 'ftp://example.com' }, 400],
    [{ recipients: ['nobody'] }, 400],
  ])('refuse a rule that makes no sense: %j', async (more, status) => {
    const body = { ...given, ...more, ...('queueId' in more && more.queueId === 'own' ? { queueId: queue } : {}) };
    expect((await sv.call('POST', '/alert-rules', body)).status).toBe(status);
  });

  it('of stopped calls out need no rule', async () => {
    waiting(0);
    figures = { ...figures, outbound: { callsLastHour: 0, refused: 20, cost: 0, stops: 1 } };
    await rounds(1);
    expect(await alerts('?open=true')).toMatchObject([{ metric: 'outboundStops', value: 1, name: '発信の自動停止 / Outbound calls stopped' }]);
    await addRule({ name: 'mail', metric: 'outboundStops', threshold: 0, forSeconds: 0 });
    await rounds(1);
    expect(await outbox()).toMatchObject([{ kind: 'mail' }]);
    waiting(0);
    await rounds(5);
    expect(await alerts('?open=true')).toEqual([]);
  });

  it('are not for agents', async () => {
    const csr = await world.logIn(people, 'csr1');
    expect([(await csr.call('GET', '/alert-rules')).status, (await csr.call('GET', '/alerts')).status]).toEqual([403, 403]);
  });
});

describe('webhooks', () => {
  const send = (): Promise<void> => createOutboxWorker({ withTenant: world.db.database.withTenant, mailer: null, clock: world.clock, logger: silentLogger, registry: new Registry(), world: outside }).run(people.tenantId);
  const hook = (): string => `http://hooks.example.jp:${(server.address() as AddressInfo).port}/alert`;

  it('carry a signature that the receiver can check, and the same id at each try', async () => {
    const rule = await addRule({ forSeconds: 0, recipients: [], webhookUrl: hook() });
    expect(rule.webhookSecret).toMatch(/^[\w-]{43}$/);
    waiting(9);
    await rounds(1);
    answer = 503;
    await send();
    expect(await outbox()).toMatchObject([{ kind: 'webhook', status: 'waiting', last_error: 'The server answered 503.' }]);
    answer = 204;
    world.clock.advance(61_000);
    await send();
    expect(await outbox()).toMatchObject([{ status: 'sent' }]);
    const [first, second] = calls;
    expect(first?.headers['scc-delivery']).toBe(second?.headers['scc-delivery']);
    const { 'scc-timestamp': at, 'scc-signature': signature } = second?.headers ?? {};
    expect(signature).toBe(`v1=${webhookSignature(rule.webhookSecret, Number(at), second?.body ?? '')}`);
    expect(signature).not.toBe(`v1=${webhookSignature('another secret', Number(at), second?.body ?? '')}`);
    expect(JSON.parse(second?.body ?? '{}')).toMatchObject({ event: 'alert.raised', value: 9, queueName: 'サポート' });
  });

  it('never reach an address inside, whatever the rule says', async () => {
    await addRule({ forSeconds: 0, recipients: [], webhookUrl: hook() });
    waiting(9);
    await rounds(1);
    const real = createOutboxWorker({ withTenant: world.db.database.withTenant, mailer: null, clock: world.clock, logger: silentLogger, registry: new Registry(), world: { ...outside, isAllowed: () => false } });
    await real.run(people.tenantId);
    expect(calls).toEqual([]);
    expect((await outbox())[0]?.last_error).toBe('This address is not in the public internet.');
  });

  it('get a new secret with a new address, and keep it with the old one', async () => {
    const rule = await addRule({ webhookUrl: hook() });
    const kept = (await sv.call('PATCH', `/alert-rules/${rule.id}`, { threshold: 7 })).body as unknown as AlertRule;
    const moved = (await sv.call('PATCH', `/alert-rules/${rule.id}`, { webhookUrl: 'https://other.example.jp/x' })).body as unknown as AlertRule;
    expect(kept.webhookSecret).toBe(rule.webhookSecret);
    expect(moved.webhookSecret).not.toBe(rule.webhookSecret);
  });
});
