import { randomBytes } from 'node:crypto';
import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely';
import pg from 'pg';
import { notFound, unavailable } from '../lib/errors.ts';
import { isUuid } from '../lib/ids.ts';
import type { Logger } from '../lib/logger.ts';
import type { MasterKey } from '../vault/master-key.ts';
import { cleanError, isConnectionError, isRetryable } from './errors.ts';
import { HealthMonitor } from './health.ts';
import { createDirectory } from './directory.ts';
import type { DB } from './schema.generated.ts';
import { TenantKeys } from './tenant-keys.ts';
import { bindTransaction, boundTransaction, type AppendAudit } from './tenant-transaction.ts';
import type { Actor, Database, DirectoryReader, TenantTx, TenantVault, WithTenant } from './types.ts';

export interface DatabaseOptions {
  /** How to log in as the application's role. */
  connection: pg.ClientConfig;
  master: MasterKey;
  appendAudit: AppendAudit;
  logger: Logger;
  /** Most connections at a time. */
  poolSize?: number;
}

/** How often a transaction that lost a deadlock or serialization conflict is run again. */
const MAX_RETRIES = 3;
/** A server that takes longer to say 1 counts as gone, ms. */
const PROBE_LIMIT_MS = 2_000;

/** The product's database. Beyond the contract: what the group commit and the creation of tenants need. */
export interface SccDatabase extends Database {
  /**
   * Creates a tenant and its key in one transaction with `work`, which sets up the tenant's own rows.
   * @throws AppError `duplicate` when the slug is taken
   */
  createTenant<T>(tenant: { id: string; slug: string; name: string }, actor: Actor, work: (tx: TenantTx) => Promise<T>): Promise<T>;
  /**
   * Runs `work` on one moment of a tenant's data, which it may read for as long as it likes and not change.
   * @throws AppError `not_found`
   */
  withSnapshot: WithTenant;
  /** Writes to the directory tables only; no tenant table lets anything through. */
  withDirectory<T>(work: (db: Transaction<DB>) => Promise<T>): Promise<T>;
  /** For the group commit: the tenant's loaded keys. */
  vaultOf(tenantId: string): Promise<TenantVault>;
  /** For the group commit: one transaction without a tenant bound yet. */
  unbound<T>(work: (db: Transaction<DB>) => Promise<T>): Promise<T>;
  /** For the group commit: a connection of its own. It is closed when `work` throws, which takes back what was not committed. */
  pipelined<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T>;
  readonly appendAudit: AppendAudit;
  /** For the ceremonies of keys, and for learning of what other processes did. */
  readonly keys: Pick<TenantKeys, 'insert' | 'refresh' | 'refreshChanged' | 'mostWorn'>;
}

/** Nothing in the product may hold locks or a connection for longer. */
const LIMITS = '-c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000 -c lock_timeout=20000';
/** Prepared statements are planned once: not for the tables of a first day, which are small enough to be read whole. */
const BY_INDEX = '-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c plan_cache_mode=force_generic_plan';

function createPool(options: DatabaseOptions, onError: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool({
    ...options.connection,
    max: options.poolSize ?? 16,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    application_name: 'scc',
    options: LIMITS,
  });
  pool.on('error', onError);
  // A client that is checked out reports its broken socket itself, beside rejecting its query.
  pool.on('connect', (client) => client.on('error', onError));
  return pool;
}

/** One connection for the journal, whose statements stay prepared. */
function createJournalPool(options: DatabaseOptions, onError: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool({
    ...options.connection,
    max: 1,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 0,
    keepAlive: true,
    application_name: 'scc-journal',
    options: `${LIMITS} ${BY_INDEX}`,
  });
  pool.on('error', onError);
  pool.on('connect', (client) => client.on('error', onError));
  return pool;
}

/** One connection of its own for the question whether the server answers: the pool may be busy, and a stopped server never says no. */
function createProbePool(options: DatabaseOptions): pg.Pool {
  const pool = new pg.Pool({
    ...options.connection,
    max: 1,
    connectionTimeoutMillis: PROBE_LIMIT_MS,
    query_timeout: PROBE_LIMIT_MS,
    idleTimeoutMillis: 60_000,
    application_name: 'scc-probe',
  });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

class PostgresDatabase implements SccDatabase {
  readonly directory: DirectoryReader;
  readonly appendAudit: AppendAudit;
  readonly #kysely: Kysely<DB>;
  readonly keys: TenantKeys;
  readonly #health: HealthMonitor;
  readonly #probe: pg.Pool;
  readonly #journal: pg.Pool;
  #closing: Promise<void> | undefined;

  constructor(options: DatabaseOptions) {
    const pool = createPool(options, () => this.#health.suspect());
    this.#kysely = new Kysely<DB>({ dialect: new PostgresDialect({ pool }) });
    this.keys = new TenantKeys(this.#kysely, options.master);
    this.appendAudit = options.appendAudit;
    this.#journal = createJournalPool(options, () => this.#health.suspect());
    this.#probe = createProbePool(options);
    this.#health = new HealthMonitor(async () => void (await this.#probe.query('select 1')), options.logger);
    this.directory = createDirectory(this.#kysely, (work) => this.#run(work));
  }

  get healthy(): boolean {
    return this.#health.healthy;
  }

  onHealth(listener: (healthy: boolean) => void): () => void {
    return this.#health.on(listener);
  }

  withTenant = async <T>(tenantId: string, actor: Actor, work: (tx: TenantTx) => Promise<T>): Promise<T> => {
    if (!isUuid(tenantId)) throw notFound('tenant');
    return this.#run(async () => {
      const vault = await this.keys.vaultOf(tenantId);
      return this.#kysely.transaction().execute(async (db) => {
        await bindTransaction(db, tenantId, actor);
        const bound = boundTransaction(db, tenantId, actor, vault, this.appendAudit);
        const result = await work(bound.tx);
        await bound.flushAudit();
        return result;
      });
    });
  };

  withSnapshot = async <T>(tenantId: string, actor: Actor, work: (tx: TenantTx) => Promise<T>): Promise<T> => {
    if (!isUuid(tenantId)) throw notFound('tenant');
    // Not run again: what it has read is with somebody else already.
    return this.#guard(async () => {
      const vault = await this.keys.vaultOf(tenantId);
      return this.#kysely
        .transaction()
        .setIsolationLevel('repeatable read')
        .setAccessMode('read only')
        .execute(async (db) => {
          await bindTransaction(db, tenantId, actor);
          await sql`select set_config('statement_timeout', '0', true), set_config('timezone', 'UTC', true)`.execute(db);
          return work(boundTransaction(db, tenantId, actor, vault, this.appendAudit).tx);
        });
    });
  };

  async createTenant<T>(tenant: { id: string; slug: string; name: string }, actor: Actor, work: (tx: TenantTx) => Promise<T>): Promise<T> {
    return this.#run(async () => {
      const { result, keep } = await this.#kysely.transaction().execute(async (db) => {
        await bindTransaction(db, tenant.id, actor);
        await db.insertInto('tenants').values(tenant).execute();
        const created = await this.keys.create(db, tenant.id, randomBytes(32));
        await db.insertInto('audit_heads').values({ tenant_id: tenant.id, seq: 0, hash: Buffer.alloc(32) }).execute();
        const bound = boundTransaction(db, tenant.id, actor, created.vault, this.appendAudit);
        const value = await work(bound.tx);
        await bound.flushAudit();
        return { result: value, keep: created.keep };
      });
      keep();
      return result;
    });
  }

  withDirectory<T>(work: (db: Transaction<DB>) => Promise<T>): Promise<T> {
    return this.#run(() => this.#kysely.transaction().execute(work));
  }

  vaultOf(tenantId: string): Promise<TenantVault> {
    return this.#run(() => this.keys.vaultOf(tenantId));
  }

  async unbound<T>(work: (db: Transaction<DB>) => Promise<T>): Promise<T> {
    return this.#guard(() => this.#kysely.transaction().execute(work));
  }

  async pipelined<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    return this.#guard(async () => {
      const client = await this.#journal.connect();
      let failed = true;
      try {
        const result = await work(client);
        failed = false;
        return result;
      } finally {
        client.release(failed);
      }
    });
  }

  close(): Promise<void> {
    this.#closing ??= (async () => {
      this.#health.close();
      await Promise.all([this.#kysely.destroy(), this.#probe.end(), this.#journal.end()]);
    })();
    return this.#closing;
  }

  /** Runs again what lost a conflict with another transaction. */
  async #run<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#guard(work);
      } catch (error) {
        if (attempt > MAX_RETRIES || !isRetryable(error)) throw error;
      }
    }
  }

  /**
   * Refuses at once while the server is known to be away, so that requests do not pile up behind it; reports lost
   * connections to the health monitor and cleans what is thrown.
   */
  async #guard<T>(work: () => Promise<T>): Promise<T> {
    if (!this.#health.healthy) throw unavailable('database_unavailable', 'The database cannot be reached at the moment.');
    try {
      return await work();
    } catch (error) {
      if (isConnectionError(error)) this.#health.suspect();
      throw cleanError(error);
    }
  }
}

/** Opens a pool on a database that is prepared (see prepare.ts). Connects when first used. */
export const createDatabase = (options: DatabaseOptions): SccDatabase => new PostgresDatabase(options);
