import pg from 'pg';
import { messageOf } from '../lib/errors.ts';
import type { MasterKey } from '../vault/master-key.ts';
import { checkIsolation } from './isolation.ts';
import { migrate, MigrationError, type Migration } from './migrate.ts';

/** Name of the role under which the product works. */
export const APP_ROLE = 'scc_app';

/** The database would let tenants see each other's rows; the product does not start. */
export class IsolationError extends Error {
  constructor(lines: readonly string[]) {
    super(`The database does not keep tenants apart; not starting:\n${lines.map((line) => `  ${line}`).join('\n')}`);
    this.name = 'IsolationError';
  }
}

/** The same database, as the application's role. */
export function appConnection(owner: pg.ClientConfig, password: string): pg.ClientConfig {
  if (!owner.connectionString) return { ...owner, user: APP_ROLE, password };
  const url = new URL(owner.connectionString);
  url.username = APP_ROLE;
  url.password = encodeURIComponent(password);
  return { ...owner, connectionString: url.href };
}

/** Runs `work` in a session of the owner. */
export async function asOwner<T>(owner: pg.ClientConfig, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionTimeoutMillis: 10_000, ...owner });
  client.on('error', () => undefined);
  await client.connect().catch((error: unknown) => {
    throw new Error(`The database cannot be reached: ${messageOf(error)}`, { cause: error });
  });
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function canLogIn(connection: pg.ClientConfig): Promise<boolean> {
  const client = new pg.Client(connection);
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch (error) {
    const code = (error as { code?: string }).code ?? '';
    // 28xxx: wrong password or no password set yet.
    if (code.startsWith('28')) return false;
    throw error;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Gives the application's role the password that is derived from a master key. @throws MigrationError when the owner may not */
export async function setAppPassword(client: pg.Client, master: MasterKey): Promise<void> {
  const password = master.databasePassword(APP_ROLE);
  try {
    await client.query(`alter role ${APP_ROLE} password ${client.escapeLiteral(password)}`);
  } catch (error) {
    if ((error as { code?: string }).code !== '42501') throw error;
    throw new MigrationError(`The role of DATABASE_URL may not set the password of ${APP_ROLE}: it needs CREATEROLE and, from PostgreSQL 16 on, must have made that role itself.`);
  }
}

/**
 * The connection of the application's role; sets its password first when the one derived from the master key does not fit.
 * @param isNew the schema was made just now, so there is no password to try
 */
async function prepareAppRole(client: pg.Client, owner: pg.ClientConfig, master: MasterKey, isNew: boolean): Promise<pg.ClientConfig> {
  const connection = appConnection(owner, master.databasePassword(APP_ROLE));
  if (isNew || !(await canLogIn(connection))) {
    await setAppPassword(client, master);
  }
  return connection;
}

/** What preparing a database brought. */
export interface PreparedDatabase {
  /** For the pool. */
  app: pg.ClientConfig;
  applied: Migration[];
}

/**
 * Brings the schema up to date, sets the application role's password and refuses a database whose catalog breaks the
 * rules of isolation.
 * @throws MigrationError, IsolationError
 */
export async function prepareDatabase(owner: pg.ClientConfig, master: MasterKey): Promise<PreparedDatabase> {
  return asOwner(owner, async (client) => {
    const applied = await migrate(client);
    const app = await prepareAppRole(client, owner, master, applied[0]?.version === 1);
    const faults = await checkIsolation(client, APP_ROLE);
    if (faults.length > 0) throw new IsolationError(faults.map((fault) => `${fault.object}: ${fault.rule}`));
    return { app, applied };
  });
}
