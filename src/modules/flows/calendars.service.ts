import type { z } from 'zod';
import type { Calendar, createCalendar as createContract, updateCalendar as updateContract } from '../../../shared/api/calendars.ts';
import { hoursProblems } from '../../../shared/flow/lint-nodes.ts';
import type { OpenHours } from '../../../shared/flow/nodes.ts';
import type { TenantTx } from '../../db/types.ts';
import { conflict, invalid, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { decodeIdCursor, pageOf } from '../support/paging.ts';
import { changesOf, recordOf, withoutUndefined } from '../support/records.ts';
import { findCalendar, insertCalendar, listCalendarRows, patchCalendar, removeCalendar, type CalendarRow } from './calendars.queries.ts';
import { flowsThatName } from './flows.queries.ts';

const view = (row: CalendarRow): Calendar => ({ ...recordOf(row), code: row.code, name: row.name, hours: row.hours as Calendar['hours'] });

export async function listCalendars(tx: TenantTx, query: { limit: number; cursor?: string | undefined }) {
  const rows = await listCalendarRows(tx, decodeIdCursor(query.cursor), query.limit + 1);
  return pageOf(rows, query.limit, view, (row) => ({ key: '', id: row.id }));
}

async function viewById(tx: TenantTx, id: string): Promise<Calendar> {
  const row = await findCalendar(tx, id);
  if (!row) throw notFound('calendar');
  return view(row);
}

/** @throws AppError `invalid` naming every span and date that is wrong */
function checkHours(hours: OpenHours): void {
  const errors = hoursProblems(hours).map(({ code, detail }) => ({ path: 'body.hours', message: `${code} ${detail}` }));
  if (errors.length > 0) throw invalid('The open hours are not right.', { errors });
}

/** @throws AppError `duplicate` when another calendar has the code, `invalid` */
export async function createCalendar(tx: TenantTx, { code, name, hours }: z.output<typeof createContract.body>): Promise<Calendar> {
  checkHours(hours);
  const id = newId();
  await insertCalendar(tx, { id, code, name, hours: JSON.stringify(hours) });
  await tx.audit({ code: 'calendar.created', subject: { kind: 'calendar', id }, detail: { code } });
  return viewById(tx, id);
}

/** @throws AppError `not_found`, `invalid` */
export async function updateCalendar(tx: TenantTx, id: string, patch: z.output<typeof updateContract.body>): Promise<Calendar> {
  const before = await viewById(tx, id);
  const after = { ...before, ...withoutUndefined(patch) };
  checkHours(after.hours);
  const changes = changesOf(before, after);
  if (Object.keys(changes.after).length === 0) return before;
  await patchCalendar(tx, id, { name: after.name, hours: JSON.stringify(after.hours) });
  await tx.audit({ code: 'calendar.updated', subject: { kind: 'calendar', id }, detail: changes });
  return viewById(tx, id);
}

/** @throws AppError `not_found`, `calendar_in_use` */
export async function deleteCalendar(tx: TenantTx, id: string): Promise<void> {
  const { code } = await viewById(tx, id);
  const users = await flowsThatName(tx, ['hours', 'holiday'], 'calendar', code);
  if (users.length > 0) throw conflict('calendar_in_use', 'A flow goes by this calendar.');
  await removeCalendar(tx, id);
  await tx.audit({ code: 'calendar.removed', subject: { kind: 'calendar', id }, detail: { code } });
}
