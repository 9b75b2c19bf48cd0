import type { z } from 'zod';
import type { AdherenceReport, getAdherence } from '../../../shared/api/reports.ts';
import { adherence, ADHERENCE_METRICS, noAdherence, type AdherenceDay, type AdherenceTimes, type PlannedSpan } from '../../../shared/metrics/adherence.ts';
import type { TenantTx } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { workSpans } from '../staffing/coverage.ts';
import { addDays, dayOf, dayPeriod, daysBetween, demandDays, instantOf } from '../support/japan-days.ts';
import { shiftsOf, type ShiftRow } from '../staffing/shifts.queries.ts';
import { userNames } from '../support/references.ts';
import { plannedChangesOf } from './adherence.queries.ts';
import { agentsWithStates } from './agent-report.queries.ts';

const LONGEST_DAYS = 31;

/** A shift as the spans that it is made of, in order. */
function spansOf(shift: ShiftRow): PlannedSpan[] {
  const whole = { day: shift.day, shiftFromMs: instantOf(shift.day, shift.start_minute), shiftToMs: instantOf(shift.day, shift.end_minute) };
  const span = (kind: PlannedSpan['kind'], from: number, to: number): PlannedSpan => ({ ...whole, kind, fromMs: instantOf(shift.day, from), toMs: instantOf(shift.day, to) });
  const work = workSpans(shift).map(({ startMinute, endMinute }) => span('work', startMinute, endMinute));
  const breaks = shift.breaks.map(({ startMinute, endMinute }) => span('break', startMinute, endMinute));
  return [...work, ...breaks].toSorted((a, b) => a.fromMs - b.fromMs);
}

const figuresOf = (times: AdherenceTimes): Record<string, number | null> => Object.fromEntries(ADHERENCE_METRICS.map((metric) => [metric.id, metric.value(times)]));

type Line = AdherenceReport['rows'][number];

const lineOf = (agentId: string, name: string, day: string, { times, deviations }: AdherenceDay): Line => ({
  agentId,
  name,
  day,
  times,
  figures: figuresOf(times),
  deviations: deviations.map(({ fromMs, toMs, ...deviation }) => ({ ...deviation, from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() })),
});

/** Shifts against what agents did. @throws AppError `invalid` when there are too many days */
export async function adherenceReport(tx: TenantTx, clock: Clock, query: z.output<typeof getAdherence.query>): Promise<AdherenceReport> {
  const nowMs = clock.wall();
  const fromDay = query.fromDay ?? dayOf(nowMs);
  const toDay = query.toDay ?? fromDay;
  demandDays(fromDay, toDay, LONGEST_DAYS);
  // A shift of the day before may reach into the first day, and one of the last day beyond it.
  const shifts = await shiftsOf(tx, addDays(fromDay, -1), toDay, query.agentId ?? null);
  const shiftsOfAgent = Map.groupBy(shifts, (shift) => shift.user_id);
  const period = dayPeriod(fromDay, daysBetween(fromDay, toDay) + 2);
  const present = await agentsWithStates(tx, period, query.agentId ?? null);
  const agentIds = [...new Set([...shiftsOfAgent.keys(), ...present])];
  const names = await userNames(tx, agentIds);
  const range = { fromMs: period.from.getTime(), toMs: period.to.getTime(), nowMs };
  const rows: Line[] = [];
  for (const agentId of agentIds) {
    // One at a time: a month of one agent fits in memory whatever the size of the centre.
    const plan = (shiftsOfAgent.get(agentId) ?? []).flatMap(spansOf).toSorted((a, b) => a.fromMs - b.fromMs);
    const days = adherence(plan, await plannedChangesOf(tx, agentId, period), range, dayOf);
    for (const [day, found] of days) if (day >= fromDay && day <= toDay) rows.push(lineOf(agentId, names.get(agentId) ?? '', day, found));
  }
  const total = noAdherence();
  for (const { times } of rows) for (const key of Object.keys(total) as (keyof AdherenceTimes)[]) total[key] += times[key];
  return { rows: rows.toSorted((a, b) => a.day.localeCompare(b.day) || a.name.localeCompare(b.name, 'ja')), total: { times: total, figures: figuresOf(total) }, asOf: new Date(nowMs).toISOString() };
}
