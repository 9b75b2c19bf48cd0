import type { Forecast, ForecastQuery } from '../../../shared/api/forecasts.ts';
import { holidayOn } from '../../../shared/flow/holidays.ts';
import type { OpenHours } from '../../../shared/flow/nodes.ts';
import { erlangA, erlangAServiceLevel, erlangC, requiredAgents } from '../../../shared/metrics/erlang.ts';
import { meanPatience } from '../../../shared/metrics/patience.ts';
import type { TenantTx } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { notFound } from '../../lib/errors.ts';
import { addDays, dayOf, instantOf } from '../support/japan-days.ts';
import { coverageOf } from './coverage.ts';
import { basisOf, isOpenOn } from './forecast-days.ts';
import { firstDayOf, intervalsOf, queueWithHours, type IntervalRow } from './forecast.queries.ts';
import { memberShifts } from './shifts.queries.ts';

/** An interval with fewer answered calls uses the handle time of the whole days. */
const FEWEST_CALLS = 5;

const DAY_MINUTES = 1440;

/** Sums of some intervals. */
interface Sums {
  offered: number;
  answered: number;
  abandoned: number;
  handledMs: number;
  waitedMs: number;
}

function sumOf(rows: readonly IntervalRow[]): Sums {
  const sums: Sums = { offered: 0, answered: 0, abandoned: 0, handledMs: 0, waitedMs: 0 };
  for (const row of rows) for (const name of Object.keys(sums) as (keyof Sums)[]) sums[name] += row[name];
  return sums;
}

const handleTime = ({ answered, handledMs }: Sums): number => (answered > 0 ? handledMs / answered : 0);

/** What the agents of one interval must do. */
interface IntervalLoad {
  calls: number;
  handleMs: number;
  intervalMs: number;
  patienceMs: number | null;
}

/** Agents for the target and what it comes to with them. */
function staffing({ calls, handleMs, intervalMs, patienceMs }: IntervalLoad, query: ForecastQuery, targetMs: number) {
  const load = { arrivalRate: calls / intervalMs, handlingTime: handleMs };
  const target = { share: query.targetPercent / 100, threshold: targetMs };
  const agentsC = requiredAgents(load, target, null);
  const agentsA = patienceMs === null ? agentsC : requiredAgents(load, target, patienceMs);
  const rostered = agentsA === null ? null : Math.ceil(agentsA / (1 - query.shrinkagePercent / 100) - 1e-9);
  const erlangs = load.arrivalRate * handleMs;
  if (agentsA === null || agentsA === 0) return { erlangs, agentsC, agentsA, rostered, serviceLevel: null, occupancy: null };
  const queue = { ...load, agents: agentsA };
  const serviceLevel = patienceMs === null ? (erlangC(queue, targetMs)?.serviceLevel ?? null) : erlangAServiceLevel(queue, patienceMs, targetMs);
  const occupancy = patienceMs === null ? erlangs / agentsA : erlangA(queue, patienceMs).occupancy;
  return { erlangs, agentsC, agentsA, rostered, serviceLevel, occupancy };
}

/** Records of the days a forecast rests on, and of the day itself once it is over. */
interface Material {
  day: string;
  days: readonly string[];
  past: readonly IntervalRow[];
  actual: readonly IntervalRow[] | null;
  /** Agents on shift in each interval. */
  scheduled: readonly number[];
}

function rowsOf({ day, days, past, actual, scheduled }: Material, query: ForecastQuery, targetMs: number, patienceMs: number | null): Forecast['rows'] {
  const minutes = Number(query.interval);
  const byMinute = Map.groupBy(past, ({ minute }) => minute);
  const wholeHandleMs = handleTime(sumOf(past));
  return Array.from({ length: days.length === 0 ? 0 : DAY_MINUTES / minutes }, (_, index) => {
    const minute = index * minutes;
    const here = byMinute.get(minute) ?? [];
    const sums = sumOf(here);
    const counts = days.map((day) => here.find((row) => row.day === day)?.offered ?? 0);
    const calls = sums.offered / days.length;
    const handleMs = sums.answered >= FEWEST_CALLS ? handleTime(sums) : wholeHandleMs;
    return {
      from: new Date(instantOf(day, minute)).toISOString(),
      to: new Date(instantOf(day, minute + minutes)).toISOString(),
      calls,
      lowest: Math.min(...counts),
      highest: Math.max(...counts),
      actual: actual === null ? null : (actual.find((row) => row.minute === minute)?.offered ?? 0),
      handleMs,
      scheduled: scheduled[index] ?? 0,
      ...staffing({ calls, handleMs, intervalMs: minutes * 60_000, patienceMs }, query, targetMs),
    };
  });
}

function totalOf(rows: Forecast['rows'], past: readonly IntervalRow[]): Forecast['total'] {
  const sum = (of: (row: Forecast['rows'][number]) => number): number => rows.reduce((all, row) => all + of(row), 0);
  const known = rows.length > 0 && rows.every(({ actual }) => actual !== null);
  const actual = known ? sum((row) => row.actual ?? 0) : null;
  const missed = sum((row) => Math.abs((row.actual ?? 0) - row.calls));
  return { calls: sum(({ calls }) => calls), actual, handleMs: handleTime(sumOf(past)), error: actual !== null && actual > 0 ? missed / actual : null };
}

/**
 * Calls expected in each interval of a day: the mean of the same interval on earlier days of its kind (see `basisOf`), with the
 * agents needed for the target.
 * @throws AppError `not_found` when there is no such queue
 */
export async function forecastDay(tx: TenantTx, clock: Clock, queueId: string, query: ForecastQuery): Promise<Forecast> {
  const queue = await queueWithHours(tx, queueId);
  if (!queue) throw notFound('queue');
  // Checked when it was written.
  const hours = queue.hours as OpenHours | null;
  const today = dayOf(clock.wall());
  const day = query.day ?? addDays(today, 1);
  const firstDay = await firstDayOf(tx, queueId, addDays(today, -800));
  const basis = basisOf({ day, wanted: query.weeks, today, firstDay, hours });
  const past = await intervalsOf(tx, queueId, basis.days, Number(query.interval));
  const actual = day < today ? await intervalsOf(tx, queueId, [day], Number(query.interval)) : null;
  const scheduled = coverageOf(await memberShifts(tx, queueId, addDays(day, -1), day), day, Number(query.interval));
  const sums = sumOf(past);
  const patienceMs = meanPatience(sums.waitedMs, sums.abandoned);
  const targetMs = query.targetMs ?? queue.service_level_ms;
  const rows = rowsOf({ day, days: basis.days, past, actual, scheduled }, query, targetMs, patienceMs);
  const holiday = holidayOn(day);
  return {
    queueName: queue.name,
    day,
    ...basis,
    holiday: holiday && { ja: holiday.name, en: holiday.nameEn },
    closed: !isOpenOn(hours, day),
    targetMs,
    patienceMs,
    rows,
    total: totalOf(rows, past),
  };
}
