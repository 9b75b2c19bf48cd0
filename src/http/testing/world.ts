import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Permission } from '../../../shared/permissions.ts';
import { createTestDatabase, testActor, type TestDatabase } from '../../../test/support/database.ts';
import type { TenantTx } from '../../db/types.ts';
import { FakeClock } from '../../lib/clock.ts';
import type { OutsideWorld } from '../../lib/outside-request.ts';
import { newId } from '../../lib/ids.ts';
import { silentLogger } from '../../lib/logger.ts';
import type { DraftOrder } from '../../modules/flows/draft-calls-live.ts';
import { createDomainEvents, type DomainEmitter, type DomainEvents } from '../../modules/support/domain-events.ts';
import type { Scanner } from '../../modules/scanner/scanner.ts';
import type { SpeechSource } from '../../modules/prompts/speech-source.ts';
import { createTenant } from '../../modules/tenants/tenants.service.ts';
import { hashPassword } from '../../modules/users/passwords.ts';
import { insertProfile } from '../../modules/users/profiles.queries.ts';
import { patchUser } from '../../modules/users/users.queries.ts';
import { createUser } from '../../modules/users/users.service.ts';
import { createFileStore } from '../../store/file-store.ts';
import type { ObjectStore } from '../../store/object-store.ts';
import type { HttpPlugin } from '../app.ts';
import { createHttp } from '../start-http.ts';
import type { Shares } from '../tenant-shares.ts';

/** Password of every user in tests. */
export const TEST_PASSWORD = 'a long enough test phrase';

/** One logged-in client. */
export interface TestClient {
  userId: string;
  csrfToken: string;
  cookie: string;
  /** Sends a request under /api/v1 as this client. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<TestAnswer>;
}

export interface TestAnswer {
  status: number;
  // The shape of an answer is what tests are about, so they look at it without types.
  body: Record<string, never> & { code?: string; items?: never[]; errors?: { path: string; message: string }[] };
  raw: Buffer;
  headers: Record<string, string | string[] | number | undefined>;
}

export interface TestPeople {
  tenantId: string;
  slug: string;
  sv: string;
  csr: string;
  csr2: string;
  profiles: { SV: string; CSR: string };
}

/** The whole HTTP side on a database of its own, without a socket. */
export interface World {
  db: TestDatabase;
  clock: FakeClock;
  store: ObjectStore;
  ended: DomainEvents['sessionsEnded'][];
  wrappedUp: DomainEvents['callWrappedUp'][];
  events: DomainEmitter;
  app: Awaited<ReturnType<typeof createHttp>>['app'];
  auth: Awaited<ReturnType<typeof createHttp>>['auth'];
  metrics: Awaited<ReturnType<typeof createHttp>>['metrics'];
  /** Says who talks in a call at the moment. */
  talking: Map<string, string>;
  /** Queue and script of calls in progress. */
  queues: Map<string, { queueId: string; scriptId: string | null }>;
  /** Drafts that somebody asked to call; every ticket is `ticket`. */
  draftOrders: DraftOrder[];
  addTenant(slug: string, name: string): Promise<TestPeople>;
  request(method: string, path: string, options?: { body?: unknown; headers?: Record<string, string>; ip?: string }): Promise<TestAnswer>;
  logIn(people: TestPeople, loginId: string, ip?: string): Promise<TestClient>;
  inTenant<T>(people: TestPeople, work: (tx: TenantTx) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

let hashed: Promise<string> | null = null;

async function addPeople(tx: TenantTx, profiles: { SV: string; CSR: string }): Promise<Omit<TestPeople, 'tenantId' | 'slug' | 'profiles'>> {
  hashed ??= hashPassword(TEST_PASSWORD);
  const passwordHash = await hashed;
  const add = (loginId: string, profileId: string) =>
    createUser(tx, {
      loginId,
      profileId,
      passwordHash,
      content: { name: `User ${loginId}`, nameKana: 'ユーザー', department: '', email: `${loginId}@example.com`, employeeNumber: '' },
    });
  return { sv: await add('sv1', profiles.SV), csr: await add('csr1', profiles.CSR), csr2: await add('csr2', profiles.CSR) };
}

export interface WorldOptions {
  /** Not given = a clone on the shared server. */
  db?: TestDatabase;
  webDir?: string;
  rateLimits?: Parameters<typeof createHttp>[0]['rateLimits'];
  shares?: Shares;
  refusalFloorMs?: number;
  trustedProxies?: readonly string[];
  /** WebSockets and the like, on the world's own database and clock. */
  plugins?: (parts: { db: TestDatabase; clock: FakeClock; events: DomainEmitter }) => readonly HttpPlugin[];
  speech?: SpeechSource;
  scanner?: Scanner;
  /** See HttpDeps. */
  loginWorld?: OutsideWorld;
  /** Where people open the product; `https://scc.example.jp` when not given. */
  publicUrl?: string | null;
  auditCheckpoint?: NonNullable<Parameters<typeof createHttp>[0]['auditCheckpoint']>;
  configInForce?: (tenantId: string) => Promise<void>;
  isStorageFull?: () => boolean;
}

export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const db = options.db ?? (await createTestDatabase());
  const folder = await mkdtemp(join(tmpdir(), 'scc-http-'));
  const clock = new FakeClock(Date.UTC(2026, 10, 2, 1, 0, 0));
  const store = createFileStore(folder);
  const ended: DomainEvents['sessionsEnded'][] = [];
  const events = createDomainEvents((error) => {
    throw error;
  });
  events.on('sessionsEnded', (event) => ended.push(event));
  const wrappedUp: DomainEvents['callWrappedUp'][] = [];
  events.on('callWrappedUp', (event) => wrappedUp.push(event));
  const talking = new Map<string, string>();
  const queues: World['queues'] = new Map();
  const draftOrders: DraftOrder[] = [];
  const { app, auth, metrics } = await createHttp({
    database: db.database,
    store,
    clock,
    logger: silentLogger,
    events,
    checks: [],
    plugins: options.plugins?.({ db, clock, events }) ?? [],
    promptNames: ['ja/goodbye', 'music/hold'],
    webDir: options.webDir ?? join(folder, 'no-web'),
    version: '0.0.0',
    live: { isWith: (_tenantId, callId, userId) => talking.get(callId) === userId, queueOf: (_tenantId, callId) => queues.get(callId) ?? null, sipOf: () => [] },
    draftCalls: {
      admit: () => undefined,
      order(_tenantId, order) {
        draftOrders.push(order);
        return 'ticket';
      },
    },
    refusalFloorMs: options.refusalFloorMs ?? 0,
    canSendMail: true,
    publicUrl: options.publicUrl === undefined ? 'https://scc.example.jp' : options.publicUrl,
    auditSigner: db.master.signer,
    ...(options.loginWorld ? { loginWorld: options.loginWorld } : {}),
    ...(options.speech ? { speech: options.speech } : {}),
    ...(options.scanner ? { scanner: options.scanner } : {}),
    ...(options.auditCheckpoint ? { auditCheckpoint: options.auditCheckpoint } : {}),
    ...(options.isStorageFull ? { isStorageFull: options.isStorageFull } : {}),
    ...(options.configInForce ? { configInForce: options.configInForce } : {}),
    ...(options.rateLimits ? { rateLimits: options.rateLimits } : {}),
    ...(options.shares ? { shares: options.shares } : {}),
    ...(options.trustedProxies ? { trustedProxies: options.trustedProxies } : {}),
  });
  await app.ready();
  return {
    db,
    clock,
    store,
    ended,
    wrappedUp,
    events,
    app,
    auth,
    metrics,
    talking,
    queues,
    draftOrders,
    async addTenant(slug, name) {
      const made = await createTenant(db.database, { slug, name }, testActor, async (tx, { profiles }) => ({
        ...(await addPeople(tx, profiles)),
        tenantId: tx.tenantId,
        profiles,
      }));
      return { ...made, slug };
    },
    request: (method, path, given) => inject(app, method, path, given),
    logIn: (people, loginId, ip) => logIn(app, people, loginId, ip),
    inTenant: (people, work) => db.database.withTenant(people.tenantId, testActor, work),
    async close() {
      await app.close();
      await db.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function inject(
  app: World['app'],
  method: string,
  path: string,
  given: { body?: unknown; headers?: Record<string, string>; ip?: string } = {},
): Promise<TestAnswer> {
  const payload = given.body === undefined || Buffer.isBuffer(given.body) || typeof given.body === 'string' ? given.body : JSON.stringify(given.body);
  const answer = await app.inject({
    method: method as 'GET',
    url: path,
    remoteAddress: given.ip ?? '127.0.0.1',
    headers: { ...(payload === undefined ? {} : { 'content-type': 'application/json' }), ...given.headers },
    ...(payload === undefined ? {} : { payload: payload as string }),
  });
  const isJson = String(answer.headers['content-type']).includes('json') && !String(answer.headers['content-type']).includes('ndjson');
  return { status: answer.statusCode, body: (isJson ? answer.json() : {}) as TestAnswer['body'], raw: answer.rawPayload, headers: answer.headers };
}

async function logIn(app: World['app'], people: TestPeople, loginId: string, ip = '127.0.0.1'): Promise<TestClient> {
  const answer = await inject(app, 'POST', '/api/v1/login', { body: { tenant: people.slug, loginId, password: TEST_PASSWORD }, ip });
  if (answer.status !== 200) throw new Error(`login of ${loginId}: ${answer.status} ${answer.raw.toString()}`);
  const cookie = String(answer.headers['set-cookie']).split(';', 1)[0] ?? '';
  const { csrfToken, user } = answer.body as unknown as { csrfToken: string; user: { id: string } };
  return {
    userId: user.id,
    csrfToken,
    cookie,
    call: (method, path, body, headers) => inject(app, method, `/api/v1${path}`, { body, ip, headers: { cookie, 'x-csrf-token': csrfToken, ...headers } }),
  };
}

/** Details of the audit entries of a code, the newest first. */
export async function auditDetails(client: TestClient, code: string): Promise<Record<string, unknown>[]> {
  const { items } = (await client.call('GET', `/audit?code=${code}&limit=200`)).body as unknown as { items: { detail: Record<string, unknown> }[] };
  return items.map(({ detail }) => detail);
}

/** A profile of the tenant's own, given to a user. @returns its id */
export async function addProfile(world: World, people: TestPeople, profile: { name: string; permissions: readonly Permission[]; userId?: string }): Promise<string> {
  const { name, permissions, userId = null } = profile;
  const id = newId();
  await world.inTenant(people, async (tx) => {
    await insertProfile(tx, { id, name, permissions });
    if (userId !== null) await patchUser(tx, userId, { profile_id: id });
  });
  return id;
}
