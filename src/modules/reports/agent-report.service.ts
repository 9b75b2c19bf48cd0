import type { z } from 'zod';
import type { AgentReport, AgentReportPart, getAgentReport, listAgentReportParts } from '../../../shared/api/reports.ts';
import { AGENT_METRICS, agentTimes, noTimes, OFFER_FIGURES, TIME_CLASSES, timeClass, type AgentFigure, type AgentTimes, type OfferFigure, type StateChange } from '../../../shared/metrics/agent-time.ts';
import type { TenantTx } from '../../db/types.ts';
import { invalid } from '../../lib/errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { callViewsById } from '../calls/calls.service.ts';
import { decodeTimeCursor, pageOf } from '../support/paging.ts';
import { userNames } from '../support/references.ts';
import { offerParts, offersOf, timeParts } from './agent-parts.queries.ts';
import { agentsWithStates, changesOfAgent } from './agent-report.queries.ts';
import { readPeriod, type Period } from './report-periods.ts';

const LONGEST_DAYS = 62;

const figuresOf = (times: AgentTimes): Record<string, number | null> => Object.fromEntries(AGENT_METRICS.map((metric) => [metric.id, metric.value(times)]));

const isHere = (change: StateChange): boolean => timeClass(change) !== 'offline';

const isoOf = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString());

/** When the agent first came and last left within the period; a beginning at work counts from its start. */
function presenceSpan(changes: readonly StateChange[], fromMs: number, endMs: number): { firstLogin: string | null; lastLogoff: string | null } {
  const first = changes.find(isHere);
  const last = changes.findLast(isHere);
  const afterLast = last && changes[changes.indexOf(last) + 1];
  return { firstLogin: isoOf(first && Math.max(first.at, fromMs)), lastLogoff: isoOf(last && Math.min(afterLast?.at ?? endMs, endMs)) };
}

const NO_OFFERS: Readonly<Record<OfferFigure, number>> = { offers: 0, taken: 0, notTaken: 0 };

/** @throws AppError `invalid` when it does not make sense or is too long */
function agentPeriod(query: { from: string; to: string }): Period {
  const period = readPeriod(query);
  if (period.to.getTime() - period.from.getTime() > LONGEST_DAYS * 86_400_000) throw invalid(`The agents’ report covers at most ${LONGEST_DAYS} days.`, { errors: [{ path: 'query.to', message: 'too long a period' }] });
  return period;
}

/** How the agents' time was spent. @throws AppError `invalid` when the period does not make sense */
export async function agentReport(tx: TenantTx, clock: Clock, query: z.output<typeof getAgentReport.query>): Promise<AgentReport> {
  const period = agentPeriod(query);
  const agentIds = await agentsWithStates(tx, period, query.agentId ?? null);
  const names = await userNames(tx, agentIds);
  const offers = await offersOf(tx, period, query.agentId ?? null);
  const [fromMs, toMs, nowMs] = [period.from.getTime(), period.to.getTime(), clock.wall()];
  const rows: AgentReport['rows'] = [];
  for (const agentId of agentIds) {
    // One at a time: a month of one agent fits in memory whatever the size of the centre.
    const changes = await changesOfAgent(tx, agentId, period);
    const times = agentTimes(changes, fromMs, toMs, nowMs);
    rows.push({ agentId, name: names.get(agentId) ?? '', times, figures: figuresOf(times), ...(offers.get(agentId) ?? NO_OFFERS), ...presenceSpan(changes, fromMs, Math.min(toMs, nowMs)) });
  }
  const total = noTimes();
  for (const row of rows) for (const name of TIME_CLASSES) total[name] += row.times[name];
  const sum = (of: (row: AgentReport['rows'][number]) => number): number => rows.reduce((all, row) => all + of(row), 0);
  return {
    rows: rows.toSorted((a, b) => a.name.localeCompare(b.name, 'ja')),
    total: { times: total, figures: figuresOf(total), offers: sum((row) => row.offers), taken: sum((row) => row.taken), notTaken: sum((row) => row.notTaken) },
    asOf: new Date(nowMs).toISOString(),
  };
}

const isOfferFigure = (figure: AgentFigure): figure is OfferFigure => OFFER_FIGURES.some((name) => name === figure);

/** What one figure of the report is made of. @throws AppError `invalid`, `invalid_cursor` */
export async function partsBehindFigure(tx: TenantTx, clock: Clock, query: z.output<typeof listAgentReportParts.query>): Promise<{ items: AgentReportPart[]; nextCursor: string | null }> {
  const period = agentPeriod(query);
  const { figure } = query;
  const page = { agentId: query.agentId ?? null, before: decodeTimeCursor(query.cursor), limit: query.limit + 1 };
  const kinds = AGENT_METRICS.find(({ id }) => id === figure)?.behind ?? [];
  const rows = isOfferFigure(figure) ? await offerParts(tx, period, { ...page, figure }) : await timeParts(tx, period, { ...page, kinds, now: new Date(clock.wall()) });
  const names = await userNames(tx, rows.map((row) => row.agentId));
  const calls = await callViewsById(tx, [...new Set(rows.flatMap(({ callId }) => (callId === null ? [] : [callId])))]);
  const viewOf = ({ callId, at, ...row }: (typeof rows)[number]): AgentReportPart => ({ ...row, at: at.toISOString(), agentName: names.get(row.agentId) ?? '', call: calls.get(callId ?? '') ?? null });
  return pageOf(rows, query.limit, viewOf, ({ at, id }) => ({ key: at.toISOString(), id }));
}
