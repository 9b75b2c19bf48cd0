import pg from 'pg';
import { startEmbedded, type EmbeddedServer } from '../../src/db/embedded/embedded.ts';
import { silentLogger } from '../../src/lib/logger.ts';

/**
 * Runs the database server that all test processes of this machine share, and ends itself when nobody has used it for a
 * while. Started by database.ts; a second one finds the folder in use and ends at once.
 */
const IDLE_LIMIT_MS = 90_000;
const CHECK_MS = 10_000;

const [dataDir = ''] = process.argv.slice(2);

async function start(): Promise<EmbeddedServer> {
  // Test data may be lost: no waiting for the disk.
  const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200', autovacuum: 'off' };
  try {
    return await startEmbedded({ dataDir, logger: silentLogger, settings });
  } catch {
    process.exit(0);
  }
}

/** Whether the test process that made a database is still there. */
function isInUse(database: string): boolean {
  try {
    return process.kill(Number(database.split('_')[1]), 0);
  } catch {
    return false;
  }
}

/** Of test processes that were killed. Others may have made theirs since the server is up. */
async function dropLeftovers(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ datname: string }>("select datname from pg_database where datname ~ '^test_[0-9]+_'");
  for (const { datname } of rows.filter((row) => !isInUse(row.datname))) await client.query(`drop database if exists ${datname} with (force)`).catch(() => undefined);
}

async function otherSessions(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    "select count(*)::int as count from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()",
  );
  return rows[0]?.count ?? 0;
}

const server = await start();
const client = new pg.Client(server.superuser);
client.on('error', () => undefined);
await client.connect();
await dropLeftovers(client);
let idleSince = performance.now();
const timer = setInterval(async () => {
  const busy = (await otherSessions(client).catch(() => 0)) > 0;
  if (busy) idleSince = performance.now();
  if (performance.now() - idleSince < IDLE_LIMIT_MS) return;
  clearInterval(timer);
  await client.end().catch(() => undefined);
  await server.stop();
}, CHECK_MS);
