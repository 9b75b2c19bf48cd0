import { createReadStream } from 'node:fs';
import type pg from 'pg';
import type { Connection } from '../../db/embedded/embedded.ts';
import { asOwner } from '../../db/prepare.ts';
import { AppError } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import type { ObjectStore } from '../../store/object-store.ts';
import { hashMatches, listSets, objectFile, readManifest } from '../backup/backup-set.ts';
import { PointsError } from './points-error.ts';
import type { PointsPlace } from './points-folder.ts';
import { recoverPoint, type RecoverDeps, type RecoveredPoint } from './restore-points.ts';

export interface RestorePointDeps extends RecoverDeps {
  store: ObjectStore;
  /** Who does it, for the provider's events. */
  actor: string;
}

/** What a restore to a moment came to. */
export interface RestoredPoint extends RecoveredPoint {
  /** Ids of all tenants. */
  tenants: string[];
  /** Recordings and sounds that were not in the store and came from the sets. */
  objects: number;
  /** Those that no set has either: made after the last set before the loss. */
  missing: number;
}

/** Who was there is not there any more, and mail that waited then has been sent since or is out of date. */
async function settle(client: pg.Client, actor: string, point: Pick<RecoveredPoint, 'at' | 'base' | 'lastCommitAt'>): Promise<string[]> {
  await client.query('begin');
  await client.query("select set_config('app.actor', 'operator:restore', true)");
  for (const table of ['sessions', 'operator_sessions', 'cell_leases']) await client.query(`delete from ${table}`);
  const { rows } = await client.query<{ id: string }>('select id from tenants order by id');
  for (const { id } of rows) {
    await client.query("select set_config('app.tenant_id', $1, true)", [id]);
    await client.query("update outbox set status = 'failed', last_error = 'restored to a point in time' where tenant_id = $1 and status = 'waiting'", [id]);
  }
  const detail = { id: point.base, of: point.at, lastCommit: point.lastCommitAt ?? '' };
  await client.query('insert into operator_events (id, at, code, actor, ip, detail) values ($1, clock_timestamp(), $2, $3, $4, $5)', [newId(), 'backup_restored', actor, '', JSON.stringify(detail)]);
  await client.query('commit');
  return rows.map(({ id }) => id);
}

/** SHA-256 of the objects that lie beside the sets, by path. */
async function copiesIn({ folder, master }: PointsPlace): Promise<Map<string, string>> {
  const copies = new Map<string, string>();
  for (const id of await listSets(folder)) for (const { path, sha256 } of (await readManifest(folder, id, master)).objects) copies.set(path, sha256);
  return copies;
}

async function bringObjects(deps: RestorePointDeps, client: pg.Client): Promise<{ objects: number; missing: number }> {
  const { rows } = await client.query<{ path: string }>("select object_path as path from recordings where status in ('complete', 'interrupted') union select object_path from prompts order by 1");
  const copies = await copiesIn(deps);
  const done = { objects: 0, missing: 0 };
  for (const { path } of rows.filter((row) => row.path !== '')) {
    const isThere = await deps.store.info(path).then(
      () => true,
      (error: unknown) => {
        if (error instanceof AppError && error.code === 'not_found') return false;
        throw error;
      },
    );
    if (isThere) continue;
    const sha256 = copies.get(path);
    if (sha256 !== undefined && (await hashMatches(objectFile(deps.folder, path), sha256))) {
      await deps.store.put(path, createReadStream(objectFile(deps.folder, path)));
      done.objects += 1;
    } else done.missing += 1;
  }
  return done;
}

/**
 * Brings the whole installation back as it was at a moment, into a data folder without a database. Recordings and sounds that the store
 * does not have come from the sets.
 * @param at ms since the epoch
 * @throws PointsError; then nothing was changed
 */
export async function restorePoint(deps: RestorePointDeps, at: number): Promise<RestoredPoint> {
  const found = { tenants: [] as string[], objects: 0, missing: 0 };
  const work = (superuser: Connection, point: Pick<RecoveredPoint, 'at' | 'base' | 'lastCommitAt'>): Promise<void> =>
    asOwner({ ...superuser, application_name: 'scc-restore' }, async (client) => {
      const present = await client.query<{ present: boolean }>("select to_regclass('public.tenants') is not null as present");
      if (!present.rows[0]?.present) throw new PointsError('no_base', `At ${point.at} this installation had no schema yet.`);
      found.tenants = await settle(client, deps.actor, point);
      Object.assign(found, await bringObjects(deps, client));
    });
  return { ...(await recoverPoint(deps, at, work, false)), ...found };
}
