import { sql } from 'kysely';
import type { QualityGroup } from '../../../shared/api/quality-averages.ts';
import type { TenantTx } from '../../db/types.ts';

export interface AverageQuery {
  groupBy: QualityGroup;
  from: Date;
  to: Date;
  agentId?: string | undefined;
  sheetId?: string | undefined;
  queueId?: string | undefined;
}

/** Numbers come as text. */
export interface AverageRow {
  key: string | null;
  count: string;
  /** Hundredths of a per cent. */
  mean: string | null;
  passed: string;
  fatal: string;
  appealed: string;
}

const KEYS = { agent: sql`agent_id`, queue: sql`queue_id`, sheet: sql`sheet_id` } as const;

/** @param group null = all in one row */
export async function averageRows(tx: TenantTx, query: AverageQuery, group: QualityGroup | null): Promise<AverageRow[]> {
  const key = group === null ? sql`null::uuid` : KEYS[group];
  const { rows } = await sql<AverageRow>`
    select ${key} as key, count(*) as count, avg(score) as mean, count(*) filter (where passed) as passed,
      count(*) filter (where fatal) as fatal, count(*) filter (where appealed_at is not null) as appealed
    from evaluations
    where state <> 'draft' and called_at >= ${query.from} and called_at < ${query.to}
      ${query.agentId ? sql`and agent_id = ${query.agentId}` : sql``}
      ${query.sheetId ? sql`and sheet_id = ${query.sheetId}` : sql``}
      ${query.queueId ? sql`and queue_id = ${query.queueId}` : sql``}
    group by 1 limit 5000`.execute(tx.db);
  return rows;
}

/** Names of score sheets by id. */
export async function sheetNames(tx: TenantTx, ids: readonly (string | null)[]): Promise<Map<string, string>> {
  const rows = await tx.db.selectFrom('score_sheets').select(['id', 'name']).where('id', '=', sql<string>`any(${ids.filter((id) => id !== null)}::uuid[])`).execute();
  return new Map(rows.map(({ id, name }) => [id, name]));
}
