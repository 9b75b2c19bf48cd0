import type { z } from 'zod';
import type { Call } from '../../../shared/api/calls.ts';
import type { CallReport, getCallReport, listReportCalls, ReportGroup } from '../../../shared/api/reports.ts';
import { addTallies, callFigures } from '../../../shared/metrics/call-report.ts';
import type { TenantTx } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { callViewsById } from '../calls/calls.service.ts';
import type { CallContent } from '../calls/call-content.ts';
import { decodeTimeCursor, pageOf } from '../support/paging.ts';
import { stationNames, userNames } from '../support/references.ts';
import { displayNumber } from '../telephony/phone-number.ts';
import { intervalBounds, readPeriod } from './report-periods.ts';
import { callsBehind, inboundContents, numberNames, queueNames, tallyCalls, wrapUpNames, type CallSelection } from './reports.queries.ts';

type ReportQuery = z.output<typeof getCallReport.query>;
type BehindQuery = z.output<typeof listReportCalls.query>;

/** Calls whose numbers are opened and compared for the rate of repeated calls. */
const MOST_COMPARED = 20_000;

const selectionOf = (query: ReportQuery | BehindQuery, interval: ReportQuery['interval']): CallSelection => ({
  period: readPeriod(query, interval),
  groupBy: query.groupBy,
  queueId: query.queueId ?? null,
  agentId: query.agentId ?? null,
  thresholdMs: query.thresholdMs ?? null,
  shortMs: query.shortMs,
});

/** What the lines' keys are called. */
async function namesOf(tx: TenantTx, group: ReportGroup, keys: readonly (string | null)[]): Promise<ReadonlyMap<string, string>> {
  switch (group) {
    case 'none':
      return new Map();
    case 'queue':
      return new Map((await queueNames(tx)).map(({ id, name }) => [id, name]));
    case 'agent':
      return new Map([...(await userNames(tx, keys)), ...(await stationNames(tx, keys))]);
    case 'number':
      return new Map((await numberNames(tx)).map(({ id, number, label }) => [id, `${displayNumber(number)} ${label}`.trim()]));
    case 'wrapUp':
      return new Map((await wrapUpNames(tx)).map(({ id, label }) => [id, label]));
  }
}

/** The same number again within the period (再入電). Calls without a number are not compared. */
async function repeatsOf(tx: TenantTx, selection: CallSelection): Promise<CallReport['repeats']> {
  const contents = await inboundContents(tx, selection, MOST_COMPARED + 1);
  if (contents.length > MOST_COMPARED) return null;
  const numbers = contents.map(({ id, sealed }) => tx.vault.open<Partial<CallContent>>({ table: 'calls', column: 'sealed', id }, sealed).callerNumber ?? '').filter((number) => number !== '');
  const repeated = numbers.length - new Set(numbers).size;
  return { calls: numbers.length, repeated, rate: numbers.length > 0 ? repeated / numbers.length : null };
}

/** The call report. @throws AppError `invalid` when the period does not make sense */
export async function callReport(tx: TenantTx, clock: Clock, query: ReportQuery): Promise<CallReport> {
  const selection = selectionOf(query, query.interval);
  const lines = await tallyCalls(tx, selection, query.interval);
  const names = await namesOf(tx, query.groupBy, lines.map((line) => line.key));
  const rows = lines.map(({ start, key, tally }) => {
    const bounds = intervalBounds(query.interval, start, selection.period);
    return { from: bounds.from.toISOString(), to: bounds.to.toISOString(), key: key ?? '', name: names.get(key ?? '') ?? '', tally, figures: callFigures(tally) };
  });
  const total = addTallies(lines.map((line) => line.tally));
  return {
    rows,
    total: { tally: total, figures: callFigures(total) },
    repeats: await repeatsOf(tx, selection),
    asOf: new Date(clock.wall()).toISOString(),
  };
}

/** The calls behind one figure of the report. @throws AppError `invalid`, `invalid_cursor` */
export async function callsBehindFigure(tx: TenantTx, query: BehindQuery): Promise<{ items: Call[]; nextCursor: string | null }> {
  const ids = await callsBehind(tx, selectionOf(query, 'total'), {
    count: query.count,
    key: query.key,
    before: decodeTimeCursor(query.cursor),
    limit: query.limit + 1,
  });
  const views = await callViewsById(tx, ids);
  const calls = ids.map((id) => views.get(id)).filter((call) => call !== undefined);
  return pageOf(calls, query.limit, (call) => call, (call) => ({ key: call.startedAt, id: call.id }));
}
