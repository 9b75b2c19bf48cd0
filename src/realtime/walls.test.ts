import websocket from '@fastify/websocket';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WallLink } from '../../shared/api/wall-links.ts';
import type { WallMessage, WallView } from '../../shared/wall.ts';
import { FakeMedia } from '../calls/testing/fake-media.ts';
import { FakeSip } from '../calls/testing/fake-sip.ts';
import { NO_DRAFT_STORE, noMetrics } from '../calls/testing/world.ts';
import { TenantCell } from '../calls/tenant-cell.ts';
import { createWorld, type TestClient, type TestPeople, type World } from '../http/testing/world.ts';
import { AppError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import { silentLogger } from '../lib/logger.ts';
import { BoardFeed } from './board-feed.ts';
import { registerWalls } from './walls.ts';

let world: World;
let people: TestPeople;
let sv: TestClient;
let cell: TenantCell;
let base: string;
let support: string;
let sales: string;
const cells = new Map<string, TenantCell>();
const open: Screen[] = [];

/** A screen on the wall. */
class Screen {
  readonly said: WallMessage[] = [];
  readonly closed: Promise<number>;
  readonly #socket: WebSocket;

  constructor(token: string, origin = `http://${base}`) {
    this.#socket = new WebSocket(`ws://${base}/api/v1/wall/${token}`, { headers: { origin } } as unknown as string[]);
    this.#socket.addEventListener('message', ({ data }) => this.said.push(JSON.parse(String(data)) as WallMessage));
    this.closed = new Promise((resolve) => {
      this.#socket.addEventListener('close', ({ code }) => resolve(code));
      this.#socket.addEventListener('error', () => resolve(-1));
    });
    open.push(this);
  }

  close(): void {
    this.#socket.close();
  }

  send(text: string): void {
    this.#socket.send(text);
  }

  /** The newest picture. */
  get view(): WallView | undefined {
    return this.said.findLast((message) => message.type === 'wall')?.view;
  }

  /** Until it shows what is wanted; the world's clock goes on meanwhile. */
  async shows(wanted: (view: WallView) => boolean): Promise<WallView> {
    await until('the picture', () => this.view !== undefined && wanted(this.view));
    return this.view as WallView;
  }
}

async function until(what: string, isThere: () => boolean | Promise<boolean>): Promise<void> {
  for (const begun = performance.now(); performance.now() - begun < 20_000; ) {
    if (await isThere()) return;
    world.clock.advance(50);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`${what} did not come`);
}

const makeLink = async (more: object = {}, client = sv): Promise<{ status: number; id: string; token: string }> => {
  const { status, body } = await client.call('POST', '/wall-links', { name: '1F', queueIds: [support], ...more });
  return { status, ...(body as unknown as { id: string; token: string }) };
};
const links = async (): Promise<WallLink[]> => ((await sv.call('GET', '/wall-links')).body as unknown as { items: WallLink[] }).items;
const audits = async (code: string) => (await world.db.ownerClient.query<{ code: string; ip: string }>('select code, ip from audit_events where code = $1', [code])).rows;
const info = (token: string, ip = '127.0.0.1') => world.request('GET', `/api/v1/public/wall/${token}`, { ip });

function newCell(of: TestPeople): TenantCell {
  const made = new TenantCell({
    tenantId: of.tenantId,
    slug: of.slug,
    name: of.slug,
    database: world.db.database,
    journal: { append: async () => undefined },
    clock: world.clock,
    newId,
    logger: silentLogger,
    sip: new FakeSip(),
    media: new FakeMedia().connection(() => true),
    recordings: { open: () => Promise.reject(new AppError('none', 500, 'none')) },
    metrics: noMetrics,
    locate: () => Promise.reject(new Error('nobody is called here')),
    lookUp: () => Promise.resolve({ kind: 'customer', customers: [] }),
    matchCaller: async () => [],
    contactOf: () => null,
    dialFor: () => undefined,
    messages: { get: () => undefined },
    storePath: (path) => path,
    draftStore: NO_DRAFT_STORE,
  });
  cells.set(of.tenantId, made);
  return made;
}

const addQueue = (of: TestPeople, code: string, member: string): Promise<string> =>
  world.inTenant(of, async (tx) => {
    const id = newId();
    await tx.db.insertInto('queues').values({ tenant_id: tx.tenantId, id, code, name: code }).execute();
    await tx.db.insertInto('queue_members').values({ tenant_id: tx.tenantId, queue_id: id, user_id: member }).execute();
    return id;
  });

beforeEach(async () => {
  cells.clear();
  const feeds = new Map<TenantCell, BoardFeed>();
  world = await createWorld({
    plugins: ({ db, clock, events }) => [
      async (app) => {
        await app.register(websocket);
        registerWalls(app, {
          withTenant: db.database.withTenant, clock, logger: silentLogger, events,
          tenant: (tenantId) => cells.get(tenantId),
          boardOf: (of) => {
            const feed = feeds.get(of) ?? new BoardFeed(of, clock);
            feeds.set(of, feed);
            return feed;
          },
        });
      },
    ],
  });
  people = await world.addTenant('acme', 'Acme');
  sv = await world.logIn(people, 'sv1');
  support = await addQueue(people, 'support', people.csr);
  sales = await addQueue(people, 'sales', people.csr2);
  cell = newCell(people);
  await cell.reload();
  await world.app.listen({ port: 0, host: '127.0.0.1' });
  base = `127.0.0.1:${(world.app.server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  for (const screen of open.splice(0)) screen.close();
  for (const each of cells.values()) each.stop();
  await world.close();
});

const queue = (callId: string, queueId: string): void => cell.runtime.toAcd({ type: 'queued', at: cell.runtime.now(), callId, queueId, requiredSkills: {}, priority: 0, queuedAt: cell.runtime.now() });

describe('a screen on the wall', () => {
  it('shows the queues of its link without a login, goes on by itself, and holds nothing personal', async () => {
    const { token } = await makeLink();
    const screen = new Screen(token);
    const first = await screen.shows(() => true);
    expect(first.queues.map(({ name, waiting }) => [name, waiting])).toEqual([['support', 0]]);
    expect(first.states).toMatchObject({ offline: 1, available: 0 });
    queue('c1', support);
    queue('c2', sales);
    const next = await screen.shows(({ queues }) => queues[0]?.waiting === 1);
    expect(next.queues).toHaveLength(1);
    expect(JSON.stringify(screen.said)).not.toContain('User csr');
    expect([next.agents, next.waiting]).toEqual([[], []]);
  });

  it('names agents only where the link says so, and says that it is alive while nothing happens', async () => {
    const { token } = await makeLink({ showsNames: true });
    const screen = new Screen(token);
    await screen.shows(() => true);
    cell.runtime.toAcd({ type: 'presence', at: cell.runtime.now(), agentId: people.csr, presence: 'break' });
    const { agents } = await screen.shows((view) => view.agents.length > 0);
    expect(agents).toMatchObject([{ name: 'User csr1', state: 'break' }]);
    const pictures = screen.said.length;
    await until('a sign of life', () => screen.said.slice(pictures).some(({ type }) => type === 'wall.alive'));
  });

  it('goes dark at once when the link is ended, and does not open again; making, opening and ending are audited', async () => {
    const { id, token } = await makeLink();
    const screen = new Screen(token);
    await screen.shows(() => true);
    await until('the opening', async () => (await audits('wall_link.opened')).length === 1);
    // One that connects again was not opened anew.
    const again = new Screen(token);
    await again.shows(() => true);
    expect((await sv.call('DELETE', `/wall-links/${id}`)).status).toBe(204);
    await until('the end', () => screen.said.some(({ type }) => type === 'wall.over'));
    expect(await screen.closed).toBe(1008);
    expect(await new Screen(token).closed).not.toBe(1000);
    expect((await info(token)).status).toBe(404);
    expect(await links()).toMatchObject([{ name: '1F', queueIds: [support], opens: 1, revokedAt: expect.any(String) as string }]);
    expect([(await audits('wall_link.created')).length, (await audits('wall_link.opened')).length, (await audits('wall_link.revoked')).length]).toEqual([1, 1, 1]);
  });

  it('ends when its time is over', async () => {
    const { token } = await makeLink({ days: 1 });
    expect(await links()).toMatchObject([{ expiresAt: new Date(world.clock.wall() + 86_400_000).toISOString() }]);
    const screen = new Screen(token);
    await screen.shows(() => true);
    await world.db.ownerClient.query('update wall_links set expires_at = $1', [new Date(world.clock.wall() + 20_000)]);
    await until('the end', () => screen.said.some(({ type }) => type === 'wall.over'));
    expect((await info(token)).status).toBe(404);
  });

  it('opens only where its maker may log in', async () => {
    const { token } = await makeLink();
    expect((await info(token, '203.0.113.9')).status).toBe(200);
    await sv.call('PUT', `/profiles/${people.profiles.SV}/ip-ranges`, { ipRanges: ['127.0.0.0/8'] });
    expect((await info(token, '203.0.113.9')).status).toBe(404);
    expect((await info(token)).status).toBe(200);
  });

  it('belongs to its tenant: neither another tenant’s id before the secret, nor another page, nor a queue of others', async () => {
    const other = await world.addTenant('other', 'Other');
    await newCell(other).reload();
    const { token } = await makeLink();
    const forged = token.replace(people.tenantId, other.tenantId);
    expect((await info(forged)).status).toBe(404);
    const stranger = new Screen(forged);
    await stranger.closed;
    const framed = new Screen(token, 'http://evil.example');
    await framed.closed;
    expect([stranger.said, framed.said]).toEqual([[], []]);
    const theirs = await addQueue(other, 'theirs', other.csr);
    expect((await makeLink({ queueIds: [theirs] })).status).toBe(422);
    expect((await (await world.logIn(other, 'sv1')).call('GET', '/wall-links')).body.items).toEqual([]);
  });

  it('is made by supervisors only, stores no secret, and listens to nothing', async () => {
    const csr = await world.logIn(people, 'csr1');
    expect((await makeLink({}, csr)).status).toBe(403);
    const { token } = await makeLink();
    const stored = await world.db.ownerClient.query<{ text: string }>("select wall_links::text || encode(secret_hash, 'escape') as text from wall_links");
    expect(stored.rows[0]?.text).not.toContain(token.slice(token.indexOf('_') + 1));
    const screen = new Screen(token);
    await screen.shows(() => true);
    screen.send('{"type":"board.watch","on":true,"ref":1}');
    expect(await screen.closed).toBe(1008);
  });

  it('refuses an address that tries too often', async () => {
    const tries = await Promise.all(Array.from({ length: 70 }, async () => (await world.app.inject({ method: 'GET', url: `/api/v1/wall/${people.tenantId}_${'a'.repeat(43)}`, headers: { origin: 'http://localhost:1234', host: 'localhost:1234' } })).statusCode));
    expect(tries).toContain(429);
    expect(tries.filter((status) => status !== 429 && status !== 404)).toEqual([]);
  });
});
