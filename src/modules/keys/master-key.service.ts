import type pg from 'pg';
import type { Transaction } from 'kysely';
import { sql } from 'kysely';
import { logMasterUseAsOwner, type MasterKeyUse } from '../../db/master-key-log.ts';
import { asOwner } from '../../db/prepare.ts';
import type { DB } from '../../db/schema.generated.ts';
import { AppError, invalid } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import type { MasterKey } from '../../vault/master-key.ts';
import { inTenantAsOwner } from './ceremonies.ts';

/** What is done with the master key; a change of it is written down by the change itself (db/master-rotation.ts). */
export interface MasterCeremony extends MasterKeyUse {
  code: 'master_key_moved' | 'master_key_exported' | 'master_key_imported';
  detail: Record<string, string>;
}

const isReady = async (client: pg.Client): Promise<boolean> =>
  (await client.query<{ present: boolean }>("select to_regclass('public.master_key_log') is not null as present")).rows[0]?.present === true;

/** Writes a ceremony into the key's log and the operators' events. A database that was never started has neither. */
export async function recordMasterCeremony(owner: pg.ClientConfig, { code, detail, ...use }: MasterCeremony): Promise<void> {
  await asOwner(owner, async (client) => {
    if (!(await isReady(client))) return;
    await logMasterUseAsOwner(client, use);
    await client.query("insert into operator_events (id, at, code, actor, ip, detail) values ($1, now(), $2, $3, '', $4)", [newId(), code, use.actor, JSON.stringify(detail)]);
  });
}

/** @throws AppError `invalid` when a tenant's key does not open with this master key: nothing would start with it */
export async function demandMasterFits(owner: pg.ClientConfig, master: MasterKey): Promise<void> {
  const ids = await asOwner(owner, async (client) => {
    if (!(await isReady(client))) return [];
    return (await client.query<{ id: string }>("select id from tenants where key_state <> 'destroyed' order by id")).rows.map(({ id }) => id);
  });
  for (const tenantId of ids) {
    await inTenantAsOwner(owner, tenantId, async (client) => {
      const { rows } = await client.query<{ version: number; wrapped: Buffer }>('select version, wrapped from tenant_keys where tenant_id = $1', [tenantId]);
      for (const { version, wrapped } of rows) {
        try {
          master.unwrapTenantKey(tenantId, version, wrapped);
        } catch (error) {
          if (error instanceof AppError) throw invalid('This master key does not belong to this database: a tenant key does not open with it. Nothing was changed.');
          throw error;
        }
      }
    });
  }
}

/** Newest first. */
export const latestMasterUses = (db: Transaction<DB>, limit: number) =>
  db.selectFrom('master_key_log').selectAll().orderBy('at', 'desc').orderBy('id', 'desc').limit(limit).execute();

/** The uses of the master key since then, counted, with the last one and the last safe copy of it. */
export async function masterKeyUses(db: Transaction<DB>, since: Date) {
  const counted = await db
    .selectFrom('master_key_log')
    .select(['purpose', sql<string>`count(*)`.as('count'), sql<string>`count(*) filter (where outcome <> 'ok')`.as('failed')])
    .where('at', '>=', since)
    .groupBy('purpose')
    .orderBy('purpose')
    .execute();
  const [last] = await latestMasterUses(db, 1);
  // A copy of a key that was changed afterwards opens nothing new.
  const copy = await sql<{ at: Date | null }>`
    select max(at) as at from master_key_log where purpose in ('export', 'import')
      and at > coalesce((select max(at) from master_key_log where purpose = 'rotate'), '-infinity')`.execute(db);
  return {
    counts: counted.map(({ purpose, count, failed }) => ({ purpose, count: Number(count), failed: Number(failed) })),
    last: last ? { at: last.at.toISOString(), purpose: last.purpose, actor: last.actor, outcome: last.outcome } : null,
    copiedAt: copy.rows[0]?.at?.toISOString() ?? null,
  };
}
