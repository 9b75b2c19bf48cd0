import type { z } from 'zod';
import type { createReportSchedule, ReportGroup, ReportInterval, ReportSchedule, updateReportSchedule } from '../../../shared/api/reports.ts';
import type { TenantTx } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { enqueue } from '../outbox/outbox.ts';
import { decodeIdCursor, pageOf } from '../support/paging.ts';
import { changesOf, isoOrNull, recordOf, withoutUndefined } from '../support/records.ts';
import { tableBytes, tableHeaders, type TableFile } from '../support/table-file.ts';
import { agentReport } from './agent-report.service.ts';
import { callReport } from './call-report.service.ts';
import { agentReportFile, callReportFile } from './report-files.ts';
import { findSchedule, insertSchedule, listScheduleRows, lockSchedule, patchSchedule, removeSchedule, takeDueSchedule, tenantName, type ScheduleRow, type ScheduleValues } from './report-schedules.queries.ts';
import { coveredBy, nextRun } from './schedule-times.ts';

type Given = z.output<typeof createReportSchedule.body>;
type Settings = Pick<ReportSchedule, keyof Given>;

/** What is sealed of a schedule. */
interface ScheduleContent {
  name: string;
  recipients: string[];
}

const place = (id: string) => ({ table: 'report_schedules', column: 'sealed', id });

/** Calls shorter than this before hanging up are short abandons in mailed reports, as on the page at first. */
const SHORT_MS = 5000;

function viewOf(tx: TenantTx, row: ScheduleRow): ReportSchedule {
  return {
    ...recordOf(row),
    ...tx.vault.open<ScheduleContent>(place(row.id), row.sealed),
    report: row.report as ReportSchedule['report'],
    every: row.every as ReportSchedule['every'],
    atMinute: row.at_minute,
    interval: row.interval_name as ReportInterval,
    groupBy: row.group_by as ReportGroup,
    format: row.format as ReportSchedule['format'],
    lang: row.lang as ReportSchedule['lang'],
    active: row.active,
    nextAt: row.next_at.toISOString(),
    lastRunAt: isoOrNull(row.last_run_at),
    lastError: row.last_error,
  };
}

const valuesOf = (tx: TenantTx, id: string, given: Settings, nextAt: Date): ScheduleValues => ({
  report: given.report,
  every: given.every,
  at_minute: given.atMinute,
  interval_name: given.interval,
  group_by: given.groupBy,
  format: given.format,
  lang: given.lang,
  active: given.active,
  next_at: nextAt,
  sealed: tx.vault.seal(place(id), { name: given.name, recipients: given.recipients } satisfies ScheduleContent),
});

async function scheduleView(tx: TenantTx, id: string): Promise<ReportSchedule> {
  const row = await findSchedule(tx, id);
  if (!row) throw notFound('scheduled report');
  return viewOf(tx, row);
}

export async function listSchedules(tx: TenantTx, query: { limit: number; cursor?: string | undefined }) {
  const rows = await listScheduleRows(tx, decodeIdCursor(query.cursor), query.limit + 1);
  return pageOf(rows, query.limit, (row) => viewOf(tx, row), (row) => ({ key: '', id: row.id }));
}

export async function createSchedule(tx: TenantTx, clock: Clock, given: Given): Promise<ReportSchedule> {
  const id = newId();
  await insertSchedule(tx, id, valuesOf(tx, id, given, new Date(nextRun(given.every, given.atMinute, clock.wall()))));
  await tx.audit({ code: 'report_schedule.created', subject: { kind: 'reportSchedule', id }, detail: { ...given } });
  return scheduleView(tx, id);
}

/** Also finds the next time anew, so that what was stopped for long does not send old reports. @throws AppError `not_found` */
export async function updateSchedule(tx: TenantTx, clock: Clock, id: string, patch: z.output<typeof updateReportSchedule.body>): Promise<ReportSchedule> {
  const row = await lockSchedule(tx, id);
  if (!row) throw notFound('scheduled report');
  const before = viewOf(tx, row);
  const changes = changesOf(before, withoutUndefined(patch));
  if (Object.keys(changes.after).length === 0) return before;
  const after = { ...before, ...withoutUndefined(patch) };
  await patchSchedule(tx, id, valuesOf(tx, id, after, new Date(nextRun(after.every, after.atMinute, clock.wall()))));
  await tx.audit({ code: 'report_schedule.updated', subject: { kind: 'reportSchedule', id }, detail: changes });
  return scheduleView(tx, id);
}

/** @throws AppError `not_found` */
export async function deleteSchedule(tx: TenantTx, id: string): Promise<void> {
  const row = await lockSchedule(tx, id);
  if (!row) throw notFound('scheduled report');
  await removeSchedule(tx, id);
  await tx.audit({ code: 'report_schedule.removed', subject: { kind: 'reportSchedule', id }, detail: { name: viewOf(tx, row).name } });
}

async function tableOf(tx: TenantTx, clock: Clock, schedule: ReportSchedule, runMs: number): Promise<TableFile> {
  const covered = coveredBy(schedule.every, runMs);
  const period = { from: covered.from.toISOString(), to: covered.to.toISOString() };
  if (schedule.report === 'agents') return agentReportFile(await agentReport(tx, clock, period), period, schedule.lang);
  const query = { ...period, interval: schedule.interval, groupBy: schedule.groupBy, shortMs: SHORT_MS };
  return callReportFile(await callReport(tx, clock, query), query, schedule.lang);
}

const TEXTS = {
  ja: (tenant: string, table: TableFile) => `${tenant} の定期レポートをお送りします。\n\n${table.preface.join('\n')}\n\n添付ファイルをご覧ください。このメールには返信できません。\n`,
  en: (tenant: string, table: TableFile) => `Here is the scheduled report of ${tenant}.\n\n${table.preface.join('\n')}\n\nSee the attached file. This address takes no replies.\n`,
};

async function mailReport(tx: TenantTx, clock: Clock, schedule: ReportSchedule, runMs: number): Promise<void> {
  const table = await tableOf(tx, clock, schedule, runMs);
  const content = await tableBytes(table, schedule.format);
  const mediaType = tableHeaders(table.name, schedule.format)['content-type'] ?? '';
  const mail = {
    to: schedule.recipients,
    subject: `${schedule.name} (${table.preface[1] ?? table.name})`,
    text: TEXTS[schedule.lang](await tenantName(tx), table),
    attachments: [{ name: `${table.name}.${schedule.format === 'xlsx' ? 'xlsx' : 'csv'}`, mediaType, content: content.toString('base64') }],
  };
  const mailId = await enqueue(tx, 'report', { kind: 'mail', content: mail });
  await tx.audit({ code: 'report.sent', subject: { kind: 'reportSchedule', id: schedule.id }, detail: { mailId, to: schedule.recipients, rows: table.rows.length } });
}

/** Puts the report of the last whole span into the mail. @throws AppError `not_found`, `invalid` */
export async function sendScheduleNow(tx: TenantTx, clock: Clock, id: string): Promise<ReportSchedule> {
  const row = await lockSchedule(tx, id);
  if (!row) throw notFound('scheduled report');
  await mailReport(tx, clock, viewOf(tx, row), clock.wall());
  await patchSchedule(tx, id, { last_run_at: new Date(clock.wall()), last_error: '' });
  return scheduleView(tx, id);
}

/**
 * Makes the one report of a tenant that has been due longest. One that was missed while the product stood still is made once, for
 * the time it should have covered. @returns whether there was one
 */
export async function runDueSchedule(tx: TenantTx, clock: Clock): Promise<boolean> {
  const now = clock.wall();
  const row = await takeDueSchedule(tx, new Date(now));
  if (!row) return false;
  const schedule = viewOf(tx, row);
  await mailReport(tx, clock, schedule, row.next_at.getTime());
  await patchSchedule(tx, row.id, { next_at: new Date(nextRun(schedule.every, schedule.atMinute, now)), last_run_at: new Date(now), last_error: '' });
  return true;
}

/** After a failure: tells it on the schedule, and tries again with the next span, so that one bad report does not stop the others. */
export async function postponeDueSchedule(tx: TenantTx, clock: Clock, reason: string): Promise<void> {
  const now = clock.wall();
  const row = await takeDueSchedule(tx, new Date(now));
  if (!row) return;
  const schedule = viewOf(tx, row);
  await patchSchedule(tx, row.id, { next_at: new Date(nextRun(schedule.every, schedule.atMinute, now)), last_run_at: new Date(now), last_error: reason.slice(0, 500) });
}
