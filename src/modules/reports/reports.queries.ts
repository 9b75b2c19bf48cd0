import { sql, type RawBuilder } from 'kysely';
import type { ReportGroup, ReportInterval } from '../../../shared/api/reports.ts';
import { CALL_COUNTS, type CallTally } from '../../../shared/metrics/call-report.ts';
import type { TenantTx } from '../../db/types.ts';
import { callConditions, type Thresholds } from './call-conditions.ts';
import { intervalOf, type Period } from './report-periods.ts';

/** Which calls a report is about. */
export interface CallSelection extends Thresholds {
  period: Period;
  groupBy: ReportGroup;
  queueId: string | null;
  agentId: string | null;
}

/** When a call counts: when it began to wait, else when it began. */
const COUNTED_AT = sql<Date>`coalesce(calls.queued_at, calls.started_at)`;

/** A call may begin to wait at most so long after it began; keeps the index on `started_at` in use. */
const LONGEST_FLOW = sql`interval '1 day'`;

const KEYS: Readonly<Record<ReportGroup, RawBuilder<string | null>>> = {
  none: sql`null::uuid`,
  queue: sql`calls.queue_id`,
  agent: sql`coalesce(calls.agent_id, calls.station_id)`,
  number: sql`calls.number_id`,
  wrapUp: sql`calls.wrap_up_code_id`,
};

function selected({ period, queueId, agentId }: CallSelection): RawBuilder<boolean> {
  return sql<boolean>`calls.started_at >= ${period.from}::timestamptz - ${LONGEST_FLOW} and calls.started_at < ${period.to}
    and ${COUNTED_AT} >= ${period.from} and ${COUNTED_AT} < ${period.to}
    ${queueId === null ? sql`` : sql`and calls.queue_id = ${queueId}`}
    ${agentId === null ? sql`` : sql`and calls.agent_id = ${agentId}`}`;
}

const FROM = sql`calls left join queues on queues.tenant_id = calls.tenant_id and queues.id = calls.queue_id`;

export interface TallyRow {
  start: Date;
  key: string | null;
  tally: CallTally;
}

/** Counts and sums of the selected calls for each interval and group, in order of time. */
export async function tallyCalls(tx: TenantTx, selection: CallSelection, interval: ReportInterval): Promise<TallyRow[]> {
  const conditions = callConditions(selection);
  const counts = sql.join(CALL_COUNTS.map((name) => sql`count(*) filter (where ${conditions[name]}) as ${sql.id(name)}`));
  const sum = (column: string, condition: RawBuilder<boolean>): RawBuilder<string> =>
    sql`coalesce(sum(calls.${sql.id(column)}) filter (where ${condition}), 0)`;
  type Row = { start: Date; key: string | null } & Record<keyof CallTally, string>;
  const { rows } = await sql<Row>`
    select ${intervalOf(interval, COUNTED_AT, selection.period)} as start, ${KEYS[selection.groupBy]} as key, ${counts},
      ${sum('queue_ms', conditions.answered)} as "answeredWaitMs", ${sum('queue_ms', conditions.abandoned)} as "abandonedWaitMs",
      ${sum('talk_ms', conditions.answered)} as "talkMs", ${sum('hold_ms', conditions.answered)} as "holdMs",
      ${sum('aside_ms', conditions.answered)} as "asideMs",
      ${sum('wrap_up_ms', conditions.answered)} as "wrapUpMs",
      coalesce(max(calls.queue_ms) filter (where ${conditions.offered}), 0) as "longestWaitMs"
    from ${FROM} where ${selected(selection)}
    group by 1, 2 order by 1, 2`.execute(tx.db);
  return rows.map(({ start, key, ...figures }) => ({
    start,
    key,
    tally: Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Number(value)])) as CallTally,
  }));
}

/** Ids of the calls behind a count, newest first. */
export async function callsBehind(
  tx: TenantTx,
  selection: CallSelection,
  wanted: { count: (typeof CALL_COUNTS)[number]; key: string | undefined; before: { at: Date; id: string } | null; limit: number },
): Promise<string[]> {
  const { count, key, before, limit } = wanted;
  const keyed = KEYS[selection.groupBy];
  const keyCondition = key === undefined || selection.groupBy === 'none' ? sql`` : key === '' ? sql`and ${keyed} is null` : sql`and ${keyed}::text = ${key}`;
  const { rows } = await sql<{ id: string }>`
    select calls.id from ${FROM}
    where ${selected(selection)} and ${callConditions(selection)[count]} ${keyCondition}
      ${before === null ? sql`` : sql`and (calls.started_at, calls.id) < (${before.at}, ${before.id}::uuid)`}
    order by calls.started_at desc, calls.id desc limit ${limit}`.execute(tx.db);
  return rows.map(({ id }) => id);
}

/** Sealed contents of the inbound calls of a period, for comparing their numbers; at most `limit`. */
export async function inboundContents(tx: TenantTx, selection: CallSelection, limit: number): Promise<{ id: string; sealed: Buffer }[]> {
  const { rows } = await sql<{ id: string; sealed: Buffer }>`
    select calls.id, calls.sealed from ${FROM}
    where ${selected(selection)} and calls.direction = 'inbound' and calls.outcome is not null
    limit ${limit}`.execute(tx.db);
  return rows;
}

export const numberNames = (tx: TenantTx) => tx.db.selectFrom('numbers').select(['id', 'number', 'label']).limit(5000).execute();
export const queueNames = (tx: TenantTx) => tx.db.selectFrom('queues').select(['id', 'name']).orderBy('code').limit(5000).execute();
export const wrapUpNames = (tx: TenantTx) => tx.db.selectFrom('wrap_up_codes').select(['id', 'label', 'label_en']).limit(5000).execute();
