import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { createDatabase, type SccDatabase } from '../../src/db/database.ts';
import { startEmbedded, type EmbeddedServer } from '../../src/db/embedded/embedded.ts';
import { readMigrations } from '../../src/db/migrate.ts';
import { appConnection, APP_ROLE, prepareDatabase } from '../../src/db/prepare.ts';
import type { Actor } from '../../src/db/types.ts';
import { newId } from '../../src/lib/ids.ts';
import { silentLogger } from '../../src/lib/logger.ts';
import { appendAudit } from '../../src/modules/audit/audit-append.ts';
import { MasterKey } from '../../src/vault/master-key.ts';

/** A tenant made for one test. */
export interface TestTenant {
  id: string;
  slug: string;
}

/** A database of its own for one test file, cloned from a migrated template. */
export interface TestDatabase {
  database: SccDatabase;
  /** Logged in as superuser: sees and changes everything, like an attacker with the server's own rights. */
  ownerClient: pg.Client;
  /** How the application's role logs in here, for tests that open their own sessions. */
  appConnection: pg.ClientConfig;
  /** How the owner logs in here. */
  ownerConnection: pg.ClientConfig;
  master: MasterKey;
  tenantA: TestTenant;
  tenantB: TestTenant;
  /** Drops the database. Call it in afterAll. */
  close(): Promise<void>;
}

/** An actor for tests. */
export const testActor: Actor = { kind: 'system', id: 'test', ip: '127.0.0.1' };

const DATA_DIR = join(tmpdir(), `scc-test-db-${userInfo().uid}`);
const START_LIMIT_MS = 30_000;

/** Every test process must log in as the same application role, so all share this key. It protects nothing. */
const sharedMaster = new MasterKey(createHash('sha256').update('a key for tests only').digest());

function startKeeper(): void {
  const keeper = join(import.meta.dirname, 'database-keeper.ts');
  spawn(process.execPath, ['--no-warnings', keeper, DATA_DIR], { detached: true, stdio: 'ignore' }).unref();
}

/** Finds the shared server, starting it first when there is none. */
async function findServer(): Promise<EmbeddedServer> {
  const start = performance.now();
  for (let tries = 0; ; tries++) {
    const server = await startEmbedded({ dataDir: DATA_DIR, logger: silentLogger, attach: true, attachOnly: true }).catch(() => null);
    if (server && (await canLogIn(server))) return server;
    if (tries % 40 === 0) startKeeper();
    if (performance.now() - start > START_LIMIT_MS) throw new Error(`No test database in ${DATA_DIR}`);
    await sleep(50);
  }
}

async function canLogIn(server: EmbeddedServer): Promise<boolean> {
  const client = new pg.Client(server.owner);
  client.on('error', () => undefined);
  const good = await client.connect().then(
    () => true,
    () => false,
  );
  await client.end().catch(() => undefined);
  return good;
}

/** The template's name follows the migrations, so that a changed migration gets a new one. */
function templateName(): string {
  const digest = createHash('sha256');
  for (const migration of readMigrations()) digest.update(migration.checksum);
  return `template_${digest.digest('hex').slice(0, 12)}`;
}

async function ensureTemplate(admin: pg.Client, server: EmbeddedServer, name: string): Promise<void> {
  const { rowCount } = await admin.query("select from pg_database where datname = $1 and not datallowconn", [name]);
  if (rowCount) return;
  await admin.query('select pg_advisory_lock(1)');
  try {
    const again = await admin.query('select from pg_database where datname = $1 and not datallowconn', [name]);
    if (again.rowCount) return;
    await admin.query(`drop database if exists ${name} with (force)`);
    await admin.query(`create database ${name} owner ${server.owner.user}`);
    await prepareDatabase({ ...server.owner, database: name }, sharedMaster);
    // Closed to sessions, because a template in use cannot be cloned; this also marks it as complete.
    await admin.query(`alter database ${name} allow_connections false`);
  } finally {
    await admin.query('select pg_advisory_unlock(1)');
  }
}

/** Creates a tenant with a random slug; only the row, the key and the audit chain. */
export async function createTestTenant(database: SccDatabase): Promise<TestTenant> {
  const id = newId();
  const slug = `t-${randomBytes(6).toString('hex')}`;
  await database.createTenant({ id, slug, name: `Test ${slug}` }, testActor, () => Promise.resolve());
  return { id, slug };
}

async function cloneTemplate(server: EmbeddedServer): Promise<{ admin: pg.Client; name: string }> {
  const admin = new pg.Client(server.superuser);
  admin.on('error', () => undefined);
  await admin.connect();
  const template = templateName();
  await ensureTemplate(admin, server, template);
  // Whose it is, so that the keeper drops it only when that process is gone.
  const name = `test_${process.pid}_${randomBytes(8).toString('hex')}`;
  await admin.query(`create database ${name} template ${template} owner ${server.owner.user} strategy file_copy`);
  await admin.query(`revoke all on database ${name} from public`);
  await admin.query(`grant connect on database ${name} to ${APP_ROLE}`);
  return { admin, name };
}

/**
 * A fresh database with two tenants. The server is shared by all test processes of the machine and starts by itself.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = await findServer();
  const { admin, name } = await cloneTemplate(server);
  const ownerConnection = { ...server.owner, database: name };
  const app = appConnection(ownerConnection, sharedMaster.databasePassword(APP_ROLE));
  const database = createDatabase({ connection: app, master: sharedMaster, appendAudit, logger: silentLogger, poolSize: 6 });
  const ownerClient = new pg.Client({ ...server.superuser, database: name });
  ownerClient.on('error', () => undefined);
  await ownerClient.connect();
  return {
    database,
    ownerClient,
    appConnection: app,
    ownerConnection,
    master: sharedMaster,
    tenantA: await createTestTenant(database),
    tenantB: await createTestTenant(database),
    async close() {
      await database.close();
      await ownerClient.end();
      await admin.query(`drop database if exists ${name} with (force)`);
      await admin.end();
    },
  };
}
