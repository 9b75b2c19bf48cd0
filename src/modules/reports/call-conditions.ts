import { sql, type RawBuilder } from 'kysely';
import type { CallCount } from '../../../shared/metrics/call-report.ts';

/** T and s of a report, ms; null = T of each call's own queue. */
export interface Thresholds {
  thresholdMs: number | null;
  shortMs: number;
}

type Condition = RawBuilder<boolean>;

const queued: Condition = sql`calls.direction = 'inbound' and calls.queued_at is not null and calls.outcome is not null`;
const answered: Condition = sql`${queued} and calls.agent_answered_at is not null`;
const abandoned: Condition = sql`${queued} and calls.agent_answered_at is null and calls.outcome = 'abandoned'`;
const direct: Condition = sql`calls.direction = 'inbound' and calls.queued_at is null`;

/**
 * What each count counts, on a row of `calls` with its `queues` row joined. The report counts by these and the list behind a
 * figure selects by these, so the two always agree. A limit belongs to its good side: exactly T is in time.
 */
export function callConditions({ thresholdMs, shortMs }: Thresholds): Readonly<Record<CallCount, Condition>> {
  // Calls in a queue always have one; the number stands for rows whose queue was joined away.
  const threshold = thresholdMs === null ? sql`coalesce(queues.service_level_ms, 20000)` : sql`${thresholdMs}::int`;
  return {
    offered: queued,
    answered,
    abandoned,
    flowOut: sql`${queued} and calls.agent_answered_at is null and calls.outcome <> 'abandoned'`,
    answeredWithin: sql`${answered} and calls.queue_ms <= ${threshold}`,
    abandonedWithin: sql`${abandoned} and calls.queue_ms <= ${threshold}`,
    abandonedShort: sql`${abandoned} and calls.queue_ms <= ${shortMs}::int`,
    selfService: sql`${direct} and calls.outcome in ('self_service', 'voicemail')`,
    ivrAbandoned: sql`${direct} and calls.outcome = 'abandoned'`,
    outbound: sql`calls.direction = 'outbound' and calls.outcome is not null`,
    outboundAnswered: sql`calls.direction = 'outbound' and calls.outcome = 'answered'`,
    wrappedUp: sql`calls.outcome is not null and calls.wrap_up_code_id is not null`,
  };
}
