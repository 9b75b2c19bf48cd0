import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';
import { addDays, dayOf, dayPeriod } from '../support/japan-days.ts';

export interface IntervalRow {
  day: string;
  /** Minute of the day at which the interval begins. */
  minute: number;
  offered: number;
  answered: number;
  abandoned: number;
  handledMs: number;
  waitedMs: number;
}

/** Calls of a queue on some days, by interval; `days` are in any order. */
export async function intervalsOf(tx: TenantTx, queueId: string, days: readonly string[], intervalMinutes: number): Promise<IntervalRow[]> {
  const [first, last] = [days.toSorted()[0], days.toSorted().at(-1)];
  if (first === undefined || last === undefined) return [];
  const { from } = dayPeriod(first);
  const { to } = dayPeriod(last);
  type Row = Record<'minute' | 'offered' | 'answered' | 'abandoned' | 'handled' | 'waited', string> & { day: string };
  const { rows } = await sql<Row>`
    select to_char(local, 'YYYY-MM-DD') as day,
      floor((extract(hour from local) * 60 + extract(minute from local)) / ${intervalMinutes}) * ${intervalMinutes} as minute,
      count(*) as offered, count(*) filter (where agent_answered_at is not null) as answered,
      count(*) filter (where agent_answered_at is null and outcome = 'abandoned') as abandoned,
      coalesce(sum(coalesce(talk_ms, 0) + coalesce(hold_ms, 0) - aside_ms + coalesce(wrap_up_ms, 0)) filter (where agent_answered_at is not null), 0) as handled,
      coalesce(sum(queue_ms), 0) as waited
    from (
      select *, queued_at at time zone 'Asia/Tokyo' as local from calls
      where queue_id = ${queueId} and direction = 'inbound' and outcome is not null
        and started_at >= ${from}::timestamptz - interval '1 day' and started_at < ${to} and queued_at >= ${from} and queued_at < ${to}
    ) queued
    where to_char(local, 'YYYY-MM-DD') = any(${days})
    group by 1, 2`.execute(tx.db);
  return rows.map((row) => ({
    day: row.day,
    minute: Number(row.minute),
    offered: Number(row.offered),
    answered: Number(row.answered),
    abandoned: Number(row.abandoned),
    handledMs: Number(row.handled),
    waitedMs: Number(row.waited),
  }));
}

/** The first day with a call in the queue, not before `since`; null = there is none. */
export async function firstDayOf(tx: TenantTx, queueId: string, since: string): Promise<string | null> {
  const { rows } = await sql<{ first: Date | null }>`
    select min(queued_at) as first from calls where queue_id = ${queueId} and started_at >= ${dayPeriod(addDays(since, -1)).from}`.execute(tx.db);
  const first = rows[0]?.first;
  return first ? dayOf(first.getTime()) : null;
}

/** The queue with its calendar's hours. */
export const queueWithHours = (tx: TenantTx, id: string) =>
  tx.db.selectFrom('queues').leftJoin('calendars', 'calendars.id', 'queues.calendar_id').select(['queues.name', 'queues.service_level_ms', 'calendars.hours']).where('queues.id', '=', id).executeTakeFirst();
