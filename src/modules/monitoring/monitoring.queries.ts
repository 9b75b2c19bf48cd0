import { sql, type Transaction } from 'kysely';
import type { Alarm, CheckId, Verdict, VerdictReason } from '../../../shared/api/monitoring.ts';
import type { DB } from '../../db/schema.generated.ts';

type Db = Transaction<DB>;

/** Alarms that are there already are not written twice. */
export async function insertAlarms(db: Db, alarms: readonly Alarm[]): Promise<void> {
  if (alarms.length === 0) return;
  const rows = alarms.map(({ id, at, check, verdict, before, reason, value }) => ({ id, at, check_id: check, verdict, before, reason, value }));
  await db.insertInto('monitor_alarms').values(rows).onConflict((conflict) => conflict.column('id').doNothing()).execute();
}

/** Newest first. */
export async function latestAlarms(db: Db, limit: number): Promise<Alarm[]> {
  const rows = await db.selectFrom('monitor_alarms').selectAll().orderBy('at', 'desc').orderBy('id', 'desc').limit(limit).execute();
  return rows.map(({ id, at, check_id, verdict, before, reason, value }) => ({
    id,
    at: at.toISOString(),
    check: check_id as CheckId,
    verdict: verdict as Verdict,
    before: before as Verdict,
    reason: reason as VerdictReason | null,
    value,
  }));
}

/** How the database does; asking is a check of its own. */
export async function askDatabase(db: Db): Promise<{ connections: number; mostConnections: number; bytes: number }> {
  const { rows } = await sql<{ connections: string; most: string; bytes: string }>`
    select (select count(*) from pg_stat_activity where backend_type = 'client backend') as connections,
      current_setting('max_connections') as most, pg_database_size(current_database()) as bytes`.execute(db);
  const [row] = rows;
  return { connections: Number(row?.connections), mostConnections: Number(row?.most), bytes: Number(row?.bytes) };
}
