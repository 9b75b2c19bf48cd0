import type { Kysely, Transaction } from 'kysely';
import { AppError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import type { MasterKey } from '../vault/master-key.ts';
import { LoadedTenantVault } from '../vault/tenant-vault.ts';
import type { DB } from './schema.generated.ts';
import { bindTransaction } from './tenant-transaction.ts';
import type { Actor, TenantVault } from './types.ts';

const LOADER: Actor = { kind: 'system', id: 'vault', ip: '' };

/** Loads each tenant's keys once per process; every load leaves a row in the key log. */
export class TenantKeys {
  readonly #db: Kysely<DB>;
  readonly #master: MasterKey;
  readonly #vaults = new Map<string, Promise<TenantVault>>();

  constructor(db: Kysely<DB>, master: MasterKey) {
    this.#db = db;
    this.#master = master;
  }

  /** @throws AppError `not_found` when the tenant has no key, `master_key_mismatch` when the master key is the wrong one */
  vaultOf(tenantId: string): Promise<TenantVault> {
    const known = this.#vaults.get(tenantId);
    if (known) return known;
    const loading = this.#load(tenantId);
    this.#vaults.set(tenantId, loading);
    loading.catch(() => this.#vaults.delete(tenantId));
    return loading;
  }

  /** Wraps and stores the first key of a new tenant in its own transaction; `keep` makes it usable after the commit. */
  async create(db: Transaction<DB>, tenantId: string, key: Buffer): Promise<{ vault: TenantVault; keep: () => void }> {
    const version = 1;
    const wrapped = this.#master.wrapTenantKey(tenantId, version, key);
    await db.insertInto('tenant_keys').values({ tenant_id: tenantId, version, wrapped }).execute();
    const vault = new LoadedTenantVault(tenantId, new Map([[version, key]]));
    return { vault, keep: () => this.#vaults.set(tenantId, Promise.resolve(vault)) };
  }

  async #load(tenantId: string): Promise<TenantVault> {
    return this.#db.transaction().execute(async (db) => {
      await bindTransaction(db, tenantId, LOADER);
      const rows = await db.selectFrom('tenant_keys').select(['version', 'wrapped']).orderBy('version').execute();
      if (rows.length === 0) throw new AppError('not_found', 404, 'No such tenant.');
      const keys = new Map(rows.map((row) => [row.version, this.#master.unwrapTenantKey(tenantId, row.version, row.wrapped)]));
      const vault = new LoadedTenantVault(tenantId, keys);
      await db
        .insertInto('key_log')
        .values({ tenant_id: tenantId, id: newId(), key_version: vault.keyVersion, purpose: 'tenant_key_load', subject: `process ${process.pid}` })
        .execute();
      return vault;
    });
  }
}
