import { sql, type Kysely, type Transaction } from 'kysely';
import { systemClock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import type { MasterKey } from '../vault/master-key.ts';
import { LoadedTenantVault } from '../vault/tenant-vault.ts';
import type { DB } from './schema.generated.ts';
import { bindTransaction } from './tenant-transaction.ts';
import type { Actor, TenantVault } from './types.ts';

const LOADER: Actor = { kind: 'system', id: 'vault', ip: '' };
/** Content with an unknown version makes the keys be loaded again, but damaged content not over and over. */
const RELOAD_AT_MOST_EVERY_MS = 1_000;

interface Loaded {
  vault: LoadedTenantVault;
  /** Of `tenants.key_generation` when the keys were read. */
  generation: number;
  /** Monotonic, ms. */
  at: number;
}

interface KeysRead {
  generation: number;
  keys: Map<number, Buffer>;
  /** Version that seals. */
  sealing: number;
}

/**
 * Holds each tenant's keys in this process; every load leaves a row in the key log. A tenant has one vault for the life of the
 * process: new versions come into it, and when the keys are destroyed it forgets them.
 */
export class TenantKeys {
  readonly #db: Kysely<DB>;
  readonly #master: MasterKey;
  readonly #vaults = new Map<string, Promise<Loaded>>();
  /** What everybody holds, also while the keys could not be read again. */
  readonly #held = new Map<string, LoadedTenantVault>();

  constructor(db: Kysely<DB>, master: MasterKey) {
    this.#db = db;
    this.#master = master;
  }

  /** @throws AppError `not_found` when the tenant has no key, `master_key_mismatch` when the master key is the wrong one */
  async vaultOf(tenantId: string): Promise<TenantVault> {
    const known = this.#vaults.get(tenantId);
    if (!known) return (await this.refresh(tenantId)).vault;
    const loaded = await known;
    const isDue = loaded.vault.missedVersion && systemClock.monotonic() - loaded.at > RELOAD_AT_MOST_EVERY_MS;
    if (!isDue) return loaded.vault;
    // Somebody who waited beside us reads them already.
    if (this.#vaults.get(tenantId) !== known) return this.vaultOf(tenantId);
    return (await this.refresh(tenantId)).vault;
  }

  /** Wraps and stores the first key of a new tenant in its own transaction; `keep` makes it usable after the commit. */
  async create(db: Transaction<DB>, tenantId: string, key: Buffer): Promise<{ vault: TenantVault; keep: () => void }> {
    const version = 1;
    await this.insert(db, tenantId, version, key);
    const vault = new LoadedTenantVault(tenantId, new Map([[version, key]]));
    return { vault, keep: () => void this.#keep(tenantId, Promise.resolve({ vault, generation: 1, at: systemClock.monotonic() })) };
  }

  /** Wraps and stores one version of a tenant's key, in a transaction that is bound to the tenant. */
  async insert(db: Transaction<DB>, tenantId: string, version: number, key: Buffer): Promise<void> {
    const wrapped = this.#master.wrapTenantKey(tenantId, version, key);
    await db.insertInto('tenant_keys').values({ tenant_id: tenantId, version, wrapped }).execute();
  }

  /** Reads a tenant's keys again, into the vault that everybody holds. */
  refresh(tenantId: string): Promise<Loaded> {
    // After the one that is reading now: what it has read must not take the place of what is read later.
    const before = this.#vaults.get(tenantId)?.catch(() => null);
    return this.#keep(tenantId, Promise.resolve(before).then(() => this.#load(tenantId)));
  }

  /** Reads again the keys that were changed by another process. A tenant whose keys are gone is forgotten. */
  async refreshChanged(): Promise<void> {
    if (this.#held.size === 0) return;
    const rows = await this.#db.selectFrom('tenants').select(['id', 'key_generation']).where('id', 'in', [...this.#held.keys()]).execute();
    for (const { id, key_generation: generation } of rows) {
      const loaded = await this.#vaults.get(id)?.catch(() => null);
      if (loaded?.generation === generation) continue;
      await this.refresh(id).catch((error: unknown) => {
        if (!(error instanceof AppError && error.code === 'not_found')) throw error;
      });
    }
  }

  /** The largest share of its key's allowance that any tenant has used in this process, 0 to 1. */
  async mostWorn(): Promise<{ tenantId: string; wear: number } | null> {
    let most: { tenantId: string; wear: number } | null = null;
    for (const [tenantId, loading] of this.#vaults) {
      const loaded = await loading.catch(() => null);
      if (loaded && loaded.vault.wear > (most?.wear ?? 0)) most = { tenantId, wear: loaded.vault.wear };
    }
    return most;
  }

  #keep(tenantId: string, loading: Promise<Loaded>): Promise<Loaded> {
    this.#vaults.set(tenantId, loading);
    loading.then(
      ({ vault }) => this.#held.set(tenantId, vault),
      () => {
        if (this.#vaults.get(tenantId) === loading) this.#vaults.delete(tenantId);
      },
    );
    return loading;
  }

  async #load(tenantId: string): Promise<Loaded> {
    const at = systemClock.monotonic();
    const read = await this.#db.transaction().execute(async (db) => {
      await bindTransaction(db, tenantId, LOADER);
      const found = await this.#read(db, tenantId);
      if (found) {
        await db
          .insertInto('key_log')
          .values({ tenant_id: tenantId, id: newId(), key_version: found.sealing, purpose: 'tenant_key_load', subject: `process ${process.pid}` })
          .execute();
      }
      return found;
    });
    const into = this.#held.get(tenantId);
    if (!read) {
      into?.forget();
      this.#held.delete(tenantId);
      throw new AppError('not_found', 404, 'No such tenant.');
    }
    const vault = into ?? new LoadedTenantVault(tenantId, read.keys);
    vault.setKeys(read.keys, read.sealing);
    return { vault, generation: read.generation, at };
  }

  async #read(db: Transaction<DB>, tenantId: string): Promise<KeysRead | null> {
    const { rows } = await sql<{ version: number; wrapped: Buffer; generation: number; announced: boolean }>`
      select k.version, k.wrapped, t.key_generation as generation,
        exists (select from key_rotations r where r.to_version = k.version and r.state = 'announced') as announced
      from tenant_keys k join tenants t on t.id = k.tenant_id and t.key_state <> 'destroyed' order by k.version`.execute(db);
    const sealing = rows.findLast((row) => !row.announced);
    if (!sealing) return null;
    const keys = new Map(rows.map((row) => [row.version, this.#master.unwrapTenantKey(tenantId, row.version, row.wrapped)]));
    return { generation: sealing.generation, keys, sealing: sealing.version };
  }
}
