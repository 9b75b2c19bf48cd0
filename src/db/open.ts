import type pg from 'pg';
import type { Config } from '../lib/config.ts';
import type { Logger } from '../lib/logger.ts';
import { loadMasterKey } from '../vault/master-key.ts';
import { createDatabase, type SccDatabase } from './database.ts';
import { startEmbedded, type EmbeddedServer } from './embedded/embedded.ts';
import { asOwner, prepareDatabase } from './prepare.ts';
import type { AppendAudit } from './tenant-transaction.ts';

export interface OpenOptions {
  config: Pick<Config, 'dataDir' | 'databaseUrl' | 'masterKeyFile'>;
  logger: Logger;
  appendAudit: AppendAudit;
  /** For commands beside a running product: use its embedded server instead of refusing. */
  attach?: boolean;
}

/** The open database with what stands behind it. */
export interface OpenDatabase {
  database: SccDatabase;
  /** Signs with the master key (see MasterKey.sign). */
  sign: (text: string) => Buffer;
  /** Schema changes applied now; 0 when all was up to date. */
  migrationsApplied: number;
  /** Closes the pool, then stops the embedded server if it is ours. Idempotent. */
  close(): Promise<void>;
}

/** Whether any tenant exists, and so data that only the right master key opens. */
async function hasTenants(owner: pg.ClientConfig): Promise<boolean> {
  return asOwner(owner, async (client) => {
    const { rows } = await client.query<{ present: boolean }>("select to_regclass('public.tenants') is not null as present");
    if (!rows[0]?.present) return false;
    return ((await client.query('select from tenants limit 1')).rowCount ?? 0) > 0;
  });
}

async function openOn(owner: pg.ClientConfig, options: OpenOptions): Promise<Omit<OpenDatabase, 'close'>> {
  const master = loadMasterKey(options.config.masterKeyFile, !(await hasTenants(owner)));
  const { app, applied } = await prepareDatabase(owner, master);
  const database = createDatabase({ connection: app, master, appendAudit: options.appendAudit, logger: options.logger });
  try {
    // One tenant tells whether the master key belongs to this database; better now than at the first call.
    const [tenant] = await database.directory.tenants();
    if (tenant) await database.vaultOf(tenant.id);
  } catch (error) {
    await database.close();
    throw error;
  }
  return { database, migrationsApplied: applied.length, sign: (text) => master.sign(text) };
}

/**
 * Opens the product's database: starts the embedded server unless DATABASE_URL names one, brings the schema up to date,
 * makes the master key on the very first start.
 * @throws Error with one clear sentence when something stands in the way
 */
export async function openDatabase(options: OpenOptions): Promise<OpenDatabase> {
  const { databaseUrl, dataDir } = options.config;
  let server: EmbeddedServer | null = null;
  if (databaseUrl === undefined) {
    server = await startEmbedded({ dataDir, logger: options.logger, ...(options.attach ? { attach: true } : {}) });
  }
  try {
    const opened = await openOn(server?.owner ?? { connectionString: databaseUrl ?? '' }, options);
    return {
      ...opened,
      async close() {
        await opened.database.close();
        await server?.stop();
      },
    };
  } catch (error) {
    await server?.stop();
    throw error;
  }
}
