import type pg from 'pg';
import { sql } from 'kysely';
import type { SccDatabase } from '../../db/database.ts';
import { asOwner } from '../../db/prepare.ts';
import type { Actor, TenantTx } from '../../db/types.ts';
import { AppError, conflict, invalid, notFound } from '../../lib/errors.ts';
import { LoadedTenantVault } from '../../vault/tenant-vault.ts';
import type { KeyBundle } from '../../vault/key-bundle.ts';
import type { MasterKey } from '../../vault/master-key.ts';
import { revokeAllSessions } from '../users/sessions.queries.ts';
import { countByVersion, envelopeVersion } from './reseal.ts';
import { recordCeremony } from './rotation.service.ts';
import { SEALED_COLUMNS } from './sealed-columns.ts';

/** What the ceremonies need: the application's side, and the owner's login, which alone may change or delete a key. */
export interface CeremonyDeps {
  database: Pick<SccDatabase, 'withTenant' | 'keys'>;
  owner: pg.ClientConfig;
  master: MasterKey;
}

/** What holds a version of a tenant's key in use. */
export interface KeyVersionUse {
  version: number;
  createdAt: string;
  createdBy: string;
  /** Seals what is written now. */
  current: boolean;
  /** Values and object keys sealed under it. */
  sealed: number;
  /** Details of audit entries: the chain's hashes cover them, so they are never sealed anew. */
  auditEntries: number;
  /** Makes the tokens that searches look for. */
  tokens: boolean;
}

/** All versions of a tenant's key with what refers to each. Reads every sealed column once. */
export async function keyVersionUses(tx: TenantTx): Promise<KeyVersionUse[]> {
  const keys = await tx.db.selectFrom('tenant_keys').select(['version', 'created_at', 'created_by']).orderBy('version').execute();
  const sealed = new Map<number, number>();
  for (const column of SEALED_COLUMNS) {
    for (const { version, count } of await countByVersion(tx, column)) sealed.set(version, (sealed.get(version) ?? 0) + count);
  }
  const audit = await sql<{ version: number; count: string }>`
    select ${envelopeVersion('sealed')} as version, count(*) from audit_events where tenant_id = ${tx.tenantId} group by 1`.execute(tx.db);
  const entries = new Map(audit.rows.map(({ version, count }) => [version, Number(count)]));
  return keys.map((row, index) => ({
    version: row.version,
    createdAt: row.created_at.toISOString(),
    createdBy: row.created_by,
    current: row.version === tx.vault.keyVersion,
    sealed: sealed.get(row.version) ?? 0,
    auditEntries: entries.get(row.version) ?? 0,
    tokens: index === 0,
  }));
}

/** The owner bound to one tenant, in a transaction: row level security is forced on it too. */
export async function inTenantAsOwner<T>(owner: pg.ClientConfig, tenantId: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  return asOwner(owner, async (client) => {
    await client.query('begin');
    try {
      await client.query("select set_config('app.tenant_id', $1, true), set_config('app.actor', 'operator:cli', true)", [tenantId]);
      const result = await work(client);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch(() => undefined);
      throw error;
    }
  });
}

const bump = 'update tenants set key_generation = key_generation + 1 where id = $1';

/**
 * Deletes the versions of a tenant's key that nothing refers to any more.
 * @returns the versions deleted
 */
export async function retireKeys({ database, owner }: CeremonyDeps, tenantId: string, actor: Actor): Promise<number[]> {
  const unused = await database.withTenant(tenantId, actor, async (tx) => {
    const state = await tx.db.selectFrom('tenants').select('key_state').where('id', '=', tenantId).executeTakeFirst();
    if (state?.key_state !== 'stable') throw conflict('key_rotation_running', 'A rotation of this key is running: its old version is still in use.');
    const versions = (await keyVersionUses(tx)).filter(({ current, sealed, auditEntries, tokens }) => !current && !tokens && sealed + auditEntries === 0).map(({ version }) => version);
    for (const version of versions) {
      await tx.audit({ code: 'tenant.key_retired', subject: { kind: 'tenantKey', id: String(version) }, detail: { version } });
      await recordCeremony(tx, 'key_retired', version, {});
    }
    return versions;
  });
  if (unused.length > 0) {
    await inTenantAsOwner(owner, tenantId, async (client) => {
      await client.query('delete from tenant_keys where tenant_id = $1 and version = any ($2::int[])', [tenantId, unused]);
      await client.query(bump, [tenantId]);
    });
    await database.keys.refresh(tenantId);
  }
  return unused;
}

/** A tenant's keys in the clear, for `scc keys export`; logged where the tenant sees it. */
export async function exportKeys({ database, master }: CeremonyDeps, tenantId: string, actor: Actor, how: string): Promise<KeyBundle> {
  return database.withTenant(tenantId, actor, async (tx) => {
    const tenant = await tx.db.selectFrom('tenants').select('slug').where('id', '=', tenantId).executeTakeFirst();
    const rows = await tx.db.selectFrom('tenant_keys').select(['version', 'wrapped']).orderBy('version').execute();
    await tx.audit({ code: 'tenant.key_exported', subject: { kind: 'tenantKey', id: String(tx.vault.keyVersion) }, detail: { versions: rows.map(({ version }) => version), how } });
    await recordCeremony(tx, 'key_exported', tx.vault.keyVersion, { how });
    return { tenantId, slug: tenant?.slug ?? '', keys: rows.map(({ version, wrapped }) => ({ version, key: master.unwrapTenantKey(tenantId, version, wrapped) })) };
  });
}

/** @throws AppError `invalid` when a person's record of the tenant does not open with these keys */
async function demandKeysFit(client: pg.Client, bundle: KeyBundle): Promise<void> {
  const { rows } = await client.query<{ id: string; sealed: Buffer }>('select id, sealed from users where tenant_id = $1 order by id limit 1', [bundle.tenantId]);
  const [user] = rows;
  if (!user) return;
  try {
    new LoadedTenantVault(bundle.tenantId, new Map(bundle.keys.map(({ version, key }) => [version, key]))).open({ table: 'users', column: 'sealed', id: user.id }, user.sealed);
  } catch (error) {
    if (error instanceof AppError) throw invalid("These keys do not open the tenant's records.");
    throw error;
  }
}

/**
 * Puts exported keys back under the master key of this installation, in the place of what is there.
 * @throws AppError `not_found`, `invalid` when they do not open the tenant's records, `tenant_key_destroyed`
 */
export async function importKeys({ owner, master }: Pick<CeremonyDeps, 'owner' | 'master'>, bundle: KeyBundle): Promise<number[]> {
  return inTenantAsOwner(owner, bundle.tenantId, async (client) => {
    const { rows } = await client.query<{ key_state: string }>('select key_state from tenants where id = $1 for update', [bundle.tenantId]);
    if (!rows[0]) throw notFound('tenant');
    if (rows[0].key_state === 'destroyed') throw conflict('tenant_key_destroyed', "This tenant's keys were destroyed; they are not brought back.");
    await demandKeysFit(client, bundle);
    for (const { version, key } of bundle.keys) {
      await client.query(
        `insert into tenant_keys (tenant_id, version, wrapped) values ($1, $2, $3) on conflict (tenant_id, version) do update set wrapped = excluded.wrapped`,
        [bundle.tenantId, version, master.wrapTenantKey(bundle.tenantId, version, key)],
      );
    }
    await client.query(bump, [bundle.tenantId]);
    return bundle.keys.map(({ version }) => version);
  });
}

/** Notes an import where the tenant sees it; after it, when the keys open again. */
export async function recordImport({ database }: Pick<CeremonyDeps, 'database'>, tenantId: string, actor: Actor, versions: readonly number[]): Promise<void> {
  await database.keys.refresh(tenantId);
  await database.withTenant(tenantId, actor, async (tx) => {
    await tx.audit({ code: 'tenant.key_imported', subject: { kind: 'tenantKey', id: String(tx.vault.keyVersion) }, detail: { versions } });
    await recordCeremony(tx, 'key_imported', tx.vault.keyVersion, { versions: versions.join(' ') });
  });
}

/** Who wants a tenant's keys destroyed, and why. */
export interface Destruction {
  reason: string;
  /** Logins of two operators. */
  requestedBy: string;
  approvedBy: string;
}

/**
 * Destroys all keys of a tenant: nothing of it opens any more, here or in any copy. It cannot be taken back.
 * Interrupted, it is finished by the next call: from the first transaction on no process loads the keys.
 * @returns versions that were destroyed
 * @throws AppError `not_found`, `legal_hold` while a recording is held, `invalid` when one person asks alone
 */
export async function destroyKeys({ database, owner }: CeremonyDeps, tenantId: string, actor: Actor, { reason, requestedBy, approvedBy }: Destruction): Promise<number[]> {
  if (requestedBy === approvedBy) throw invalid('Two different people are needed.');
  const isMarked = await asOwner(owner, async (client) => {
    const { rows } = await client.query<{ key_state: string }>('select key_state from tenants where id = $1', [tenantId]);
    if (!rows[0]) throw notFound('tenant');
    return rows[0].key_state === 'destroyed';
  });
  if (!isMarked) {
    await database.withTenant(tenantId, actor, async (tx) => {
      const held = await tx.db.selectFrom('recordings').select('id').where('held_at', 'is not', null).where('status', '<>', 'deleted').limit(1).execute();
      if (held.length > 0) throw conflict('legal_hold', 'Recordings of this tenant are under legal hold: lift it first.');
      const versions = (await tx.db.selectFrom('tenant_keys').select('version').orderBy('version').execute()).map(({ version }) => version);
      await revokeAllSessions(tx, new Date());
      await tx.audit({ code: 'tenant.key_destroyed', subject: { kind: 'tenantKey', id: String(tx.vault.keyVersion) }, detail: { versions, reason, requestedBy, approvedBy } });
      await recordCeremony(tx, 'key_destroyed', tx.vault.keyVersion, { versions: versions.join(' '), reason, requestedBy, approvedBy });
      await tx.db
        .updateTable('tenants')
        .set(({ eb }) => ({ status: 'ended', key_state: 'destroyed', key_generation: eb('key_generation', '+', 1) }))
        .where('id', '=', tenantId)
        .execute();
    });
  }
  const versions = await inTenantAsOwner(owner, tenantId, async (client) => {
    const { rows } = await client.query<{ version: number }>('delete from tenant_keys where tenant_id = $1 returning version', [tenantId]);
    return rows.map(({ version }) => version).toSorted((a, b) => a - b);
  });
  // The deleted rows are still in the table's file: it is written anew without them.
  await asOwner(owner, (client) => client.query('vacuum (full) tenant_keys'));
  await database.keys.refresh(tenantId).catch((error: unknown) => {
    if (!(error instanceof AppError && error.code === 'not_found')) throw error;
  });
  return versions;
}
