import { sql } from 'kysely';
import type { PastBoard } from '../../../shared/api/reports.ts';
import { timeClass } from '../../../shared/metrics/agent-time.ts';
import type { TenantTx } from '../../db/types.ts';
import { invalid } from '../../lib/errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { stationNames, userNames } from '../support/references.ts';
import { statesAt } from './agent-report.queries.ts';
import { midnightBefore } from './report-periods.ts';
import { queueNames } from './reports.queries.ts';

interface CallRow {
  id: string;
  direction: 'inbound' | 'outbound';
  queue_id: string | null;
  agent_id: string | null;
  station_id: string | null;
  started_at: Date;
  queued_at: Date | null;
  agent_answered_at: Date | null;
}

/** Calls that had begun and not ended at an instant. A call still in progress now has no end yet. */
async function callsAt(tx: TenantTx, at: Date): Promise<CallRow[]> {
  const { rows } = await sql<CallRow>`
    select id, direction, queue_id, agent_id, station_id, started_at, queued_at, agent_answered_at from calls
    where started_at <= ${at} and started_at > ${at}::timestamptz - interval '1 day'
      and (ended_at > ${at} or (ended_at is null and outcome is null))
    order by started_at limit 2000`.execute(tx.db);
  return rows;
}

interface DayRow {
  queue_id: string;
  offered: string;
  answered: string;
  abandoned: string;
}

/** What the day's counters said: calls queued since midnight in Japan, answered and abandoned until then. */
async function countersAt(tx: TenantTx, at: Date): Promise<Map<string, DayRow>> {
  const { rows } = await sql<DayRow>`
    select queue_id, count(*) as offered, count(*) filter (where agent_answered_at <= ${at}) as answered,
      count(*) filter (where outcome = 'abandoned' and agent_answered_at is null and ended_at <= ${at}) as abandoned
    from calls
    where queue_id is not null and started_at >= ${midnightBefore(at)}::timestamptz - interval '1 day'
      and queued_at >= ${midnightBefore(at)} and queued_at <= ${at}
    group by 1`.execute(tx.db);
  return new Map(rows.map((row) => [row.queue_id, row]));
}

const stateOf = (call: CallRow, at: Date): PastBoard['calls'][number]['state'] => {
  if (call.agent_answered_at && call.agent_answered_at <= at) return 'talking';
  return call.queued_at && call.queued_at <= at ? 'waiting' : 'flow';
};

const began = (call: CallRow, state: PastBoard['calls'][number]['state']): Date =>
  (state === 'talking' ? call.agent_answered_at : state === 'waiting' ? call.queued_at : null) ?? call.started_at;

/** The board at a past moment. A call in progress now shows its queue and agent only once its record is complete. @throws AppError `invalid` for a moment to come */
export async function pastBoard(tx: TenantTx, clock: Clock, time: string): Promise<PastBoard> {
  const at = new Date(time);
  if (at.getTime() > clock.wall()) throw invalid('That moment is still to come.', { errors: [{ path: 'query.at', message: 'still to come' }] });
  const [calls, counters, states, queues] = [await callsAt(tx, at), await countersAt(tx, at), await statesAt(tx, at), await queueNames(tx)];
  const people = await userNames(tx, [...states.map((state) => state.agentId), ...calls.map((call) => call.agent_id)]);
  const stations = await stationNames(tx, calls.map((call) => call.station_id));
  const nameOfQueue = new Map(queues.map((queue) => [queue.id, queue.name]));
  const shown = calls.map((call) => ({ call, state: stateOf(call, at) }));
  return {
    at: at.toISOString(),
    queues: queues.map(({ id, name }) => {
      const mine = shown.filter(({ call }) => call.queue_id === id);
      const waits = mine.filter(({ state }) => state === 'waiting').map(({ call, state }) => at.getTime() - began(call, state).getTime());
      const day = counters.get(id);
      return {
        queueId: id,
        name,
        waiting: waits.length,
        longestWaitMs: waits.length > 0 ? Math.max(...waits) : null,
        talking: mine.filter(({ state }) => state === 'talking').length,
        offered: Number(day?.offered ?? 0),
        answered: Number(day?.answered ?? 0),
        abandoned: Number(day?.abandoned ?? 0),
      };
    }),
    agents: states
      .map((state) => ({ agentId: state.agentId, name: people.get(state.agentId) ?? '', state: timeClass(state), sinceMs: at.getTime() - state.at, callId: state.callId }))
      .toSorted((a, b) => a.name.localeCompare(b.name, 'ja')),
    calls: shown.map(({ call, state }) => ({
      callId: call.id,
      direction: call.direction,
      state,
      queueName: nameOfQueue.get(call.queue_id ?? '') ?? '',
      agentName: people.get(call.agent_id ?? '') ?? stations.get(call.station_id ?? '') ?? '',
      sinceMs: at.getTime() - began(call, state).getTime(),
    })),
  };
}
