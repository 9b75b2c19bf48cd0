import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type pg from 'pg';
import type { Config } from '../lib/config.ts';
import type { Logger } from '../lib/logger.ts';
import { KeyServiceError } from '../vault/key-service.ts';
import type { MasterKey } from '../vault/master-key.ts';
import { nextMasterKeyFile } from '../vault/master-key-file.ts';
import { masterKeyWay, openMasterKey, type MasterKeyPlace } from '../vault/open-master-key.ts';
import { createDatabase, type SccDatabase } from './database.ts';
import { logMasterUse, logMasterUseAsOwner } from './master-key-log.ts';
import { chooseIdentity } from './embedded/identity.ts';
import { planLayout } from './embedded/layout.ts';
import { startEmbedded } from './embedded/embedded.ts';
import { asOwner, prepareDatabase } from './prepare.ts';
import type { AppendAudit } from './tenant-transaction.ts';

export interface OpenOptions {
  config: Pick<Config, 'dataDir' | 'databaseUrl'> & MasterKeyPlace;
  logger: Logger;
  appendAudit: AppendAudit;
  /** For commands beside a running product: use its embedded server instead of refusing. */
  attach?: boolean;
  /** Open it though a tenant's keys may be under another master key: to put them back. */
  anyKeys?: boolean;
  /** How long a key service that does not answer is asked again, ms; some seconds when left out. */
  keyPatienceMs?: number;
}

/** The open database with what stands behind it. */
export interface OpenDatabase {
  database: SccDatabase;
  /** Signs with the master key (see MasterKey.sign). */
  sign: (text: string) => Buffer;
  master: MasterKey;
  /** How the schema's owner logs in: for ceremonies that the application's role has no right to. */
  owner: pg.ClientConfig;
  /** The superuser of the embedded server, on the product's database; null on a server of others. */
  superuser: pg.ClientConfig | null;
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

/** @throws MasterKeyError, KeyServiceError; what a key service refused is in the log too */
async function openMaster(owner: pg.ClientConfig, { config, logger, keyPatienceMs }: OpenOptions, actor: string): Promise<MasterKey> {
  const create = !(await hasTenants(owner));
  try {
    return await openMasterKey(config, { create, logger, ...(keyPatienceMs === undefined ? {} : { patienceMs: keyPatienceMs }) });
  } catch (error) {
    if (error instanceof KeyServiceError) {
      const use = { purpose: 'open', actor, way: 'kms', keyId: config.kms?.keyId ?? '', outcome: error.kind } as const;
      // Before the first start there is no table yet.
      await asOwner(owner, (client) => logMasterUseAsOwner(client, use)).catch(() => undefined);
    }
    throw error;
  }
}

async function openOn(owner: pg.ClientConfig, options: OpenOptions): Promise<Omit<OpenDatabase, 'close' | 'superuser'>> {
  if (existsSync(nextMasterKeyFile(options.config.masterKeyFile))) {
    throw new Error('A change of the master key was interrupted. Finish it with: npm run scc -- keys rotate-master');
  }
  const actor = options.attach ? 'cli' : 'core';
  const master = await openMaster(owner, options, actor);
  const { app, applied } = await prepareDatabase(owner, master);
  const database = createDatabase({ connection: app, master, appendAudit: options.appendAudit, logger: options.logger });
  try {
    await database.withDirectory((db) => logMasterUse(db, { purpose: 'open', actor, ...masterKeyWay(options.config) }));
    // One tenant tells whether the master key belongs to this database; better now than at the first call.
    const tenant = (await database.directory.tenants()).find(({ status }) => status !== 'ended');
    if (tenant && !options.anyKeys) await database.vaultOf(tenant.id);
  } catch (error) {
    await database.close();
    throw error;
  }
  return { database, migrationsApplied: applied.length, sign: (text) => master.sign(text), master, owner };
}

/** The database as its owner, whatever state its keys are in. */
export interface OwnedDatabase {
  owner: pg.ClientConfig;
  superuser: pg.ClientConfig | null;
  close(): Promise<void>;
  /** Closes an embedded database and removes its files. */
  discard(): Promise<void>;
}

/** Starts the embedded server, or names the one of DATABASE_URL, and looks at nothing in it. */
export async function openAsOwner({ config, logger, attach }: Omit<OpenOptions, 'appendAudit'>): Promise<OwnedDatabase> {
  if (config.databaseUrl !== undefined) return { owner: { connectionString: config.databaseUrl }, superuser: null, close: () => Promise.resolve(), discard: () => Promise.resolve() };
  const server = await startEmbedded({ dataDir: config.dataDir, logger, ...(attach ? { attach: true } : {}) });
  return {
    owner: server.owner,
    superuser: { ...server.superuser, database: server.owner.database },
    close: () => server.stop(),
    async discard() {
      await server.stop();
      await rm(planLayout(config.dataDir, chooseIdentity()).base, { recursive: true, force: true });
    },
  };
}

/**
 * Opens the product's database: starts the embedded server unless DATABASE_URL names one, brings the schema up to date,
 * makes the master key on the very first start.
 * @throws Error with one clear sentence when something stands in the way
 */
export async function openDatabase(options: OpenOptions): Promise<OpenDatabase> {
  const owned = await openAsOwner(options);
  try {
    const opened = await openOn(owned.owner, options);
    return {
      ...opened,
      superuser: owned.superuser,
      async close() {
        await opened.database.close();
        await owned.close();
      },
    };
  } catch (error) {
    await owned.close();
    throw error;
  }
}
