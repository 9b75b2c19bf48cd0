import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { createDatabase } from '../../db/database.ts';
import type { Connection } from '../../db/embedded/embedded.ts';
import { APP_ROLE, appConnection, asOwner } from '../../db/prepare.ts';
import { messageOf } from '../../lib/errors.ts';
import { appendAudit } from '../audit/audit-append.ts';
import { verifyChain } from '../audit/audit-verify.ts';
import { openSample } from '../backup/backup-verify.ts';
import { PointsError } from './points-error.ts';
import { reachOf } from './points-state.ts';
import { recoverPoint, type RecoverDeps } from './restore-points.ts';

/** The end of a tenant's audit chain. */
export interface ChainHeadOf {
  tenantId: string;
  slug: string;
  seq: number;
  /** Hex. */
  hash: string;
}

/** What a drill of the newest point in time found. */
export interface PointDrill {
  at: string;
  good: boolean;
  /** One English sentence each. */
  faults: string[];
  rows: number;
  /** Indexes that were compared with their tables. */
  indexes: number;
  /** Sealed records that opened. */
  opened: number;
  /** Of all tenants: each chain was recomputed up to there. */
  heads: ChainHeadOf[];
  ms: number;
}

const DRILL_ACTOR = { kind: 'system', id: 'drill', ip: '' } as const;

/** Reads every row, and sees that every index has an entry for each. */
async function checkFiles(client: pg.Client, into: PointDrill): Promise<void> {
  const tables = await client.query<{ name: string }>("select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1");
  for (const { name } of tables.rows) {
    const { rows } = await client.query<{ count: string }>(`select count(*) from ${client.escapeIdentifier(name)}`);
    into.rows += Number(rows[0]?.count);
  }
  await client.query('create extension if not exists amcheck');
  const indexes = await client.query<{ oid: number; name: string }>(
    "select c.oid, c.relname as name from pg_class c join pg_index i on i.indexrelid = c.oid join pg_am a on a.oid = c.relam where c.relnamespace = 'public'::regnamespace and a.amname = 'btree' and i.indisvalid order by 2",
  );
  for (const { oid, name } of indexes.rows) {
    try {
      await client.query('select bt_index_check($1, true)', [oid]);
      into.indexes += 1;
    } catch (error) {
      into.faults.push(`The index ${name} is not right: ${messageOf(error)}`);
    }
  }
}

async function checkTenants(client: pg.Client, { master, logger }: RecoverDeps, superuser: Connection, into: PointDrill): Promise<void> {
  const tenants = await client.query<{ id: string; slug: string }>("select id, slug from tenants where key_state <> 'destroyed' order by slug");
  const database = createDatabase({ connection: appConnection({ ...superuser }, master.databasePassword(APP_ROLE)), master, appendAudit, logger });
  try {
    for (const tenant of tenants.rows) {
      const keys = await client.query<{ version: number; wrapped: Buffer }>('select version, wrapped from tenant_keys where tenant_id = $1', [tenant.id]);
      await openSample(client, master, tenant, new Map(keys.rows.map(({ version, wrapped }) => [version, wrapped])), into);
      const chain = await database.withTenant(tenant.id, DRILL_ACTOR, (tx) => verifyChain(tx));
      if (!chain.whole) into.faults.push(`The audit chain of ${tenant.slug} is not whole.`);
      const { rows } = await client.query<{ seq: string; hash: Buffer }>('select seq, hash from audit_heads where tenant_id = $1', [tenant.id]);
      const [head] = rows;
      if (head) into.heads.push({ tenantId: tenant.id, slug: tenant.slug, seq: Number(head.seq), hash: head.hash.toString('hex') });
    }
  } finally {
    await database.close();
  }
}

/**
 * Goes back to the newest moment that is archived, in a folder that is thrown away: every row is read, every index compared with its
 * table, audit chains are recomputed and sealed records opened. A drill that could not run has failed.
 * @returns null when there is nothing that one could go back to
 */
export async function drillPoint(deps: Omit<RecoverDeps, 'dataDir'>): Promise<PointDrill | null> {
  const begun = deps.clock.monotonic();
  const newest = (await reachOf(deps)).at(-1);
  if (!newest) return null;
  const drill: PointDrill = { at: newest.to, good: false, faults: [], rows: 0, indexes: 0, opened: 0, heads: [], ms: 0 };
  const scratch = await mkdtemp(join(tmpdir(), 'scc-drill-'));
  const inspect = (superuser: Connection): Promise<void> =>
    asOwner({ ...superuser, application_name: 'scc-drill' }, async (client) => {
      await checkFiles(client, drill);
      await checkTenants(client, { ...deps, dataDir: scratch }, superuser, drill);
    });
  try {
    await recoverPoint({ ...deps, dataDir: scratch }, Date.parse(newest.to), inspect, true);
  } catch (error) {
    if (deps.signal?.aborted) throw new PointsError('not_reached', 'The drill was stopped before its end.');
    // Of a database server: its files do not start here.
    if (error instanceof PointsError && error.code === 'not_supported') return null;
    drill.faults.push(messageOf(error));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return { ...drill, good: drill.faults.length === 0, ms: Math.round(deps.clock.monotonic() - begun) };
}
